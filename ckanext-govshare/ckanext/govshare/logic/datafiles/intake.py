"""Taking files and links out of what callers save, before CKAN sees them (OPN-3: 001 第二十六条).

Bytes go to the storage directory, facts to `govshare_file`; the resource keeps a neutral name and the id of its file. Row and
entry are committed together. Where that fails the bytes are removed, so that a failed upload leaves everything as it was.
"""
from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import helpers, uploader
from ckan.types import Context
from werkzeug.datastructures import FileStorage

from ckanext.govshare import clock
from ckanext.govshare.domain import entry_fields, file_fields
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.datafiles import reading_job, storage
from ckanext.govshare.logic.wording import error_dict
from ckanext.govshare.repository import datafiles as repository

log = logging.getLogger(__name__)

Resource = Mapping[str, Any]
_MEGABYTE = 1 << 20


@contextmanager
def open_intake(context: Context) -> Iterator[Intake]:
    """An intake around a transaction: read the new files once it was committed, remove their bytes if it was not."""
    intake_ = Intake(context)
    try:
        yield intake_
    except BaseException:
        for file in intake_.files:
            if file.location:
                storage.remove(file.location)
        raise
    for file in intake_.files:
        reading_job.enqueue(file.id)


def resources_by_id(package_id: str, draft: Mapping[str, Any] | None) -> dict[str, Resource]:
    """The entry's resources by id, as its department is working on them; those that only the published version has, too."""
    package = model.Package.get(package_id)
    found: dict[str, Resource] = {resource.id: _as_dict(resource) for resource in package.resources} if package else {}
    return found | {resource["id"]: resource for resource in draft["resources"]} if draft else found


def _as_dict(resource: model.Resource) -> dict[str, Any]:
    facts = {name: getattr(resource, name, None) for name in file_fields.FACTS}
    dated = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}
    return {"id": resource.id, "name": resource.name, "format": resource.format, **dated, **resource.extras}


class Intake:
    """What one command takes in; `files` are the new rows."""

    def __init__(self, context: Context) -> None:
        self.files: list[DataFile] = []
        self._system = bool(context.get("ignore_auth"))
        user = roles.user_of(context)
        self._actor = user.id if user else ""

    def take_in(self, entry_id: str, resources: Any, before: Mapping[str, Resource]) -> list[dict[str, Any]]:
        """`resources` as CKAN may see them. `before`: those of the entry, by id.

        Raises ValidationError on `resources`, at the position of each that is wrong.
        """
        if not isinstance(resources, list) or not all(isinstance(resource, dict) for resource in resources):
            raise tk.ValidationError({"resources": [tk._("Expected a list of data files")]})
        taken: list[dict[str, Any]] = []
        errors: list[dict[str, list[str]]] = []
        for resource in resources:
            try:
                taken.append(self._taken(entry_id, resource, before, {other["id"] for other in taken}))
                errors.append({})
            except Invalid as refusal:
                errors.append(error_dict(refusal.errors))
        if any(errors):
            raise tk.ValidationError({"resources": errors})
        return taken

    def _taken(self, entry_id: str, resource: Resource, before: Mapping[str, Resource], ids: set[str]) -> dict[str, Any]:
        resource_id = self._resource_id(resource.get("id"), before)
        if resource_id in ids:
            raise Invalid({"id": [Message("Two data files have the same id")]})
        old = before.get(resource_id, {})
        if unknown := entry_fields.resource_errors(resource, old):
            raise Invalid(unknown)
        said = {**file_fields.words(resource), "id": resource_id}
        new = self.receive(entry_id, resource_id, resource, old)
        if new is not None:
            return {**said, **_shown(new), "format": _format(said, old, new), "file_id": new.id}
        if tk.asbool(resource.get("clear_upload") or False):
            return {**said, **file_fields.NO_FILE}
        kept = {name: old[name] for name in file_fields.FACTS if old.get(name) not in (None, "")}
        return {**said, **kept, **_chosen(entry_id, resource_id, resource.get("file_id") or old.get("file_id"))}

    def _resource_id(self, given: Any, before: Mapping[str, Resource]) -> str:
        """A new resource's id is ours to give; the platform itself may bring one."""
        if isinstance(given, str) and given and (given in before or self._system):
            return given
        return str(uuid.uuid4())

    def receive(self, entry_id: str, resource_id: str, resource: Resource, old: Resource,
                refresh: bool = False) -> DataFile | None:
        """Keep the file or link that `resource` brings; None where it brings none, or the one that it had.

        Raises Invalid on `upload` or `url`.
        """
        upload = _upload(resource)
        # Forms send the file's name as its address.
        address = "" if upload is not None else _address(resource, resource_id, old)
        if upload is None and (not address or (not refresh and address == _source(resource_id, old))):
            return None
        row = DataFile(
            id=str(uuid.uuid4()), entry_id=entry_id, resource_id=resource_id, kind="link" if upload is None else "upload",
            state=FileState.WAITING, created_at=clock.now(), created_by=self._actor, refresh=refresh)
        new = _of_link(row, address) if upload is None else _of_upload(row, upload)
        self.files.append(new)
        repository.add(new)
        return new


def _upload(resource: Resource) -> FileStorage | None:
    given = resource.get("upload")
    if not isinstance(given, FileStorage):
        if given in (None, ""):
            return None
        raise Invalid({"upload": [Message("Send the file as multipart/form-data")]})
    # A form whose file field was left blank sends a nameless file without content.
    return given if given.filename or given.stream.read(1) else None


def _address(resource: Resource, resource_id: str, old: Resource) -> str:
    """The address of a link that a caller gives; empty where the catalogue's own address came back, or none."""
    given = resource.get("url")
    if given is None or given == "":
        # From before links were taken in: they are, as soon as somebody saves the entry.
        given = "" if old.get("url_type") or resource.get("clear_upload") else old.get("url") or ""
    if not isinstance(given, str):
        raise Invalid({"url": [Message("Expected text")]})
    address = given.strip()
    if not address or (old.get("url_type") == "upload" and file_fields.is_own_address(address, resource_id, str(old.get("url")))):
        return ""
    if error := file_fields.link_error(address):
        if address == old.get("url"):
            return ""
        raise Invalid({"url": [error]})
    return address


def _source(resource_id: str, old: Resource) -> str:
    """The address that the resource's file came from."""
    file_id = old.get("file_id")
    file = repository.get(file_id) if file_id else repository.current(resource_id)
    return file.source if file else ""


def _of_link(row: DataFile, address: str) -> DataFile:
    return replace(row, source=address, format=file_fields.link_extension(address))


def _of_upload(row: DataFile, upload: FileStorage) -> DataFile:
    name = file_fields.bare_name(upload.filename or "")
    if not name:
        raise Invalid({"upload": [Message("The file has no name")]})
    limit = uploader.get_max_resource_size()
    try:
        upload.stream.seek(0)
        stored = storage.keep(cast("BinaryIO", upload.stream), row.id, limit * _MEGABYTE)
    except storage.TooBig:
        raise Invalid({"upload": [Message("The file is bigger than {limit} MB", limit=limit)]}) from None
    except storage.Empty:
        raise Invalid({"upload": [Message("The file is empty")]}) from None
    except OSError:
        log.exception("A file of %s could not be stored", row.entry_id)
        raise Invalid({"upload": [Message("The file could not be stored; tell the platform's operator")]}) from None
    return replace(row, filename=name, location=stored.location, size=stored.size, sha256=stored.sha256)


def _ending(file: DataFile) -> str:
    return file_fields.extension(file.filename) if file.kind == "upload" else file_fields.link_extension(file.source)


def _shown(file: DataFile) -> dict[str, Any]:
    return {"url": file_fields.neutral_url(_ending(file)), "url_type": "upload"}


def _format(said: Resource, old: Resource, file: DataFile) -> str:
    """What the department says; if it says nothing, or just what stood there for the former file, the new name's ending."""
    given = said.get("format")
    if given and given != old.get("format"):
        return str(given)
    known_format = helpers.resource_formats().get(_ending(file))
    return str(known_format[1]) if known_format else ""


def _chosen(entry_id: str, resource_id: str, file_id: Any) -> dict[str, str]:
    """The file that a draft is to serve, where that is another than the current one."""
    if not file_id:
        return {}
    file = repository.get(file_id) if isinstance(file_id, str) else None
    if file is None or (file.entry_id, file.resource_id) != (entry_id, resource_id) or file.state is FileState.DROPPED:
        raise Invalid({"file_id": [Message("This is no file of this data file")]})
    # A refresh publishes itself; whoever sends its answer back does not ask for a review of it.
    published = file.refresh or file.state in (FileState.CURRENT, FileState.SUPERSEDED)
    return {} if published else {"file_id": file.id}

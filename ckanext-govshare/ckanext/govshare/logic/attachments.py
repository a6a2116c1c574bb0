"""Files that applicants attach: taken in whole or not at all, below CKAN's storage directory (ADR 087)."""
from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from werkzeug.datastructures import FileStorage

from ckanext.govshare import clock
from ckanext.govshare.domain import application_events as events
from ckanext.govshare.domain import applications as rules
from ckanext.govshare.domain import attachments
from ckanext.govshare.domain.applications import Application, Command
from ckanext.govshare.domain.attachments import Attachment
from ckanext.govshare.domain.errors import DomainError
from ckanext.govshare.domain.messages import Message
from ckanext.govshare.logic import applications, quotas, review
from ckanext.govshare.logic.messages import translate
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.repository import attachments as repository

_FOLDER = "attachments"
_CHUNK = 2**20
_LEFT_ALONE = timedelta(days=1)


def root() -> Path:
    """The folder of all attachments; it may not exist yet."""
    return Path(tk.config["ckan.storage_path"]) / _FOLDER


def path(attachment_id: str) -> Path:
    """Where the bytes of a file lie."""
    return root() / attachment_id[:2] / attachment_id


def add(context: Context, application_id: str, upload: Any) -> Attachment:
    """Keep a file with an application that its applicant may change, and commit.

    Raises ValidationError: ``upload`` (too many, too large, empty, of a kind that is not taken, or more than the person may
    keep in all), ``state``.
    """
    if not isinstance(upload, FileStorage):
        raise tk.ValidationError({"upload": [tk._("Choose a file")]})
    kept = _keep(upload, str(uuid4()), application_id)
    try:
        with transaction():
            application = _editable(context, application_id)
            if len(repository.of_case(applications.CASE, application.id)) >= attachments.MOST:
                raise _refused(attachments.TOO_MANY)
            actor, now = review.actor_of(context), clock.now()
            quotas.admit_file(actor, kept.size)
            repository.add(kept, actor, now)
            record(_case(application), events.AttachmentAdded(kept.id, kept.sha256, kept.size), actor, now)
    except BaseException:
        path(kept.id).unlink(missing_ok=True)
        raise
    return kept


def remove(context: Context, attachment_id: str) -> Attachment:
    """Remove a file from an application that its applicant may change, and commit. Raises ObjectNotFound, or as `add`."""
    with transaction():
        found = known(attachment_id)
        application = _editable(context, found.case_id)
        actor, now = review.actor_of(context), clock.now()
        repository.remove(found.id)
        record(_case(application), events.AttachmentRemoved(found.id, found.sha256), actor, now)
    erase([found])
    return found


def drop(application: Application, actor: str, now: datetime) -> list[Attachment]:
    """Remove the files of an application that nobody will read, in the caller's transaction; `erase` them after the commit."""
    found = repository.of_case(applications.CASE, application.id)
    for one in found:
        repository.remove(one.id)
        record(_case(application), events.AttachmentRemoved(one.id, one.sha256), actor, now)
    return found


def erase(dropped: list[Attachment]) -> None:
    """Delete the bytes of files whose rows are gone; what a killed process leaves, `sweep` deletes."""
    for one in dropped:
        path(one.id).unlink(missing_ok=True)


def known(attachment_id: str) -> Attachment:
    """A file of an application. Raises ObjectNotFound where there is none; who may know of it is asked elsewhere."""
    found = repository.get(attachment_id) if "\0" not in attachment_id else None
    if found is None or found.case_kind != applications.CASE:
        raise tk.ObjectNotFound(tk._("Attachment not found"))
    return found


def sweep() -> int:
    """Delete bytes that a killed process left without a row; how many files. Work in progress is younger than a day."""
    before = clock.now() - _LEFT_ALONE
    old = [place for place in root().glob("*/*") if datetime.fromtimestamp(place.stat().st_mtime, UTC) < before]
    stray = [place for place in old if repository.get(place.name) is None]
    for place in stray:
        place.unlink(missing_ok=True)
    model.Session.rollback()
    return len(stray)


def _case(application: Application) -> Case:
    return Case(applications.CASE, application.id, application.department)


def _editable(context: Context, application_id: str) -> Application:
    application = applications.load(application_id, lock=True)
    order = rules.Order(Command.SAVE, review.actor_of(context))
    try:
        rules.PROCESS.admit(application, order, applications.parts_of(context, application))
    except DomainError as refusal:
        review.raise_as_ckan(refusal)
    return application


def _refused(why: Message) -> tk.ValidationError:
    return tk.ValidationError({"upload": [translate(why)]})


def _keep(upload: FileStorage, attachment_id: str, application_id: str) -> Attachment:
    """Write the bytes to their place, durably. Raises ValidationError, and then nothing stays."""
    name = attachments.tidy_name(upload.filename or "")
    place = path(attachment_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        size, sha256 = _write(upload.stream, place, name)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return Attachment(attachment_id, applications.CASE, application_id, name, size, sha256)


def _write(stream: IO[bytes], place: Path, name: str) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with place.open("wb") as target:
        while chunk := stream.read(_CHUNK):
            if size == 0 and (error := attachments.content_error(name, chunk)):
                raise _refused(error)
            size += len(chunk)
            if size > attachments.MAX_BYTES:
                raise _refused(attachments.TOO_BIG)
            digest.update(chunk)
            target.write(chunk)
        if not size:
            raise _refused(attachments.EMPTY)
        target.flush()
        os.fsync(target.fileno())
    return size, digest.hexdigest()

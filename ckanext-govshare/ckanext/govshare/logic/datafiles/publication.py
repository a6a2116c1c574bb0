"""What an approval does with an entry's data files: it makes those of the draft the ones that are served."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ckan.lib import helpers

from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.domain.file_fields import NO_FILE
from ckanext.govshare.domain.publishing import Choice
from ckanext.govshare.repository import datafiles as repository


def choices(entry_id: str, resources: Iterable[Mapping[str, Any]], lock: bool = False) -> list[Choice]:
    """The file of each resource: the one that its draft names, else the one that it serves.

    lock: the drafts' files stay as they are until this transaction ends.
    """
    rows = repository.of_entry(entry_id)
    served = {file.resource_id: file for file in rows if file.state is FileState.CURRENT}
    of_drafts = {file.id: file for file in rows}
    chosen = []
    for resource in resources:
        named = of_drafts.get(resource.get("file_id") or "")
        if named is not None and lock:
            named = repository.get(named.id, lock=True)
        current = served.get(resource["id"])
        is_new = named is not None and named.state not in (FileState.CURRENT, FileState.SUPERSEDED)
        removed = named is None and not resource.get("url")
        file = named if is_new else None if removed else current
        chosen.append(Choice(resource["id"], str(resource.get("name") or ""), file, is_new and current is not None))
    return chosen


def as_published(resources: Iterable[Mapping[str, Any]], chosen: Iterable[Choice], now: datetime) -> list[dict[str, Any]]:
    """The resources as the approved version has them: facts of the files in place of the draft's marks."""
    return [_as_published(resource, choice, now) for resource, choice in zip(resources, chosen, strict=True)]


def _as_published(resource: Mapping[str, Any], choice: Choice, now: datetime) -> dict[str, Any]:
    plain = {k: v for k, v in resource.items() if k not in ("file_id", "metadata_modified")}
    if choice.file is None:
        # From before files were taken in: what it says of itself stays.
        return plain if plain.get("url") else {**plain, **NO_FILE, "datastore_active": False}
    since = choice.file.current_from if choice.file.state is FileState.CURRENT else now
    return with_facts(plain, replace(choice.file, current_from=since or now))


def with_facts(resource: Mapping[str, Any], served: DataFile, former: DataFile | None = None) -> dict[str, Any]:
    """`resource` with the facts of the file that it serves.

    A format that was not said is the one that was found, and so is one that said nothing but that of the `former` file.
    """
    since = served.current_from.replace(tzinfo=None).isoformat() if served.current_from else None
    said, found = resource.get("format"), helpers.unified_resource_format(served.format)
    if former is not None and said == helpers.unified_resource_format(former.format):
        said = found
    return {**resource, "format": said or found, "size": served.size, "last_modified": since,
            "datastore_active": served.has_table}


def publish(entry_id: str, files: Iterable[Mapping[str, str]], now: datetime) -> None:
    """Let these files (`{resource_id, file_id}`) be served, and nothing else of the entry."""
    served = {file["resource_id"]: file["file_id"] for file in files}
    for file_id in served.values():
        repository.make_current(file_id, now)
    for file in repository.of_entry(entry_id):
        if file.state is FileState.CURRENT and file.resource_id not in served:
            repository.change(file.id, state=FileState.SUPERSEDED, current_until=now)

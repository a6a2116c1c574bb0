"""Whether an entry's data files let it be published (OPN-3: 001 第二十六条), and what the catalogue then says of them."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.domain.wording import Message

UNCONDITIONAL = "unconditional"
WARNING = "warning"

_NOT_READ = Message("is still being read; wait until that is done")
_BLOCKING: Mapping[FileState, Message] = {
    FileState.WAITING: _NOT_READ,
    FileState.READING: _NOT_READ,
    FileState.REFUSED: Message("cannot be published as it is: mend what its list names, and upload it again"),
    FileState.DROPPED: Message("was removed from the storage; upload it again"),
}


@dataclass(frozen=True)
class Choice:
    """The file that a resource is to serve. `name`: what people call the resource; `replaces`: not what it serves now."""

    resource_id: str
    name: str
    file: DataFile | None
    replaces: bool

    @property
    def called(self) -> str:
        return self.name or (self.file.filename if self.file else "") or self.resource_id


def obstacles(open_type: str, choices: Iterable[Choice]) -> list[Message]:
    """Why an entry with these data files cannot be approved; each says what to do."""
    found, machine_readable = [], False
    for choice in choices:
        if choice.file is None:
            continue
        if reason := _BLOCKING.get(choice.file.state):
            found.append(Message("“{name}” {reason}", name=choice.called, reason=reason))
        machine_readable |= choice.file.readable and choice.file.machine_readable
    if open_type == UNCONDITIONAL and not machine_readable:
        found.append(Message(
            "Data that is opened unconditionally needs at least one machine-readable file that was read without an error,"
            " such as CSV, XLSX, JSON or XML; a PDF or a picture alone is not one"))
    return found


def without_content(choices: Iterable[Choice]) -> list[Choice]:
    """The same choices for somebody who may not fetch the data: neither name nor measures of the files."""
    hidden: dict[str, Any] = {"filename": "", "size": 0, "rows": None, "findings": ()}
    return [replace(choice, file=choice.file and replace(choice.file, **hidden)) for choice in choices]


def published_files(choices: Iterable[Choice]) -> tuple[dict[str, Any], ...]:
    """What an approval says of the files: `{resource_id, file_id, sha256}` each."""
    return tuple({"resource_id": choice.resource_id, "file_id": choice.file.id, "sha256": choice.file.sha256}
                 for choice in choices if choice.file is not None)


def for_reviewers(choices: Iterable[Choice]) -> list[dict[str, Any]]:
    """What a reviewer sees of the files: those that are published now, or would be by an approval."""
    return [{
        "resource_id": choice.resource_id, "name": choice.name, "file_id": choice.file.id,
        "filename": choice.file.filename, "state": choice.file.state.value, "rows": choice.file.rows,
        "format": choice.file.format, "size": choice.file.size, "replaced": choice.replaces,
        "warnings": [found for found in choice.file.findings if found["severity"] == WARNING],
    } for choice in choices if choice.file is not None]

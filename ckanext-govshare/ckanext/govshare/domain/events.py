"""What has happened: a closed set of events, one for each command, named for its intention.

An event's fields become the payload of the case's history and, hashed, a leaf of the trace (001 第十四条).
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Event:
    """Something that happened to a case. `name` stands for it in the database: the class's own, `entry_saved` of EntrySaved."""

    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def payload(self) -> dict[str, Any]:
        """The event's own fields, as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class EntrySaved(Event):
    """A draft was saved. `digest` identifies its content; `published` tells a pending change from a first draft."""

    digest: str
    published: bool


@dataclass(frozen=True)
class EntrySubmitted(Event):
    """A draft was handed to the competent department. Narrowed attributes carry their basis (001 第四十一条第一项)."""

    digest: str
    narrowing: tuple[Mapping[str, str], ...] = ()
    narrowing_basis: str = ""


@dataclass(frozen=True)
class EntryWithdrawn(Event):
    """The department took its submission back."""


@dataclass(frozen=True)
class EntryApproved(Event):
    """The competent department approved (001 第十条): version `version` is now the published one.

    `files`: the data files that it serves, `{resource_id, file_id, sha256}` each.
    """

    version: int
    catalog_code: str
    digest: str
    open_type: str
    sharing_type: str
    narrowing: tuple[Mapping[str, str], ...] = ()
    narrowing_basis: str = ""
    reason: str = ""
    files: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class EntryMoved(Event):
    """An approved change gave the entry to another department, which answers for all its cases from now on.

    `before`, `department`: ids of organizations; `cases`: how many went with it, by kind.
    """

    before: str
    department: str
    cases: Mapping[str, int]


@dataclass(frozen=True)
class EntryReturned(Event):
    """The competent department sent the submission back, saying why."""

    reason: str


@dataclass(frozen=True)
class EntryDiscarded(Event):
    """A draft was dropped: the pending change of a published entry, or an entry never published."""

    published: bool


@dataclass(frozen=True)
class DeadlineRecomputed(Event):
    """A provisional due date was computed again when its year's calendar arrived."""

    rule: str
    before: str
    due: str
    provisional: bool
    calendar_version: str


@dataclass(frozen=True)
class DataFetched(Event):
    """Data that is not for everyone left the portal (001 第十四条): which file, by what way, how much, and why it was allowed.

    `rows` is 0 for a file without a table, `size` (bytes) is 0 where it is not known before it is sent. `details`: what was
    asked for, such as the format of an export.
    """

    resource_id: str
    channel: str
    rows: int
    size: int
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DataFileRead(Event):
    """A data file was read (OPN-3: 001 第二十六条). `outcome`: verified or refused; `sha256` identifies the bytes."""

    resource: str
    outcome: str
    sha256: str
    rows: int | None
    errors: int


@dataclass(frozen=True)
class DataFilePublished(Event):
    """A verified data file took the place of the one before it, as version `number` of the resource's data."""

    resource: str
    number: int
    sha256: str
    rows: int | None
    replaced: str

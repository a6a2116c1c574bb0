"""The life of a data file: taken in, read, verified or refused, current, superseded by the next (OPN-3: 001 第二十六条).

A resource of the catalogue has one current file; every content that it had or may get is a `DataFile`. What the public
gets is the current one, always: a replacement takes its place only once it is verified.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class FileState(StrEnum):
    WAITING = "waiting"        # stored, or a link still to be fetched; not read yet
    READING = "reading"
    VERIFIED = "verified"      # read without an error; may become current
    REFUSED = "refused"        # read, and found wrong; its findings say what to mend
    CURRENT = "current"        # what the public gets where the entry's attribute lets it
    SUPERSEDED = "superseded"  # was current
    DROPPED = "dropped"        # its bytes and table are gone; the row stays


@dataclass(frozen=True)
class DataFile:
    """One content of a resource. `columns`: `{id, name, type}` each, in order; empty where there is no table."""

    id: str
    entry_id: str
    resource_id: str
    kind: str
    state: FileState
    created_at: datetime
    created_by: str = ""
    refresh: bool = False
    number: int | None = None
    source: str = ""
    location: str = ""
    filename: str = ""
    format: str = ""
    size: int = 0
    sha256: str = ""
    machine_readable: bool = False
    columns: Sequence[Mapping[str, Any]] = ()
    rows: int | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    findings: Sequence[Mapping[str, Any]] = ()
    progress: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 0
    read_at: datetime | None = None
    current_from: datetime | None = None
    current_until: datetime | None = None

    @property
    def has_table(self) -> bool:
        """Whether its rows are in the DataStore, in the table named by its id."""
        return bool(self.columns)

    @property
    def readable(self) -> bool:
        """Whether it was read without an error, so that its bytes and table may be served."""
        return self.state in (FileState.VERIFIED, FileState.CURRENT, FileState.SUPERSEDED)

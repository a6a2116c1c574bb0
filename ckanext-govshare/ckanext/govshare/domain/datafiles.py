"""The life of a data file: taken in, read, verified or refused, current, superseded by the next (OPN-3: 001 第二十六条).

A resource of the catalogue has one current file; every content that it had or may get is a `DataFile`. What the public
gets is the current one, always: a replacement takes its place only once it is verified.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ckanext.govshare.domain.errors import NotNow
from ckanext.govshare.domain.findings import finding, refuses, worst_first
from ckanext.govshare.domain.wording import Message

# A file that brought so many readers down is not given to another one.
MOST_ATTEMPTS = 5
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=10)
_DOUBLINGS = 6  # more would be cut to the longest pause, and after a night of failures be no time span at all


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


UNREAD = frozenset({FileState.WAITING, FileState.READING})


def claim(file: DataFile) -> DataFile | None:
    """The file as a reader takes it up, None where there is nothing to read.

    One that is claimed again and again was never finished: it is refused, so that others get their turn.
    """
    if file.state not in UNREAD:
        return None
    if file.attempts >= MOST_ATTEMPTS:
        return replace(file, state=FileState.REFUSED, findings=[finding("reader_gave_up", count=file.attempts)], progress={})
    failures = {key: value for key, value in file.progress.items() if key == "failures"}
    return replace(file, state=FileState.READING, attempts=file.attempts + 1, progress=failures)


def is_held_by(file: DataFile, reader: DataFile) -> bool:
    """Whether `file`, as it is stored now, is still in the hands of whoever claimed it as `reader`."""
    return file.state is FileState.READING and file.attempts == reader.attempts


def finish(file: DataFile, report: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], now: datetime) -> DataFile:
    """The file after it was read: verified, or refused where one of `findings` is an error; then it has no table."""
    refused = refuses(findings)
    return replace(
        file, state=FileState.REFUSED if refused else FileState.VERIFIED, format=str(report.get("format") or file.format),
        machine_readable=bool(report.get("machine_readable")), reading=dict(report.get("reading") or {}),
        columns=[] if refused else list(report.get("columns") or ()), rows=None if refused else report.get("rows"),
        findings=worst_first(findings), progress={}, read_at=now)


def postpone(file: DataFile, reader: DataFile, now: datetime) -> DataFile:
    """The file after the platform failed its `reader` (a full disk, a store that went away): it is read after a pause.

    The attempt is not counted, since the file is not to blame. Pauses grow with failures in a row.
    """
    failures = int(reader.progress.get("failures", 0)) + 1
    pause = min(_FIRST_PAUSE * 2 ** min(failures - 1, _DOUBLINGS), _LONGEST_PAUSE)
    return replace(file, state=FileState.WAITING, attempts=max(file.attempts - 1, 0), progress={
        "step": "postponed", "failures": failures, "not_before": (now + pause).isoformat()})


def retry(file: DataFile) -> DataFile:
    """A refused file as it waits to be read once more; a link is fetched anew. Raises NotNow for any other state."""
    if file.state is not FileState.REFUSED:
        raise NotNow(Message("Only a refused file can be read once more"))
    return replace(file, state=FileState.WAITING, attempts=0, findings=[], progress={}, read_at=None,
                   location="" if file.kind == "link" else file.location)


@dataclass(frozen=True)
class ColumnChanges:
    """What tells two tables apart: names of columns, and `{name, before, after}` for another type. Their order is nothing."""

    added: Sequence[str]
    removed: Sequence[str]
    retyped: Sequence[Mapping[str, str]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.retyped)

    def __str__(self) -> str:
        """In signs, for readers of any language."""
        parts = [f"+{name}" for name in self.added] + [f"−{name}" for name in self.removed]
        return ", ".join(parts + [f"{c['name']} ({c['before']} → {c['after']})" for c in self.retyped])


def column_changes(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> ColumnChanges:
    """How the columns `after` differ from those `before`."""
    old, new = ({column["id"]: column["type"] for column in columns} for columns in (before, after))
    return ColumnChanges(
        added=[name for name in new if name not in old], removed=[name for name in old if name not in new],
        retyped=[{"name": name, "before": old[name], "after": new[name]}
                 for name in new if name in old and old[name] != new[name]])


# A value of the first type is one of the others as it stands.
_FITS: Mapping[str, frozenset[str]] = {
    "int8": frozenset({"numeric", "float8"}), "numeric": frozenset({"float8"}), "date": frozenset({"timestamp"}),
}


def fitted(columns: Sequence[Mapping[str, Any]], rows: int | None,
           published: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """`columns` with the types of the `published` ones where every value fits: today's whole numbers may be tomorrow's 0.5."""
    types = {column["id"]: column["type"] for column in published}

    def fit(column: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = types.get(column["id"], column["type"])
        fits = wanted in _FITS.get(column["type"], ()) or (rows is not None and column.get("nulls") == rows)
        return {**column, "type": wanted} if fits else column
    return [fit(column) for column in columns]


def replacement_refused(new: DataFile, current: DataFile) -> Mapping[str, Any] | None:
    """The finding that keeps a verified file from taking the current one's place by itself; None: it does.

    The review approved these columns in this form (001 第十条): what differs in more than its rows goes through it again.
    """
    if new.created_at < current.created_at:
        return finding("overtaken")
    if new.has_table and current.has_table:
        changes = column_changes(current.columns, new.columns)
        return finding("columns_changed", changes=str(changes)) if changes else None
    if new.has_table or current.has_table or new.format != current.format:
        return finding("columns_changed", changes=f"{current.format} → {new.format}")
    return None

"""The SQL of data files and of the counts of their fetches."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.model.datafiles import fetch_count, file

_COLUMNS = tuple(f.name for f in fields(DataFile))


def _file(row: Mapping[str, Any]) -> DataFile:
    return DataFile(**{name: row[name] for name in _COLUMNS} | {"state": FileState(row["state"])})


def _select(*where: Any) -> Any:
    return sa.select(*(file.c[name] for name in _COLUMNS)).where(*where)


def add(new: DataFile) -> None:
    """Keep a file that was taken in."""
    model.Session.execute(sa.insert(file).values(**asdict(new) | {"state": new.state.value}))


def get(file_id: str, lock: bool = False) -> DataFile | None:
    """The file; with `lock`, nobody else changes it until this transaction ends."""
    query = _select(file.c.id == file_id)
    row = model.Session.execute(query.with_for_update() if lock else query).mappings().first()
    return _file(row) if row else None


def current(resource_id: str) -> DataFile | None:
    """What the resource serves now."""
    row = model.Session.execute(
        _select(file.c.resource_id == resource_id, file.c.state == FileState.CURRENT.value)).mappings().first()
    return _file(row) if row else None


def of_resource(resource_id: str) -> list[DataFile]:
    """Every file that the resource had, newest first."""
    query = _select(file.c.resource_id == resource_id).order_by(file.c.created_at.desc(), file.c.id)
    return [_file(row) for row in model.Session.execute(query).mappings()]


def of_entry(entry_id: str) -> list[DataFile]:
    """Every file of the entry's resources, newest first."""
    query = _select(file.c.entry_id == entry_id).order_by(file.c.created_at.desc(), file.c.id)
    return [_file(row) for row in model.Session.execute(query).mappings()]


def change(file_id: str, **values: Any) -> None:
    """Write some columns of the file's row; `state` is a FileState."""
    plain = {key: value.value if isinstance(value, FileState) else value for key, value in values.items()}
    model.Session.execute(sa.update(file).where(file.c.id == file_id).values(**plain))


def make_current(file_id: str, now: datetime) -> None:
    """Let the file take the place of its resource's current one, with the next version number."""
    chosen = get(file_id, lock=True)
    if chosen is None or chosen.state is FileState.CURRENT:
        return
    model.Session.execute(sa.update(file).where(
        file.c.resource_id == chosen.resource_id, file.c.state == FileState.CURRENT.value,
    ).values(state=FileState.SUPERSEDED.value, current_until=now))
    last = model.Session.execute(
        sa.select(sa.func.max(file.c.number)).where(file.c.resource_id == chosen.resource_id)).scalar()
    change(file_id, state=FileState.CURRENT, number=(last or 0) + 1, current_from=now, current_until=None)


def waiting(limit: int = 100) -> Sequence[str]:
    """Ids of the files that nobody has read to the end, oldest first."""
    query = sa.select(file.c.id).where(file.c.state.in_((FileState.WAITING.value, FileState.READING.value)))
    return list(model.Session.execute(query.order_by(file.c.created_at, file.c.id).limit(limit)).scalars())


def commit_without_waiting() -> None:
    """Let this transaction's commit not wait for the disk: a crash may lose counts of its last moments, nothing else."""
    model.Session.execute(sa.text("SET LOCAL synchronous_commit TO off"))


def count_fetch(resource_id: str, day: date, channel: str, rows: int, size: int) -> None:
    """Add one fetch of `rows` rows and `size` bytes to the day's count."""
    statement = insert(fetch_count).values(
        resource_id=resource_id, day=day, channel=channel, fetches=1, rows=rows, bytes=size)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["resource_id", "day", "channel"], set_={
        "fetches": fetch_count.c.fetches + 1, "rows": fetch_count.c.rows + rows, "bytes": fetch_count.c.bytes + size}))


def fetches(resource_ids: Sequence[str], since: date) -> list[dict[str, Any]]:
    """The counts of those resources from day `since` on, by day: resource_id, day, channel, fetches, rows, bytes."""
    query = sa.select(fetch_count).where(fetch_count.c.resource_id.in_(resource_ids), fetch_count.c.day >= since)
    return [dict(row) for row in model.Session.execute(query.order_by(fetch_count.c.day)).mappings()]

"""The SQL of data files and of the counts of their fetches."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import JSONB, insert

from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.model import catalog
from ckanext.govshare.model.datafiles import fetch_count, file

# The connection that holds a file for its one reader.
Reservation: TypeAlias = sa.Connection
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


def save(changed: DataFile) -> None:
    """Write all that may change of a file's row."""
    values = asdict(changed)
    for fixed in ("id", "entry_id", "resource_id", "kind", "created_by", "created_at"):
        del values[fixed]
    change(changed.id, **values)


def make_current(file_id: str, now: datetime) -> None:
    """Let a verified file take the place of its resource's current one, with the next version number.

    In any other state nothing happens: what once was current does not come back by an old draft that names it.
    """
    chosen = get(file_id, lock=True)
    if chosen is None or chosen.state is not FileState.VERIFIED:
        return
    model.Session.execute(sa.update(file).where(
        file.c.resource_id == chosen.resource_id, file.c.state == FileState.CURRENT.value,
    ).values(state=FileState.SUPERSEDED.value, current_until=now))
    last = model.Session.execute(
        sa.select(sa.func.max(file.c.number)).where(file.c.resource_id == chosen.resource_id)).scalar()
    change(file_id, state=FileState.CURRENT, number=(last or 0) + 1, current_from=now, current_until=None)


def waiting(limit: int = 100, now: datetime | None = None) -> Sequence[str]:
    """Ids of the files that nobody has read to the end, oldest first; with `now`, without those whose pause is not over."""
    query = sa.select(file.c.id).where(file.c.state.in_((FileState.WAITING.value, FileState.READING.value)))
    if now is not None:
        not_before = file.c.progress["not_before"].astext
        query = query.where(sa.or_(not_before.is_(None), sa.cast(not_before, sa.DateTime(timezone=True)) <= now))
    return list(model.Session.execute(query.order_by(file.c.created_at, file.c.id).limit(limit)).scalars())


@contextmanager
def reserved(file_id: str) -> Iterator[Reservation | None]:
    """Reserve the file to one reader. Gives the connection that does so, None where another reader has the file.

    PostgreSQL gives the file free when the connection ends, so no killed worker can keep it.
    """
    with model.Session.get_bind().connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # never back into the pool, where it would keep the file
        lock = sa.func.pg_try_advisory_lock(sa.func.hashtextextended(f"govshare_file:{file_id}", 0))
        yield connection if connection.execute(sa.select(lock)).scalar() else None


def tell_progress(reader: Reservation, file_id: str, progress: Mapping[str, Any]) -> None:
    """Show how far the reader is; on its own connection, so that it also notices when it has lost the file."""
    reader.execute(sa.update(file).where(file.c.id == file_id).values(progress=dict(progress)))


def in_states(states: Sequence[FileState], before: datetime) -> list[DataFile]:
    """Files in one of `states` that were taken in before a moment, oldest first."""
    query = _select(file.c.state.in_([state.value for state in states]), file.c.created_at < before)
    return [_file(row) for row in model.Session.execute(query.order_by(file.c.created_at, file.c.id)).mappings()]


def named_by_drafts() -> set[str]:
    """Ids of the files that a draft is going to serve: in a package never published, or in the draft beside one."""
    drafts = sa.select(sa.func.jsonb_path_query(catalog.entry.c.draft, "$.resources[*].file_id").op("#>>")("{}"))
    unpublished = sa.select(sa.cast(model.Resource.extras, JSONB)["file_id"].astext).join(
        model.Package, model.Package.id == model.Resource.package_id,
    ).where(model.Resource.state == "active", model.Package.state == "active")
    return {found for query in (drafts, unpublished) for found in model.Session.execute(query).scalars() if found}


def is_newest(asked: DataFile) -> bool:
    """Whether nothing was taken in for the file's resource after it."""
    newer = sa.exists().where(file.c.resource_id == asked.resource_id, file.c.created_at > asked.created_at)
    return not model.Session.execute(sa.select(newer)).scalar()


def outnumbered(kept: int) -> list[DataFile]:
    """Superseded files beyond the newest `kept` superseded ones of each resource."""
    rank = sa.func.row_number().over(partition_by=file.c.resource_id, order_by=file.c.number.desc())
    ranked = sa.select(file.c.id, rank.label("rank")).where(file.c.state == FileState.SUPERSEDED.value).subquery()
    query = _select(file.c.id.in_(sa.select(ranked.c.id).where(ranked.c.rank > kept)))
    return [_file(row) for row in model.Session.execute(query.order_by(file.c.created_at, file.c.id)).mappings()]


def kept_ids() -> set[str]:
    """Ids of all files whose bytes have a reason to be there."""
    return set(model.Session.execute(sa.select(file.c.id).where(file.c.state != FileState.DROPPED.value)).scalars())


def ids_with_table() -> set[str]:
    """Ids of all files that have a table in the DataStore, or may be getting one now."""
    being_read = file.c.state.in_((FileState.WAITING.value, FileState.READING.value))
    has_table = sa.and_(file.c.state != FileState.DROPPED.value, sa.func.jsonb_array_length(file.c.columns) > 0)
    return set(model.Session.execute(sa.select(file.c.id).where(sa.or_(being_read, has_table))).scalars())


def commit_without_waiting() -> None:
    """Let this transaction's commit not wait for the disk: a crash may lose counts of its last moments, nothing else."""
    model.Session.execute(sa.text("SET LOCAL synchronous_commit TO off"))


def count_fetch(resource_id: str, day: date, channel: str, rows: int, size: int) -> None:
    """Add one fetch of `rows` rows and `size` bytes to the day's count."""
    statement = insert(fetch_count).values(
        resource_id=resource_id, day=day, channel=channel, fetches=1, rows=rows, bytes=size)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["resource_id", "day", "channel"], set_={
        "fetches": fetch_count.c.fetches + 1, "rows": fetch_count.c.rows + rows, "bytes": fetch_count.c.bytes + size}))


def fetch_totals(resource_id: str) -> dict[str, int]:
    """How often the resource's data was ever fetched, by channel."""
    query = sa.select(fetch_count.c.channel, sa.cast(sa.func.sum(fetch_count.c.fetches), sa.BigInteger))
    rows = model.Session.execute(query.where(fetch_count.c.resource_id == resource_id).group_by(fetch_count.c.channel))
    return {row[0]: row[1] for row in rows}


def fetches(resource_ids: Sequence[str], since: date) -> list[dict[str, Any]]:
    """The counts of those resources from day `since` on, by day: resource_id, day, channel, fetches, rows, bytes."""
    query = sa.select(fetch_count).where(fetch_count.c.resource_id.in_(resource_ids), fetch_count.c.day >= since)
    return [dict(row) for row in model.Session.execute(query.order_by(fetch_count.c.day)).mappings()]

"""The SQL of the recorder: history and trace."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.domain.trace import Leaf, Record
from ckanext.govshare.model.trace import event, trace

# Any constant; it keeps two transactions from appending to the chain at once.
_CHAIN_LOCK = 7_274_120_221
_BATCH = 20_000


def lock_chain() -> Leaf | None:
    """Wait for the right to append until this transaction ends; the last leaf, None if there is none yet."""
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    row = model.Session.execute(sa.select(trace).order_by(trace.c.seq.desc()).limit(1)).mappings().first()
    return Leaf(**row) if row else None


def append(leaf: Leaf) -> None:
    model.Session.execute(sa.insert(trace).values(seq=leaf.seq, body=leaf.body, prev=leaf.prev, hash=leaf.hash))


def next_event_seq(case_kind: str, case_id: str) -> int:
    last = sa.select(sa.func.max(event.c.seq)).where(event.c.case_kind == case_kind, event.c.case_id == case_id)
    return int(model.Session.execute(last).scalar() or 0) + 1


def add_event(values: Mapping[str, Any]) -> None:
    model.Session.execute(sa.insert(event).values(**values))


def events(case_kind: str, case_id: str) -> list[dict[str, Any]]:
    """The history of a case, oldest first."""
    rows = model.Session.execute(sa.select(event).where(
        event.c.case_kind == case_kind, event.c.case_id == case_id).order_by(event.c.seq)).mappings()
    return [dict(row) for row in rows]


def leaves(first: int, last: int | None, limit: int) -> list[dict[str, Any]]:
    """Leaves `first` to `last` (None: the newest), at most `limit`."""
    query = sa.select(trace).where(trace.c.seq >= first).order_by(trace.c.seq).limit(limit)
    if last is not None:
        query = query.where(trace.c.seq <= last)
    return [dict(row) for row in model.Session.execute(query).mappings()]


@contextmanager
def snapshot() -> Iterator[tuple[Iterator[tuple[int, str, str, str]], Iterator[Record]]]:
    """All leaves as (seq, body, prev, hash), and what the histories of all cases say of them, both in the trace's order.

    Both are of one moment, however long the reading takes and whatever is recorded meanwhile, and are read through
    server-side cursors, so that memory stays constant.
    """
    leaves = sa.select(trace.c.seq, trace.c.body, trace.c.prev, trace.c.hash).order_by(trace.c.seq)
    history = sa.select(event.c.trace_seq, event.c.actor, event.c.payload, event.c.salt).order_by(event.c.trace_seq)
    engine = model.meta.engine.execution_options(isolation_level="REPEATABLE READ")
    # The driver's own rows: SQLAlchemy's cost a third of the time for a million.
    with engine.connect() as connection, connection.connection.cursor(name="leaves") as first, \
            connection.connection.cursor(name="history") as second:
        for cursor, query in ((first, leaves), (second, history)):
            cursor.itersize = _BATCH
            cursor.execute(str(query))
        yield iter(first), map(Record._make, second)

"""The one recorder: what happened enters the history and the trace in the transaction that changes the state.

Whoever calls `record` commits through `transaction`, so that all of it is kept or none (design principles 4, 5, 8).
"""
from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from ckan import model

from ckanext.govshare.domain import canonical, trace
from ckanext.govshare.domain.events import Event
from ckanext.govshare.repository import trace as repository

log = logging.getLogger(__name__)

# Kinds of cases that are people.
PERSONAL = frozenset({"accounts"})


@dataclass(frozen=True)
class Case:
    """What an event happened to: `kind` is a feature's name, `id` unique within it, `department` who answers for it."""

    kind: str
    id: str
    department: str


_once_kept: ContextVar[list[Callable[[], None]]] = ContextVar("once_kept")


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what was done inside, or nothing of it; then do what waits for that (see `once_kept`)."""
    waiting: list[Callable[[], None]] = []
    outer = _once_kept.set(waiting)
    try:
        yield
        model.Session.commit()
    except BaseException:
        model.Session.rollback()
        raise
    finally:
        _once_kept.reset(outer)
    for act in waiting:
        try:
            act()
        except Exception:
            # What was committed stays so, whatever comes of this; the worker's turn makes good what failed here.
            log.exception("Failed after the commit")


def once_kept(act: Callable[[], None]) -> None:
    """Do `act`, which cannot be taken back, once the transaction around is committed; never where it is not."""
    _once_kept.get().append(act)


def record(case: Case, event: Event, actor: str, now: datetime) -> int:
    """Add `event` to the case's history and the trace; the sequence number of its leaf.

    Call it last in the transaction: it holds the chain until the commit.
    """
    salt = secrets.token_hex(16)
    payload = event.payload()
    # An account is a person: its leaf names it as it names the actor. Which it is stands in the payload, and is verified there.
    case_id = trace.salted(salt, case.id) if case.kind in PERSONAL else case.id
    leaf = trace.append(repository.lock_chain(), {
        "at": now.isoformat(),
        "case": f"{case.kind}:{case_id}",
        "department": case.department,
        "event": event.name,
        "actor": trace.salted(salt, actor),
        "payload": trace.salted(salt, canonical.text(payload)),
    })
    repository.append(leaf)
    repository.add_event({
        "case_kind": case.kind, "case_id": case.id, "seq": repository.next_event_seq(case.kind, case.id),
        "name": event.name, "effective_at": now, "recorded_at": now, "actor": actor, "payload": payload,
        "salt": salt, "trace_seq": leaf.seq,
    })
    return leaf.seq

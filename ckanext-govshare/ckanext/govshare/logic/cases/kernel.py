"""The one way in which a command on a case is carried out: load under lock, decide, save, tell, record, and what follows.

Everything happens in the caller's transaction: all of it is kept or nothing.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.govshare import clock, regulations
from ckanext.govshare.domain import calendar
from ckanext.govshare.domain.cases import Process
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic import notices, parts
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.logic.wording import asking, translate
from ckanext.govshare.repository import deadlines
from ckanext.govshare.repository.cases import KINDS

T = TypeVar("T")

# The actor, and the part, of what nobody commanded: a signature's consequence, an appeal's, the clock's.
SYSTEM = "system"
PLATFORM = frozenset({Part.SYSTEM})


@dataclass(frozen=True)
class Machine(Generic[T]):
    """One kind of case, as commands on it are carried out.

    `kind`: of `repository.cases.KINDS`. `get(id, lock)` gives the case, with what is locked before it. `decide` and `evolve` are
    the domain's, with the facts looked up. `seen_by`: the parts that may know of a case. `absent`: what others are told.
    """

    kind: str
    process: Process[Any, Any, Any]
    get: Callable[[str, bool], T | None]
    save: Callable[[T, datetime], None]
    decide: Callable[[T, Any, frozenset[Part], datetime], Event]
    evolve: Callable[[T, Event, Any, datetime], T]
    seen_by: Callable[[T], frozenset[Part]]
    absent: Message


# What an event of one case does to others: `consequences.TABLE`, which knows all features, as this module knows none.
Following = Callable[[Any, Any, str, datetime], None]
_following: dict[type[Event], Sequence[Following]] = {}


def install(table: Mapping[type[Event], Sequence[Following]]) -> None:
    """Take what follows from which event: functions of the case afterwards, the event, the actor and the moment."""
    _following.update(table)


def parts_in(machine: Machine[T], context: Context, case: Any) -> frozenset[Part]:
    """The caller's parts in a case."""
    return parts.of(context, case.department, getattr(case, KINDS[machine.kind].person))


def load(machine: Machine[T], case_id: str, lock: bool = False) -> T:
    """A case; with `lock`, nobody else changes it in this transaction. Raises ObjectNotFound where there is none."""
    found = machine.get(case_id, lock) if "\0" not in case_id else None
    if found is None:
        raise tk.ObjectNotFound(translate(machine.absent))
    return found


def known(machine: Machine[T], context: Context, case_id: str) -> tuple[T, frozenset[Part]]:
    """A case and the caller's parts in it. Raises ObjectNotFound also for whoever may not know of it."""
    case = load(machine, case_id)
    held = parts_in(machine, context, case)
    if not machine.seen_by(case) & held:
        raise tk.ObjectNotFound(translate(machine.absent))
    return case, held


def give(machine: Machine[T], context: Context, case_id: str, order: Any) -> T:
    """Carry out a person's command and commit; the case afterwards. Raises NotAuthorized or ValidationError, nothing written."""
    with transaction():
        case = load(machine, case_id, lock=True)
        carry_out(machine, case, order, parts_in(machine, context, case), clock.now())
        return load(machine, case_id)


def carry_out(machine: Machine[T], case: T, order: Any, held: frozenset[Part], now: datetime) -> T:
    """Decide on a case that the caller holds locked, and write all that follows; the case after its own event.

    Raises NotAuthorized or ValidationError.
    """
    with asking():
        event = machine.decide(case, order, held, now)
    after = machine.evolve(case, event, order, now)
    write(machine, after, event, order.actor, now)
    return after


def command(machine: Machine[T], case: T, order: Any, now: datetime) -> T:
    """As `carry_out`, in the platform's name."""
    return carry_out(machine, case, order, PLATFORM, now)


def write(machine: Machine[T], case: Any, event: Event, actor: str, now: datetime) -> None:
    """Bring due date, row, messages, history and trace up to `event`, which made `case`; then what follows on other cases."""
    _clock(machine, case, event, now)
    machine.save(case, now)
    notices.about(machine.kind, case, event, now)
    record(Case(machine.kind, case.id, case.department), event, actor, now)
    for follow in _following.get(type(event), ()):
        follow(case, event, actor, now)


def _clock(machine: Machine[T], case: Any, event: Event, now: datetime) -> None:
    """Start the limit of a process when it begins, stop it when nobody has to act any more."""
    runs = machine.process.limit
    if runs is None:
        return
    if isinstance(event, runs.begins):
        limit = regulations.current().limit(runs.rule)
        if limit is not None:
            deadlines.save(machine.kind, case.id, calendar.compute(limit, now, regulations.calendar()))
    elif case.state not in runs.states:
        notices.meet(machine.kind, case.id, now)

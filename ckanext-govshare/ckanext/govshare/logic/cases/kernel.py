"""The one way in which a command on a case is carried out: load under lock, decide, save, tell, record, and what follows.

Everything happens in the caller's transaction: all of it is kept or nothing.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
class Outcome(Generic[T]):
    """What a command did: the case before (None where it began) and afterwards, the event, who acted and when."""

    before: T | None
    case: T
    event: Any  # one of `domain.events.Event`, of a kind that the table of consequences has looked at
    actor: str
    now: datetime


@dataclass(frozen=True)
class Offer:
    """A command as people give it by an action, `govshare_<one>_<name>`.

    `parameters`: the action's schema; those that the machine's order has are handed to it. `about`: what the action does, for
    its documentation. `choose`: the command, where a parameter says which. `ready(context, case, order, given)`: completes the
    order before the case is locked, as by asking for a signature.
    """

    command: Any
    parameters: Callable[[], Any]
    about: str
    choose: Callable[[Mapping[str, Any]], Any] | None = None
    ready: Callable[[Context, Any, Any, Mapping[str, Any]], Any] | None = None


def _brief(case: Any) -> dict[str, Any]:
    return {"id": case.id, "state": case.state.value}


@dataclass(frozen=True)
class Machine(Generic[T]):
    """One kind of case: how commands on it are carried out, and which of them people give.

    `kind` and `one`: its name in histories, and in the names of actions. `get(id, lock)` gives the case, with what is locked
    before it. `decide` and `evolve` are the domain's, with the facts looked up; `order` is its class of commands. `seen_by`: the
    parts that may know of a case; `absent`: what others are told. `offers`: by the action's last word.
    `parts_of(context, case)`: the caller's, where they are not those of `logic.parts`. `find`: the id that a caller's reference
    means. `prepare`: the case as a command finds it. `answer`: of an action that gave a command.
    """

    kind: str
    one: str
    process: Process[Any, Any, Any]
    order: type[Any]
    get: Callable[[str, bool], T | None]
    save: Callable[[Outcome[T]], None]
    decide: Callable[[T, Any, frozenset[Any], datetime], Event]
    evolve: Callable[[T, Event, Any, datetime], T]
    seen_by: Callable[[T], frozenset[Any]]
    absent: Message
    offers: Mapping[str, Offer] = field(default_factory=dict)
    parts_of: Callable[[Context, T], frozenset[Any]] | None = None
    find: Callable[[Context, str], str] = lambda context, reference: reference
    prepare: Callable[[T, Any], T] = lambda case, order: case
    answer: Callable[[T], dict[str, Any]] = _brief

    def parts_in(self, context: Context, case: Any) -> frozenset[Any]:
        """The caller's parts in a case."""
        if self.parts_of is not None:
            return self.parts_of(context, case)
        return parts.of(context, case.department, getattr(case, KINDS[self.kind].person))


# What an event of one case does to others: `consequences.TABLE`, which knows all features, as this module knows none.
Following = Callable[[Outcome[Any]], None]
_following: dict[type[Event], Sequence[Following]] = {}


def install(table: Mapping[type[Event], Sequence[Following]]) -> None:
    """Take what follows from which event."""
    _following.update(table)


def load(machine: Machine[T], case_id: str, lock: bool = False) -> T:
    """A case; with `lock`, nobody else changes it in this transaction. Raises ObjectNotFound where there is none."""
    found = machine.get(case_id, lock) if "\0" not in case_id else None
    if found is None:
        raise tk.ObjectNotFound(translate(machine.absent))
    return found


def known(machine: Machine[T], context: Context, case_id: str) -> tuple[T, frozenset[Any]]:
    """A case and the caller's parts in it. Raises ObjectNotFound also for whoever may not know of it."""
    case = load(machine, machine.find(context, case_id))
    held = machine.parts_in(context, case)
    if not machine.seen_by(case) & held:
        raise tk.ObjectNotFound(translate(machine.absent))
    return case, held


def give(machine: Machine[T], context: Context, case_id: str, order: Any) -> T:
    """Carry out a person's command and commit; the case afterwards. Raises NotAuthorized or ValidationError, nothing written."""
    with transaction():
        case = machine.prepare(load(machine, case_id, lock=True), order)
        carry_out(machine, case, order, machine.parts_in(context, case), clock.now())
        return load(machine, case_id)


def carry_out(machine: Machine[T], case: T, order: Any, held: frozenset[Any], now: datetime) -> T:
    """Decide on a case that the caller holds locked, and write all that follows; the case after its own event.

    Raises NotAuthorized or ValidationError.
    """
    with asking():
        event = machine.decide(case, order, held, now)
    after = machine.evolve(case, event, order, now)
    write(machine, Outcome(case, after, event, order.actor, now))
    return after


def command(machine: Machine[T], case: T, order: Any, now: datetime) -> T:
    """As `carry_out`, in the platform's name."""
    return carry_out(machine, case, order, PLATFORM, now)


def begin(machine: Machine[T], case: T, event: Event, actor: str, now: datetime) -> T:
    """Write a case that `event` began, and what follows from that; the case."""
    write(machine, Outcome(None, case, event, actor, now))
    return case


def write(machine: Machine[T], outcome: Outcome[T]) -> None:
    """Bring due date, row, messages, history and trace up to an event; then what follows on other cases."""
    case: Any = outcome.case
    _clock(machine, outcome)
    machine.save(outcome)
    notices.about(machine.kind, case, outcome.event, outcome.now)
    record(Case(machine.kind, case.id, case.department), outcome.event, outcome.actor, outcome.now)
    for follow in _following.get(type(outcome.event), ()):
        follow(outcome)


def _clock(machine: Machine[T], outcome: Outcome[Any]) -> None:
    """Start the limit of a process when it begins, stop it when nobody has to act any more."""
    runs = machine.process.limit
    if runs is None:
        return
    if isinstance(outcome.event, runs.begins):
        limit = regulations.current().limit(runs.rule)
        if limit is not None:
            computed = calendar.compute(limit, outcome.now, regulations.calendar())
            deadlines.save(machine.kind, outcome.case.id, computed)
    elif outcome.case.state not in runs.states:
        notices.meet(machine.kind, outcome.case.id, outcome.now)

"""Grants: who may fetch one entry's conditional data from when until when (ACC-2, ACC-3: 001 第二十七条, 004 第二十七条).

A grant's state is what was commanded; `standing` is what follows from it at a moment. Only the standing gives access, so that
a stopped clock extends nothing. Pure: callers pass the grant, the command and the moment, and record the event.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from ckanext.govshare.domain import grant_events as events
from ckanext.govshare.domain.calendar import SHANGHAI
from ckanext.govshare.domain.cases import Process, Transition, apart
from ckanext.govshare.domain.errors import DomainError, Invalid, NotNow
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.grant_limits import Limits as Limits
from ckanext.govshare.domain.notices import Audience
from ckanext.govshare.domain.parts import Part as Part
from ckanext.govshare.domain.wording import Message


class State(StrEnum):
    PENDING_AGREEMENT = "pending_agreement"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    SURRENDERED = "surrendered"


class Command(StrEnum):
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    TERMINATE = "terminate"
    REINSTATE = "reinstate"
    SURRENDER = "surrender"
    EXPIRE = "expire"
    CLOSE_OUT = "close_out"


class Standing(StrEnum):
    """What a grant is worth at a moment; VALID alone gives access."""

    VALID = "valid"
    PENDING_AGREEMENT = "pending_agreement"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    SURRENDERED = "surrendered"
    AGREEMENT_LAPSED = "agreement_lapsed"


ENDED = frozenset({State.EXPIRED, State.TERMINATED, State.SURRENDERED})
OPEN = frozenset(State) - ENDED
_SYSTEM = frozenset({Part.SYSTEM})
_HANDLER = frozenset({Part.HANDLER})
_HOLDER = frozenset({Part.APPLICANT})

# The whole of it; the tests walk it, the documentation is generated from it. The applicant is the holder; SYSTEM speaks for
# signatures, appeals and the clock.
TRANSITIONS: Mapping[Command, Transition[Part, State]] = {
    Command.ACTIVATE: Transition(_SYSTEM, frozenset({State.PENDING_AGREEMENT}), State.ACTIVE),
    Command.SUSPEND: Transition(_HANDLER, frozenset({State.ACTIVE}), State.SUSPENDED,
                                asks=Message("State why the grant is suspended")),
    Command.RESUME: Transition(_HANDLER | _SYSTEM, frozenset({State.SUSPENDED}), State.ACTIVE,
                               asks=Message("State why the grant is resumed")),
    Command.TERMINATE: Transition(_HANDLER, OPEN, State.TERMINATED, asks=Message("State why the grant is terminated")),
    Command.REINSTATE: Transition(_SYSTEM, frozenset({State.TERMINATED}), None),
    Command.SURRENDER: Transition(_HOLDER, OPEN, State.SURRENDERED),
    Command.EXPIRE: Transition(_SYSTEM, OPEN, State.EXPIRED),
    Command.CLOSE_OUT: Transition(_HOLDER, ENDED, None, asks=Message(
        "State how the data and its copies were deleted, or why they are kept")),
}

STATE_NAMES: Mapping[State, Message] = {
    State.PENDING_AGREEMENT: Message("Awaiting signature"),
    State.ACTIVE: Message("In force"),
    State.SUSPENDED: Message("Suspended"),
    State.EXPIRED: Message("Expired"),
    State.TERMINATED: Message("Terminated"),
    State.SURRENDERED: Message("Surrendered"),
}

STANDINGS: Mapping[Standing, Message] = {
    Standing.VALID: Message("The data may be fetched"),
    Standing.PENDING_AGREEMENT: Message("The data may be fetched once both sides have signed the agreement"),
    Standing.NOT_STARTED: Message("The agreed period has not begun"),
    Standing.EXPIRED: Message("The agreed period is over"),
    Standing.SUSPENDED: Message("The providing department has suspended the grant"),
    Standing.TERMINATED: Message("The providing department has terminated the grant"),
    Standing.SURRENDERED: Message("The holder has surrendered the grant"),
    Standing.AGREEMENT_LAPSED: Message("The agreement is no longer in force"),
}

_IN_FORCE = "in_force"
_UNSIGNED = frozenset({"offered", "applicant_signed", "countersigned"})


@dataclass(frozen=True)
class Grant:
    """A grant as it was last commanded. Access is from `starts_at` on and no longer at `ends_at`.

    `agreement_id` is empty where the department asked for no agreement; `renews` is the grant that this one continues.
    """

    id: str
    application_id: str
    entry_id: str
    department: str
    holder: str
    state: State
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    agreement_id: str = ""
    limits: Limits = field(default_factory=Limits)
    renews: str = ""
    reason: str = ""
    closed_out_at: datetime | None = None
    closing_statement: str = ""


@dataclass(frozen=True)
class Order:
    """A command as somebody gave it. `reason` is the statement where the command is CLOSE_OUT.

    `before`: where a REINSTATE leads back to. `agreement_id`: the agreement that an ACTIVATE rests on. `renewed_by`: the grant
    under which the holder goes on after an EXPIRE, empty for none.
    """

    command: Command
    actor: str
    reason: str = ""
    before: State = State.ACTIVE
    agreement_id: str = ""
    renewed_by: str = ""


def midnight(day: date) -> datetime:
    """The first moment of `day` in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def period(first: date, last: date, decided_at: datetime) -> tuple[datetime, datetime]:
    """When access starts and when it no longer is: `last` counts whole, and nothing starts before its decision.

    Raises Invalid, naming `period_end`, where nothing would be left of the period.
    """
    starts_at, ends_at = max(midnight(first), decided_at), midnight(last + timedelta(days=1))
    if starts_at >= ends_at:
        raise Invalid({"period_end": [Message("The period is already over; give a later last day")]})
    return starts_at, ends_at


def standing(grant: Grant, agreement_state: str, now: datetime) -> Standing:
    """What `grant` is worth at `now`.

    agreement_state: of its agreement, a value of domain.agreements.State; empty where it has none or none is found, which
    counts for a grant that needs one as an agreement that lapsed.
    """
    match grant.state:
        case State.TERMINATED:
            return Standing.TERMINATED
        case State.SURRENDERED:
            return Standing.SURRENDERED
    if grant.state is State.EXPIRED or now >= grant.ends_at:
        return Standing.EXPIRED
    if grant.state is State.SUSPENDED:
        return Standing.SUSPENDED
    if grant.state is State.PENDING_AGREEMENT or (grant.agreement_id and agreement_state in _UNSIGNED):
        return Standing.PENDING_AGREEMENT
    if grant.agreement_id and agreement_state != _IN_FORCE:
        return Standing.AGREEMENT_LAPSED
    return Standing.VALID if grant.starts_at <= now else Standing.NOT_STARTED


def decide(grant: Grant, order: Order, parts: frozenset[Part], now: datetime) -> Event:
    """The event that `order` causes at `now`.

    Raises NotYours, NotNow, or Invalid with all errors by field.
    """
    PROCESS.admit(grant, order, parts, now)
    reason = PROCESS.stated(order, "statement" if order.command is Command.CLOSE_OUT else "reason")
    match order.command:
        case Command.ACTIVATE:
            return events.GrantActivated(order.agreement_id or grant.agreement_id)
        case Command.SUSPEND:
            return events.GrantSuspended(reason)
        case Command.RESUME:
            return events.GrantResumed(reason)
        case Command.TERMINATE:
            return events.GrantTerminated(reason, grant.state.value)
        case Command.REINSTATE:
            return events.GrantReinstated(order.before.value, reason)
        case Command.SURRENDER:
            return events.GrantSurrendered(reason, grant.state.value)
        case Command.EXPIRE:
            return events.GrantExpired(grant.ends_at.isoformat(), grant.state.value, order.renewed_by)
        case Command.CLOSE_OUT:
            return events.GrantClosedOut(reason)


def _untimely(grant: Grant, order: Order, now: datetime) -> DomainError | None:
    command = order.command
    if command is Command.EXPIRE and now < grant.ends_at:
        return NotNow(Message("The agreed period is not over yet"))
    if command in (Command.SUSPEND, Command.RESUME, Command.SURRENDER) and now >= grant.ends_at and grant.state in OPEN:
        return NotNow(Message("The agreed period is over, access has ended by itself"))
    if command is Command.CLOSE_OUT and grant.closed_out_at is not None:
        return NotNow(Message("The statement on the data's deletion was given before"))
    return None


PROCESS = Process(
    TRANSITIONS, STATE_NAMES,
    not_yours={
        Part.HANDLER: Message("Only editors of the department that provides the data may do this"),
        Part.APPLICANT: Message("Only the holder of the grant may do this"),
        Part.SYSTEM: Message("This is done by the platform alone"),
    },
    not_now=Message("This is not possible while the grant is in state “{state}”; reload the page to see where it stands"),
    personal=apart(Part.HANDLER, TRANSITIONS, lambda grant, _: {grant.holder}, Message(
        "Another member of your department has to decide on a grant of your own")),
    untimely=_untimely,
    told={
        **{name: ((Audience.PERSON, name), (Audience.COMPETENT, f"{name}_report"))
           for name in ("grant_suspended", "grant_resumed", "grant_terminated")},
        "grant_reinstated": ((Audience.PERSON, "grant_reinstated"), (Audience.HANDLERS, "grant_reinstated_report")),
        "grant_surrendered": ((Audience.HANDLERS, "grant_surrendered"),),
        "grant_expired": ((Audience.PERSON, "grant_expired"),),
        "grant_closed_out": ((Audience.HANDLERS, "grant_closed_out"),),
    },
)


def evolve(grant: Grant, event: Event, actor: str, now: datetime) -> Grant:
    """The grant after `event`."""
    match event:
        case events.GrantActivated():
            return replace(grant, state=State.ACTIVE, agreement_id=event.agreement_id)
        case events.GrantAgreementReplaced():
            return replace(grant, agreement_id=event.agreement_id)
        case events.GrantSuspended():
            return replace(grant, state=State.SUSPENDED, reason=event.reason)
        case events.GrantResumed():
            return replace(grant, state=State.ACTIVE, reason="")
        case events.GrantTerminated():
            return replace(grant, state=State.TERMINATED, reason=event.reason)
        case events.GrantReinstated():
            return replace(grant, state=State(event.state), reason="", closed_out_at=None, closing_statement="")
        case events.GrantSurrendered():
            return replace(grant, state=State.SURRENDERED, reason=event.words)
        case events.GrantExpired():
            return replace(grant, state=State.EXPIRED)
        case events.GrantClosedOut():
            return replace(grant, closed_out_at=now, closing_statement=event.statement)
    return grant

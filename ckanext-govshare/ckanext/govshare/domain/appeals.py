"""Appeals: a refusal, suspension or termination is taken to the competent department (ACC-6).

By analogy with 001 第二十一条 and 004 第二十条, by which that department settles disputes over sharing. Pure: callers pass the
case that is appealed about, the appeal, the command and who gives it, and record the event.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ckanext.govshare.domain import appeal_events as events
from ckanext.govshare.domain.cases import Limit, Process, Transition, apart
from ckanext.govshare.domain.errors import DomainError, NotNow
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.notices import Audience
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.profiles import Rule
from ckanext.govshare.domain.wording import Message

MOST_FILINGS = 3  # about one decision: each filing is told to the competent department, and a withdrawn one was no answer


class State(StrEnum):
    FILED = "filed"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    WITHDRAWN = "withdrawn"


class Command(StrEnum):
    FILE = "file"
    UPHOLD = "uphold"
    OVERTURN = "overturn"
    WITHDRAW = "withdraw"


class Kind(StrEnum):
    """What a case is that can be appealed about."""

    APPLICATION = "application"
    GRANT = "grant"


class Against(StrEnum):
    """The decision that is appealed against."""

    REJECTION = "rejection"
    SUSPENSION = "suspension"
    TERMINATION = "termination"


class Remedy(StrEnum):
    """What overturning does to the case at once; nothing where the decision has passed away by itself."""

    APPROVE = "approve"
    RESUME = "resume"
    REINSTATE = "reinstate"
    NONE = "none"


_FILED: frozenset[State | None] = frozenset({State.FILED})
_COMPETENT = frozenset({Part.COMPETENT})
_REASONS = Message("State the reasons of the decision")

# The whole of an appeal; the tests walk it and docs/state-matrix.md is generated from it.
TRANSITIONS: Mapping[Command, Transition[Part, State]] = {
    Command.FILE: Transition(frozenset({Part.APPLICANT}), frozenset({None}), State.FILED, Message(
        "Only the applicant may appeal against a decision on the application or grant"),
        asks=Message("State why the decision is wrong")),
    Command.UPHOLD: Transition(_COMPETENT, _FILED, State.UPHELD, asks=_REASONS),
    Command.OVERTURN: Transition(_COMPETENT, _FILED, State.OVERTURNED, asks=_REASONS),
    Command.WITHDRAW: Transition(frozenset({Part.APPLICANT}), _FILED, State.WITHDRAWN),
}

# The states of a case whose last decision can be appealed against.
APPEALABLE: Mapping[tuple[Kind, str], Against] = {
    (Kind.APPLICATION, "rejected"): Against.REJECTION,
    (Kind.GRANT, "suspended"): Against.SUSPENSION,
    (Kind.GRANT, "terminated"): Against.TERMINATION,
}
_REMEDIES: Mapping[Against, Remedy] = {
    Against.REJECTION: Remedy.APPROVE, Against.SUSPENSION: Remedy.RESUME, Against.TERMINATION: Remedy.REINSTATE,
}

STATE_NAMES: Mapping[State, Message] = {
    State.FILED: Message("Appeal under examination"),
    State.UPHELD: Message("Decision upheld"),
    State.OVERTURNED: Message("Decision overturned"),
    State.WITHDRAWN: Message("Appeal withdrawn"),
}
AGAINST_NAMES: Mapping[Against, Message] = {
    Against.REJECTION: Message("Refusal of an application"),
    Against.SUSPENSION: Message("Suspension of a grant"),
    Against.TERMINATION: Message("Termination of a grant"),
}


@dataclass(frozen=True)
class Subject:
    """The case that is appealed about, as it stands.

    `decided_by` and `decided_at`: who took its last decision, and when. `ends_at`: the moment from which it could give
    access no more, None where that is not known.
    """

    kind: Kind
    id: str
    entry_id: str
    department: str
    applicant: str
    state: str
    reason: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def against(self) -> Against | None:
        """The decision that stands and can be appealed against."""
        return APPEALABLE.get((self.kind, self.state))


@dataclass(frozen=True)
class Appeal:
    """Where an appeal stands. `reason` is the appellant's, `decision_reason` the competent department's."""

    id: str
    subject_kind: Kind
    subject_id: str
    against: Against
    entry_id: str
    department: str
    appellant: str
    state: State
    reason: str
    filed_at: datetime
    decision_reason: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Order:
    """A command as somebody gave it."""

    command: Command
    actor: str
    reason: str = ""


def file(subject: Subject, order: Order, parts: frozenset[Part], before: Sequence[Appeal], now: datetime) -> events.AppealFiled:
    """The appeal that `order` files about `subject`, after the appeals `before` about the same case.

    Raises NotYours, NotNow, or Invalid for `reason`.
    """
    if refusal := _filing_refusal(subject, parts, before, now):
        raise refusal
    digest = hashlib.sha256(PROCESS.stated(order).encode()).hexdigest()
    return events.AppealFiled(subject.kind.value, subject.id, str(subject.against), digest)


def may_file(subject: Subject, parts: frozenset[Part], before: Sequence[Appeal], now: datetime) -> bool:
    """Whether somebody of `parts` could file an appeal now, for the button of a page."""
    return _filing_refusal(subject, parts, before, now) is None


def opened(id: str, subject: Subject, event: events.AppealFiled, order: Order, now: datetime) -> Appeal:
    """The appeal that `event` began."""
    return Appeal(id, subject.kind, subject.id, Against(event.against), subject.entry_id, subject.department,
                  subject.applicant, State.FILED, order.reason.strip(), now)


def decide(appeal: Appeal, subject: Subject, order: Order, parts: frozenset[Part], now: datetime) -> Event:
    """The event that `order`, any command but FILE, causes. Raises NotYours, NotNow, or Invalid for `reason`."""
    PROCESS.admit(appeal, order, parts, subject)
    if order.command is Command.WITHDRAW:
        return events.AppealWithdrawn()
    reason = PROCESS.stated(order)
    if order.command is Command.UPHOLD:
        return events.AppealUpheld(reason)
    return events.AppealOverturned(reason, remedy(appeal, subject, now).value)


def remedy(appeal: Appeal, subject: Subject, now: datetime) -> Remedy:
    """What overturning would do now: nothing where the decision no longer stands or the time asked for is over."""
    return _REMEDIES[appeal.against] if _stands(appeal, subject) and not _over(subject, now) else Remedy.NONE


def evolve(appeal: Appeal, event: Event, now: datetime) -> Appeal:
    """The appeal after `event`."""
    match event:
        case events.AppealUpheld():
            return replace(appeal, state=State.UPHELD, decision_reason=event.reason, decided_at=now)
        case events.AppealOverturned():
            return replace(appeal, state=State.OVERTURNED, decision_reason=event.reason, decided_at=now)
        case events.AppealWithdrawn():
            return replace(appeal, state=State.WITHDRAWN, decided_at=now)
    return appeal


def _over(subject: Subject, now: datetime) -> bool:
    return subject.ends_at is not None and subject.ends_at <= now


def _filing_refusal(subject: Subject, parts: frozenset[Part], before: Sequence[Appeal], now: datetime) -> DomainError | None:
    if refusal := PROCESS.barred(Command.FILE, parts):
        return refusal
    if subject.against is None:
        return NotNow(Message("Only a refusal, a suspension or a termination that stands can be appealed against"))
    if any(appeal.state is State.FILED for appeal in before):
        return NotNow(Message("An appeal is under examination already; await its decision or withdraw it"))
    if any(appeal.state is State.UPHELD and _stands(appeal, subject) for appeal in before):
        return NotNow(Message("The competent department has upheld this decision already; you may apply again"))
    if sum(_stands(appeal, subject) for appeal in before) >= MOST_FILINGS:
        return NotNow(Message("{most} appeals were filed against this decision already; you may apply again", most=MOST_FILINGS))
    if _over(subject, now):
        return NotNow(Message("The period of use is over, so that an appeal could give nothing back; you may apply again"))
    return None


def _stands(appeal: Appeal, subject: Subject) -> bool:
    """Whether the decision that `appeal` is about is still the case's last one."""
    return appeal.against is subject.against and (subject.decided_at is None or subject.decided_at <= appeal.filed_at)


PROCESS = Process(
    TRANSITIONS, STATE_NAMES,
    not_yours={
        Part.COMPETENT: Message("Only members of the competent department decide appeals"),
        Part.APPLICANT: Message("Only who filed the appeal may withdraw it"),
    },
    not_now=Message("This is not possible while the appeal is in state “{state}”; reload the page to see where it stands"),
    personal=apart(Part.COMPETENT, TRANSITIONS, lambda appeal, subject: {appeal.appellant, subject.decided_by}, Message(
        "Another member of the competent department has to decide: you took part in the case")),
    # No text sets the limit: it is the platform's own.
    limit=Limit(Rule.APPEAL_DECISION, events.AppealFiled, frozenset({State.FILED}),
                warned=((Audience.COMPETENT, "appeal_due"),), overdue=((Audience.COMPETENT, "appeal_overdue"),)),
    told={
        "appeal_filed": ((Audience.COMPETENT, "appeal_filed"), (Audience.HANDLERS, "appeal_filed_report")),
        "appeal_upheld": ((Audience.PERSON, "appeal_upheld"), (Audience.HANDLERS, "appeal_upheld")),
        "appeal_overturned": ((Audience.PERSON, "appeal_overturned"), (Audience.HANDLERS, "appeal_overturned")),
        "appeal_withdrawn": ((Audience.COMPETENT, "appeal_withdrawn"),),
    },
)

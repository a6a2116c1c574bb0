"""Data-use agreements (数据利用协议): who signs when, and what follows (ACC-3: 001 第二十七条, 004 第二十七条).

The department and the applicant sign the same text, fixed by its hash when it is offered. Pure: callers pass the agreement, the
command and the moment, and record the event.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from ckanext.govshare.domain import agreement_events as events
from ckanext.govshare.domain.cases import Process, Transition, apart
from ckanext.govshare.domain.errors import DomainError, Invalid, NotNow
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.notices import Audience
from ckanext.govshare.domain.parts import Part as Part
from ckanext.govshare.domain.plain_text import is_blank, text_error
from ckanext.govshare.domain.wording import Message

MAX_NAME = 100  # characters of a signer's name


class State(StrEnum):
    OFFERED = "offered"
    APPLICANT_SIGNED = "applicant_signed"
    COUNTERSIGNED = "countersigned"
    IN_FORCE = "in_force"
    LAPSED = "lapsed"
    TERMINATED = "terminated"


class Command(StrEnum):
    SIGN = "sign"
    COUNTERSIGN = "countersign"
    ENTER_FORCE = "enter_force"
    REPLACE = "replace"
    TERMINATE = "terminate"
    REINSTATE = "reinstate"
    LAPSE = "lapse"


class Party(StrEnum):
    """The two sides of an agreement."""

    APPLICANT = "applicant"
    DEPARTMENT = "department"


OPEN = frozenset({State.OFFERED, State.APPLICANT_SIGNED, State.COUNTERSIGNED, State.IN_FORCE})
_SYSTEM = frozenset({Part.SYSTEM})

# The whole of it; the tests walk it, the documentation is generated from it. SYSTEM speaks for the second signature, for what
# was commanded on the grant, and for the clock.
TRANSITIONS: Mapping[Command, Transition[Part, State]] = {
    Command.SIGN: Transition(frozenset({Part.APPLICANT}), frozenset({State.OFFERED}), State.APPLICANT_SIGNED),
    Command.COUNTERSIGN: Transition(frozenset({Part.HANDLER}), frozenset({State.APPLICANT_SIGNED}), State.COUNTERSIGNED),
    Command.ENTER_FORCE: Transition(_SYSTEM, frozenset({State.COUNTERSIGNED}), State.IN_FORCE),
    Command.REPLACE: Transition(_SYSTEM, OPEN, State.TERMINATED),
    Command.TERMINATE: Transition(_SYSTEM, OPEN, State.TERMINATED),
    Command.REINSTATE: Transition(_SYSTEM, frozenset({State.TERMINATED}), None),
    Command.LAPSE: Transition(_SYSTEM, OPEN, State.LAPSED),
}

STATE_NAMES: Mapping[State, Message] = {
    State.OFFERED: Message("To be signed by the applicant"),
    State.APPLICANT_SIGNED: Message("To be countersigned by the department"),
    State.COUNTERSIGNED: Message("Signed by both sides"),
    State.IN_FORCE: Message("Agreement in force"),
    State.LAPSED: Message("Agreement lapsed"),
    State.TERMINATED: Message("Agreement terminated"),
}


@dataclass(frozen=True)
class Signature:
    """One side's name beneath the text. `user`: the account's id; `at`: ISO time; `proof`: what the signer has to show."""

    party: Party
    name: str
    user: str
    at: str
    method: str
    text_hash: str
    proof: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Agreement:
    """An agreement on one grant. `ends_at` is the first moment at which it no longer binds."""

    id: str
    application_id: str
    entry_id: str
    department: str
    applicant: str
    title: str
    text: str
    text_hash: str
    starts_at: datetime
    ends_at: datetime
    offered_at: datetime
    state: State = State.OFFERED
    template: Mapping[str, Any] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()
    replaces: str = ""
    reason: str = ""
    in_force_at: datetime | None = None
    ended_at: datetime | None = None

    def signature(self, party: Party) -> Signature | None:
        """The signature of one side, None before it signed."""
        return next((s for s in self.signatures if s.party is party), None)


@dataclass(frozen=True)
class Order:
    """A command as somebody gave it; the signature's words for SIGN and COUNTERSIGN, `by` for REPLACE."""

    command: Command
    actor: str
    signature_name: str = ""
    text_hash: str = ""
    method: str = ""
    proof: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    by: str = ""


SIGNING: Mapping[Command, Party] = {Command.SIGN: Party.APPLICANT, Command.COUNTERSIGN: Party.DEPARTMENT}

def admit(agreement: Agreement, order: Order, parts: frozenset[Part], now: datetime) -> None:
    """Raise NotYours, NotNow or Invalid unless one of `parts` may give `order` at `now`; the proof is not looked at.

    Called before the signer is asked, so that a password is tried for nothing that would be refused anyway.
    """
    PROCESS.admit(agreement, order, parts, now)
    if order.command in SIGNING:
        _check_words(agreement, order)


def decide(agreement: Agreement, order: Order, parts: frozenset[Part], now: datetime) -> Event:
    """The event that `order` causes at `now`. Raises NotYours, NotNow, or Invalid with all errors by field."""
    admit(agreement, order, parts, now)
    match order.command:
        case Command.SIGN:
            return events.AgreementSigned(order.text_hash, order.method, dict(order.proof))
        case Command.COUNTERSIGN:
            return events.AgreementCountersigned(order.text_hash, order.method, dict(order.proof))
        case Command.ENTER_FORCE:
            return events.AgreementInForce(agreement.starts_at.isoformat(), agreement.ends_at.isoformat())
        case Command.REPLACE:
            return events.AgreementReplaced(order.by)
        case Command.TERMINATE:
            return events.AgreementTerminated(order.reason)
        case Command.REINSTATE:
            return events.AgreementReinstated(order.reason)
        case Command.LAPSE:
            return events.AgreementLapsed(agreement.ends_at.isoformat())


def _untimely(agreement: Agreement, order: Order, now: datetime) -> DomainError | None:
    if order.command in SIGNING and now >= agreement.ends_at:
        return NotNow(Message("The agreed period is over, so that nothing is left to sign; apply anew if the data is needed"))
    if order.command is Command.LAPSE and now < agreement.ends_at:
        return NotNow(Message("The agreed period is not over yet"))
    return None


PROCESS = Process(
    TRANSITIONS, STATE_NAMES,
    not_yours={
        Part.APPLICANT: Message("Only the applicant signs here"),
        Part.HANDLER: Message("Only editors of the department that provides the data countersign"),
        Part.SYSTEM: Message("This is done by the platform alone"),
    },
    not_now=Message("This is not possible while the agreement is in state “{state}”; reload the page to see where it stands"),
    personal=apart(Part.HANDLER, TRANSITIONS, lambda agreement, _: {
        agreement.applicant, *(signature.user for signature in agreement.signatures)}, Message(
        "Nobody signs for both sides; a colleague of the department has to countersign")),
    untimely=_untimely,
    told={
        "agreement_offered": ((Audience.PERSON, "agreement_to_sign"),),
        "agreement_signed": ((Audience.HANDLERS, "agreement_to_countersign"),),
        "agreement_in_force": ((Audience.PERSON, "agreement_in_force"),),
    },
)


def _check_words(agreement: Agreement, order: Order) -> None:
    errors: dict[str, list[Message]] = {}
    if is_blank(order.signature_name):
        errors["signature_name"] = [Message("Write your name: it stands beneath the agreement")]
    elif error := text_error(order.signature_name, MAX_NAME) or _line_error(order.signature_name):
        errors["signature_name"] = [error]
    if order.text_hash != agreement.text_hash:
        errors["text_hash"] = [Message("This is not the text that was offered; reload the page, read it again and sign then")]
    if errors:
        raise Invalid(errors)


def _line_error(name: str) -> Message | None:
    return Message("A name is one line") if len(name.strip().splitlines()) > 1 else None


def signature_of(order: Order, now: datetime) -> Signature:
    """The signature that `order` (SIGN or COUNTERSIGN) gives at `now`."""
    return Signature(SIGNING[order.command], order.signature_name.strip(), order.actor, now.isoformat(), order.method,
                     order.text_hash, dict(order.proof))


def evolve(agreement: Agreement, event: Event, now: datetime, signature: Signature | None = None) -> Agreement:
    """The agreement after `event`. `signature`: what was signed, for the two events that add one."""
    match event:
        case events.AgreementSigned():
            return replace(_with(agreement, signature), state=State.APPLICANT_SIGNED)
        case events.AgreementCountersigned():
            return replace(_with(agreement, signature), state=State.COUNTERSIGNED)
        case events.AgreementInForce():
            return replace(agreement, state=State.IN_FORCE, in_force_at=now)
        case events.AgreementReplaced():
            return replace(agreement, state=State.TERMINATED, ended_at=now, reason="")
        case events.AgreementTerminated():
            return replace(agreement, state=State.TERMINATED, ended_at=now, reason=event.reason)
        case events.AgreementReinstated():
            return replace(agreement, state=state_by_signatures(agreement), ended_at=None, reason="")
        case events.AgreementLapsed():
            return replace(agreement, state=State.LAPSED, ended_at=agreement.ends_at)
    return agreement


def state_by_signatures(agreement: Agreement) -> State:
    """The state that the signatures alone make."""
    parties = {signature.party for signature in agreement.signatures}
    if parties == set(Party):
        return State.IN_FORCE
    return State.APPLICANT_SIGNED if Party.APPLICANT in parties else State.OFFERED


def in_force(agreement: Agreement, now: datetime) -> bool:
    """Whether it binds at `now`: signed by both, begun and not over, whatever a job has recorded."""
    return agreement.state is State.IN_FORCE and agreement.starts_at <= now < agreement.ends_at


def _with(agreement: Agreement, signature: Signature | None) -> Agreement:
    return replace(agreement, signatures=(*agreement.signatures, signature)) if signature else agreement

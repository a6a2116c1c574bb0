"""What is done with data-use agreements: offered, signed, in force, ended (ACC-3: 001 第二十七条, 004 第二十七条).

Rows are locked in the order agreement in force, agreement that is to replace it, grant; the trace's chain after them.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.govshare import clock, signing
from ckanext.govshare.domain import agreement_events as events
from ckanext.govshare.domain import agreements
from ckanext.govshare.domain.agreements import SIGNING, Agreement, Command, Order, State
from ckanext.govshare.domain.applications import Application
from ckanext.govshare.domain.errors import DomainError
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.grants import midnight
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.logic import notices, parts, review, roles
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.repository import agreements as repository

CASE = "agreements"
SYSTEM = "system"
_CLOCKWORK = frozenset({Part.SYSTEM})
_SEEN_BY = frozenset({Part.APPLICANT, Part.HANDLER, Part.DEPARTMENT_MEMBER, Part.COMPETENT, Part.SYSTEM})


def known(context: Context, agreement_id: str) -> tuple[Agreement, frozenset[Part]]:
    """The agreement and the caller's parts in it; NotFound for everybody but its parties and the competent department."""
    found = None if "\0" in agreement_id else repository.get(agreement_id)
    held = parts.of(context, found.department, found.applicant) if found else frozenset()
    if found is None or not _SEEN_BY & held:
        raise tk.ObjectNotFound(tk._("Agreement not found"))
    return found, held


def offer(application: Application, now: datetime, actor: str = SYSTEM) -> str:
    """Fix the text of the agreement on an approved application and offer it for signature; its id.

    In the caller's transaction, with the application locked and its `decision` made.
    """
    decision = application.decision
    first, last = date.fromisoformat(decision.period_start), date.fromisoformat(decision.period_end)
    made = Agreement(
        id=str(uuid4()), application_id=application.id, entry_id=application.entry_id, department=application.department,
        applicant=application.applicant, title="", text="", text_hash="", offered_at=now,
        starts_at=midnight(first), ends_at=midnight(last + timedelta(days=1)))
    return _offer(made, application, actor, now)


def offer_again(agreement: Agreement, application: Application, actor: str, now: datetime) -> str:
    """Offer the text of the template in force in the place of an agreement, which binds until both have signed; the new id.

    In the caller's transaction, with `agreement` locked. What was offered in its place before is withdrawn.
    """
    made = replace(agreement, id=str(uuid4()), state=State.OFFERED, signatures=(), replaces=agreement.id, offered_at=now,
                   reason="", in_force_at=None, ended_at=None)
    for earlier in repository.replacing(agreement.id):
        _give(earlier, Order(Command.REPLACE, actor, by=made.id), now)
    return _offer(made, application, actor, now)


def _offer(made: Agreement, application: Application, actor: str, now: datetime) -> str:
    from ckanext.govshare.logic import agreement_templates

    made = agreement_templates.compose(application, made)
    settle(made, events.AgreementOffered(
        made.application_id, made.template, made.text_hash, made.starts_at.isoformat(), made.ends_at.isoformat(), made.replaces,
    ), actor, now)
    return made.id


def sign(context: Context, agreement_id: str, command: Command, given: Mapping[str, Any]) -> Agreement:
    """Sign for one side and commit; with the second signature it is in force, and the grant that waits for it valid.

    given: `signature_name`, `text_hash` and what the signer asks for. The signer is asked between two looks at the case: no
    row is held while a password is checked, and what changed meanwhile is refused. Raises NotAuthorized, or ValidationError.
    """
    order = Order(command, review.actor_of(context), given["signature_name"], given["text_hash"])
    found, held = known(context, agreement_id)
    _ask(agreements.admit, found, order, held, clock.now())
    order = replace(order, **_signed(context, order, given))
    with transaction():
        locked = repository.lock_with_grant(agreement_id)
        if locked is None:
            raise tk.ObjectNotFound(tk._("Agreement not found"))
        after = _give(locked, order, clock.now(), parts.of(context, locked.department, locked.applicant))
        return _enter_force(after, order.actor, clock.now()) if after.state is State.COUNTERSIGNED else after


def _signed(context: Context, order: Order, given: Mapping[str, Any]) -> dict[str, Any]:
    signer, user = signing.current(), roles.user_of(context)
    try:
        proof = signer.sign(order.text_hash, order.signature_name.strip(), user, {n: given.get(n) for n in signer.fields})
    except DomainError as refusal:
        review.raise_as_ckan(refusal)
    return {"method": signer.method, "proof": dict(proof)}


def _enter_force(agreement: Agreement, actor: str, now: datetime) -> Agreement:
    from ckanext.govshare.logic import grants

    after = _give(agreement, Order(Command.ENTER_FORCE, actor), now)
    former = repository.get(agreement.replaces, lock=True) if agreement.replaces else None
    if former is not None and former.state in agreements.OPEN:
        _give(former, Order(Command.REPLACE, actor, by=agreement.id), now)
    grants.activate(agreement.id, actor, now)
    return after


def terminate_for_grant(grant_id: str, reason: str, actor: str, now: datetime) -> None:
    """End what was agreed for a grant that the caller, who holds its lock, ends for good. Nothing where nothing was agreed."""
    for agreement in repository.of_grant(grant_id, agreements.OPEN):
        _give(agreement, Order(Command.TERMINATE, actor, reason=reason), now)


def reinstate_for_grant(grant_id: str, reason: str, actor: str, now: datetime) -> None:
    """Put the agreement of a grant back as its signatures have it, once an appeal overturned the termination (ACC-6)."""
    agreement = repository.resting_on(grant_id)
    if agreement is not None and agreement.state is State.TERMINATED:
        _give(agreement, Order(Command.REINSTATE, actor, reason=reason), now)


def lapse_due(now: datetime) -> int:
    """Record agreements whose period was over at `now`, each in a transaction of its own; how many were."""
    lapsed = 0
    for agreement_id in repository.over(now):
        with transaction():
            agreement = repository.get(agreement_id, lock=True)
            if agreement is not None and agreement.state in agreements.OPEN:
                _give(agreement, Order(Command.LAPSE, SYSTEM), now)
                lapsed += 1
    return lapsed


def _give(agreement: Agreement, order: Order, now: datetime, held: frozenset[Part] = _CLOCKWORK) -> Agreement:
    """Decide on an agreement that the caller holds locked, and write what follows; the agreement afterwards."""
    event = _ask(agreements.decide, agreement, order, held, now)
    signature = agreements.signature_of(order, now) if order.command in SIGNING else None
    after = agreements.evolve(agreement, event, now, signature)
    settle(after, event, order.actor, now)
    return after


def _ask(question: Any, *facts: Any) -> Any:
    try:
        return question(*facts)
    except DomainError as refusal:
        review.raise_as_ckan(refusal)


def settle(agreement: Agreement, event: Event, actor: str, now: datetime) -> None:
    """Bring row, messages, history and trace up to `event`."""
    repository.save(agreement)
    notices.about(CASE, agreement, event, now)
    record(Case(CASE, agreement.id, agreement.department), event, actor, now)

"""What is done with data-use agreements: offered, signed, in force, ended (ACC-3: 001 第二十七条, 004 第二十七条).

Rows are locked in the order agreement in force, agreement that is to replace it, grant; the trace's chain after them.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from ckan.types import Context

from ckanext.govshare import clock, signing
from ckanext.govshare.domain import agreement_events as events
from ckanext.govshare.domain import agreements
from ckanext.govshare.domain.agreements import SIGNING, Agreement, Command, Order, State
from ckanext.govshare.domain.applications import Application
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.grants import midnight
from ckanext.govshare.domain.reading import READERS, Matter
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic import agreement_texts, roles
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.cases.kernel import SYSTEM, Machine, Offer
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.schema import agreements as schema
from ckanext.govshare.logic.wording import asking
from ckanext.govshare.repository import agreements as repository


def _evolve(agreement: Agreement, event: Event, order: Order, now: datetime) -> Agreement:
    signature = agreements.signature_of(order, now) if order.command in SIGNING else None
    return agreements.evolve(agreement, event, now, signature)


def _signed(context: Context, agreement: Agreement, order: Order, given: Mapping[str, Any]) -> Order:
    """The order with the signer's proof. No row is held while a password is checked; what changed meanwhile is refused."""
    with asking():
        agreements.admit(agreement, order, MACHINE.parts_in(context, agreement), clock.now())
        signer, user = signing.current(), roles.user_of(context)
        proof = signer.sign(order.text_hash, order.signature_name.strip(), user, {n: given.get(n) for n in signer.fields})
    return replace(order, method=signer.method, proof=dict(proof))


_SIGN_WITH = """
    :param signature_name: the signer's name, one line of at most 100 characters; it stands beneath the text
    :param text_hash: SHA-256 of the text that was read, as govshare_agreement_show gives it
    :param password: of the caller's own account, entered once more; where the settings name another signer, what that asks
        for (``sign_with`` of govshare_agreement_show). Too many wrong ones, here or elsewhere: 429 with Retry-After"""

MACHINE = Machine(
    "agreements", "agreement", agreements.PROCESS, Order,
    get=lambda agreement_id, lock: repository.lock_with_grant(agreement_id) if lock else repository.get(agreement_id),
    save=lambda outcome: repository.save(outcome.case), decide=agreements.decide, evolve=_evolve,
    seen_by=lambda agreement: READERS[Matter.WORDS], absent=Message("Agreement not found"),
    offers={
        "sign": Offer(Command.SIGN, schema.agreement_sign, f"Sign as the applicant.\n{_SIGN_WITH}", ready=_signed),
        "countersign": Offer(
            Command.COUNTERSIGN, schema.agreement_sign, "Sign for the department: the agreement is in force, and the grant "
            f"that waits for it counts.\n{_SIGN_WITH}", ready=_signed),
    })


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
        kernel.command(MACHINE, earlier, Order(Command.REPLACE, actor, by=made.id), now)
    return _offer(made, application, actor, now)


def _offer(made: Agreement, application: Application, actor: str, now: datetime) -> str:
    made = agreement_texts.compose(application, made)
    event = events.AgreementOffered(
        made.application_id, made.template, made.text_hash, made.starts_at.isoformat(), made.ends_at.isoformat(), made.replaces)
    return kernel.begin(MACHINE, made, event, actor, now).id


def enter_force(agreement: Agreement, actor: str, now: datetime) -> None:
    """Both sides have signed: it binds, in the place of the one that it replaces."""
    kernel.command(MACHINE, agreement, Order(Command.ENTER_FORCE, actor), now)


def end_replaced(agreement: Agreement, actor: str, now: datetime) -> None:
    """End the agreement whose place `agreement` has taken. Nothing where it took none's."""
    former = repository.get(agreement.replaces, lock=True) if agreement.replaces else None
    if former is not None and former.state in agreements.OPEN:
        kernel.command(MACHINE, former, Order(Command.REPLACE, actor, by=agreement.id), now)


def terminate_for_grant(grant_id: str, reason: str, actor: str, now: datetime) -> None:
    """End what was agreed for a grant that the caller, who holds its lock, ends for good. Nothing where nothing was agreed."""
    for agreement in repository.of_grant(grant_id, agreements.OPEN):
        kernel.command(MACHINE, agreement, Order(Command.TERMINATE, actor, reason=reason), now)


def reinstate_for_grant(grant_id: str, reason: str, actor: str, now: datetime) -> None:
    """Put the agreement of a grant back as its signatures have it, once an appeal overturned the termination (ACC-6)."""
    agreement = repository.resting_on(grant_id)
    if agreement is not None and agreement.state is State.TERMINATED:
        kernel.command(MACHINE, agreement, Order(Command.REINSTATE, actor, reason=reason), now)


def lapse_due(now: datetime) -> int:
    """Record agreements whose period was over at `now`, each in a transaction of its own; how many were."""
    lapsed = 0
    for agreement_id in repository.over(now):
        with transaction():
            agreement = kernel.load(MACHINE, agreement_id, lock=True)
            if agreement.state in agreements.OPEN:
                kernel.command(MACHINE, agreement, Order(Command.LAPSE, SYSTEM), now)
                lapsed += 1
    return lapsed

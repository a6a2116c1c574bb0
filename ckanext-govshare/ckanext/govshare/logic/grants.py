"""Grants: opened by an approval, commanded by people, by what follows from other cases, and by the clock (001 第二十七条)."""
from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime

from ckanext.govshare.domain import grant_events as events
from ckanext.govshare.domain import grants
from ckanext.govshare.domain.applications import Application
from ckanext.govshare.domain.grants import Command, Grant, Limits, Order, State
from ckanext.govshare.domain.reading import READERS, Matter
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.cases.kernel import SYSTEM, Machine, Offer, Outcome
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.schema import grants as schema
from ckanext.govshare.logic.schema.fields import with_reason
from ckanext.govshare.logic.wording import asking
from ckanext.govshare.repository import grant_lists
from ckanext.govshare.repository import grants as repository
from ckanext.govshare.repository import trace as history

CASE = "grants"
_BATCH = 10  # the chain of the trace is held meanwhile


def _get(grant_id: str, lock: bool) -> Grant | None:
    if lock:
        repository.lock_agreement(grant_id)
    return repository.get(grant_id, lock)


MACHINE = Machine(
    CASE, "grant", grants.PROCESS, Order, get=_get, save=lambda outcome: repository.save(outcome.case, outcome.now),
    decide=grants.decide, evolve=lambda grant, event, order, now: grants.evolve(grant, event, order.actor, now),
    seen_by=lambda grant: READERS[Matter.STANDING], absent=Message("Grant not found"),
    offers={
        "suspend": Offer(Command.SUSPEND, with_reason, "Stop access from the next request on, for the time being; "
                         "reported to the competent department. `reason`: required."),
        "resume": Offer(Command.RESUME, with_reason,
                        "End a suspension; access is as before from the next request on. `reason`: required."),
        "terminate": Offer(Command.TERMINATE, with_reason, "End access and the agreement for good, from the next request on; "
                           "reported to the competent department. `reason`: required."),
        "surrender": Offer(
            Command.SURRENDER, with_reason, "Give one's own grant up, and the agreement with it. `reason`: optional."),
        "close_out": Offer(
            Command.CLOSE_OUT, schema.grant_statement, "State, after the end, how the data and its copies were deleted or why "
            "they are kept. `statement`: required.", ready=lambda context, grant, order, given: replace(
                order, reason=given["statement"])),
    })


def open_grant(application: Application, agreement_id: str, now: datetime, actor: str = SYSTEM) -> str:
    """Make an approved application a grant; its id.

    agreement_id: the agreement that has to be signed first, empty where none is asked for. actor: the id of whoever
    decided. Raises ValidationError where the period is over.
    """
    decision = application.decision
    with asking():
        starts_at, ends_at = grants.period(
            date.fromisoformat(decision.period_start), date.fromisoformat(decision.period_end), now)
    limits = Limits.of(decision.limits)
    grant = Grant(
        id=str(uuid.uuid4()), application_id=application.id, entry_id=application.entry_id,
        department=application.department, holder=application.applicant,
        state=State.PENDING_AGREEMENT if agreement_id else State.ACTIVE, starts_at=starts_at, ends_at=ends_at,
        created_at=now, agreement_id=agreement_id, limits=limits, renews=application.renews)
    event = events.GrantOpened(
        application.id, agreement_id, starts_at.isoformat(), ends_at.isoformat(), limits.as_dict(), application.renews)
    return kernel.begin(MACHINE, grant, event, actor, now).id


def activate(agreement_id: str, actor: str, now: datetime) -> None:
    """An agreement came into force: the grant that waits for it counts from now on.

    A grant that rests on an earlier agreement of the same application rests on this one from now on, whatever its state.
    """
    grant = repository.of_agreement(agreement_id)
    if grant is None:
        return
    if grant.state is State.PENDING_AGREEMENT:
        kernel.command(MACHINE, grant, Order(Command.ACTIVATE, actor, agreement_id=agreement_id), now)
    elif grant.agreement_id != agreement_id:
        event = events.GrantAgreementReplaced(agreement_id, grant.agreement_id)
        kernel.write(MACHINE, Outcome(grant, grants.evolve(grant, event, actor, now), event, actor, now))


def reinstate(grant_id: str, actor: str, now: datetime) -> None:
    """An appeal overturned a termination: the grant is what it was before. Raises ValidationError if it is not terminated."""
    before = next((row["payload"]["before"] for row in reversed(history.events(CASE, grant_id))
                   if row["name"] == events.GrantTerminated.name), State.ACTIVE.value)
    kernel.command(MACHINE, kernel.load(MACHINE, grant_id, lock=True),
                   Order(Command.REINSTATE, actor, before=State(before)), now)


def resume(grant_id: str, actor: str, reason: str, now: datetime) -> None:
    """An appeal overturned a suspension. Raises ValidationError if the grant is not suspended."""
    kernel.command(MACHINE, kernel.load(MACHINE, grant_id, lock=True), Order(Command.RESUME, actor, reason), now)


def expire_due(now: datetime) -> int:
    """Record, once each, that periods are over; access ended by itself when they were. How many were recorded; commits."""
    recorded = 0
    while True:
        with transaction():
            found = repository.over(now, _BATCH)
            later = grant_lists.renewals([grant.id for grant in found])
            for grant in found:
                kernel.command(MACHINE, grant, Order(Command.EXPIRE, SYSTEM, renewed_by=later.get(grant.id, "")), now)
        recorded += len(found)
        if len(found) < _BATCH:
            return recorded

"""Carrying out commands on grants: of people, and of an approval, a signature, an appeal or the clock (001 第二十七条).

`give` and `expire_due` commit; all others run inside the caller's transaction.
"""
from __future__ import annotations

import uuid
from datetime import date, datetime

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.govshare import clock
from ckanext.govshare.domain import grant_events as events
from ckanext.govshare.domain import grants
from ckanext.govshare.domain.applications import Application
from ckanext.govshare.domain.errors import DomainError
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.grants import Command, Grant, Limits, Order, Part, State
from ckanext.govshare.logic import agreements, notices, parts
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.logic.review import actor_of, raise_as_ckan
from ckanext.govshare.repository import grant_lists
from ckanext.govshare.repository import grants as repository
from ckanext.govshare.repository import trace as history

CASE = "grants"
SYSTEM = "system"
_CLOCKWORK = frozenset({Part.SYSTEM})
_BATCH = 10  # the chain of the trace is held meanwhile


def known(context: Context, grant_id: str) -> tuple[Grant, frozenset[Part]]:
    """A grant and the caller's parts in it. Raises ObjectNotFound also where the caller has none."""
    grant = repository.get(grant_id)
    held = parts.of(context, grant.department, grant.holder) if grant else frozenset({Part.STRANGER})
    if grant is None or held == {Part.STRANGER}:
        raise tk.ObjectNotFound(tk._("Grant not found"))
    return grant, held


def give(context: Context, grant_id: str, command: Command, words: str) -> Grant:
    """Give a command on a grant that the caller knows of, and commit all that follows or nothing; the grant afterwards.

    words: the reason, or the statement of a close-out. Raises NotAuthorized or ValidationError.
    """
    with transaction():
        repository.lock_agreement(grant_id)
        grant = _locked(grant_id)
        held = parts.of(context, grant.department, grant.holder)
        return carry_out(grant, Order(command, actor_of(context), words), held, clock.now())


def open_grant(application: Application, agreement_id: str, now: datetime, actor: str = SYSTEM) -> str:
    """Make an approved application a grant; its id.

    agreement_id: the agreement that has to be signed first, empty where none is asked for. actor: the id of whoever
    decided. Raises ValidationError where the period is over.
    """
    decision = application.decision
    try:
        starts_at, ends_at = grants.period(
            date.fromisoformat(decision.period_start), date.fromisoformat(decision.period_end), now)
    except DomainError as refusal:
        raise_as_ckan(refusal)
    limits = Limits.of(decision.limits)
    grant = Grant(
        id=str(uuid.uuid4()), application_id=application.id, entry_id=application.entry_id,
        department=application.department, holder=application.applicant,
        state=State.PENDING_AGREEMENT if agreement_id else State.ACTIVE, starts_at=starts_at, ends_at=ends_at,
        created_at=now, agreement_id=agreement_id, limits=limits, renews=application.renews)
    settle(grant, events.GrantOpened(
        application.id, agreement_id, starts_at.isoformat(), ends_at.isoformat(), limits.as_dict(), application.renews,
    ), actor, now)
    return grant.id


def activate(agreement_id: str, actor: str, now: datetime) -> None:
    """An agreement came into force: the grant that waits for it counts from now on.

    A grant that rests on an earlier agreement of the same application rests on this one from now on, whatever its state.
    """
    grant = repository.of_agreement(agreement_id)
    if grant is None:
        return
    if grant.state is State.PENDING_AGREEMENT:
        carry_out(grant, Order(Command.ACTIVATE, actor, agreement_id=agreement_id), _CLOCKWORK, now)
    elif grant.agreement_id != agreement_id:
        event = events.GrantAgreementReplaced(agreement_id, grant.agreement_id)
        settle(grants.evolve(grant, event, actor, now), event, actor, now)


def reinstate(grant_id: str, actor: str, now: datetime) -> None:
    """An appeal overturned a termination: the grant is what it was before. Raises ValidationError if it is not terminated."""
    grant = _locked(grant_id)
    before = next((row["payload"]["before"] for row in reversed(history.events(CASE, grant_id))
                   if row["name"] == events.GrantTerminated.name), State.ACTIVE.value)
    carry_out(grant, Order(Command.REINSTATE, actor, before=State(before)), _CLOCKWORK, now)
    if grant.agreement_id:
        agreements.reinstate_for_grant(grant_id, "", actor, now)


def resume(grant_id: str, actor: str, reason: str, now: datetime) -> None:
    """An appeal overturned a suspension. Raises ValidationError if the grant is not suspended."""
    carry_out(_locked(grant_id), Order(Command.RESUME, actor, reason), _CLOCKWORK, now)


def _locked(grant_id: str) -> Grant:
    grant = repository.get(grant_id, lock=True)
    if grant is None:
        raise LookupError(grant_id)
    return grant


def carry_out(grant: Grant, order: Order, parts: frozenset[Part], now: datetime) -> Grant:
    """Decide on a grant that the caller holds locked, and write what follows; the grant afterwards.

    Raises NotAuthorized or ValidationError, with nothing written.
    """
    try:
        event = grants.decide(grant, order, parts, now)
    except DomainError as refusal:
        raise_as_ckan(refusal)
    if isinstance(event, events.GrantTerminated | events.GrantSurrendered) and grant.agreement_id:
        # The agreement's history keeps the department's words alone.
        reason = event.reason if isinstance(event, events.GrantTerminated) else ""
        agreements.terminate_for_grant(grant.id, reason, order.actor, now)
    after = grants.evolve(grant, event, order.actor, now)
    settle(after, event, order.actor, now)
    return after


def settle(grant: Grant, event: Event, actor: str, now: datetime) -> None:
    """Bring row, messages, history and trace up to `event`."""
    repository.save(grant, now)
    notices.about(CASE, grant, event, now)
    record(Case(CASE, grant.id, grant.department), event, actor, now)


def expire_due(now: datetime) -> int:
    """Record, once each, that periods are over; access ended by itself when they were. How many were recorded; commits."""
    recorded = 0
    while True:
        with transaction():
            found = repository.over(now, _BATCH)
            later = grant_lists.renewals([grant.id for grant in found])
            for grant in found:
                carry_out(grant, Order(Command.EXPIRE, SYSTEM, renewed_by=later.get(grant.id, "")), _CLOCKWORK, now)
        recorded += len(found)
        if len(found) < _BATCH:
            return recorded

"""What an event of one case does to others, in the same transaction: the one place that knows how features hang together.

Rows are locked in the order of `repository.cases.KINDS`; whoever gives a command holds all that it leads to before it decides.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ckanext.govshare.domain.agreement_events import AgreementCountersigned, AgreementInForce
from ckanext.govshare.domain.agreements import Agreement
from ckanext.govshare.domain.appeal_events import AppealOverturned
from ckanext.govshare.domain.appeals import Appeal, Remedy
from ckanext.govshare.domain.application_events import ApplicationApproved, ApplicationDeemedApproved, ApplicationOverturned
from ckanext.govshare.domain.applications import Application
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.grant_events import GrantReinstated, GrantSurrendered, GrantTerminated
from ckanext.govshare.domain.grants import Grant
from ckanext.govshare.logic import agreements, applications, grants
from ckanext.govshare.logic.cases.kernel import Following


def _open(application: Application, event: Event, actor: str, now: datetime) -> None:
    """An agreement is offered where one is required, and the grant is opened that waits for it."""
    agreement = agreements.offer(application, now, actor) if application.decision.agreement_required else ""
    grants.open_grant(application, agreement, now, actor)


def _bind(agreement: Agreement, event: Event, actor: str, now: datetime) -> None:
    """The agreement is in force."""
    agreements.enter_force(agreement, actor, now)


def _end_replaced(agreement: Agreement, event: Event, actor: str, now: datetime) -> None:
    """The agreement whose place it takes ends."""
    agreements.end_replaced(agreement, actor, now)


def _activate(agreement: Agreement, event: Event, actor: str, now: datetime) -> None:
    """The grant that waits for it is active; one that rests on the agreement before rests on this one."""
    grants.activate(agreement.id, actor, now)


def _end_agreement(grant: Grant, event: GrantTerminated | GrantSurrendered, actor: str, now: datetime) -> None:
    """The agreement ends with the grant; its history keeps the department's words alone."""
    if grant.agreement_id:
        agreements.terminate_for_grant(grant.id, event.reason if isinstance(event, GrantTerminated) else "", actor, now)


def _reinstate_agreement(grant: Grant, event: Event, actor: str, now: datetime) -> None:
    """The agreement is again what its signatures make it."""
    if grant.agreement_id:
        agreements.reinstate_for_grant(grant.id, "", actor, now)


def _remedy(appeal: Appeal, event: AppealOverturned, actor: str, now: datetime) -> None:
    """The case gets the command that makes the decision good: overturn, resume or reinstate."""
    match Remedy(event.remedy):
        case Remedy.APPROVE:
            applications.approve_by_appeal(appeal.subject_id, actor, now)
        case Remedy.RESUME:
            grants.resume(appeal.subject_id, actor, event.reason, now)
        case Remedy.REINSTATE:
            grants.reinstate(appeal.subject_id, actor, now)


TABLE: Mapping[type[Event], Sequence[Following]] = {
    ApplicationApproved: (_open,),
    ApplicationDeemedApproved: (_open,),
    ApplicationOverturned: (_open,),
    AgreementCountersigned: (_bind,),
    AgreementInForce: (_end_replaced, _activate),
    GrantTerminated: (_end_agreement,),
    GrantSurrendered: (_end_agreement,),
    GrantReinstated: (_reinstate_agreement,),
    AppealOverturned: (_remedy,),
}

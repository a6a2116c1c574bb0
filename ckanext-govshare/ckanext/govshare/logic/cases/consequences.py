"""What an event of one case does to others, in the same transaction: the one place that knows how features hang together.

Rows are locked in the order of `repository.cases.KINDS`; whoever gives a command holds all that it leads to before it decides.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.govshare.domain.agreement_events import AgreementCountersigned, AgreementInForce
from ckanext.govshare.domain.appeal_events import AppealOverturned
from ckanext.govshare.domain.appeals import Remedy
from ckanext.govshare.domain.application_events import (
    ApplicationApproved,
    ApplicationDeemedApproved,
    ApplicationOverturned,
    ApplicationWithdrawn,
)
from ckanext.govshare.domain.events import EntryApproved, Event
from ckanext.govshare.domain.grant_events import GrantReinstated, GrantSurrendered, GrantTerminated
from ckanext.govshare.logic import agreements, applications, attachment_files, grants, review
from ckanext.govshare.logic.cases.kernel import Following, Outcome
from ckanext.govshare.logic.record import Case


def _open(to: Outcome[Any]) -> None:
    """An agreement is offered where one is required, and the grant is opened that waits for it."""
    agreement = agreements.offer(to.case, to.now, to.actor) if to.case.decision.agreement_required else ""
    grants.open_grant(to.case, agreement, to.now, to.actor)


def _drop_unread(to: Outcome[Any]) -> None:
    """What was attached to a draft that was never handed in goes with it."""
    if to.case.submitted_at is None:
        attachment_files.drop(Case(applications.CASE, to.case.id, to.case.department), to.actor, to.now)


def _bind(to: Outcome[Any]) -> None:
    """The agreement is in force."""
    agreements.enter_force(to.case, to.actor, to.now)


def _end_replaced(to: Outcome[Any]) -> None:
    """The agreement whose place it takes ends."""
    agreements.end_replaced(to.case, to.actor, to.now)


def _activate(to: Outcome[Any]) -> None:
    """The grant that waits for it is active; one that rests on the agreement before rests on this one."""
    grants.activate(to.case.id, to.actor, to.now)


def _end_agreement(to: Outcome[Any]) -> None:
    """The agreement ends with the grant; its history keeps the department's words alone."""
    if to.case.agreement_id:
        words = to.event.reason if isinstance(to.event, GrantTerminated) else ""
        agreements.terminate_for_grant(to.case.id, words, to.actor, to.now)


def _reinstate_agreement(to: Outcome[Any]) -> None:
    """The agreement is again what its signatures make it."""
    if to.case.agreement_id:
        agreements.reinstate_for_grant(to.case.id, "", to.actor, to.now)


def _remedy(to: Outcome[Any]) -> None:
    """The case gets the command that makes the decision good: overturn, resume or reinstate."""
    match Remedy(to.event.remedy):
        case Remedy.APPROVE:
            applications.approve_by_appeal(to.case.subject_id, to.actor, to.now)
        case Remedy.RESUME:
            grants.resume(to.case.subject_id, to.actor, to.event.reason, to.now)
        case Remedy.REINSTATE:
            grants.reinstate(to.case.subject_id, to.actor, to.now)


def _hand_over(to: Outcome[Any]) -> None:
    """The cases of an entry that passed to another department are that department's."""
    if to.before is not None and to.before.department != to.case.department:
        review.hand_over(to.case, to.before.department, to.actor, to.now)


TABLE: Mapping[type[Event], Sequence[Following]] = {
    ApplicationApproved: (_open,),
    ApplicationDeemedApproved: (_open,),
    ApplicationOverturned: (_open,),
    ApplicationWithdrawn: (_drop_unread,),
    AgreementCountersigned: (_bind,),
    AgreementInForce: (_end_replaced, _activate),
    GrantTerminated: (_end_agreement,),
    GrantSurrendered: (_end_agreement,),
    GrantReinstated: (_reinstate_agreement,),
    AppealOverturned: (_remedy,),
    EntryApproved: (_hand_over,),
}

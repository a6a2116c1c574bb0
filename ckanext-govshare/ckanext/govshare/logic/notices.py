"""What people are told of their cases: rows of the inbox and an effect for each channel, in the transaction of the change.

Texts are made when they are read or sent, in the reader's language (ADR 086).
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ckan import model

from ckanext.govshare import notifications, regulations
from ckanext.govshare.domain import notices, processes
from ckanext.govshare.domain.calendar import Deadline
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.notices import Audience, DeadlineMissed, Step
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.record import Case, record
from ckanext.govshare.repository import deadlines, departments, outbox
from ckanext.govshare.repository import notices as repository
from ckanext.govshare.repository.cases import KINDS
from ckanext.govshare.repository.notices import Concerned

EFFECT = "message"
# The actor of what nobody did.
SYSTEM = "system"


def about(case_kind: str, case: Any, event: Event, now: datetime) -> None:
    """Tell everyone concerned what ``event`` did to ``case``; called inside the transaction that records the event.

    :param case_kind: of `repository.cases.KINDS`.
    :param case: the case after the event, as its domain module defines it.
    """
    told = processes.of_event(event, getattr(case, "replaces", "") or "")
    if told:
        concerned = Concerned(
            case_kind, case.id, case.entry_id, case.department, getattr(case, KINDS[case_kind].person),
            getattr(event, "assignee", ""), getattr(event, "reason", ""), getattr(case, "ends_at", None))
        tell_of(concerned, told, now)


def give(case_kind: str, case_id: str, step: Step, now: datetime, deadline: Deadline | None = None, **params: Any) -> bool:
    """Give a notice of the clock, once for all, in the caller's transaction; whether it was given now.

    :param deadline: the due date that it speaks of: nothing is said of one that runs no more, and that one has passed enters
        the case's history.
    :param params: as `tell_of` takes them.
    """
    if deadline and not repository.still_runs(case_kind, case_id, deadline.due):
        return False
    case = repository.case(case_kind, case_id)
    if case is None or not repository.give(case_kind, case_id, step.key, now):
        return False
    tell_of(case, step.told, now, **params)
    if deadline and deadline.is_overdue(now):
        missed = DeadlineMissed(deadline.rule, deadline.due.isoformat())
        record(Case(case.kind, case.id, case.department), missed, SYSTEM, now)
    return True


def meet(case_kind: str, case_id: str, now: datetime) -> None:
    """Stop the clock of a case that is acted on, in the caller's transaction.

    A limit that has passed is reported to the competent department first, unless the reminders did so: what comes late leaves
    its trace also where it comes before their next turn (ACC-4). Whoever acts or reads the outcome need not be told.
    """
    deadline = deadlines.running(case_kind, [case_id]).get(case_id)
    if deadline and deadline.is_overdue(now):
        step = notices.step_at(processes.reply_steps(case_kind, deadline, regulations.calendar()), now)
        if step:
            reported = tuple((audience, kind) for audience, kind in step.told if audience is Audience.COMPETENT)
            give(case_kind, case_id, replace(step, told=reported), now, deadline, due=deadline.due.isoformat())
    deadlines.meet(case_kind, case_id, now)


def tell_of(case: Concerned, told: notices.Told, now: datetime, **params: Any) -> None:
    """Tell each audience of a case its message; `params` add to what the case itself gives (`notice_texts.PARAMS`)."""
    facts = {**_params(case), **params}
    for audience, kind in told:
        tell(recipients(case, audience), kind, facts, KINDS[case.kind].page + case.id, now)


def tell(user_ids: Iterable[str], kind: str, params: Mapping[str, Any], address: str, now: datetime) -> None:
    """Put one message into each inbox and on its way by every channel; called inside the caller's transaction.

    :param user_ids: accounts; those that are not active are left out.
    :param kind: of `domain.notice_texts.KINDS`.
    :param params: what the texts are made of, in JSON's types.
    :param address: path of the page where something is to be done.
    """
    for message_id in repository.add(repository.active(user_ids), kind, dict(params), address, now):
        for channel in notifications.names():
            outbox.put(model.Session, EFFECT, {"message": message_id, "channel": channel}, now)


def recipients(case: Concerned, audience: Audience) -> list[str]:
    """The ids of those who make up an audience of a case."""
    match audience:
        case Audience.PERSON:
            return [case.person]
        case Audience.ASSIGNEE:
            return [case.assignee] if case.assignee else []
        case Audience.HANDLERS:
            return handlers_of(case.department)
        case Audience.COMPETENT:
            return competent()


def handlers_of(department: str) -> list[str]:
    """The ids of who decides for a department (an organization id)."""
    return repository.handlers(department)


def competent() -> list[str]:
    """The ids of the competent department's members; nobody where the settings name none."""
    department = roles.competent_department_id()
    return repository.members(department) if department else []


def _params(case: Concerned) -> dict[str, Any]:
    department = departments.find(case.department)
    params = {
        "dataset": repository.title(case.entry_id), "reason": case.reason,
        "department": (department.title or department.name) if department else "",
    }
    running = deadlines.running(case.kind, [case.id]).get(case.id)
    if running:
        params["due"] = running.due.isoformat()
    if case.ends_at:
        params["last_day"] = notices.last_day_of(case.ends_at).isoformat()
    return params

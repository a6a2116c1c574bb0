"""Applications for conditional data: who may do what in which state, and what then has happened (ACC-1 to ACC-4).

001 第二十七条, 004 第二十七条: one applies to the department that provides the data, stating purpose, period and security
measures. Pure: callers pass the application, the command and what they looked up, and record the event.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from ckanext.govshare.domain import answers, canonical, entry_forms
from ckanext.govshare.domain import application_events as events
from ckanext.govshare.domain import application_forms as forms
from ckanext.govshare.domain.application_cases import (
    EDITABLE,
    GRANTED,
    OPEN,
    STATE_NAMES,
    WAITING,
    Application,
    Command,
    Decision,
    Facts,
    Order,
    State,
    Terms,
)
from ckanext.govshare.domain.application_forms import ApplicantKind, Form
from ckanext.govshare.domain.cases import MAX_REASON, Limit, Process, Transition, apart
from ckanext.govshare.domain.errors import Invalid, NotNow
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.notices import Audience
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.plain_text import text_error
from ckanext.govshare.domain.profiles import Rule
from ckanext.govshare.domain.wording import Message

__all__ = [
    "GRANTED", "PROCESS", "STATE_NAMES", "TRANSITIONS", "ApplicantKind", "Application", "Command", "Decision", "Facts", "Form",
    "Order", "Part", "State", "Terms", "decide", "digest", "evolve",
]

# What silence has already answered where it is consent.
_DECLINING = frozenset({Command.RETURN, Command.REJECT})


_APPLICANT, _HANDLER, _SYSTEM = (frozenset({part}) for part in (Part.APPLICANT, Part.HANDLER, Part.SYSTEM))

# The whole of it; the tests walk it and the documentation is generated from it. OVERTURN follows from a decided appeal.
TRANSITIONS: Mapping[Command, Transition[Part, State]] = {
    Command.SAVE: Transition(_APPLICANT, EDITABLE, None),
    Command.SUBMIT: Transition(_APPLICANT, EDITABLE, State.SUBMITTED),
    Command.TAKE: Transition(_HANDLER, frozenset({State.SUBMITTED}), State.UNDER_REVIEW),
    Command.ASSIGN: Transition(_HANDLER, WAITING | {State.RETURNED}, None),
    Command.RETURN: Transition(_HANDLER, WAITING, State.RETURNED, asks=Message("State what has to be supplemented")),
    Command.APPROVE: Transition(_HANDLER, WAITING, State.APPROVED),
    Command.REJECT: Transition(_HANDLER, WAITING, State.REJECTED, asks=Message("State why the application is rejected")),
    Command.WITHDRAW: Transition(_APPLICANT, OPEN, State.WITHDRAWN),
    Command.DEEM: Transition(_SYSTEM, WAITING, State.DEEMED_APPROVED),
    Command.OVERTURN: Transition(_SYSTEM, frozenset({State.REJECTED}), State.APPROVED),
}

def digest(form: Form) -> str:
    """SHA-256 of the form's canonical JSON."""
    return canonical.digest(form.as_dict())


PROCESS = Process(
    TRANSITIONS, STATE_NAMES,
    not_yours={
        Part.APPLICANT: Message("Only the applicant may do this"),
        Part.HANDLER: Message("Only editors of the department that provides the data may do this"),
        Part.SYSTEM: Message("This is done by the platform alone"),
    },
    not_now=Message("This is not possible while the application is in state “{state}”; reload the page to see where it stands"),
    personal=apart(Part.HANDLER, TRANSITIONS, lambda application, _: {application.applicant}, Message(
        "Nobody decides on their own application; a colleague has to do it")),
    limit=Limit(
        Rule.APPLICATION_REPLY, events.ApplicationSubmitted, WAITING, warned=((Audience.HANDLERS, "reply_due"),), overdue=(
            (Audience.HANDLERS, "reply_overdue"), (Audience.COMPETENT, "reply_overdue_report"), (Audience.PERSON, "reply_late"))),
    told={
        **{name: ((Audience.PERSON, name),) for name in (
            "application_taken", "application_returned", "application_approved", "application_rejected")},
        "application_submitted": ((Audience.PERSON, "application_received"), (Audience.HANDLERS, "application_to_handle")),
        "application_assigned": ((Audience.ASSIGNEE, "application_assigned"),),
        "application_deemed_approved": tuple((audience, "application_deemed_approved") for audience in (
            Audience.PERSON, Audience.HANDLERS, Audience.COMPETENT)),
        "application_withdrawn": ((Audience.HANDLERS, "application_withdrawn"),),
    },
)


def decide(application: Application, order: Order, parts: frozenset[Part], facts: Facts) -> Event:
    """The event that `order` causes. For SAVE, `application` has the new form already.

    Raises NotYours, NotNow, or Invalid with all errors by field.
    """
    PROCESS.admit(application, order, parts)
    if order.command in _DECLINING and consented(facts):
        raise NotNow(Message("The reply limit has passed, which counts as consent here: the application can only be approved"))
    match order.command:
        case Command.SAVE:
            _raise(_barriers(facts) | forms.check_draft(application.form)
                   | answers.check_types(facts.form.questions, application.form.answers))
            return events.ApplicationSaved(digest(application.form))
        case Command.SUBMIT:
            return _submit(application, facts)
        case Command.TAKE:
            return events.ApplicationTaken()
        case Command.ASSIGN:
            return events.ApplicationAssigned(order.assignee)
        case Command.RETURN:
            return events.ApplicationReturned(PROCESS.stated(order))
        case Command.APPROVE:
            return _approve(application, order, facts)
        case Command.REJECT:
            return events.ApplicationRejected(PROCESS.stated(order))
        case Command.WITHDRAW:
            return events.ApplicationWithdrawn(PROCESS.stated(order))
        case Command.DEEM:
            return _deem(application, facts)
        case Command.OVERTURN:
            _raise(_barriers(replace(facts, member=False)))
            return events.ApplicationOverturned(asdict(_as_asked(application, facts, "appeal")))


def _raise(errors: entry_forms.Errors) -> None:
    if errors:
        raise Invalid(errors)


def _barriers(facts: Facts) -> entry_forms.Errors:
    errors: entry_forms.Errors = {}
    if not facts.applicable:
        errors["dataset_id"] = [Message("This data is not opened on application; look at its page for how it is opened")]
    if facts.on_hold:
        errors["dataset_id"] = [Message("The opening of this data is suspended; wait until it is opened again")]
    if facts.member:
        errors["dataset_id"] = [Message("Members of the department that provides the data have it without applying")]
    if not facts.renewable:
        errors["renews"] = [Message("Only a grant of your own for this data can be renewed")]
    return errors


def _submit(application: Application, facts: Facts) -> Event:
    _raise(_barriers(facts) | forms.check_complete(
        application.form, facts.form.questions, facts.today, facts.form.longest_period_days))
    return events.ApplicationSubmitted(digest(application.form), asdict(facts.terms))


def _as_asked(application: Application, facts: Facts, by: str) -> Decision:
    """What was asked for; a period that was over by now is as long as it was asked to be, from today on."""
    start, end = forms.day(application.form.period_start), forms.day(application.form.period_end)
    if start and end and end < facts.today and by != "department":
        start, end = facts.today, facts.today + (end - start)
    return _from_today(Decision(start.isoformat() if start else "", end.isoformat() if end else "", "",
                                facts.form.agreement_required, dict(facts.form.limits), by), facts.today)


def _from_today(decision: Decision, today: date) -> Decision:
    """The decision without the days of its period that have gone by: nobody is granted, or bound for, what is past."""
    start, end = forms.day(decision.period_start), forms.day(decision.period_end)
    return replace(decision, period_start=today.isoformat()) if start and end and start < today <= end else decision


def _approve(application: Application, order: Order, facts: Facts) -> Event:
    asked = _as_asked(application, facts, "department")
    decision = replace(
        asked, period_start=order.period_start or asked.period_start, period_end=order.period_end or asked.period_end,
        conditions=order.conditions.strip(), limits=asked.limits if order.limits is None else dict(order.limits),
        agreement_required=asked.agreement_required if order.agreement_required is None else order.agreement_required)
    errors = _barriers(replace(facts, member=False))
    errors |= forms.check_period(decision.period_start, decision.period_end, facts.today, forms.LONGEST_DAYS)
    errors |= entry_forms.check_limits(decision.limits)
    if error := text_error(order.conditions, MAX_REASON):
        errors["conditions"] = [error]
    _raise(errors)
    return events.ApplicationApproved(asdict(_from_today(decision, facts.today)), PROCESS.stated(order))


def consented(facts: Facts) -> bool:
    """Whether the department's silence has become consent; the clock says so at its next turn."""
    return facts.deems and facts.overdue and facts.applicable and not facts.on_hold


def _deem(application: Application, facts: Facts) -> Event:
    if not consented(facts):
        raise NotNow(Message("The reply limit has not passed, or passing it is no consent here"))
    return events.ApplicationDeemedApproved(asdict(_as_asked(application, facts, "clock")))


def evolve(application: Application, event: Event, actor: str, now: datetime) -> Application:
    """The application after `event`."""
    match event:
        case events.ApplicationSubmitted():
            return replace(application, state=State.SUBMITTED, submitted_form=application.form, terms=Terms(**event.terms),
                           submitted_at=now, reason="")
        case events.ApplicationTaken():
            return replace(application, state=State.UNDER_REVIEW, assignee=application.assignee or actor)
        case events.ApplicationAssigned():
            return replace(application, assignee=event.assignee)
        case events.ApplicationReturned():
            return replace(application, state=State.RETURNED, reason=event.reason)
        case events.ApplicationApproved():
            return _decided(application, State.APPROVED, event.decision, event.reason, now)
        case events.ApplicationRejected():
            return _decided(application, State.REJECTED, {}, event.reason, now)
        case events.ApplicationWithdrawn():
            return replace(application, state=State.WITHDRAWN, reason=event.reason)
        case events.ApplicationDeemedApproved():
            return _decided(application, State.DEEMED_APPROVED, event.decision, "", now)
        case events.ApplicationOverturned():
            return _decided(application, State.APPROVED, event.decision, "", now)
    return application


def _decided(application: Application, state: State, decision: Mapping[str, Any], reason: str, now: datetime) -> Application:
    return replace(application, state=state, decision=Decision(**decision), reason=reason, decided_at=now)

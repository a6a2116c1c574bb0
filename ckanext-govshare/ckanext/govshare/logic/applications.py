"""Applications: written by the applicant, decided by the department, an appeal or the clock (ACC-1 to ACC-4)."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.govshare import clock, regulations
from ckanext.govshare.domain import application_events as events
from ckanext.govshare.domain import application_forms, applications, calendar, entry_forms, use_terms
from ckanext.govshare.domain.application_forms import Form
from ckanext.govshare.domain.applications import Application, Command, Facts, Order, Terms
from ckanext.govshare.domain.attributes import Attribute
from ckanext.govshare.domain.entry_forms import EntryForm
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.profiles import Overdue, Rule
from ckanext.govshare.domain.reading import READERS, Matter
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic import quotas, review, roles
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.cases.kernel import PLATFORM, SYSTEM, Machine, Offer
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.schema import applications as schema
from ckanext.govshare.logic.schema.fields import reference, with_reason
from ckanext.govshare.repository import applications as repository
from ckanext.govshare.repository import deadlines
from ckanext.govshare.repository import entry_forms as forms

CASE = "applications"


def _decide(application: Application, order: Order, held: frozenset[Part], now: datetime) -> Event:
    event = applications.decide(application, order, held, _facts(application, now))
    if isinstance(event, events.ApplicationSubmitted):
        quotas.admit_submission(application, now)
    return event


def _seen_by(application: Application) -> frozenset[Part]:
    """A draft that was never handed in is the applicant's alone."""
    return READERS[Matter.STANDING] if application.submitted_at else frozenset({Part.APPLICANT, Part.SYSTEM})


def _prepare(application: Application, order: Order) -> Application:
    """What is handed in: to the department that answers for the entry now, with answers to what is asked now."""
    if order.command is not Command.SUBMIT:
        return application
    return replace(application, form=_answering(application.form, application.entry_id),
                   department=review.load(application.entry_id).department)


def _answer(application: Application) -> dict[str, Any]:
    followers = repository.followers([application.id]).get(application.id, {})
    return {"id": application.id, "state": application.state.value, **followers}


MACHINE = Machine(
    CASE, "application", applications.PROCESS, Order, get=repository.get,
    save=lambda outcome: repository.save(outcome.case, outcome.now), decide=_decide, prepare=_prepare, answer=_answer,
    evolve=lambda application, event, order, now: applications.evolve(application, event, order.actor, now),
    seen_by=_seen_by, absent=Message("Application not found"),
    offers={
        "submit": Offer(
            Command.SUBMIT, reference, "Hand a draft, or what was returned, to the department; the reply limit begins."),
        "take": Offer(
            Command.TAKE, reference, "Begin to examine an application; who takes it is its assignee unless there is one."),
        "return": Offer(Command.RETURN, with_reason, "Ask the applicant for a supplement; the reply limit stops. `reason`: what "
                        "is missing, required."),
        "approve": Offer(
            Command.APPROVE, schema.application_approve,
            "Consent. `period_start`, `period_end` (ISO dates, counted whole), `conditions`, `agreement_required` and `limits` "
            "(formats, daily_calls, daily_rows, downloads, addresses) change what was asked for; `reason`: an opinion, optional. "
            "The answer names ``agreement_id`` and ``grant_id``, where there are such."),
        "reject": Offer(Command.REJECT, with_reason, "Refuse an application. `reason`: required."),
        "withdraw": Offer(
            Command.WITHDRAW, with_reason, "Take an application back before it is decided. `reason`: optional."),
    })


def begin(context: Context, package: model.Package, given: Mapping[str, Any]) -> Application:
    """The application that somebody wants to write for the data of `package`, not saved."""
    entry = review.load(package.id)
    return Application(repository.new_id(), entry.id, entry.department, roles.actor_of(context), form=_form(entry.id, given),
                       renews=given.get("renews") or "", created_at=clock.now())


def create(context: Context, package: model.Package, given: Mapping[str, Any]) -> Application:
    """Save a first draft and commit. Raises as `kernel.give`."""
    with transaction():
        application = begin(context, package, given)
        if repository.count_open(application.applicant, application.entry_id) >= repository.MOST_OPEN:
            raise tk.ValidationError({"dataset_id": [tk._(
                "You have {limit} open applications for this data: withdraw one of them first").format(
                    limit=repository.MOST_OPEN)]})
        return _save(context, application)


def update(context: Context, application_id: str, given: Mapping[str, Any]) -> Application:
    """Save what the applicant changed and commit. Raises as `kernel.give`."""
    with transaction():
        application = kernel.load(MACHINE, application_id, lock=True)
        form = _form(application.entry_id, given, application.form)
        renews = application.renews if given.get("renews") is None else given["renews"]
        return _save(context, replace(application, form=form, renews=renews))


def _save(context: Context, application: Application) -> Application:
    order = Order(Command.SAVE, roles.actor_of(context))
    return kernel.carry_out(MACHINE, application, order, MACHINE.parts_in(context, application), clock.now())


def _form(entry_id: str, given: Mapping[str, Any], before: Form | None = None) -> Form:
    """What was filled in, without answers to what the department does not ask any more."""
    form = application_forms.read(given, before)
    return form if "answers" in given else _answering(form, entry_id)


def _answering(form: Form, entry_id: str) -> Form:
    asked = {question.id for question in forms.current(entry_id)[1].questions}
    return replace(form, answers={key: value for key, value in form.answers.items() if key in asked})


def assign(context: Context, ids: list[str], user: model.User | None) -> None:
    """Say who works on applications, all or none of them, and commit. Raises as `kernel.give`; ``user``: no editor there."""
    with transaction():
        for application_id in sorted(ids):
            application = kernel.load(MACHINE, application_id, lock=True)
            if user and roles.capacities(user).get(application.department) not in roles.EDITORS:
                raise tk.ValidationError({"user": [tk._("Choose an editor of the department")]})
            order = Order(Command.ASSIGN, roles.actor_of(context), assignee=user.id if user else "")
            kernel.carry_out(MACHINE, application, order, MACHINE.parts_in(context, application), clock.now())


def _facts(application: Application, now: datetime) -> Facts:
    package = model.Package.get(application.entry_id)
    entry = review.load(application.entry_id)
    version, form = forms.current(application.entry_id)
    extras: Mapping[str, Any] = package.extras if package else {}
    published = entry.published and package is not None and package.state == model.State.ACTIVE
    running = deadlines.running(CASE, [application.id]).get(application.id)
    applicant = model.User.get(application.applicant)
    return Facts(
        today=calendar.shanghai_date(now),
        applicable=published and extras.get("open_type") == Attribute.CONDITIONAL,
        member=bool(applicant and entry.department in roles.capacities(applicant)),
        renewable=not application.renews or repository.is_own_grant(application.renews, application.applicant, entry.id),
        overdue=bool(running and running.is_overdue(now) and not running.provisional),
        deems=application.terms.profile in _deeming(),
        form=form,
        terms=_terms(entry.version, str(extras.get("open_condition") or ""), version, form),
    )


def _terms(entry_version: int, condition: str, form_version: int, form: EntryForm) -> Terms:
    limit = regulations.current().limit(Rule.APPLICATION_REPLY)
    return Terms(entry_version, condition, form_version, tuple(entry_forms.as_dicts(form.questions)), use_terms.VERSION,
                 regulations.current().profile.id, limit.rule.value if limit else "", regulations.calendar().version)


def _deeming() -> list[str]:
    """The profiles under which silence is consent."""
    limits = {name: regime.limit(Rule.APPLICATION_REPLY) for name, regime in regulations.regimes().items()}
    return [name for name, limit in limits.items() if limit is not None and limit.overdue is Overdue.DEEMED_CONSENT]


def approve_by_appeal(application_id: str, actor: str, now: datetime) -> None:
    """Grant, as it was asked, what was rejected and won on appeal (ACC-6); in the caller's transaction.

    actor: the id of the user who decided the appeal. Raises ValidationError where the data is not conditional any more.
    """
    kernel.command(MACHINE, kernel.load(MACHINE, application_id, lock=True), Order(Command.OVERTURN, actor), now)


def deem_overdue(now: datetime) -> int:
    """Consent by silence where the profile of a case says so, once each; how many. No profile does for opening today."""
    return sum(_deem(application_id, now) for application_id in repository.waiting_under(_deeming()))


def _deem(application_id: str, now: datetime) -> bool:
    with transaction():
        application = kernel.load(MACHINE, application_id, lock=True)
        order = Order(Command.DEEM, SYSTEM)
        if applications.PROCESS.refusal(application, order, PLATFORM) or not applications.consented(_facts(application, now)):
            return False
        kernel.command(MACHINE, application, order, now)
        return True

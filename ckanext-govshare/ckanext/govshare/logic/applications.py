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
from ckanext.govshare.domain.applications import Application, Command, Facts, Order, State, Terms
from ckanext.govshare.domain.attributes import Attribute
from ckanext.govshare.domain.entry_forms import EntryForm
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.profiles import Overdue, Rule
from ckanext.govshare.domain.reading import READERS, Matter
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic import attachment_files, quotas, review, roles
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.cases.kernel import PLATFORM, SYSTEM, Machine
from ckanext.govshare.logic.record import Case, transaction
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


MACHINE = Machine(
    CASE, applications.PROCESS, get=repository.get, save=repository.save, decide=_decide,
    evolve=lambda application, event, order, now: applications.evolve(application, event, order.actor, now),
    seen_by=_seen_by, absent=Message("Application not found"))


def load(application_id: str) -> Application:
    """As `kernel.load`."""
    return kernel.load(MACHINE, application_id)


def known(context: Context, application_id: str) -> tuple[Application, frozenset[Part]]:
    """As `kernel.known`."""
    return kernel.known(MACHINE, context, application_id)


def parts_of(context: Context, application: Application) -> frozenset[Part]:
    """The caller's parts in an application, also in one that is not saved."""
    return kernel.parts_in(MACHINE, context, application)


def begin(context: Context, package: model.Package, given: Mapping[str, Any]) -> Application:
    """The application that somebody wants to write for the data of `package`, not saved."""
    entry = review.load(package.id)
    return Application(repository.new_id(), entry.id, entry.department, roles.actor_of(context), form=_form(entry.id, given),
                       renews=given.get("renews") or "", created_at=clock.now())


def create(context: Context, package: model.Package, given: Mapping[str, Any]) -> Application:
    """Save a first draft and commit. Raises as `carry_out`."""
    with transaction():
        application = begin(context, package, given)
        if repository.count_open(application.applicant, application.entry_id) >= repository.MOST_OPEN:
            raise tk.ValidationError({"dataset_id": [tk._(
                "You have {limit} open applications for this data: withdraw one of them first").format(
                    limit=repository.MOST_OPEN)]})
        order = Order(Command.SAVE, application.applicant)
        return kernel.carry_out(MACHINE, application, order, parts_of(context, application), clock.now())


def update(context: Context, application_id: str, given: Mapping[str, Any]) -> Application:
    """Save what the applicant changed and commit. Raises as `carry_out`."""
    with transaction():
        application = kernel.load(MACHINE, application_id, lock=True)
        form = _form(application.entry_id, given, application.form)
        renews = application.renews if given.get("renews") is None else given["renews"]
        changed = replace(application, form=form, renews=renews)
        order = Order(Command.SAVE, roles.actor_of(context))
        return kernel.carry_out(MACHINE, changed, order, parts_of(context, application), clock.now())


def _form(entry_id: str, given: Mapping[str, Any], before: application_forms.Form | None = None) -> application_forms.Form:
    """What was filled in, without answers to what the department does not ask any more."""
    questions = forms.current(entry_id)[1].questions
    form = application_forms.read(given, before)
    if "answers" not in given:
        asked = {question.id for question in questions}
        return replace(form, answers={key: value for key, value in form.answers.items() if key in asked})
    return form


def carry_out(context: Context, application_id: str, order: Order) -> Application:
    """Give a command and commit all that follows from it, or nothing.

    Raises NotAuthorized, or ValidationError with field names (``state``: not possible now).
    """
    with transaction():
        application, now = kernel.load(MACHINE, application_id, lock=True), clock.now()
        if order.command is Command.SUBMIT:
            application = _handed_in(application)
        after = kernel.carry_out(MACHINE, application, order, parts_of(context, application), now)
        unread = after.state is State.WITHDRAWN and after.submitted_at is None
        dropped = attachment_files.drop(Case(CASE, after.id, after.department), order.actor, now) if unread else []
    attachment_files.erase(dropped)
    return after


def _handed_in(application: Application) -> Application:
    """What is handed in: to the department that answers for the entry now, with answers to what is asked now."""
    asked = {question.id for question in forms.current(application.entry_id)[1].questions}
    answers = {key: value for key, value in application.form.answers.items() if key in asked}
    return replace(application, form=replace(application.form, answers=answers),
                   department=review.load(application.entry_id).department)


def assign(context: Context, ids: list[str], user: model.User | None) -> None:
    """Say who works on applications, all or none of them, and commit. Raises as `carry_out`; ``user``: no editor there."""
    with transaction():
        for application_id in sorted(ids):
            application = kernel.load(MACHINE, application_id, lock=True)
            if user and roles.capacities(user).get(application.department) not in roles.EDITORS:
                raise tk.ValidationError({"user": [tk._("Choose an editor of the department")]})
            order = Order(Command.ASSIGN, roles.actor_of(context), assignee=user.id if user else "")
            kernel.carry_out(MACHINE, application, order, parts_of(context, application), clock.now())


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

"""Carrying out the commands of an appeal: load under lock, decide, undo what was overturned, record, commit (ACC-6)."""
from __future__ import annotations

import uuid
from datetime import datetime

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.govshare import clock, regulations
from ckanext.govshare.domain import appeal_events as events
from ckanext.govshare.domain import appeals, calendar
from ckanext.govshare.domain.appeals import Appeal, Command, Kind, Order, Remedy, Subject
from ckanext.govshare.domain.errors import DomainError
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.profiles import Rule
from ckanext.govshare.logic import applications, grants, notices, parts
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.logic.review import actor_of, raise_as_ckan
from ckanext.govshare.repository import appeals as repository
from ckanext.govshare.repository import deadlines
from ckanext.govshare.repository import grants as granted

CASE = "appeals"
# Who knows of an appeal: its appellant, the department whose decision it is about, who decides it, and who runs the platform.
INSIDERS = frozenset({Part.APPLICANT, Part.HANDLER, Part.DEPARTMENT_MEMBER, Part.COMPETENT, Part.OPERATOR, Part.SYSTEM})


def visible(context: Context, appeal_id: str) -> Appeal:
    """The appeal; NotFound also where the caller may not know of it."""
    found = repository.get(appeal_id)
    if found is None or not INSIDERS & parts.of(context, found.department, found.appellant):
        raise tk.ObjectNotFound(tk._("Appeal not found"))
    return found


def visible_subject(context: Context, kind: Kind, subject_id: str) -> Subject:
    """The application or grant that can be appealed about; NotFound also where the caller may not know of it."""
    found = repository.subject(kind, subject_id)
    if found is None or not INSIDERS & parts.of(context, found.department, found.applicant):
        raise tk.ObjectNotFound(tk._("Case not found"))
    if kind is Kind.APPLICATION:
        applications.known(context, subject_id)
    return found


def subject_of(appeal: Appeal, lock: bool = False) -> Subject:
    """The case that an appeal is about. Raises LookupError where it is gone: cases are never deleted."""
    found = repository.subject(appeal.subject_kind, appeal.subject_id, lock)
    if found is None:
        raise LookupError(appeal.subject_id)
    return found


def may_file(context: Context, kind: Kind, subject_id: str) -> bool:
    """Whether the caller could appeal against the decision that stands in a case."""
    found = repository.subject(kind, subject_id)
    return found is not None and appeals.may_file(
        found, parts.of(context, found.department, found.applicant), repository.about(kind, subject_id), clock.now())


def file(context: Context, kind: Kind, subject_id: str, reason: str) -> Appeal:
    """File an appeal and commit. Raises NotAuthorized or ValidationError, with nothing written."""
    with transaction():
        subject = repository.subject(kind, subject_id, lock=True)
        if subject is None:
            raise tk.ObjectNotFound(tk._("Case not found"))
        now, order = clock.now(), Order(Command.FILE, actor_of(context), reason)
        held = parts.of(context, subject.department, subject.applicant)
        try:
            event = appeals.file(subject, order, held, repository.about(kind, subject_id), now)
        except DomainError as refusal:
            raise_as_ckan(refusal)
        # No text sets the limit: it is the platform's own.
        appeal = appeals.opened(str(uuid.uuid4()), subject, event, order, now)
        if limit := regulations.current().limit(Rule.APPEAL_DECISION):
            deadlines.save(CASE, appeal.id, calendar.compute(limit, now, regulations.calendar()))
        _settle(appeal, event, order.actor, now)
    return appeal


def carry_out(context: Context, appeal_id: str, command: Command, reason: str = "") -> Appeal:
    """Give a command on an appeal, with what it does to the case, and commit all of it or nothing; the appeal afterwards.

    The case is locked before the appeal, in the order in which filing does, and a grant's agreement before the grant.
    """
    with transaction():
        if (found := visible(context, appeal_id)).subject_kind is Kind.GRANT:
            granted.lock_agreement(found.subject_id)
        subject = subject_of(found, lock=True)
        appeal = repository.get(appeal_id, lock=True) or visible(context, appeal_id)
        now, order = clock.now(), Order(command, actor_of(context), reason)
        try:
            event = appeals.decide(
                appeal, subject, order, parts.of(context, appeal.department, appeal.appellant), now)
        except DomainError as refusal:
            raise_as_ckan(refusal)
        notices.meet(CASE, appeal.id, now)
        if isinstance(event, events.AppealOverturned):
            _undo(appeal, Remedy(event.remedy), event.reason, order.actor, now)
        after = appeals.evolve(appeal, event, now)
        _settle(after, event, order.actor, now)
    return after


def _undo(appeal: Appeal, remedy: Remedy, reason: str, actor: str, now: datetime) -> None:
    """Issue the command that overturning means on the case, in the same transaction."""
    match remedy:
        case Remedy.APPROVE:
            applications.approve_by_appeal(appeal.subject_id, actor, now)
        case Remedy.RESUME:
            grants.resume(appeal.subject_id, actor, reason, now)
        case Remedy.REINSTATE:
            grants.reinstate(appeal.subject_id, actor, now)


def _settle(appeal: Appeal, event: Event, actor: str, now: datetime) -> None:
    """Bring row, messages, history and trace up to `event`."""
    repository.save(appeal)
    notices.about(CASE, appeal, event, now)
    record(Case(CASE, appeal.id, appeal.department), event, actor, now)

"""Appeals: filed about a case, decided by the competent department (ACC-6)."""
from __future__ import annotations

import uuid

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.govshare import clock
from ckanext.govshare.domain import appeals
from ckanext.govshare.domain.appeals import Appeal, Command, Kind, Order, State, Subject
from ckanext.govshare.domain.reading import READERS, Matter, reads
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic import applications, parts, roles
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.cases.kernel import Machine, Offer
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.schema import appeals as schema
from ckanext.govshare.logic.schema.fields import reference
from ckanext.govshare.logic.wording import asking
from ckanext.govshare.repository import appeals as repository
from ckanext.govshare.repository import grants as granted


def _get(appeal_id: str, lock: bool) -> Appeal | None:
    """The case is locked before its appeal, in the order in which filing does, and a grant's agreement before the grant."""
    found = repository.get(appeal_id)
    if found is None or not lock:
        return found
    if found.subject_kind is Kind.GRANT:
        granted.lock_agreement(found.subject_id)
    subject_of(found, lock=True)
    return repository.get(appeal_id, lock=True)


_DECISIONS = {State.UPHELD.value: Command.UPHOLD, State.OVERTURNED.value: Command.OVERTURN}

MACHINE = Machine(
    "appeals", "appeal", appeals.PROCESS, Order, get=_get, save=lambda outcome: repository.save(outcome.case),
    decide=lambda appeal, order, held, now: appeals.decide(appeal, subject_of(appeal), order, held, now),
    evolve=lambda appeal, event, _, now: appeals.evolve(appeal, event, now),
    seen_by=lambda appeal: READERS[Matter.STANDING], absent=Message("Appeal not found"),
    offers={
        "decide": Offer(
            Command.OVERTURN, schema.appeal_decide, "Decide an appeal; overturning acts on the case at once. `outcome`: upheld "
            "(the department's decision stands) or overturned. `reason`: of the decision, required.",
            choose=lambda given: _DECISIONS[given["outcome"]]),
        "withdraw": Offer(Command.WITHDRAW, reference, "Take an appeal back that is not decided."),
    })


def visible_subject(context: Context, kind: Kind, subject_id: str) -> Subject:
    """The application or grant that can be appealed about; NotFound also where the caller may not know of it."""
    found = repository.subject(kind, subject_id)
    if found is None or not reads(Matter.STANDING, parts.of(context, found.department, found.applicant)):
        raise tk.ObjectNotFound(tk._("Case not found"))
    if kind is Kind.APPLICATION:
        kernel.known(applications.MACHINE, context, subject_id)
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
        now, order = clock.now(), Order(Command.FILE, roles.actor_of(context), reason)
        held = parts.of(context, subject.department, subject.applicant)
        with asking():
            event = appeals.file(subject, order, held, repository.about(kind, subject_id), now)
        appeal = appeals.opened(str(uuid.uuid4()), subject, event, order, now)
        return kernel.begin(MACHINE, appeal, event, order.actor, now)

"""The SQL of applications for conditional data."""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import msgspec
import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.govshare.domain.application_cases import OPEN, WAITING, Application, Decision, State, Terms
from ckanext.govshare.domain.application_events import (
    ApplicationApproved,
    ApplicationDeemedApproved,
    ApplicationRejected,
    ApplicationSubmitted,
)
from ckanext.govshare.domain.application_forms import Form
from ckanext.govshare.model.agreements import agreement
from ckanext.govshare.model.appeals import appeal
from ckanext.govshare.model.applications import application
from ckanext.govshare.model.grants import grant
from ckanext.govshare.model.trace import deadline, event

# Open applications of one person for one entry: nobody needs more, and a flood of drafts stops here.
MOST_OPEN = 100
CASE = "applications"
_SUBMITTED = (ApplicationSubmitted.name,)
_DECIDED = (ApplicationApproved.name, ApplicationRejected.name, ApplicationDeemedApproved.name)
_COLUMNS = tuple(Application.__dataclass_fields__)


def _application(row: Mapping[str, Any]) -> Application:
    return Application(**{name: row[name] for name in _COLUMNS} | {
        "state": State(row["state"]), "form": Form.from_dict(row["form"]), "terms": msgspec.convert(row["terms"], Terms),
        "decision": msgspec.convert(row["decision"], Decision), "submitted_form": Form.from_dict(row["submitted_form"])})


def get(application_id: str, lock: bool = False) -> Application | None:
    """The application; with `lock`, nobody else changes it until this transaction ends."""
    query = sa.select(application).where(application.c.id == application_id)
    row = model.Session.execute(query.with_for_update() if lock else query).mappings().first()
    return _application(row) if row else None


def save(state: Application, now: datetime) -> None:
    """Insert or replace the application's row."""
    values = {name: getattr(state, name) for name in _COLUMNS}
    values |= {"state": state.state.value, "form": state.form.as_dict(), "terms": asdict(state.terms),
               "decision": asdict(state.decision), "submitted_form": state.submitted_form.as_dict(), "modified_at": now}
    statement = insert(application).values(**values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def plain(found: Application) -> dict[str, Any]:
    """What was written and decided, in JSON's types; `decision` is None before there is one."""
    return {"form": found.form.as_dict(), "questions": list(found.terms.questions), "terms": asdict(found.terms),
            "decision": asdict(found.decision) if found.decision.by else None, "reason": found.reason}


def new_id() -> str:
    return str(uuid4())


def count_open(applicant: str, entry_id: str) -> int:
    """How many applications of the user for the entry are not decided."""
    query = sa.select(sa.func.count()).select_from(application).where(
        application.c.applicant == applicant, application.c.entry_id == entry_id,
        application.c.state.in_([state.value for state in OPEN]))
    return int(model.Session.execute(query).scalar_one())


def is_own_grant(grant_id: str, holder: str, entry_id: str) -> bool:
    """Whether the grant is the user's, for the entry."""
    query = sa.select(grant.c.id).where(grant.c.id == grant_id, grant.c.holder == holder, grant.c.entry_id == entry_id)
    return model.Session.execute(query).first() is not None


def waiting_under(profiles: Sequence[str]) -> list[str]:
    """Applications that wait for the department and were handed in under one of `profiles`, oldest first."""
    query = sa.select(application.c.id).where(application.c.state.in_([state.value for state in WAITING]),
                                              application.c.terms["profile"].astext.in_(list(profiles)))
    return list(model.Session.execute(query.order_by(application.c.submitted_at)).scalars()) if profiles else []


def followers(application_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """By application, the newest `agreement_id`, `grant_id` and `appeal` that came of it, where there is one."""
    found: dict[str, dict[str, str]] = {}
    for name, owner, table, moment in (
            ("agreement_id", agreement.c.application_id, agreement, agreement.c.offered_at),
            ("grant_id", grant.c.application_id, grant, grant.c.created_at),
            ("appeal", appeal.c.subject_id, appeal, appeal.c.filed_at)):
        query = sa.select(owner, table.c.id).where(owner.in_(list(application_ids))).order_by(moment)
        for case, follower in model.Session.execute(query):
            found.setdefault(case, {})[name] = follower
    return found


def open_of(applicant: str, entry_id: str) -> Application | None:
    """The user's application for the entry that is not decided, the one last changed where there are several."""
    query = sa.select(application).where(
        application.c.applicant == applicant, application.c.entry_id == entry_id,
        application.c.state.in_([state.value for state in OPEN])).order_by(application.c.modified_at.desc(), application.c.id)
    row = model.Session.execute(query.limit(1)).mappings().first()
    return _application(row) if row else None


@dataclass(frozen=True)
class Wanted:
    """Which applications are asked for; None and empty leave open.

    `applicant`: whose, a user's id; without one, those that were handed in. `text`: part of the entry's title or of the
    applicant's name. `overdue_on`: those whose reply limit runs and ended before that day (Shanghai's).
    """

    applicant: str | None = None
    departments: Collection[str] | None = None
    assignee: str | None = None
    states: Collection[State] = ()
    text: str = ""
    overdue_on: date | None = None


def search(wanted: Wanted, offset: int, limit: int) -> tuple[int, list[Application]]:
    """The count of all that are `wanted`, and one page: a person's last changed first, others by due date."""
    where = _where(wanted)
    joined = application.join(model.Package, model.Package.id == application.c.entry_id, isouter=True).join(
        deadline, sa.and_(deadline.c.case_kind == CASE, deadline.c.case_id == application.c.id,
                          deadline.c.met_at.is_(None)), isouter=True)
    count = model.Session.execute(sa.select(sa.func.count()).select_from(joined).where(*where)).scalar_one()
    order = [deadline.c.due.asc().nulls_last()] if wanted.applicant is None else []
    rows = model.Session.execute(sa.select(application).select_from(joined).where(*where).order_by(
        *order, application.c.modified_at.desc(), application.c.id).offset(offset).limit(limit)).mappings()
    return count, [_application(row) for row in rows]


def _where(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    where = [application.c.submitted_at.is_not(None) if wanted.applicant is None
             else application.c.applicant == wanted.applicant]
    if wanted.assignee is not None:
        where.append(application.c.assignee == wanted.assignee)
    if wanted.departments is not None:
        where.append(application.c.department.in_(list(wanted.departments)))
    if wanted.states:
        where.append(application.c.state.in_([state.value for state in wanted.states]))
    if wanted.text:
        # Of what the applicant changes after a return nobody else learns before it is handed in again.
        form = application.c.submitted_form if wanted.applicant is None else application.c.form
        where.append(sa.or_(model.Package.title.icontains(wanted.text, autoescape=True),
                            form["applicant_name"].astext.icontains(wanted.text, autoescape=True)))
    if wanted.overdue_on is not None:
        where.append(deadline.c.due < wanted.overdue_on)
    return where


def counts(entry_id: str) -> dict[State, int]:
    """How many applications for the entry were ever handed in, by state."""
    query = sa.select(application.c.state, sa.func.count()).where(
        application.c.entry_id == entry_id, application.c.submitted_at.is_not(None)).group_by(application.c.state)
    return {State(state): count for state, count in model.Session.execute(query)}


def decided(entry_id: str, limit: int) -> list[tuple[datetime, datetime]]:
    """When the entry's last decided applications were handed in first and decided first, by whatever came later."""
    last = sa.select(application.c.id).where(
        application.c.entry_id == entry_id, application.c.decided_at.is_not(None),
    ).order_by(application.c.decided_at.desc()).limit(limit)
    submitted, decision = (sa.func.min(event.c.effective_at).filter(event.c.name.in_(names)) for names in (_SUBMITTED, _DECIDED))
    query = sa.select(submitted, decision).where(event.c.case_kind == CASE, event.c.case_id.in_(last)).group_by(event.c.case_id)
    return [tuple(row) for row in model.Session.execute(query.having(submitted.is_not(None), decision.is_not(None)))]

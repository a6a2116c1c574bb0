"""The SQL of applications for conditional data."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import msgspec
import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.govshare.domain.application_cases import OPEN, WAITING, Application, Decision, State, Terms
from ckanext.govshare.domain.application_forms import Form
from ckanext.govshare.model.agreements import agreement
from ckanext.govshare.model.appeals import appeal
from ckanext.govshare.model.applications import application
from ckanext.govshare.model.grants import grant
from ckanext.govshare.model.trace import deadline

# Open applications of one person for one entry: nobody needs more, and a flood of drafts stops here.
MOST_OPEN = 100
_COLUMNS = tuple(Application.__dataclass_fields__)


def _application(row: Mapping[str, Any]) -> Application:
    return Application(**{name: row[name] for name in _COLUMNS} | {
        "state": State(row["state"]), "form": Form.from_dict(row["form"]), "terms": msgspec.convert(row["terms"], Terms),
        "decision": msgspec.convert(row["decision"], Decision)})


def get(application_id: str, lock: bool = False) -> Application | None:
    """The application; with `lock`, nobody else changes it until this transaction ends."""
    query = sa.select(application).where(application.c.id == application_id)
    row = model.Session.execute(query.with_for_update() if lock else query).mappings().first()
    return _application(row) if row else None


def save(state: Application, now: datetime) -> None:
    """Insert or replace the application's row."""
    values = {name: getattr(state, name) for name in _COLUMNS}
    values |= {"state": state.state.value, "form": state.form.as_dict(), "terms": asdict(state.terms),
               "decision": asdict(state.decision), "modified_at": now}
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


def search(where: Sequence[sa.ColumnElement[bool]], offset: int, limit: int,
           by_due_date: bool) -> tuple[int, list[Application]]:
    """The count of all applications that fulfil `where`, and one page: by due date, or last changed first."""
    joined = application.join(model.Package, model.Package.id == application.c.entry_id, isouter=True).join(
        deadline, sa.and_(deadline.c.case_kind == "applications", deadline.c.case_id == application.c.id,
                          deadline.c.met_at.is_(None)), isouter=True)
    count = model.Session.execute(sa.select(sa.func.count()).select_from(joined).where(*where)).scalar_one()
    order = [deadline.c.due.asc().nulls_last()] if by_due_date else []
    rows = model.Session.execute(sa.select(application).select_from(joined).where(*where).order_by(
        *order, application.c.modified_at.desc(), application.c.id).offset(offset).limit(limit)).mappings()
    return count, [_application(row) for row in rows]


def holds_text(text: str) -> sa.ColumnElement[bool]:
    """The entry's title or the applicant's name holds `text`."""
    return sa.or_(model.Package.title.icontains(text, autoescape=True),
                  application.c.form["applicant_name"].astext.icontains(text, autoescape=True))


def is_overdue(today: date) -> sa.ColumnElement[bool]:
    """The reply limit runs and ended before `today` (Shanghai)."""
    return deadline.c.due < today


def counts(entry_id: str) -> dict[State, int]:
    """How many applications for the entry were ever handed in, by state."""
    query = sa.select(application.c.state, sa.func.count()).where(
        application.c.entry_id == entry_id, application.c.submitted_at.is_not(None)).group_by(application.c.state)
    return {State(state): count for state, count in model.Session.execute(query)}


def decided(entry_id: str, limit: int) -> list[tuple[datetime, datetime]]:
    """When the entry's last decided applications were handed in and decided, newest first."""
    query = sa.select(application.c.submitted_at, application.c.decided_at).where(
        application.c.entry_id == entry_id, application.c.decided_at.is_not(None))
    return [tuple(row) for row in model.Session.execute(query.order_by(application.c.decided_at.desc()).limit(limit))]

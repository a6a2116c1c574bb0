"""The SQL of appeals, and of the cases that they are about."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.govshare.domain.appeals import Against, Appeal, Kind, State, Subject
from ckanext.govshare.domain.application_events import ApplicationRejected
from ckanext.govshare.domain.grant_events import GrantSuspended, GrantTerminated
from ckanext.govshare.model.appeals import appeal
from ckanext.govshare.model.applications import application
from ckanext.govshare.model.grants import grant
from ckanext.govshare.model.trace import event

_COLUMNS = tuple(Appeal.__dataclass_fields__)
_SELECTED = tuple(appeal.c[name] for name in _COLUMNS)
_PACKAGE = model.Package.__table__
# How a case is called in the history, and the events of it that are decisions.
_HISTORY = {
    Kind.APPLICATION: ("applications", (ApplicationRejected.name,)),
    Kind.GRANT: ("grants", (GrantSuspended.name, GrantTerminated.name)),
}


def _appeal(row: Mapping[str, Any]) -> Appeal:
    return Appeal(**{name: row[name] for name in _COLUMNS} | {
        "subject_kind": Kind(row["subject_kind"]), "against": Against(row["against"]), "state": State(row["state"])})


def get(appeal_id: str, lock: bool = False) -> Appeal | None:
    """The appeal; with `lock`, nobody else changes it until this transaction ends."""
    query = sa.select(*_SELECTED).where(appeal.c.id == appeal_id)
    row = model.Session.execute(query.with_for_update() if lock else query).mappings().first()
    return _appeal(row) if row else None


def about(kind: Kind, subject_id: str) -> list[Appeal]:
    """All appeals about a case, newest first."""
    rows = model.Session.execute(sa.select(*_SELECTED).where(
        appeal.c.subject_kind == kind.value, appeal.c.subject_id == subject_id,
    ).order_by(appeal.c.filed_at.desc(), appeal.c.id)).mappings()
    return [_appeal(row) for row in rows]


def save(state: Appeal) -> None:
    """Insert or replace the appeal's row."""
    values = {name: getattr(state, name) for name in _COLUMNS}
    values |= {"subject_kind": state.subject_kind.value, "against": state.against.value, "state": state.state.value}
    statement = insert(appeal).values(**values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def subject(kind: Kind, subject_id: str, lock: bool = False) -> Subject | None:
    """The case that can be appealed about, with who took its last decision; with `lock`, it stays so in this transaction."""
    table, person, ends_at = ((application, application.c.applicant, sa.null()) if kind is Kind.APPLICATION else
                              (grant, grant.c.holder, grant.c.ends_at))
    query = sa.select(
        table.c.id, table.c.entry_id, table.c.department, person.label("applicant"), table.c.state,
        ends_at.label("ends_at")).where(table.c.id == subject_id)
    row = model.Session.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        return None
    last = _decision(kind, subject_id)
    decided = {"reason": last.reason or "", "decided_by": last.actor, "decided_at": last.effective_at} if last else {}
    return Subject(kind=kind, **row, **decided)


def decision_reason(of: Appeal) -> str:
    """Why the department decided as it did in what an appeal is about; later decisions do not change it."""
    last = _decision(of.subject_kind, of.subject_id, of.filed_at)
    return (last.reason or "") if last else ""


def _decision(kind: Kind, subject_id: str, until: datetime | None = None) -> sa.Row[Any] | None:
    """The last decision in a case, up to `until`, from its history: `actor, effective_at, reason`."""
    case_kind, names = _HISTORY[kind]
    query = sa.select(event.c.actor, event.c.effective_at, event.c.payload["reason"].astext.label("reason")).where(
        event.c.case_kind == case_kind, event.c.case_id == subject_id, event.c.name.in_(names))
    if until is not None:
        query = query.where(event.c.effective_at <= until)
    return model.Session.execute(query.order_by(event.c.seq.desc()).limit(1)).first()


def search(departments: Sequence[str] | None, appellant: str | None, states: Sequence[str], text: str, offset: int, limit: int,
           oldest_first: bool) -> tuple[int, list[Appeal]]:
    """Appeals on decisions of `departments` (None: of all) by `appellant` (None: by anybody), on entries titled `text`.

    Gives the count of all, and one page.
    """
    where: list[sa.ColumnElement[bool]] = [appeal.c.state.in_(states)]
    if departments is not None:
        where.append(appeal.c.department.in_(departments))
    if appellant is not None:
        where.append(appeal.c.appellant == appellant)
    if text:
        where.append(_PACKAGE.c.title.icontains(text, autoescape=True))
    joined = appeal.outerjoin(_PACKAGE, _PACKAGE.c.id == appeal.c.entry_id)
    count = model.Session.execute(sa.select(sa.func.count()).select_from(joined).where(*where)).scalar_one()
    order = appeal.c.filed_at if oldest_first else appeal.c.filed_at.desc()
    rows = model.Session.execute(sa.select(*_SELECTED).select_from(joined).where(*where)
                                 .order_by(order, appeal.c.id).offset(offset).limit(limit)).mappings()
    return count, [_appeal(row) for row in rows]

"""The SQL of the competent department's board: what is overdue, what was reported, and both by department."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.domain.calendar import Deadline
from ckanext.govshare.domain.grant_events import GrantSuspended, GrantTerminated
from ckanext.govshare.domain.notices import DeadlineMissed
from ckanext.govshare.domain.processes import watched
from ckanext.govshare.model.appeals import appeal
from ckanext.govshare.model.applications import application
from ckanext.govshare.model.grants import grant
from ckanext.govshare.model.trace import deadline, event
from ckanext.govshare.repository.cases import KINDS

_REPORTED = (GrantSuspended.name, GrantTerminated.name)
_OPEN = ("submitted", "under_review", "returned")


def _overdue_of(kind: str, today: date) -> sa.Select[Any]:
    table = KINDS[kind].table
    return sa.select(
        sa.literal(kind).label("kind"), table.c.id, table.c.entry_id, table.c.department, table.c.state, deadline.c.due,
        deadline.c.computed,
    ).join(deadline, sa.and_(deadline.c.case_kind == kind, deadline.c.case_id == table.c.id)).where(
        deadline.c.met_at.is_(None), deadline.c.due < today)


def overdue(today: date, department: str | None, offset: int, limit: int) -> tuple[int, list[dict[str, Any]]]:
    """Cases with a watched limit whose due date is before `today` (Shanghai's), of one department or all, longest overdue first.

    Gives the count of all, and of one page `kind, id, entry_id, department, state, deadline`.
    """
    cases = sa.union_all(*(_overdue_of(kind, today) for kind in watched())).subquery()
    where = [cases.c.department == department] if department is not None else []
    count = model.Session.execute(sa.select(sa.func.count()).select_from(cases).where(*where)).scalar_one()
    rows = model.Session.execute(sa.select(cases).where(*where).order_by(cases.c.due, cases.c.id)
                                 .offset(offset).limit(limit)).mappings()
    return count, [{**row, "deadline": Deadline.from_dict(row["computed"])} for row in rows]


def reports(department: str | None, offset: int, limit: int) -> tuple[int, list[dict[str, Any]]]:
    """Suspensions and terminations, newest first, as a provider reports them (001 第十九条).

    Gives the count of all, and of one page `grant_id, entry_id, department, state, event, at, actor, reason`.
    """
    joined = event.join(grant, sa.and_(event.c.case_kind == "grants", event.c.case_id == grant.c.id))
    where: list[sa.ColumnElement[bool]] = [event.c.name.in_(_REPORTED)]
    if department is not None:
        where.append(grant.c.department == department)
    count = model.Session.execute(sa.select(sa.func.count()).select_from(joined).where(*where)).scalar_one()
    rows = model.Session.execute(sa.select(
        grant.c.id.label("grant_id"), grant.c.entry_id, grant.c.department, grant.c.state, event.c.name.label("event"),
        event.c.effective_at.label("at"), event.c.actor, event.c.payload["reason"].astext.label("reason"),
    ).select_from(joined).where(*where).order_by(event.c.trace_seq.desc()).offset(offset).limit(limit)).mappings()
    return count, [dict(row) for row in rows]


def counts(today: date) -> dict[str, dict[str, int]]:
    """By department: applications `open` and `overdue`, limits `missed` since ever, `appeals` open and `overturned`, grants
    `suspended` and `terminated`. Departments that have none of them are left out.
    """
    late = sa.union_all(*(_overdue_of(kind, today) for kind in watched())).subquery()
    asked: Mapping[str, sa.Select[Any]] = {
        "open": _by_department(application.c.department, application.c.state.in_(_OPEN)),
        "overdue": _by_department(late.c.department, late.c.kind == "applications"),
        "missed": _by_department(application.c.department, event.c.name == DeadlineMissed.name).select_from(application.join(
            event, sa.and_(event.c.case_kind == "applications", event.c.case_id == application.c.id))),
        "appeals": _by_department(appeal.c.department, appeal.c.state == "filed"),
        "overturned": _by_department(appeal.c.department, appeal.c.state == "overturned"),
        "suspended": _by_department(grant.c.department, grant.c.state == "suspended"),
        "terminated": _by_department(grant.c.department, grant.c.state == "terminated"),
    }
    found: dict[str, dict[str, int]] = {}
    for name, query in asked.items():
        for department, number in model.Session.execute(query):
            found.setdefault(department, dict.fromkeys(asked, 0))[name] = number
    return found


def _by_department(department: sa.ColumnElement[str], where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(department, sa.func.count()).where(where).group_by(department)

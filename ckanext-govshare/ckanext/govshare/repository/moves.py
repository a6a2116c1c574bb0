"""The SQL of an entry's cases when the entry passes to another department."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.domain.application_cases import OPEN
from ckanext.govshare.model.agreements import agreement
from ckanext.govshare.model.appeals import appeal
from ckanext.govshare.model.applications import application
from ckanext.govshare.model.grants import grant

# Cases by kind, with what orders their locks as every command takes them: applications by id, an application before what
# follows from it, an agreement before the one that is to replace it, agreements before their grant, a case before its appeal.
_TABLES: Mapping[str, tuple[sa.Table, Any]] = {
    "applications": (application, application.c.id),
    "agreements": (agreement, agreement.c.offered_at),
    "grants": (grant, grant.c.created_at),
    "appeals": (appeal, appeal.c.filed_at),
}


def hand_over(entry_id: str, department: str) -> dict[str, int]:
    """Make `department` (an organization's id) answer for all cases of the entry, ended ones too; by kind, how many it is now.

    In the caller's transaction. All rows are held before any is changed: what a command that was under way opened meanwhile
    is there when it lets go, and moves with the rest. Who worked on an application is no longer who will.
    """
    for table, moment in _TABLES.values():
        rows = sa.select(table.c.id).where(table.c.entry_id == entry_id).order_by(moment, table.c.id)
        model.Session.execute(rows.with_for_update()).all()
    moved: dict[str, int] = {}
    for kind, (table, _) in _TABLES.items():
        result: Any = model.Session.execute(sa.update(table).where(
            table.c.entry_id == entry_id, table.c.department != department).values(department=department, **_anew(kind)))
        if result.rowcount:
            moved[kind] = result.rowcount
    return moved


def _anew(kind: str) -> dict[str, Any]:
    is_open = application.c.state.in_([state.value for state in OPEN])
    return {"assignee": sa.case((is_open, ""), else_=application.c.assignee)} if kind == "applications" else {}

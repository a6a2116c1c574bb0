"""The SQL of an entry's cases when the entry passes to another department."""
from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.domain.application_cases import OPEN
from ckanext.govshare.repository.cases import KINDS


def hold(entry_id: str) -> None:
    """Lock all cases of the entry: what a command that was under way opened meanwhile is there when it lets go."""
    for kind in KINDS.values():
        cases = kind.table.c
        rows = sa.select(cases.id).where(cases.entry_id == entry_id).order_by(cases[kind.locked_by], cases.id)
        model.Session.execute(rows.with_for_update()).all()


def hand_over(entry_id: str, department: str) -> dict[str, int]:
    """Make `department` (an organization's id) answer for all cases of the entry, ended ones too; by kind, how many it is now.

    In the caller's transaction, which holds them. Who worked on an application is no longer who will.
    """
    moved: dict[str, int] = {}
    for kind in KINDS.values():
        cases = kind.table.c
        result: Any = model.Session.execute(sa.update(kind.table).where(
            cases.entry_id == entry_id, cases.department != department).values(department=department, **_anew(cases)))
        if result.rowcount:
            moved[kind.name] = result.rowcount
    return moved


def _anew(cases: Any) -> dict[str, Any]:
    is_open = cases.state.in_([state.value for state in OPEN])
    return {"assignee": sa.case((is_open, ""), else_=cases.assignee)} if "assignee" in cases else {}

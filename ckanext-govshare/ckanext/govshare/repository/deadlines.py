"""The SQL of due dates that were given to cases."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.govshare.domain.calendar import Deadline
from ckanext.govshare.model.trace import deadline


def save(case_kind: str, case_id: str, given: Deadline) -> None:
    """Give the case a due date under its rule, in place of an earlier one."""
    row = {"case_kind": case_kind, "case_id": case_id, "rule": given.rule, "due": given.due, "met_at": None,
           "provisional": given.provisional, "computed": given.as_dict()}
    statement = insert(deadline).values(**row)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["case_kind", "case_id", "rule"], set_=row))


def meet(case_kind: str, case_id: str, now: datetime) -> None:
    """Stop the clocks of a case that was decided."""
    model.Session.execute(sa.update(deadline).where(
        deadline.c.case_kind == case_kind, deadline.c.case_id == case_id, deadline.c.met_at.is_(None)).values(met_at=now))


def running(case_kind: str, case_ids: Iterable[str]) -> dict[str, Deadline]:
    """Due dates still running, by case."""
    rows = model.Session.execute(sa.select(deadline.c.case_id, deadline.c.computed).where(
        deadline.c.case_kind == case_kind, deadline.c.case_id.in_(list(case_ids)), deadline.c.met_at.is_(None)))
    return {row.case_id: Deadline.from_dict(row.computed) for row in rows}


def provisional() -> list[dict[str, Any]]:
    """Running due dates that were computed without the calendar of their year, locked: `case_kind, case_id, computed`."""
    rows = model.Session.execute(sa.select(deadline).where(
        deadline.c.provisional, deadline.c.met_at.is_(None)).with_for_update(skip_locked=True)).mappings()
    return [{**row, "computed": Deadline.from_dict(row["computed"])} for row in rows]

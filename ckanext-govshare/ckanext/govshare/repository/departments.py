"""Departments as pages and rules name them, without the rest that CKAN would load of an organization."""
from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

# The roles in a department, as CKAN names them, that compile its entries and handle its cases.
EDITORS = ("editor", "admin")
_GROUP = model.Group.__table__


def find(reference: str) -> sa.Row[Any] | None:
    """`id, name, title, is_organization, state` of a group by id or, failing that, by name; None where there is none."""
    query = sa.select(_GROUP.c.id, _GROUP.c.name, _GROUP.c.title, _GROUP.c.is_organization, _GROUP.c.state)
    by_id = _GROUP.c.id == reference
    return model.Session.execute(query.where(sa.or_(by_id, _GROUP.c.name == reference)).order_by(by_id.desc())).first()

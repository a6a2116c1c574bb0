"""The SQL of the open list: published entries that are opened, straight from the database.

A package that is not private was approved and is not 不予开放 (`logic/labels.py`); the open attribute is asked again, so that
one wrong flag opens nothing.
"""
from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.domain.open_list import OPENED, DepartmentCount, Line

_PACKAGE, _GROUP, _RESOURCE = model.Package.__table__, model.Group.__table__, model.Resource.__table__
_OPEN_TYPE = _PACKAGE.c.extras["open_type"].astext
_LISTED = sa.and_(
    _PACKAGE.c.state == model.State.ACTIVE, _PACKAGE.c.private.is_(False), _OPEN_TYPE.in_(OPENED),
    _GROUP.c.state == model.State.ACTIVE, _GROUP.c.is_organization.is_(True))
_BY_DEPARTMENT = _PACKAGE.join(_GROUP, _GROUP.c.id == _PACKAGE.c.owner_org)


def _extra(name: str) -> Any:
    return sa.func.coalesce(_PACKAGE.c.extras[name].astext, "").label(name)


def departments() -> list[DepartmentCount]:
    """The departments that open something, by name."""
    query = sa.select(_GROUP.c.id, _GROUP.c.name, _GROUP.c.title, sa.func.count().label("count")).select_from(_BY_DEPARTMENT)
    rows = model.Session.execute(query.where(_LISTED).group_by(_GROUP.c.id).order_by(_GROUP.c.name))
    return [DepartmentCount(row.id, row.name, row.title or row.name, row.count) for row in rows]


def lines(department_id: str | None, offset: int, limit: int) -> list[Line]:
    """A part of the list, by department and code; `department_id` None: of all departments."""
    files = sa.select(
        sa.func.array_agg(sa.distinct(_RESOURCE.c.format)).filter(_RESOURCE.c.format != "").label("formats"),
        sa.func.max(sa.func.coalesce(_RESOURCE.c.last_modified, _RESOURCE.c.created)).label("updated"),
    ).where(_RESOURCE.c.package_id == _PACKAGE.c.id, _RESOURCE.c.state == model.State.ACTIVE).lateral("files")
    query = sa.select(
        _PACKAGE.c.id, _PACKAGE.c.name, _PACKAGE.c.title, _extra("catalog_code"), _OPEN_TYPE.label("open_type"),
        _extra("open_condition"), _extra("update_frequency"), files.c.formats,
        sa.func.coalesce(files.c.updated, _PACKAGE.c.metadata_modified).label("updated"),
        _GROUP.c.name.label("department_name"), _GROUP.c.title.label("department_title"),
    ).select_from(_BY_DEPARTMENT.join(files, sa.true())).where(_LISTED)
    if department_id is not None:
        query = query.where(_GROUP.c.id == department_id)
    query = query.order_by(_GROUP.c.name, _extra("catalog_code"), _PACKAGE.c.name).offset(offset).limit(limit)
    return [_line(row) for row in model.Session.execute(query)]


def _line(row: Any) -> Line:
    conditional = row.open_type == "conditional"
    return Line(
        id=row.id, name=row.name, title=row.title or row.name, catalog_code=row.catalog_code,
        department_name=row.department_name, department_title=row.department_title or row.department_name,
        open_type=row.open_type, conditions=row.open_condition if conditional else "",
        update_frequency=row.update_frequency, formats=tuple(sorted(row.formats or ())), updated=row.updated)

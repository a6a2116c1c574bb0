"""What waits for a department: who may be given a case, and agreements to countersign."""
from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.model.agreements import agreement
from ckanext.govshare.repository.departments import EDITORS

_USER, _MEMBER, _GROUP, _PACKAGE = model.User.__table__, model.Member.__table__, model.Group.__table__, model.Package.__table__


def handlers(departments: Collection[str]) -> list[dict[str, Any]]:
    """Active accounts that handle the cases of any of `departments` (ids): `id`, `name` and `fullname`, by name."""
    query = sa.select(_USER.c.id, _USER.c.name, _USER.c.fullname).distinct().join(
        _MEMBER, _MEMBER.c.table_id == _USER.c.id).where(
        _MEMBER.c.table_name == "user", _MEMBER.c.state == "active", _MEMBER.c.capacity.in_(EDITORS),
        _MEMBER.c.group_id.in_(list(departments)), _USER.c.state == "active", _USER.c.sysadmin.is_(False),
    ).order_by(_USER.c.name)
    return [dict(row._mapping) for row in model.Session.execute(query)]


def to_countersign(departments: Collection[str], limit: int) -> list[dict[str, Any]]:
    """Agreements that their applicants signed and `departments` did not, oldest first."""
    query = sa.select(
        agreement.c.id, agreement.c.application_id, agreement.c.title, agreement.c.offered_at, agreement.c.department,
        _PACKAGE.c.name.label("dataset_name"), _PACKAGE.c.title.label("dataset_title"),
        _USER.c.name.label("applicant_name"), _USER.c.fullname.label("applicant_fullname"),
    ).outerjoin(_PACKAGE, _PACKAGE.c.id == agreement.c.entry_id).outerjoin(_USER, _USER.c.id == agreement.c.applicant).where(
        agreement.c.state == "applicant_signed", agreement.c.department.in_(list(departments)),
    ).order_by(agreement.c.offered_at, agreement.c.id).limit(limit)
    return [dict(row._mapping) for row in model.Session.execute(query)]

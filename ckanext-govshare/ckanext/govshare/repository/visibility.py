"""Lists and counts over published entries alone, where CKAN's own count what nobody may see.

`private` is false for approved entries that are open, and only for them.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model import misc

_PACKAGE = model.Package.__table__
_PUBLIC = sa.and_(_PACKAGE.c.state == model.State.ACTIVE, _PACKAGE.c.private.is_(False))
ESCAPE = "\\"


def _contains(column: Any, text: str) -> Any:
    return column.ilike(f"%{misc.escape_sql_like_special_characters(text, escape=ESCAPE)}%", escape=ESCAPE)


def tags(terms: Iterable[str], vocabulary_id: str | None, offset: int, limit: int | None) -> tuple[int, list[model.Tag]]:
    """Tags of published entries whose name holds every one of `terms`, by name: (count of all, page)."""
    used = sa.exists().where(
        model.PackageTag.tag_id == model.Tag.id, model.PackageTag.state == model.State.ACTIVE,
        model.PackageTag.package_id == _PACKAGE.c.id, _PUBLIC)
    query = model.Session.query(model.Tag).filter(used, model.Tag.vocabulary_id == vocabulary_id)
    query = query.filter(*(_contains(model.Tag.name, term) for term in terms))
    return query.count(), query.order_by(model.Tag.name).offset(offset).limit(limit).all()


def formats(text: str, limit: int) -> list[str]:
    """Formats of published data files that hold `text`, the commonest first."""
    resource = model.Resource.__table__
    name = sa.func.lower(resource.c.format)
    query = sa.select(name).join(_PACKAGE, _PACKAGE.c.id == resource.c.package_id).where(
        _PUBLIC, resource.c.state == model.State.ACTIVE, _contains(resource.c.format, text))
    rows = model.Session.execute(query.group_by(name).order_by(sa.func.count().desc(), name).limit(limit))
    return [row[0] for row in rows]


def public_ids(package_ids: Sequence[str]) -> set[str]:
    """Those of `package_ids` that are published."""
    if not package_ids:
        return set()
    query = sa.select(_PACKAGE.c.id).where(_PUBLIC, _PACKAGE.c.id.in_(package_ids))
    return {row[0] for row in model.Session.execute(query)}


def counts(group_names: Sequence[str]) -> dict[str, int]:
    """How many published entries each of the departments or themes has; those with none are left out."""
    member, group = model.Member.__table__, model.Group.__table__
    query = sa.select(group.c.name, sa.func.count()).join(member, member.c.group_id == group.c.id).join(
        _PACKAGE, sa.and_(_PACKAGE.c.id == member.c.table_id, member.c.table_name == "package"),
    ).where(_PUBLIC, member.c.state == model.State.ACTIVE, group.c.name.in_(group_names)).group_by(group.c.name)
    return {row[0]: row[1] for row in model.Session.execute(query)}

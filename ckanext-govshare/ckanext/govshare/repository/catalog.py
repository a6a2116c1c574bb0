"""The SQL of the catalogue's review."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.govshare.domain.catalog import Entry, State
from ckanext.govshare.model.catalog import assigned_code, code_sequence, entry, entry_version

_STATE_COLUMNS = ("id", "department", "state", "version", "catalog_code", "category_code", "submitted_by",
                  "submitted_at", "narrowing_basis", "reason")


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(**{column: row[column] for column in _STATE_COLUMNS} | {"state": State(row["state"])})


def get(entry_id: str, lock: bool = False) -> Entry | None:
    """The entry's state; with `lock`, nobody else changes it until this transaction ends."""
    query = sa.select(*(entry.c[name] for name in _STATE_COLUMNS)).where(entry.c.id == entry_id)
    row = model.Session.execute(query.with_for_update() if lock else query).mappings().first()
    return _entry(row) if row else None


def ids_in(group: model.Group) -> list[str]:
    """The ids of all entries of a department or theme, published or not."""
    return [row.id for row in group.packages(with_private=True, return_query=True).with_entities(model.Package.id)]


def get_draft(entry_id: str) -> dict[str, Any] | None:
    """The pending change of a published entry, as package_show would give it."""
    return model.Session.execute(sa.select(entry.c.draft).where(entry.c.id == entry_id)).scalar()


def entry_with_draft_resource(resource_id: str) -> str | None:
    """The id of the entry whose pending change holds the resource."""
    holds = entry.c.draft.contains({"resources": [{"id": resource_id}]})
    return model.Session.execute(sa.select(entry.c.id).where(holds)).scalar()


def save(state: Entry, title: str, draft: Mapping[str, Any] | None, now: datetime) -> None:
    """Insert or replace the entry's row."""
    values = {name: getattr(state, name) for name in _STATE_COLUMNS}
    values |= {"state": state.state.value, "title": title, "draft": draft if draft is None else dict(draft),
               "modified_at": now}
    statement = insert(entry).values(**values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def add_version(entry_id: str, version: int, content: Mapping[str, Any], now: datetime) -> None:
    model.Session.execute(sa.insert(entry_version).values(
        entry_id=entry_id, version=version, approved_at=now, content=dict(content)))


def version_content(entry_id: str, version: int) -> dict[str, Any] | None:
    """What version `version` of the entry held."""
    return model.Session.execute(sa.select(entry_version.c.content).where(
        entry_version.c.entry_id == entry_id, entry_version.c.version == version)).scalar()


def versions(entry_id: str) -> list[dict[str, Any]]:
    """All approved versions, oldest first, with their content."""
    rows = model.Session.execute(sa.select(
        entry_version.c.version, entry_version.c.approved_at, entry_version.c.content,
    ).where(entry_version.c.entry_id == entry_id).order_by(entry_version.c.version)).mappings()
    return [dict(row) for row in rows]


def approvals(entry_id: str) -> list[tuple[datetime, str]]:
    """When each version was approved, and its open type, oldest first."""
    query = sa.select(entry_version.c.approved_at, entry_version.c.content["open_type"].astext)
    rows = model.Session.execute(query.where(entry_version.c.entry_id == entry_id).order_by(entry_version.c.version))
    return [(row[0], row[1] or "") for row in rows]


def next_sequence(category_code: str) -> int:
    """The next number in a category; parallel approvals wait here for each other."""
    statement = insert(code_sequence).values(category_code=category_code, last=1)
    return int(model.Session.execute(statement.on_conflict_do_update(
        index_elements=["category_code"], set_={"last": code_sequence.c.last + 1},
    ).returning(code_sequence.c.last)).scalar_one())


def assign_code(catalog_code: str, entry_id: str) -> None:
    """Enter the code in the ledger of all codes ever assigned, which refuses a second use."""
    model.Session.execute(sa.insert(assigned_code).values(catalog_code=catalog_code, entry_id=entry_id))


def search(departments: Sequence[str] | None, states: Sequence[str], text: str, offset: int, limit: int,
           oldest_first: bool) -> tuple[int, list[dict[str, Any]]]:
    """Entries of `departments` (None: all) in one of `states` whose title or code holds `text`.

    Gives the count of all, and of one page `entry, package, title, modified_at`.
    """
    where: list[sa.ColumnElement[bool]] = [entry.c.state.in_(states)]
    if departments is not None:
        where.append(entry.c.department.in_(departments))
    if text:
        where.append(sa.or_(entry.c.title.icontains(text, autoescape=True),
                            entry.c.catalog_code.icontains(text, autoescape=True)))
    count = model.Session.execute(sa.select(sa.func.count()).select_from(entry).where(*where)).scalar_one()
    order = [entry.c.submitted_at] if oldest_first else [entry.c.modified_at.desc()]
    rows = model.Session.execute(sa.select(entry, model.Package).join(model.Package, model.Package.id == entry.c.id)
                                 .where(*where).order_by(*order, entry.c.id).offset(offset).limit(limit)).mappings()
    return count, [{"entry": _entry(row), "package": row["Package"], "title": row["title"],
                    "modified_at": row["modified_at"]} for row in rows]

"""The SQL of sentences that departments keep for their replies."""
from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.model.applications import canned_reply


def of_department(department: str, command: str | None) -> list[dict[str, Any]]:
    """`id, department, command, title, text` of a department's replies, for one command or all."""
    query = sa.select(canned_reply).where(canned_reply.c.department == department)
    if command:
        query = query.where(canned_reply.c.command == command)
    rows = model.Session.execute(query.order_by(canned_reply.c.command, canned_reply.c.title, canned_reply.c.id))
    return [dict(row) for row in rows.mappings()]


def get(reply_id: str) -> dict[str, Any] | None:
    row = model.Session.execute(sa.select(canned_reply).where(canned_reply.c.id == reply_id)).mappings().first()
    return dict(row) if row else None


def add(values: dict[str, Any]) -> None:
    model.Session.execute(sa.insert(canned_reply).values(**values))


def change(reply_id: str, **values: str) -> None:
    model.Session.execute(sa.update(canned_reply).where(canned_reply.c.id == reply_id).values(**values))


def remove(reply_id: str) -> None:
    model.Session.execute(sa.delete(canned_reply).where(canned_reply.c.id == reply_id))

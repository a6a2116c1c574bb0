"""The SQL of agreement templates: the newest version of a scope is in force, older ones stay (append-only)."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.domain.agreement_texts import Scope, Template
from ckanext.govshare.model.agreements import template


def newest(scope: Scope, scope_id: str) -> dict[str, Any] | None:
    """`template`, `added_by` and `added_at` of a scope's newest version; None where it has none of its own."""
    row = model.Session.execute(sa.select(template).where(
        template.c.scope == scope.value, template.c.scope_id == scope_id,
    ).order_by(template.c.version.desc()).limit(1)).mappings().first()
    return _told(row) if row else None


def add(made: Template, user_id: str, now: datetime) -> None:
    """Keep a version. Raises IntegrityError where somebody else has just added the same."""
    model.Session.execute(sa.insert(template).values(
        scope=made.scope.value, scope_id=made.scope_id, version=made.version, title=made.title, body=made.body,
        sign_again=made.sign_again, added_by=user_id, added_at=now))


def lock(scope: Scope, scope_id: str) -> None:
    """Let nobody else change the template of a scope until this transaction ends."""
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(
        sa.func.hashtextextended(f"agreement_template:{scope.value}:{scope_id}", 0))))


def versions(scope: Scope | None = None, scope_ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """All versions, newest first, as `newest` has them; of one scope, and of some of its ids, if given."""
    query = sa.select(template)
    if scope is not None:
        query = query.where(template.c.scope == scope.value)
    if scope_ids is not None:
        query = query.where(template.c.scope_id.in_(list(scope_ids)))
    rows = model.Session.execute(query.order_by(
        template.c.added_at.desc(), template.c.scope, template.c.scope_id, template.c.version.desc())).mappings()
    return [_told(row) for row in rows]


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    made = Template(Scope(row["scope"]), row["scope_id"], row["version"], row["title"], row["body"], row["sign_again"])
    return {"template": made, "added_by": row["added_by"], "added_at": row["added_at"]}

"""The SQL of the outbox: what has to happen after a commit, kept until it has."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.model.trace import outbox


def put(session: Any, kind: str, payload: Mapping[str, Any], now: datetime) -> None:
    """Add an effect to `session`'s transaction."""
    session.execute(sa.insert(outbox).values(kind=kind, payload=dict(payload), created_at=now, next_attempt_at=now))


def take(now: datetime, payload: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """Lock the oldest effect that is due (one with `payload`, if given); others skip it meanwhile."""
    query = sa.select(outbox).where(outbox.c.next_attempt_at <= now)
    if payload is not None:
        query = query.where(outbox.c.payload == dict(payload))
    query = query.order_by(outbox.c.next_attempt_at, outbox.c.id).limit(1).with_for_update(skip_locked=True)
    row = model.Session.execute(query).mappings().first()
    return dict(row) if row else None


def lock_subject(subject: str) -> None:
    """Wait until nobody else delivers effects on `subject`, so that an older state never overwrites a newer one."""
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(subject, 0))))


def done(effect: Mapping[str, Any]) -> None:
    """Drop the effect, and its older twins: effects are idempotent, one delivery serves them all."""
    model.Session.execute(sa.delete(outbox).where(outbox.c.id == effect["id"]))
    twins = sa.select(outbox.c.id).where(
        outbox.c.kind == effect["kind"], outbox.c.payload == effect["payload"], outbox.c.created_at <= effect["created_at"],
    ).with_for_update(skip_locked=True)
    model.Session.execute(sa.delete(outbox).where(outbox.c.id.in_(twins)))


def failed(effect: Mapping[str, Any], error: str, now: datetime, wait: timedelta) -> None:
    """Keep the effect for another attempt after `wait`."""
    model.Session.execute(sa.update(outbox).where(outbox.c.id == effect["id"]).values(
        attempts=effect["attempts"] + 1, last_error=error[:1000], next_attempt_at=now + wait))


def pending() -> list[dict[str, Any]]:
    """All effects not yet delivered, oldest first."""
    return [dict(row) for row in model.Session.execute(sa.select(outbox).order_by(outbox.c.id)).mappings()]

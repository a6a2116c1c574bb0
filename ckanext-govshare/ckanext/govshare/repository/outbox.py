"""The SQL of the outbox: what has to happen after a commit, kept until it has."""
from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.model.trace import outbox


def session_of(row: Any) -> Any:
    """The session whose transaction changes one of CKAN's rows."""
    return sa.orm.object_session(row) or model.Session


def put(session: Any, kind: str, payload: Mapping[str, Any], now: datetime) -> None:
    """Add an effect to `session`'s transaction."""
    session.execute(sa.insert(outbox).values(kind=kind, payload=dict(payload), created_at=now, next_attempt_at=now))


def is_due(now: datetime) -> bool:
    """Whether an effect waits for delivery."""
    return bool(model.Session.execute(sa.select(sa.exists().where(outbox.c.next_attempt_at <= now))).scalar())


def take(now: datetime, payload: Mapping[str, Any] | None = None, without: Collection[str] = ()) -> dict[str, Any] | None:
    """Lock the oldest effect that is due (one with `payload`, if given; none of the kinds `without`); others skip it meanwhile.

    `ids` names it and its twins: effects are idempotent, and one delivery from here on serves all that are there already.
    """
    query = sa.select(outbox).where(outbox.c.next_attempt_at <= now, outbox.c.kind.not_in(without))
    if payload is not None:
        query = query.where(outbox.c.payload == dict(payload))
    query = query.order_by(outbox.c.next_attempt_at, outbox.c.id).limit(1).with_for_update(skip_locked=True)
    row = model.Session.execute(query).mappings().first()
    if row is None:
        return None
    twins = sa.select(outbox.c.id).where(outbox.c.kind == row["kind"], outbox.c.payload == row["payload"])
    return {**row, "ids": list(model.Session.execute(twins.with_for_update(skip_locked=True)).scalars())}


def lock_subject(subject: str) -> None:
    """Wait until nobody else delivers effects on `subject`, so that an older state never overwrites a newer one.

    What the session read before is read anew.
    """
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(subject, 0))))
    model.Session.expire_all()


def done(effect: Mapping[str, Any]) -> None:
    """Drop the effect and its twins."""
    model.Session.execute(sa.delete(outbox).where(outbox.c.id.in_(effect["ids"])))


def failed(effect: Mapping[str, Any], error: str, now: datetime, wait: timedelta) -> None:
    """Keep the effect for another attempt after `wait`."""
    model.Session.execute(sa.update(outbox).where(outbox.c.id == effect["id"]).values(
        attempts=effect["attempts"] + 1, last_error=error[:1000], next_attempt_at=now + wait))


def pending() -> list[dict[str, Any]]:
    """All effects not yet delivered, oldest first."""
    return [dict(row) for row in model.Session.execute(sa.select(outbox).order_by(outbox.c.id)).mappings()]

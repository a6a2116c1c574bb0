"""The SQL of grants, and of what was fetched by each."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import JSONB, insert

from ckanext.govshare.domain.grant_events import GrantActivated
from ckanext.govshare.domain.grant_limits import Limits
from ckanext.govshare.domain.grants import OPEN, Grant, State
from ckanext.govshare.domain.unusual import KEPT_ADDRESSES
from ckanext.govshare.model.agreements import agreement
from ckanext.govshare.model.grants import grant, grant_use
from ckanext.govshare.model.trace import event

_COLUMNS = ("id", "application_id", "agreement_id", "entry_id", "department", "holder", "state", "starts_at", "ends_at",
            "limits", "renews", "reason", "created_at", "closed_out_at", "closing_statement")
_SELECTED = tuple(grant.c[name] for name in _COLUMNS)


def from_row(row: Mapping[str, Any]) -> Grant:
    """The grant that a row of all its columns states."""
    stored = {"state": State(row["state"]), "limits": Limits.of(row["limits"])}
    return Grant(**{name: row[name] for name in _COLUMNS} | stored)


def get(grant_id: str, lock: bool = False) -> Grant | None:
    """A grant; with `lock`, nobody else changes it until this transaction ends."""
    query = sa.select(*_SELECTED).where(grant.c.id == grant_id)
    row = model.Session.execute(query.with_for_update() if lock else query).mappings().first()
    return from_row(row) if row else None


def save(state: Grant, now: datetime) -> None:
    """Insert or replace the grant's row."""
    values = {name: getattr(state, name) for name in _COLUMNS}
    values |= {"state": state.state.value, "limits": state.limits.as_dict(), "modified_at": now}
    statement = insert(grant).values(**values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def _agreement_state(now: datetime) -> sa.ColumnElement[str]:
    """The state of a grant's agreement at `now`: one whose last day is over has lapsed, whether or not that was recorded."""
    over = sa.and_(agreement.c.state == "in_force", agreement.c.ends_at <= now)
    return sa.case((over, "lapsed"), else_=sa.func.coalesce(agreement.c.state, "")).label("agreement_state")


def with_agreement(now: datetime) -> sa.Select[Any]:
    """A grant's columns and `agreement_state`, its agreement's state at `now`; for `from_row`."""
    joined = grant.outerjoin(agreement, sa.and_(agreement.c.id == grant.c.agreement_id, grant.c.agreement_id != ""))
    return sa.select(*_SELECTED, _agreement_state(now)).select_from(joined)


def of_holder(user_id: str, entry_id: str, now: datetime) -> list[tuple[Grant, str]]:
    """The person's grants of an entry, newest first, each with its agreement's state at `now` (empty for none)."""
    rows = model.Session.execute(with_agreement(now).where(grant.c.holder == user_id, grant.c.entry_id == entry_id)
                                 .order_by(grant.c.created_at.desc(), grant.c.id)).mappings()
    return [(from_row(row), row["agreement_state"]) for row in rows]


def agreement_state(grant_id: str, now: datetime) -> str:
    """The state of a grant's agreement at `now`; empty where it has none."""
    row = model.Session.execute(with_agreement(now).where(grant.c.id == grant_id)).mappings().first()
    return str(row["agreement_state"]) if row else ""


def of_agreement(agreement_id: str) -> Grant | None:
    """The grant of the application that an agreement belongs to, locked; also of an agreement that replaces another."""
    of_it = sa.select(agreement.c.application_id).where(agreement.c.id == agreement_id).scalar_subquery()
    row = model.Session.execute(sa.select(*_SELECTED).where(grant.c.application_id == of_it).with_for_update()).mappings().first()
    return from_row(row) if row else None


def lock_agreement(grant_id: str) -> None:
    """Hold a grant's agreement before the grant itself: signing locks them in this order."""
    of_it = sa.select(grant.c.agreement_id).where(grant.c.id == grant_id).scalar_subquery()
    model.Session.execute(sa.select(agreement.c.id).where(agreement.c.id == of_it).with_for_update())


def gave_access(of: Any) -> sa.ColumnElement[bool]:
    """Whether a grant, a row of the table or alias `of`, ever gave access: one that was never signed for did not."""
    # No EXISTS: for a page of grants PostgreSQL would read the whole history to answer it.
    signed = sa.select(event.c.seq).where(event.c.case_kind == "grants", event.c.case_id == of.c.id,
                                          event.c.name == GrantActivated.name).limit(1).scalar_subquery()
    begun = of.c.state.in_([State.ACTIVE.value, State.SUSPENDED.value])
    ended = sa.and_(of.c.state != State.PENDING_AGREEMENT.value, sa.or_(of.c.agreement_id == "", signed.is_not(None)))
    return sa.or_(begun, ended)


def over(now: datetime, limit: int) -> list[Grant]:
    """At most `limit` grants whose period is over and not yet recorded as such, locked; those that others hold are left."""
    rows = model.Session.execute(sa.select(*_SELECTED).where(
        grant.c.state.in_([state.value for state in OPEN]), grant.c.ends_at <= now,
    ).order_by(grant.c.ends_at, grant.c.id).limit(limit).with_for_update(skip_locked=True)).mappings()
    return [from_row(row) for row in rows]


def use(grant_id: str, day: date, calls: int, rows: int, downloads: int, limits: Limits, address: str = "",
        at_night: bool = False) -> bool:
    """Count a fetch, unless that would exceed what was agreed; False where it would, and then nothing is counted.

    day: Shanghai's. address: the IP that asked; at_night: as `domain.unusual` has it. Requests side by side wait for each
    other on the day's row, and over midnight on the grant's where downloads are limited: together they exceed no limit.
    """
    if limits.downloads:
        model.Session.execute(sa.select(grant.c.id).where(grant.c.id == grant_id).with_for_update())
    given = {"calls": calls, "rows": rows, "downloads": downloads, "night_calls": calls if at_night else 0}
    before = sa.select(sa.func.coalesce(sa.func.sum(grant_use.c.downloads), 0)).where(
        grant_use.c.grant_id == grant_id, grant_use.c.day != day).scalar_subquery()
    asked = [address] if address else []
    first = {name: sa.literal(value, sa.BigInteger) for name, value in given.items()}
    values = sa.select(sa.literal(grant_id), sa.literal(day, sa.Date), *first.values(), sa.literal(asked, JSONB)).where(
        *_within(first, before, limits))
    then = {name: grant_use.c[name] + value for name, value in given.items()}
    statement = insert(grant_use).from_select(["grant_id", "day", *given, "addresses"], values).on_conflict_do_update(
        index_elements=["grant_id", "day"], set_={**then, "addresses": _and_address(asked)},
        where=sa.and_(sa.true(), *_within(then, before, limits)))
    return model.Session.execute(statement.returning(grant_use.c.day)).first() is not None


def _within(counts: Mapping[str, sa.ColumnElement[int]], before: Any, limits: Limits) -> list[sa.ColumnElement[bool]]:
    checks = [(limits.daily_calls, counts["calls"]), (limits.daily_rows, counts["rows"]),
              (limits.downloads, before + counts["downloads"])]
    return [count <= most for most, count in checks if most]


def _and_address(asked: list[str]) -> sa.ColumnElement[Any]:
    """The day's addresses with that of a further request."""
    known = grant_use.c.addresses
    enough = sa.or_(known.contains(asked), sa.func.jsonb_array_length(known) >= KEPT_ADDRESSES)
    return sa.case((enough, known), else_=known.op("||")(sa.literal(asked, JSONB)))


def used(grant_id: str, since: date) -> list[dict[str, Any]]:
    """What was fetched a day, newest first: `day, calls, rows, downloads`; days without a fetch are left out."""
    rows = model.Session.execute(sa.select(grant_use.c.day, grant_use.c.calls, grant_use.c.rows, grant_use.c.downloads).where(
        grant_use.c.grant_id == grant_id, grant_use.c.day >= since).order_by(grant_use.c.day.desc())).mappings()
    return [dict(row) for row in rows]


def downloads(grant_id: str) -> int:
    """How many files and exports were fetched in all."""
    total = sa.select(sa.func.coalesce(sa.func.sum(grant_use.c.downloads), 0)).where(grant_use.c.grant_id == grant_id)
    return int(model.Session.execute(total).scalar_one())


def calls(grant_id: str) -> int:
    """How many fetches there were in all: each is one call, counted with its record in one transaction."""
    total = sa.select(sa.func.coalesce(sa.func.sum(grant_use.c.calls), 0)).where(grant_use.c.grant_id == grant_id)
    return int(model.Session.execute(total).scalar_one())


def fetches(of: Grant, offset: int, limit: int) -> list[dict[str, Any]]:
    """One page of the fetches under a grant, newest first: `effective_at` and the event's `payload`."""
    rows = model.Session.execute(sa.select(event.c.effective_at, event.c.payload).where(
        event.c.case_kind == "access", event.c.case_id == of.entry_id, event.c.actor == of.holder,
        event.c.payload["details"]["grant"].astext == of.id,
    ).order_by(event.c.seq.desc()).offset(offset).limit(limit)).mappings()
    return [dict(row) for row in rows]

"""The SQL of lists of grants, and of what is unusual in their use."""
from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.domain.grants import OPEN, Grant, State
from ckanext.govshare.domain.unusual import HABIT_DAYS, MANY_ADDRESSES, MANY_NIGHT_CALLS, MANY_ROWS, Pattern
from ckanext.govshare.model.agreements import agreement
from ckanext.govshare.model.appeals import appeal
from ckanext.govshare.model.grants import grant, grant_use
from ckanext.govshare.repository import grants


@dataclass(frozen=True)
class Wanted:
    """Which grants are asked for; None and empty leave open.

    `state`: at the moment of asking. `text`: part of the entry's title or of the holder's name.
    """

    holder: str | None = None
    departments: Sequence[str] | None = None
    state: str = ""
    text: str = ""
    ids: Sequence[str] | None = None


def search(wanted: Wanted, offset: int, limit: int, now: datetime) -> tuple[int, list[tuple[Grant, str]]]:
    """The count of all that are `wanted`, and one page of them, newest first, each with its agreement's state at `now`."""
    ids = sa.select(grant.c.id).where(*_where(wanted, now))
    if wanted.text:
        named = (model.Package.title, model.User.fullname, model.User.name)
        ids = ids.outerjoin(model.Package, model.Package.id == grant.c.entry_id).outerjoin(
            model.User, model.User.id == grant.c.holder).where(
            sa.or_(*(column.icontains(wanted.text, autoescape=True) for column in named)))
    count = model.Session.execute(sa.select(sa.func.count()).select_from(ids.subquery())).scalar_one()
    rows = model.Session.execute(grants.with_agreement(now).where(grant.c.id.in_(ids)).order_by(
        grant.c.created_at.desc(), grant.c.id).offset(offset).limit(limit)).mappings()
    return count, [(grants.from_row(row), row["agreement_state"]) for row in rows]


def _where(wanted: Wanted, now: datetime) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = [grant.c.holder == wanted.holder] if wanted.holder is not None else []
    if wanted.departments is not None:
        where.append(grant.c.department.in_(wanted.departments))
    if wanted.ids is not None:
        where.append(grant.c.id.in_(wanted.ids))
    if wanted.state:
        where.append(_in_state(now) == wanted.state)
    return where


def _in_state(now: datetime) -> sa.ColumnElement[str]:
    """The state of a grant, and of one whose period is over that it expired, whether or not that was recorded."""
    over = sa.and_(grant.c.state.in_([state.value for state in OPEN]), grant.c.ends_at <= now)
    return sa.case((over, State.EXPIRED.value), else_=grant.c.state)


def much_used(departments: Sequence[str] | None, since: date) -> list[str]:
    """The ids of active grants of `departments` (None: all) whose use on a day from `since` on may be unusual."""
    query = sa.select(grant.c.id).distinct().join(grant_use, sa.and_(
        grant_use.c.grant_id == grant.c.id, grant_use.c.day >= since, _much(grant_use))).where(
        grant.c.state == State.ACTIVE.value)
    if departments is not None:
        query = query.where(grant.c.department.in_(departments))
    return list(model.Session.execute(query).scalars())


def _much(of: Any) -> sa.ColumnElement[bool]:
    """Whether a day's use is more than `domain.unusual` lets pass on any day; it leaves little to compare with the habit."""
    return sa.or_(of.c.rows > MANY_ROWS, sa.func.jsonb_array_length(of.c.addresses) > MANY_ADDRESSES,
                  of.c.night_calls > MANY_NIGHT_CALLS)


def patterns(grant_ids: Collection[str], since: date) -> dict[str, list[tuple[date, Pattern]]]:
    """By grant, the days from `since` on with much use, the newest first, each beside the days before it."""
    found: dict[str, list[tuple[date, Pattern]]] = {}
    if not grant_ids:
        return found
    today, earlier = grant_use.alias(), grant_use.alias()
    habit = sa.and_(earlier.c.grant_id == today.c.grant_id, earlier.c.day < today.c.day,
                    earlier.c.day >= today.c.day - HABIT_DAYS)
    rows = model.Session.execute(sa.select(
        today.c.grant_id, today.c.day, today.c.rows, today.c.night_calls,
        sa.func.jsonb_array_length(today.c.addresses).label("addresses"),
        sa.func.count(earlier.c.day).label("habit_days"), _sum(earlier.c.rows).label("habit_rows"),
        _sum(earlier.c.night_calls).label("habit_night_calls"),
    ).outerjoin(earlier, habit).where(today.c.grant_id.in_(list(grant_ids)), today.c.day >= since, _much(today)).group_by(
        today.c.grant_id, today.c.day).order_by(today.c.day.desc())).mappings()
    for row in rows:
        pattern = Pattern(**{name: int(row[name]) for name in Pattern.__dataclass_fields__})
        found.setdefault(row["grant_id"], []).append((row["day"], pattern))
    return found


def _sum(column: Any) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(column), 0)


def use_of_day(grant_ids: Collection[str], day: date) -> dict[str, dict[str, int]]:
    """`calls, rows, downloads` of a day by grant; none of those that were not used."""
    rows = model.Session.execute(sa.select(grant_use).where(
        grant_use.c.grant_id.in_(list(grant_ids)), grant_use.c.day == day)).mappings()
    return {row["grant_id"]: {name: row[name] for name in ("calls", "rows", "downloads")} for row in rows}


def renewals(grant_ids: Collection[str]) -> dict[str, str]:
    """The grant that continues each, the latest where there are several; none whose agreement was never signed."""
    rows = model.Session.execute(sa.select(grant.c.renews, grant.c.id).where(
        grant.c.renews.in_(list(grant_ids)), grants.gave_access(grant)).order_by(grant.c.created_at))
    return {row.renews: row.id for row in rows}


def accessible(grant_ids: Collection[str]) -> set[str]:
    """Those of the grants that give or once gave access; the others' agreements were never signed by both sides."""
    return set(model.Session.execute(sa.select(grant.c.id).where(
        grant.c.id.in_(list(grant_ids)), grants.gave_access(grant))).scalars())


def replacement(agreement_id: str, now: datetime) -> str | None:
    """The id of the agreement that is to be signed in the place of another; None for none."""
    return model.Session.execute(sa.select(agreement.c.id).where(
        agreement.c.replaces == agreement_id, agreement.c.state.in_(["offered", "applicant_signed"]), agreement.c.ends_at > now,
    ).order_by(agreement.c.offered_at.desc()).limit(1)).scalar() if agreement_id else None


def last_appeal(grant_id: str) -> str | None:
    """The id of the last appeal that was filed over a grant."""
    return model.Session.execute(sa.select(appeal.c.id).where(
        appeal.c.subject_kind == "grant", appeal.c.subject_id == grant_id,
    ).order_by(appeal.c.filed_at.desc()).limit(1)).scalar()

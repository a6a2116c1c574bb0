"""The SQL of messages to people, of the notices that the clock gave, and of the cases that it looks at."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.govshare.domain.calendar import Deadline
from ckanext.govshare.domain.grant_events import GrantExpired, GrantSurrendered, GrantTerminated
from ckanext.govshare.domain.grants import ENDED
from ckanext.govshare.model.agreements import agreement
from ckanext.govshare.model.grants import grant
from ckanext.govshare.model.notices import message, notice
from ckanext.govshare.model.trace import deadline, event
from ckanext.govshare.repository.cases import KINDS
from ckanext.govshare.repository.departments import EDITORS
from ckanext.govshare.repository.grants import gave_access

_ENDS = (GrantExpired.name, GrantTerminated.name, GrantSurrendered.name)


@dataclass(frozen=True)
class Concerned:
    """A case as far as messages speak of it. `person`: the user whose case it is; `reason`: of its last decision."""

    kind: str
    id: str
    entry_id: str
    department: str
    person: str
    assignee: str = ""
    reason: str = ""
    ends_at: datetime | None = None


def add(user_ids: Iterable[str], kind: str, params: dict[str, Any], address: str, now: datetime) -> list[int]:
    """Put a message into each inbox, in the caller's transaction; the messages' ids."""
    rows = [{"user_id": user_id, "kind": kind, "params": params, "address": address, "created_at": now}
            for user_id in user_ids]
    return list(model.Session.execute(sa.insert(message).values(rows).returning(message.c.id)).scalars()) if rows else []


def inbox(user_id: str, unread: bool, offset: int, limit: int) -> list[dict[str, Any]]:
    """A user's messages, newest first."""
    query = sa.select(message).where(*_of(user_id, unread)).order_by(message.c.id.desc()).offset(offset).limit(limit)
    return [dict(row) for row in model.Session.execute(query).mappings()]


def count(user_id: str, unread: bool) -> int:
    """How many messages a user has."""
    found: int = model.Session.execute(sa.select(sa.func.count()).select_from(message).where(*_of(user_id, unread))).scalar()
    return found


def _of(user_id: str, unread: bool) -> list[Any]:
    return [message.c.user_id == user_id, *([message.c.read_at.is_(None)] if unread else [])]


def mark_read(user_id: str, ids: Sequence[int] | None, now: datetime) -> int:
    """Mark a user's own unread messages as read, all of them where `ids` is None; how many were."""
    chosen = [*_of(user_id, True), *([] if ids is None else [message.c.id.in_(ids)])]
    marked: int = model.Session.execute(sa.update(message).where(*chosen).values(read_at=now)).rowcount
    return marked


def get(message_id: int) -> dict[str, Any] | None:
    """A message by its id."""
    row = model.Session.execute(sa.select(message).where(message.c.id == message_id)).mappings().first()
    return dict(row) if row else None


def mailed(message_id: int, now: datetime) -> None:
    """Note that a message went out by e-mail."""
    model.Session.execute(sa.update(message).where(message.c.id == message_id).values(mailed_at=now))


def members(department: str, capacities: Sequence[str] | None = None) -> list[str]:
    """The ids of a department's people with an active account, of all capacities or of those given; the operator is none."""
    of = sa.select(model.User.id).join(model.Member, sa.and_(
        model.Member.table_name == "user", model.Member.table_id == model.User.id, model.Member.state == "active",
    )).where(model.Member.group_id == department, model.User.state == "active", model.User.sysadmin.is_(False))
    if capacities is not None:
        of = of.where(model.Member.capacity.in_(capacities))
    return list(model.Session.execute(of.distinct().order_by(model.User.id)).scalars())


def handlers(department: str) -> list[str]:
    """Who decides for a department: its editors and administrators."""
    return members(department, EDITORS)


def active(user_ids: Iterable[str]) -> list[str]:
    """Those of `user_ids` that are active accounts, in order."""
    query = sa.select(model.User.id).where(model.User.id.in_(list(user_ids)), model.User.state == "active")
    return list(model.Session.execute(query.order_by(model.User.id)).scalars())


def title(entry_id: str) -> str:
    """The published title of an entry, also of one that was deleted since; its name where it has none."""
    row = model.Session.execute(sa.select(model.Package.title, model.Package.name).where(model.Package.id == entry_id)).first()
    return str(row.title or row.name) if row else ""


def give(case_kind: str, case_id: str, key: str, now: datetime) -> bool:
    """Note that a notice is given; False where it was before. Whoever comes at the same time waits, and is told False."""
    statement = insert(notice).values(case_kind=case_kind, case_id=case_id, key=key, given_at=now)
    return bool(model.Session.execute(statement.on_conflict_do_nothing()).rowcount)


def given(case_kind: str, case_ids: Sequence[str]) -> set[tuple[str, str]]:
    """The notices given to cases: `(case_id, key)`."""
    rows = model.Session.execute(sa.select(notice.c.case_id, notice.c.key).where(
        notice.c.case_kind == case_kind, notice.c.case_id.in_(case_ids)))
    return {(row.case_id, row.key) for row in rows}


def case(case_kind: str, case_id: str) -> Concerned | None:
    """A case, or None where there is no such."""
    table = KINDS[case_kind].table
    row = model.Session.execute(sa.select(table).where(table.c.id == case_id)).mappings().first()
    return _concerned(case_kind, row) if row else None


def _concerned(kind: str, row: Any) -> Concerned:
    return Concerned(kind, row["id"], row["entry_id"], row["department"], row[KINDS[kind].person],
                     row.get("assignee", ""), row.get("reason", ""), row.get("ends_at"))


def running_deadlines(case_kind: str) -> dict[str, Deadline]:
    """All running due dates of a kind, by case."""
    rows = model.Session.execute(sa.select(deadline.c.case_id, deadline.c.computed).where(
        deadline.c.case_kind == case_kind, deadline.c.met_at.is_(None)).order_by(deadline.c.case_id))
    return {row.case_id: Deadline.from_dict(row.computed) for row in rows}


def still_runs(case_kind: str, case_id: str, due: date) -> bool:
    """Whether a due date runs on, locked so that no decision comes in between."""
    query = sa.select(deadline.c.due).where(
        deadline.c.case_kind == case_kind, deadline.c.case_id == case_id, deadline.c.due == due, deadline.c.met_at.is_(None))
    return model.Session.execute(query.with_for_update()).first() is not None


def ending_grants(now: datetime, until: datetime) -> list[tuple[Concerned, datetime, datetime]]:
    """Active grants that end before `until` and that no other one continues, each with its end and when it was given."""
    later = grant.alias()
    continued = sa.exists().where(later.c.renews == grant.c.id, later.c.state == "active")
    query = sa.select(grant).where(
        grant.c.state == "active", grant.c.ends_at > now, grant.c.ends_at < until, ~continued).order_by(grant.c.id)
    return [(_concerned("grants", row), row["ends_at"], row["created_at"])
            for row in model.Session.execute(query).mappings()]


def unclosed_grants(since: datetime) -> list[tuple[Concerned, datetime]]:
    """Grants that gave access and ended after `since`, however they did, none continues, and whose holders have not stated
    what became of the data: each with the moment at which its end was recorded.
    """
    later = grant.alias()
    # A list that is made once: whether a later grant gave access is no question to ask for each earlier one.
    continued = sa.select(later.c.renews).where(later.c.renews != "", gave_access(later))
    ended_at = sa.select(sa.func.max(event.c.effective_at)).where(
        event.c.case_kind == "grants", event.c.case_id == grant.c.id, event.c.name.in_(_ENDS)).scalar_subquery()
    query = sa.select(grant, ended_at.label("ended_at")).where(
        grant.c.state.in_([state.value for state in ENDED]), grant.c.closed_out_at.is_(None), grant.c.modified_at > since,
        sa.or_(grant.c.state != "expired", grant.c.ends_at > since), ended_at > since, gave_access(grant),
        grant.c.id.not_in(continued)).order_by(grant.c.id)
    return [(_concerned("grants", row), row["ended_at"]) for row in model.Session.execute(query).mappings()]


def unsigned_agreements(now: datetime) -> list[tuple[Concerned, str, datetime, str]]:
    """Agreements that await a signature and are not over: each with its state, when it was offered, and which it replaces."""
    query = sa.select(agreement).where(
        agreement.c.state.in_(["offered", "applicant_signed"]), agreement.c.ends_at > now).order_by(agreement.c.id)
    return [(_concerned("agreements", row), row["state"], row["offered_at"], row["replaces"] or "")
            for row in model.Session.execute(query).mappings()]

"""The SQL of data-use agreements and of their templates."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.govshare.domain.agreements import OPEN, Agreement, Signature, State
from ckanext.govshare.model.agreements import agreement, issued_pdf
from ckanext.govshare.model.grants import grant

_COLUMNS = tuple(Agreement.__dataclass_fields__)
_OPEN = [state.value for state in OPEN]


def _agreement(row: Mapping[str, Any]) -> Agreement:
    return Agreement(**{name: row[name] for name in _COLUMNS} | {
        "state": State(row["state"]), "signatures": msgspec.convert(row["signatures"], tuple[Signature, ...])})


def get(agreement_id: str, lock: bool = False) -> Agreement | None:
    """The agreement; with `lock`, nobody else changes it until this transaction ends."""
    query = sa.select(agreement).where(agreement.c.id == agreement_id)
    row = model.Session.execute(query.with_for_update() if lock else query).mappings().first()
    return _agreement(row) if row else None


def lock_with_grant(agreement_id: str) -> Agreement | None:
    """The agreement, held with all that the last signature beneath it changes: the one it replaces, and the grant."""
    replaced = model.Session.execute(sa.select(agreement.c.replaces).where(agreement.c.id == agreement_id)).scalar()
    if replaced:
        get(replaced, lock=True)
    found = get(agreement_id, lock=True)
    if found is not None:
        model.Session.execute(sa.select(grant.c.id).where(grant.c.application_id == found.application_id).with_for_update())
    return found


def save(state: Agreement) -> None:
    """Insert or replace the agreement's row."""
    values = {name: getattr(state, name) for name in _COLUMNS}
    values |= {"state": state.state.value, "template": dict(state.template),
               "signatures": [asdict(signature) for signature in state.signatures]}
    statement = insert(agreement).values(**values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def over(now: datetime, limit: int = 1000) -> list[str]:
    """Ids of agreements whose period is over at `now` and that no job has recorded as such, the longest over first."""
    return list(model.Session.execute(sa.select(agreement.c.id).where(
        agreement.c.state.in_(_OPEN), agreement.c.ends_at <= now).order_by(agreement.c.ends_at).limit(limit)).scalars())


def of_grant(grant_id: str, states: Iterable[State]) -> list[Agreement]:
    """Locked, oldest first: the agreements on a grant's application that are in one of `states`."""
    of_it = sa.select(grant.c.application_id).where(grant.c.id == grant_id).scalar_subquery()
    return _locked(agreement.c.application_id == of_it, agreement.c.state.in_([state.value for state in states]))


def resting_on(grant_id: str) -> Agreement | None:
    """Locked: the agreement that a grant rests on; None where it has none."""
    of_it = sa.select(grant.c.agreement_id).where(grant.c.id == grant_id).scalar_subquery()
    found = _locked(agreement.c.id == of_it)
    return found[0] if found else None


def replacing(agreement_id: str) -> list[Agreement]:
    """Locked: what was offered in the place of an agreement and is still to be signed."""
    return _locked(agreement.c.replaces == agreement_id, agreement.c.state.in_(_OPEN))


def bound_in(department: str, entry_id: str, now: datetime) -> list[Agreement]:
    """Locked: agreements in force at `now`, of one entry or department, or (both empty) of the whole site."""
    return _locked(*_bound(department, entry_id, now))


def _locked(*where: sa.ColumnElement[bool]) -> list[Agreement]:
    rows = model.Session.execute(sa.select(agreement).where(*where).order_by(
        agreement.c.offered_at, agreement.c.id).with_for_update()).mappings()
    return [_agreement(row) for row in rows]


def with_text(text_hash: str) -> list[Agreement]:
    """The agreements whose text has this hash: one, as each text names its agreement's number."""
    rows = model.Session.execute(sa.select(agreement).where(agreement.c.text_hash == text_hash).limit(1)).mappings()
    return [_agreement(row) for row in rows]


def issue(sha256: str, of: Agreement, now: datetime) -> None:
    """Note that a copy with these bytes was given out; the same bytes again are the same copy."""
    model.Session.execute(insert(issued_pdf).values(
        sha256=sha256, agreement_id=of.id, state=of.state.value, issued_at=now).on_conflict_do_nothing())


def issued(sha256: str) -> tuple[Agreement, State] | None:
    """The agreement of a copy given out by the platform, and the state that it had then."""
    row = model.Session.execute(sa.select(issued_pdf).where(issued_pdf.c.sha256 == sha256)).mappings().first()
    found = get(row["agreement_id"]) if row else None
    return (found, State(row["state"])) if row and found else None


def count_bound(department: str, entry_id: str, now: datetime) -> int:
    """How many agreements `bound_in` would give."""
    where = _bound(department, entry_id, now)
    return int(model.Session.execute(sa.select(sa.func.count()).select_from(agreement).where(*where)).scalar_one())


def _bound(department: str, entry_id: str, now: datetime) -> list[sa.ColumnElement[bool]]:
    within = ((agreement.c.entry_id, entry_id), (agreement.c.department, department))
    return [agreement.c.state == State.IN_FORCE.value, agreement.c.ends_at > now,
            *(column == value for column, value in within if value)]

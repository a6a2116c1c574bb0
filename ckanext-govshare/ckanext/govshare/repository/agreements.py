"""The SQL of data-use agreements and of their templates."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.govshare.domain.agreements import OPEN, Agreement, Signature, State
from ckanext.govshare.model.agreements import agreement

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


def save(state: Agreement) -> None:
    """Insert or replace the agreement's row."""
    values = {name: getattr(state, name) for name in _COLUMNS}
    values |= {"state": state.state.value, "template": dict(state.template),
               "signatures": [asdict(signature) for signature in state.signatures]}
    statement = insert(agreement).values(**values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def state_of(agreement_id: str) -> State | None:
    """The state alone, for the gate; None for no such agreement."""
    state = model.Session.execute(sa.select(agreement.c.state).where(agreement.c.id == agreement_id)).scalar()
    return State(state) if state else None


def open_of_application(application_id: str) -> list[Agreement]:
    """Locked, oldest first: what is offered or in force for one application, with what is to replace it."""
    rows = model.Session.execute(sa.select(agreement).where(
        agreement.c.application_id == application_id, agreement.c.state.in_(_OPEN),
    ).order_by(agreement.c.offered_at, agreement.c.id).with_for_update()).mappings()
    return [_agreement(row) for row in rows]


def over(now: datetime, limit: int = 1000) -> list[str]:
    """Ids of agreements whose period is over at `now` and that no job has recorded as such, the longest over first."""
    return list(model.Session.execute(sa.select(agreement.c.id).where(
        agreement.c.state.in_(_OPEN), agreement.c.ends_at <= now).order_by(agreement.c.ends_at).limit(limit)).scalars())

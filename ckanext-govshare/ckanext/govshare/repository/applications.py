"""The SQL of applications for conditional data."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.govshare.domain.applications import Application, Decision, Form, State, Terms
from ckanext.govshare.model.applications import application

_COLUMNS = tuple(Application.__dataclass_fields__)


def _application(row: Mapping[str, Any]) -> Application:
    return Application(**{name: row[name] for name in _COLUMNS} | {
        "state": State(row["state"]), "form": Form.from_dict(row["form"]), "terms": msgspec.convert(row["terms"], Terms),
        "decision": msgspec.convert(row["decision"], Decision)})


def get(application_id: str, lock: bool = False) -> Application | None:
    """The application; with `lock`, nobody else changes it until this transaction ends."""
    query = sa.select(application).where(application.c.id == application_id)
    row = model.Session.execute(query.with_for_update() if lock else query).mappings().first()
    return _application(row) if row else None


def save(state: Application, now: datetime) -> None:
    """Insert or replace the application's row."""
    values = {name: getattr(state, name) for name in _COLUMNS}
    values |= {"state": state.state.value, "form": state.form.as_dict(), "terms": asdict(state.terms),
               "decision": asdict(state.decision), "modified_at": now}
    statement = insert(application).values(**values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))

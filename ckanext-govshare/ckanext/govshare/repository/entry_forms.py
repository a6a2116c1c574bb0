"""The SQL of what departments ask for their entries."""
from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.domain.entry_forms import EntryForm
from ckanext.govshare.model.applications import entry_form


def current(entry_id: str) -> tuple[int, EntryForm]:
    """The newest version and its number; number 0 where the department asks nothing of its own."""
    query = sa.select(entry_form.c.version, entry_form.c.content).where(entry_form.c.entry_id == entry_id)
    row = model.Session.execute(query.order_by(entry_form.c.version.desc()).limit(1)).first()
    return (row.version, EntryForm.from_dict(row.content)) if row else (0, EntryForm())


def add(entry_id: str, version: int, form: EntryForm, user_id: str, now: datetime) -> None:
    """Add a version; an IntegrityError if it exists."""
    model.Session.execute(sa.insert(entry_form).values(
        entry_id=entry_id, version=version, content=form.as_dict(), added_by=user_id, added_at=now))

"""The SQL of files that people attach to their cases."""
from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.domain.attachments import Attachment
from ckanext.govshare.model.applications import attachment

_COLUMNS = tuple(Attachment.__dataclass_fields__)


def of_case(case_kind: str, case_id: str, until: datetime | None = None) -> list[Attachment]:
    """All files of the case, first added first; with `until`, those that were added by then."""
    query = sa.select(*(attachment.c[name] for name in _COLUMNS)).where(
        attachment.c.case_kind == case_kind, attachment.c.case_id == case_id).order_by(attachment.c.added_at, attachment.c.id)
    if until:
        query = query.where(attachment.c.added_at <= until)
    return [Attachment(**row) for row in model.Session.execute(query).mappings()]


def as_dicts(case_kind: str, case_id: str, until: datetime | None = None) -> list[dict[str, Any]]:
    """As `of_case`, in JSON's types: `id, filename, size` (bytes), `sha256`."""
    return [{"id": one.id, "filename": one.filename, "size": one.size, "sha256": one.sha256}
            for one in of_case(case_kind, case_id, until)]


def get(attachment_id: str) -> Attachment | None:
    query = sa.select(*(attachment.c[name] for name in _COLUMNS)).where(attachment.c.id == attachment_id)
    row = model.Session.execute(query).mappings().first()
    return Attachment(**row) if row else None


def add(one: Attachment, added_by: str, now: datetime) -> None:
    model.Session.execute(sa.insert(attachment).values(
        **{name: getattr(one, name) for name in _COLUMNS}, added_by=added_by, added_at=now))


def remove(attachment_id: str) -> None:
    model.Session.execute(sa.delete(attachment).where(attachment.c.id == attachment_id))

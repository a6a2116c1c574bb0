"""The SQL of what one person has on the platform: files attached, applications handed in."""
from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.model.applications import application, attachment


def hold(user_id: str) -> None:
    """Let other requests of the person that ask for room wait until this transaction ends: together they exceed no bound."""
    key = sa.func.hashtextextended(f"govshare_quota:{user_id}", 0)
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def attached(user_id: str) -> int:
    """The bytes of all files that the person attached, to whatever case."""
    query = sa.select(sa.func.coalesce(sa.func.sum(attachment.c.size), 0)).where(attachment.c.added_by == user_id)
    return int(model.Session.execute(query).scalar_one())


def submitted(user_id: str, since: datetime, but: str) -> int:
    """How many applications, without that of the id `but`, the person handed in after `since`, withdrawn ones too."""
    query = sa.select(sa.func.count()).select_from(application).where(
        application.c.applicant == user_id, application.c.submitted_at > since, application.c.id != but)
    return int(model.Session.execute(query).scalar_one())

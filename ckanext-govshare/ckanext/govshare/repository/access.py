"""What the gate asks of cases, besides grants."""
from __future__ import annotations

import sqlalchemy as sa
from ckan import model

from ckanext.govshare.domain.application_cases import WAITING, State
from ckanext.govshare.model.applications import application

_UNDER_WAY = [state.value for state in sorted(WAITING | {State.RETURNED})]


def applied(user_id: str, entry_id: str) -> bool:
    """Whether the person has handed in an application for the entry that is not decided."""
    asked = sa.exists().where(application.c.applicant == user_id, application.c.entry_id == entry_id,
                              application.c.state.in_(_UNDER_WAY))
    return bool(model.Session.execute(sa.select(asked)).scalar())

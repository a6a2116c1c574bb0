"""People at every stage of conditional access to the planted files, each with an API token from before it came to that."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from cases import PASSWORD, Cases
from ckan import model
from ckan.tests import factories
from planting import Planted
from world import World

from ckanext.govshare import clock
from ckanext.govshare.domain.grants import Grant, State
from ckanext.govshare.model.agreements import agreement
from ckanext.govshare.repository import grants

GRANTED = "granted"
BLOCKED = "blocked account"
# The states in which those who were let in once are asked besides: of each there was a grant before it came to that.
ELSEWHERE = ("open", "not opened", "former version of a conditional entry", "replacement in the draft of a conditional entry")


def _stages(cases: Cases) -> Mapping[str, Callable[..., Any]]:
    """How each comes about; called with `user` and `dataset_id`."""
    return {
        "pending": cases.submitted, GRANTED: cases.granted, "not yet started": cases.not_started, "expired": cases.expired,
        "suspended": cases.suspended, "agreement unsigned": cases.pending,
        "agreement lapsed": lambda **about: _lapsed(cases.granted(agreement_required=True, **about)), BLOCKED: cases.granted,
        "token from before the revocation": cases.terminated,
    }


HOLDERS = ("pending", GRANTED, "not yet started", "expired", "suspended", "agreement unsigned", "agreement lapsed", BLOCKED,
           "token from before the revocation")


def tokens(world: World, planted: Mapping[str, Planted]) -> dict[str, str]:
    """A token of each of HOLDERS, who have come to their stage for the conditional file."""
    cases, issued = Cases(world), {}
    for role, arrive in _stages(cases).items():
        user = factories.User(password=PASSWORD)
        issued[role] = factories.APIToken(user=user["name"])["token"]
        arrive(user=user["name"], dataset_id=planted["conditional"].entry)
        if role in (GRANTED, BLOCKED):
            for state in ELSEWHERE:
                _grant(world, user["id"], planted[state].entry)
        if role == BLOCKED:
            cases.block(user["name"])
    return issued


def _grant(world: World, user_id: str, entry_id: str) -> None:
    """A valid grant by its row: nobody can apply for what is open, or not opened any more."""
    now = clock.now()
    grants.save(Grant(str(uuid4()), str(uuid4()), entry_id, world.own["id"], user_id, State.ACTIVE,
                      now - timedelta(days=1), now + timedelta(days=30), now), now)
    model.Session.commit()


def _lapsed(shown: Mapping[str, Any]) -> None:
    """Let the agreement under a grant lapse before the grant ends."""
    model.Session.execute(agreement.update().where(agreement.c.id == shown["agreement_id"]).values(state="lapsed"))
    model.Session.commit()

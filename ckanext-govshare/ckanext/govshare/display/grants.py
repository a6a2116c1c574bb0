"""Grants as the API and the pages tell them, to each what is theirs: the operator sees how they stand and nobody's data."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ckan.types import Context

from ckanext.govshare.display import case_rows
from ckanext.govshare.display.case_rows import moment
from ckanext.govshare.domain import grants, reading, unusual
from ckanext.govshare.domain.calendar import shanghai_date
from ckanext.govshare.domain.grant_events import digest
from ckanext.govshare.domain.grants import ENDED, Grant, Part
from ckanext.govshare.domain.reading import Matter
from ckanext.govshare.logic import named, roles
from ckanext.govshare.logic.grants import MACHINE
from ckanext.govshare.logic.wording import translate
from ckanext.govshare.repository import grant_lists
from ckanext.govshare.repository import grants as repository

_UNUSED: Mapping[str, int] = {"calls": 0, "rows": 0, "downloads": 0}


def listed(found: Sequence[tuple[Grant, str]], now: datetime, watched: bool) -> list[dict[str, Any]]:
    """Grants, each with its agreement's state, for a list of those who are concerned. `watched`: with what is unusual."""
    today = shanghai_date(now)
    ids = [grant.id for grant, _ in found]
    used, renewed = grant_lists.use_of_day(ids, today), grant_lists.renewals(ids)
    odd = grant_lists.patterns(ids, unusual.shown_since(today)) if watched else {}
    begun = grant_lists.accessible(ids)
    return [
        {**_standing(grant, agreement_state, now), "holder": named.person(grant.holder),
         "use_today": used.get(grant.id, {**_UNUSED}),
         "renewed_by": renewed.get(grant.id), "close_out_due": close_out_due(grant, renewed.get(grant.id), grant.id in begun),
         "unusual": _proposals(odd.get(grant.id, []))}
        for grant, agreement_state in found
    ]


def shown(context: Context, grant: Grant, held: frozenset[Part], now: datetime) -> dict[str, Any]:
    """One grant, with all of it that somebody of the parts `held` may know."""
    full = _standing(grant, repository.agreement_state(grant.id, now), now)
    actor = roles.actor_of(context)
    steps = case_rows.steps(MACHINE, grant, held, actor, now, {actor}, lambda row: _words(grant, row))
    if not reading.reads(Matter.WORDS, held):
        return {**full, **steps, **_MASKED, "limits": _without_networks(full["limits"])}
    today = shanghai_date(now)
    renewed_by = grant_lists.renewals([grant.id]).get(grant.id)
    watched = [grant.id] if reading.reads(Matter.STAFF, held) else []
    odd = grant_lists.patterns(watched, unusual.shown_since(today)).get(grant.id, [])
    begun = bool(grant_lists.accessible([grant.id]))
    return {
        **full, "holder": named.person(grant.holder), "reason": grant.reason, "closing_statement": grant.closing_statement,
        "use_today": grant_lists.use_of_day([grant.id], today).get(grant.id, {**_UNUSED}),
        "downloads_used": repository.downloads(grant.id), "renewed_by": renewed_by,
        "close_out_due": close_out_due(grant, renewed_by, begun), "unusual": _proposals(odd),
        "appeal": grant_lists.last_appeal(grant.id), "next_agreement_id": grant_lists.replacement(grant.agreement_id, now),
        **steps,
    }


_MASKED: Mapping[str, Any] = {
    "holder": None, "reason": "", "closing_statement": "", "use_today": None, "downloads_used": None, "renewed_by": None,
    "close_out_due": False, "unusual": [], "appeal": None, "next_agreement_id": None, "commands": [],
}


def _without_networks(limits: Mapping[str, Any]) -> dict[str, Any]:
    """Limits without the holder's own networks: None where there are some, as an empty list would say that there are none."""
    return {**limits, "addresses": None if limits["addresses"] else []}


def close_out_due(grant: Grant, renewed_by: str | None, begun: bool) -> bool:
    """Whether the holder still owes the statement on the data's deletion; whoever goes on under a renewal owes none yet.

    begun: whether the grant ever gave access; who never had the data owes nothing.
    """
    return begun and grant.state in ENDED and grant.closed_out_at is None and renewed_by is None


def _standing(grant: Grant, agreement_state: str, now: datetime) -> dict[str, Any]:
    standing = grants.standing(grant, agreement_state, now)
    return {
        **case_rows.which(grant), "application_id": grant.application_id, "agreement_id": grant.agreement_id or None,
        "state_name": translate(grants.STATE_NAMES[grant.state]),
        "standing": standing.value, "standing_text": translate(grants.STANDINGS[standing]),
        "starts_at": grant.starts_at.isoformat(), "ends_at": grant.ends_at.isoformat(),
        "created_at": grant.created_at.isoformat(), "limits": grant.limits.as_dict(), "renews": grant.renews or None,
        "closed_out_at": moment(grant.closed_out_at),
    }


def _words(grant: Grant, row: Mapping[str, Any]) -> str:
    """What was said at a step; what the holder said the row keeps, and the history knows by its digest."""
    kept = {digest(words): words for words in (grant.reason, grant.closing_statement) if words}
    return row["payload"].get("reason") or kept.get(row["payload"].get("digest", ""), "")


def _proposals(days: Iterable[tuple[date, unusual.Pattern]]) -> list[str]:
    return [translate(text) for day, pattern in days for text in unusual.proposals(pattern, day)]

"""Grants: thin actions over `domain.grants` (ACC-2, ACC-3, ACC-5: 001 第十九条, 第二十七条)."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.display import grants as grant_display
from ckanext.govshare.domain import unusual
from ckanext.govshare.domain.calendar import shanghai_date
from ckanext.govshare.domain.reading import Matter, reads
from ckanext.govshare.logic import listing, named
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.grants import MACHINE
from ckanext.govshare.logic.schema import grants as schema
from ckanext.govshare.logic.schema.fields import reference
from ckanext.govshare.repository import grant_lists
from ckanext.govshare.repository import grants as repository
from ckanext.govshare.repository.grant_lists import Wanted

__all__ = ["govshare_grant_list", "govshare_grant_show", "govshare_grant_usage"]


@tk.side_effect_free
@validate(reference)
def govshare_grant_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A grant: what was granted, what it is worth now, and what the caller may do with it.

    ``state`` is what was commanded; ``standing`` what follows from it, from the agreement and from the moment: valid,
    pending_agreement, not_started, expired, suspended, terminated, surrendered or agreement_lapsed. Access is from
    ``starts_at`` on and no longer at ``ends_at``. ``limits``: ``formats``, ``daily_calls``, ``daily_rows``, ``downloads``
    (in all) and ``addresses``; zero and empty are no limit. ``use_today``: ``calls``, ``rows``, ``downloads``.
    ``unusual``: sentences on the last 7 days for the department, which decides whether they mean something.
    ``close_out_due``: whether the holder owes the statement on the data. ``next_agreement_id``: the new version of the
    agreement that is to be signed, the one in force binding meanwhile. The operator gets neither the
    holder, nor what was written or fetched, nor the networks (``addresses``: None where there are some).

    :param id: of the grant
    :raises NotFound: also for callers who have no part in it
    """
    grant, held = kernel.known(MACHINE, context, data_dict["id"])
    tk.check_access("govshare_grant_show", context, {"id": grant.id})
    return grant_display.shown(context, grant, held, clock.now())


@tk.side_effect_free
@validate(schema.grant_list)
def govshare_grant_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Grants, newest first.

    :param role: holder (one's own, default), department (those that one's departments gave) or competent (all)
    :param state: one of the states (optional); what is over is found as expired from that moment on
    :param organization: name or id of the department that gave them (optional)
    :param q: part of the entry's title or of the holder's name (optional)
    :param unusual: true for those alone whose use was unusual on one of the last 7 days; not for holders
    :param offset, limit: paging; at most 100 a page
    :returns: ``count`` and ``results``, each as govshare_grant_show has it, without ``history`` and ``commands``
    :raises NotAuthorized: the caller has not the role
    """
    tk.check_access("govshare_grant_list", context, data_dict)
    now, role = clock.now(), data_dict["role"]
    count, found = grant_lists.search(_wanted(context, data_dict), data_dict["offset"], data_dict["limit"], now)
    return {"count": count, "results": grant_display.listed(found, now, role != "holder")}


def _wanted(context: Context, data_dict: DataDict) -> Wanted:
    own, ids = listing.departments(context, data_dict), None
    if data_dict["unusual"] and data_dict["role"] != "holder":
        since = unusual.shown_since(shanghai_date(clock.now()))
        ids = [key for key, days in grant_lists.patterns(grant_lists.much_used(own, since), since).items()
               if any(unusual.proposals(pattern, day) for day, pattern in days)]
    return Wanted(listing.person(context, data_dict, "holder"), own, data_dict.get("state") or "", data_dict["q"].strip(), ids)


@tk.side_effect_free
@validate(schema.grant_usage)
def govshare_grant_usage(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What was fetched under a grant (TRC-1: 001 第十四条).

    :param id: of the grant
    :param days: how many days back, today included (default 30, at most 400)
    :param offset, limit: paging of the fetches, of all days; at most 100 a page (default 50)
    :returns: ``days``: ``day``, ``calls``, ``rows``, ``downloads``, newest first, without days on which nothing was fetched;
        ``count`` of all fetches; ``fetches``: one page of them, newest first, each ``at``, ``who``, ``resource_id``,
        ``channel`` (file, export, api, preview), ``rows``, ``size`` in bytes (0 where it was not known before) and
        ``details``; nothing for the operator
    :raises NotFound: also for callers who have no part in it
    """
    grant, held = kernel.known(MACHINE, context, data_dict["id"])
    tk.check_access("govshare_grant_usage", context, {"id": grant.id})
    if not reads(Matter.WORDS, held):
        return {"days": [], "count": 0, "fetches": []}
    since = shanghai_date(clock.now()) - timedelta(days=data_dict["days"] - 1)
    who = named.person(grant.holder)["display_name"]
    return {
        "days": [{**row, "day": row["day"].isoformat()} for row in repository.used(grant.id, since)],
        "count": repository.calls(grant.id),
        "fetches": [_fetch(row, who) for row in repository.fetches(grant, data_dict["offset"], data_dict["limit"])],
    }


def _fetch(row: dict[str, Any], who: str) -> dict[str, Any]:
    told = {name: row["payload"].get(name) for name in ("resource_id", "channel", "rows", "size")}
    details = {name: value for name, value in (row["payload"].get("details") or {}).items() if name != "grant"}
    return {"at": row["effective_at"].isoformat(), "who": who, **told, "details": details}

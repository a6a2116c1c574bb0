"""What the gate says, and how often data was fetched."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.domain.access import Channel
from ckanext.govshare.domain.calendar import SHANGHAI
from ckanext.govshare.logic.gate import access
from ckanext.govshare.logic.schema import access as schema
from ckanext.govshare.repository import datafiles

__all__ = ["govshare_access_show", "govshare_fetch_counts"]


@tk.side_effect_free
@validate(schema.access_show)
def govshare_access_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Whether the caller may fetch a resource's data now.

    :param resource_id: id of the resource
    :returns: ``allowed``, ``reason`` (a word), ``explanation`` (a sentence in the caller's language: why, and what to do
        next), ``until`` (when the access ends by itself, ISO 8601; None for no end) and ``grant_id`` (of the caller's own grant
        that gives access, or would; None for none)
    :raises NotFound: the resource does not exist for the caller
    """
    tk.check_access("govshare_access_show", context, data_dict)
    _package, decided = access.of_resource(context, data_dict["resource_id"])
    return {"allowed": decided.allowed, "reason": decided.reason.value, "explanation": access.explain(decided),
            "until": decided.until and decided.until.isoformat(), "grant_id": decided.grant or None}


@tk.side_effect_free
@validate(schema.fetch_counts)
def govshare_fetch_counts(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How often a resource's data was fetched; nothing says by whom.

    :param resource_id: id of the resource
    :param days: how many days to list, today in Beijing included (30; at most 366)
    :returns: ``fetches`` of all time, ``channels`` (fetches of all time by channel: file, export, api, preview) and ``days``
        (``day``, ``fetches``, ``rows``, ``bytes`` of each day with a fetch, oldest first; how much it was, None for who may
        not fetch it)
    :raises NotFound: the resource does not exist for the caller
    :raises ValidationError: `days` is no number from 1 to 366
    """
    tk.check_access("govshare_fetch_counts", context, data_dict)
    resource_id = data_dict["resource_id"]
    _package, decided = access.of_resource(context, resource_id)
    channels = dict.fromkeys([channel.value for channel in Channel], 0) | datafiles.fetch_totals(resource_id)
    since = clock.now().astimezone(SHANGHAI).date() - timedelta(days=data_dict["days"] - 1)
    days = _by_day(datafiles.fetches([resource_id], since))
    # What one person fetched once is the size of what nobody else may know.
    told = days if decided.allowed else [{**day, "rows": None, "bytes": None} for day in days]
    return {"fetches": sum(channels.values()), "channels": channels, "days": told}


def _by_day(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    days: dict[str, dict[str, Any]] = {}
    for row in rows:
        day = days.setdefault(row["day"].isoformat(), {"day": row["day"].isoformat(), "fetches": 0, "rows": 0, "bytes": 0})
        for name in ("fetches", "rows", "bytes"):
            day[name] += row[name]
    return list(days.values())

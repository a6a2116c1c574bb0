"""Keeping account of what was fetched: counts of all, and the trace of what is not for everyone (001 第十四条).

It is called before the first byte leaves, and raises what the database raises: what cannot be recorded is not sent. Where a
grant gives access, this is also where the agreed numbers of calls, rows and downloads are kept (001 第二十七条): what would
exceed one is neither counted nor sent.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ckan.types import Context

from ckanext.govshare import clock
from ckanext.govshare.domain import unusual
from ckanext.govshare.domain.access import Access, Channel, Reason
from ckanext.govshare.domain.calendar import SHANGHAI
from ckanext.govshare.domain.datafiles import FileState
from ckanext.govshare.domain.events import DataFetched
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.gate.access import Fetch, Refused, asked
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.repository import datafiles, grants

CASE = "access"


class LimitReached(Refused):
    """The agreed number of calls, rows or downloads is used up; a day later, or with the department's help, there is more."""


def record_fetch(context: Context, fetch: Fetch, channel: Channel, rows: int | None, size: int = 0,
                 details: Mapping[str, Any] | None = None) -> None:
    """Count a fetch and, where its access says so, trace who it was; commits. Raises LimitReached.

    rows: how many leave, None for a file without a table. size: bytes, 0 where nobody knows before they are made.
    details: what was asked for (JSON). Counts hold nothing about the person, nor how large a file is that is not served.
    """
    access, resource_id, package = fetch.access, fetch.file.resource_id, fetch.package
    now = clock.now()
    day = now.astimezone(SHANGHAI).date()
    with transaction():
        if not access.traced:
            datafiles.commit_without_waiting()
        if access.grant:
            _use(access, now, channel, rows or 0)
        counted = (rows or 0, size) if fetch.file.state is FileState.CURRENT or not access.traced else (0, 0)
        datafiles.count_fetch(resource_id, day, Channel(channel), *counted)
        if access.traced:
            record(Case(CASE, package.id, package.owner_org or ""), DataFetched(
                resource_id, Channel(channel), rows or 0, size, access.reason, _details(details, access),
            ), roles.actor_of(context), now)


def _details(details: Mapping[str, Any] | None, access: Access) -> dict[str, Any]:
    """What was asked for, and the grant that it was asked under."""
    return {**(details or {}), **({"grant": access.grant} if access.grant else {})}


def _use(access: Access, now: datetime, channel: Channel, rows: int) -> None:
    """Every fetch is a call, also a look in the page; files and exports are downloads besides."""
    downloads = int(channel in (Channel.FILE, Channel.EXPORT))
    moment = now.astimezone(SHANGHAI)
    if not grants.use(access.grant, moment.date(), 1, rows, downloads, access.limits, asked().address, unusual.at_night(now)):
        raise LimitReached(replace(access, allowed=False, reason=Reason.LIMIT_REACHED))

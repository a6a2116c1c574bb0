"""Keeping account of what was fetched: counts of all, and the trace of what is not for everyone (001 第十四条).

It is called before the first byte leaves, and raises what the database raises: what cannot be recorded is not sent.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan import model
from ckan.types import Context

from ckanext.govshare import clock
from ckanext.govshare.domain.access import Access, Channel
from ckanext.govshare.domain.calendar import SHANGHAI
from ckanext.govshare.domain.events import DataFetched
from ckanext.govshare.logic import review
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.repository import datafiles

CASE = "access"


def record_fetch(context: Context, package: model.Package, resource_id: str, channel: Channel, rows: int | None, size: int,
                 access: Access, details: Mapping[str, Any] | None = None) -> None:
    """Count a fetch and, where `access` says so, trace who it was; commits.

    rows: how many leave, None for a file without a table. size: bytes, 0 where nobody knows before they are made.
    details: what was asked for (JSON). Counts hold nothing about the person.
    """
    now = clock.now()
    with transaction():
        if not access.traced:
            datafiles.commit_without_waiting()
        datafiles.count_fetch(resource_id, now.astimezone(SHANGHAI).date(), Channel(channel), rows or 0, size)
        if access.traced:
            record(Case(CASE, package.id, package.owner_org or ""), DataFetched(
                resource_id, Channel(channel), rows or 0, size, access.reason, dict(details or {}),
            ), review.actor_of(context), now)

"""The one gate: whether a user may fetch a resource's data now. Every surface asks here, at each request.

Access is computed, never stored (design principle 1): from the approved attribute, the caller's roles and the time.
"""
from __future__ import annotations

from datetime import datetime

from ckan import model
from ckan.types import Context

from ckanext.govshare import clock
from ckanext.govshare.domain import access as rule
from ckanext.govshare.domain.access import Access
from ckanext.govshare.logic import review, roles


def effective_access(context: Context, package: model.Package, now: datetime | None = None) -> Access:
    """Whether the caller may fetch the data of `package`'s resources at `now` (the clock's time if None)."""
    entry = review.load(package.id)
    return rule.decide(rule.Facts(
        published=entry.published and package.state == model.State.ACTIVE,
        open_type=str(package.extras.get("open_type") or ""),
        roles=roles.of(context, entry.department),
    ), now or clock.now())

"""The one gate: whether a user may fetch a resource's data now. Every surface asks here, at each request.

Access is computed, never stored (design principle 1): from the approved attribute, the caller's roles and the time.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.govshare import clock
from ckanext.govshare.domain import access as rule
from ckanext.govshare.domain.access import Access, Facts
from ckanext.govshare.domain.catalog import Entry
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic import review, roles, visibility
from ckanext.govshare.logic.messages import translate
from ckanext.govshare.repository import catalog, datafiles


@dataclass(frozen=True)
class Fetch:
    """What a caller may fetch: the file, the entry that it belongs to, and why."""

    package: model.Package
    file: DataFile
    access: Access


def effective_access(context: Context, package: model.Package, now: datetime | None = None) -> Access:
    """Whether the caller may fetch the data of `package`'s resources at `now` (the clock's time if None)."""
    entry = review.load(package.id)
    return _decide(context, entry, package, entry.published, now)


def access_to_file(context: Context, package: model.Package, file: DataFile, now: datetime | None = None) -> Access:
    """As above for one file, which may be none of those that the resources serve now.

    A former version is for everyone if it was served while the data was opened, as it is now. All others are the
    department's and the competent department's: nobody decided to open them.
    """
    entry = review.load(package.id)
    return _decide(context, entry, package, entry.published and _was_served(package, file), now)


def _decide(context: Context, entry: Entry, package: model.Package, published: bool, now: datetime | None) -> Access:
    published = published and package.state == model.State.ACTIVE
    open_type = str(package.extras.get("open_type") or "")
    # Opened data is the commonest fetch by far, and needs no look at who asks.
    asking = frozenset() if rule.opened(published, open_type) else roles.of(context, entry.department)
    return rule.decide(Facts(published, open_type, asking), now or clock.now())


def _was_served(package: model.Package, file: DataFile) -> bool:
    if _resource(file.resource_id, package.id) is None:
        return False
    if file.state is not FileState.SUPERSEDED or package.extras.get("open_type") != rule.UNCONDITIONAL:
        return file.state in (FileState.CURRENT, FileState.SUPERSEDED)
    since = rule.opened_since(catalog.approvals(package.id))
    return since is not None and file.current_until is not None and file.current_until > since


def admit(context: Context, resource_id: str) -> Fetch:
    """The current file of a resource, for a caller who may fetch it.

    Raises ObjectNotFound where the resource does not exist for the caller, or serves nothing; NotAuthorized, saying why,
    where the caller knows of it and may not fetch.
    """
    package, access = of_resource(context, resource_id)
    if not access.allowed:
        raise tk.NotAuthorized(explain(access))
    file = datafiles.current(resource_id)
    if file is None:
        raise tk.ObjectNotFound
    return Fetch(package, file, access)


def of_resource(context: Context, resource_id: str) -> tuple[model.Package, Access]:
    """The entry of a resource that the caller may know of, and whether they may fetch its data. Raises ObjectNotFound."""
    resource = _resource(resource_id)
    package = model.Session.get(model.Package, resource.package_id) if resource else None
    if package is None:
        raise tk.ObjectNotFound
    access = effective_access(context, package)
    if not access.allowed and not visibility.may_see(context, package):
        raise tk.ObjectNotFound
    return package, access


def admit_file(context: Context, file_id: str) -> Fetch:
    """A file by its own id: the current one, a former version, or one of a draft. Raises as `admit`."""
    fetch = known_file(context, file_id)
    if fetch.file.state is FileState.DROPPED:
        raise tk.ObjectNotFound
    if not fetch.access.allowed:
        raise tk.NotAuthorized(explain(fetch.access))
    return fetch


def known_file(context: Context, file_id: str) -> Fetch:
    """A file that the caller may know of, fetched or not, and dropped or not. Raises ObjectNotFound for any other."""
    file = datafiles.get(file_id) if _possible(file_id) else None
    package = model.Session.get(model.Package, file.entry_id) if file else None
    if file is None or package is None or package.state != model.State.ACTIVE:
        raise tk.ObjectNotFound
    access = access_to_file(context, package, file)
    if not access.allowed and not _knows(context, package, file):
        raise tk.ObjectNotFound
    return Fetch(package, file, access)


def explain(access: Access) -> str:
    """Why a fetch is allowed or refused, in the language of the request."""
    return translate(rule.EXPLANATIONS[access.reason])


def _resource(resource_id: str, package_id: str | None = None) -> model.Resource | None:
    """By id alone: CKAN would also take a name, which several resources may bear."""
    resource = model.Session.get(model.Resource, resource_id) if _possible(resource_id) else None
    if resource is None or resource.state != model.State.ACTIVE or package_id not in (None, resource.package_id):
        return None
    return resource


def _possible(identifier: object) -> bool:
    """PostgreSQL refuses text with NUL; an API caller may send anything."""
    return isinstance(identifier, str) and "\0" not in identifier


def _knows(context: Context, package: model.Package, file: DataFile) -> bool:
    """Former and current versions are known with the entry; drafts to nobody else, but to the operator."""
    return visibility.labels_of(context) is None or (file.number is not None and visibility.may_see(context, package))

"""The one gate: whether a user may fetch a resource's data now. Every surface asks here, at each request.

Access is computed, never stored (design principle 1): from the approved attribute, the caller's roles and grants, the way they
ask, and the time. No job has to run for access to end.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from flask import has_request_context

from ckanext.govshare import clock
from ckanext.govshare.domain import access as rule
from ckanext.govshare.domain.access import Access, Facts, Way
from ckanext.govshare.domain.catalog import Entry
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic import review, roles, visibility
from ckanext.govshare.logic.wording import translate
from ckanext.govshare.repository import access as cases
from ckanext.govshare.repository import by_id, catalog, datafiles, grants


@dataclass(frozen=True)
class Fetch:
    """What a caller may fetch: the file, the entry that it belongs to, and why."""

    package: model.Package
    file: DataFile
    access: Access


class Refused(tk.NotAuthorized):
    """A fetch is refused; says why and what to do next. `access` is the decision."""

    def __init__(self, access: Access) -> None:
        super().__init__(explain(access))
        self.access = access


def asked(form: str = "") -> Way:
    """How the caller of this request asks. `form`: one of `entry_forms.FORMATS`, empty for a look in the page.

    The address is that of the connection, or what trusted proxies say of it (`security.proxies`).
    """
    request = tk.request if has_request_context() else None
    looks_by_program = request is not None and request.blueprint == "api" and not form
    return Way("api" if looks_by_program else form, str(request.remote_addr or "") if request else "")


def effective_access(context: Context, package: model.Package, now: datetime | None = None, way: Way | None = None) -> Access:
    """Whether the caller may fetch the data of `package`'s resources at `now` (the clock's time if None).

    way: how they ask; None for whether there is any agreed way from where they are.
    """
    return _decide(context, package, review.load(package.id), True, way, now)


def access_to_file(context: Context, package: model.Package, file: DataFile, now: datetime | None = None,
                   way: Way | None = None) -> Access:
    """As above for one file, which may be none of those that the resources serve now.

    A former version is for everyone if it was served while the data was opened, as it is now. All others are the
    department's and the competent department's: nobody decided to open them.
    """
    return _decide(context, package, review.load(package.id), _was_served(package, file), way, now,
                   file.state is FileState.CURRENT)


def _decide(context: Context, package: model.Package, entry: Entry, served: bool, way: Way | None, now: datetime | None,
            current: bool = True) -> Access:
    published = entry.published and served and package.state == model.State.ACTIVE
    open_type, now = str(package.extras.get("open_type") or ""), now or clock.now()
    # Opened data is the commonest fetch by far, and needs no look at who asks.
    if rule.opened(published, open_type):
        return rule.decide(Facts(published, open_type, frozenset()), now)
    facts = Facts(published, open_type, roles.of(context, entry.department), current=current, way=way or Way("", asked().address))
    user = roles.user_of(context) if rule.counts_grants(facts) else None
    if user is None:
        return rule.decide(facts, now)
    held = tuple(grants.of_holder(user.id, package.id, now))
    decided = rule.decide(replace(facts, held=held), now)
    if decided.allowed or not cases.applied(user.id, package.id):
        return decided
    return rule.decide(replace(facts, held=held, applied=True), now)


def _was_served(package: model.Package, file: DataFile) -> bool:
    if _resource(file.resource_id, package.id) is None:
        return False
    if file.state is not FileState.SUPERSEDED or package.extras.get("open_type") != rule.UNCONDITIONAL:
        return file.state in (FileState.CURRENT, FileState.SUPERSEDED)
    since = rule.opened_since(catalog.approvals(package.id))
    return since is not None and file.current_until is not None and file.current_until > since


def admit(context: Context, resource_id: str, form: str = "") -> Fetch:
    """The current file of a resource, for a caller who may fetch it as `form` (see `asked`).

    Raises ObjectNotFound where the resource does not exist for the caller, or serves nothing; Refused, saying why, where the
    caller knows of it and may not fetch.
    """
    package, access = of_resource(context, resource_id, asked(form))
    if not access.allowed:
        raise Refused(access)
    file = datafiles.current(resource_id)
    if file is None:
        raise tk.ObjectNotFound
    return Fetch(package, file, access)


def of_resource(context: Context, resource_id: str, way: Way | None = None) -> tuple[model.Package, Access]:
    """The entry of a resource that the caller may know of, and whether they may fetch its data. Raises ObjectNotFound.

    way: as for `effective_access`.
    """
    resource = _resource(resource_id)
    package = by_id.package(resource.package_id) if resource else None
    if package is None:
        raise tk.ObjectNotFound
    access = effective_access(context, package, way=way)
    if not access.allowed and not visibility.may_see(context, package):
        raise tk.ObjectNotFound
    return package, access


def admit_file(context: Context, file_id: str, form: str = "") -> Fetch:
    """A file by its own id: the current one, a former version, or one of a draft. Raises as `admit`."""
    fetch = known_file(context, file_id, asked(form))
    if fetch.file.state is FileState.DROPPED:
        raise tk.ObjectNotFound
    if not fetch.access.allowed:
        raise Refused(fetch.access)
    return fetch


def known_file(context: Context, file_id: str, way: Way | None = None) -> Fetch:
    """A file that the caller may know of, fetched or not, and dropped or not. Raises ObjectNotFound for any other."""
    file = datafiles.get(file_id) if _possible(file_id) else None
    package = by_id.package(file.entry_id) if file else None
    if file is None or package is None or package.state != model.State.ACTIVE:
        raise tk.ObjectNotFound
    access = access_to_file(context, package, file, way=way)
    if not access.allowed and not _knows(context, package, file):
        raise tk.ObjectNotFound
    return Fetch(package, file, access)


def entry_of(resource_id: str) -> model.Package | None:
    """The entry of a data file that a caller was refused, and so knows of; None where there is none."""
    resource = by_id.resource(resource_id) if resource_id else None
    return by_id.package(resource.package_id) if resource else None


def explain(access: Access) -> str:
    """Why a fetch is allowed or refused, in the language of the request."""
    return translate(access.explanation)


def _resource(resource_id: str, package_id: str | None = None) -> model.Resource | None:
    """By id alone: CKAN would also take a name, which several resources may bear."""
    resource = by_id.resource(resource_id) if _possible(resource_id) else None
    if resource is None or resource.state != model.State.ACTIVE or package_id not in (None, resource.package_id):
        return None
    return resource


def _possible(identifier: object) -> bool:
    """PostgreSQL refuses text with NUL; an API caller may send anything."""
    return isinstance(identifier, str) and "\0" not in identifier


def _knows(context: Context, package: model.Package, file: DataFile) -> bool:
    """Former and current versions are known with the entry; drafts to nobody else, but to the operator."""
    return visibility.labels_of(context) is None or (file.number is not None and visibility.may_see(context, package))

"""How an entry's content is kept: in CKAN's package until the first approval, afterwards as a pending draft beside it."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.govshare.domain.access import without_content
from ckanext.govshare.domain.catalog import Entry
from ckanext.govshare.repository import catalog as repository
from ckanext.govshare.repository import rehearsals

# Set in the context of our own calls of package actions, which pass the review by because they carry it out.
APPLYING = "govshare_applying"
# Set beside it when an approved version is written: only then is the catalogue code taken from the data.
PUBLISHING = "govshare_publishing"


def _own(context: Context, publishing: bool = False) -> Context:
    """A context for our own calls, which commit nothing and repeat what our caller has authorised."""
    return Context(user=context.get("user", ""), auth_user_obj=context.get("auth_user_obj"),
                   ignore_auth=True, defer_commit=True, return_id_only=True, **{APPLYING: True, PUBLISHING: publishing})


def by(actor: str) -> Context:
    """The context of whoever commanded it: an account's id."""
    user = model.User.get(actor) if actor else None
    return Context(user=user.name, auth_user_obj=user) if user else Context()


def stored(context: Context, package_id: str) -> dict[str, Any]:
    """The package as the database holds it."""
    return tk.get_action("package_show")(
        Context(user=context.get("user", ""), ignore_auth=True, use_cache=False, **{APPLYING: True}), {"id": package_id})


def current(context: Context, entry: Entry) -> dict[str, Any]:
    """What the department is working on: the pending draft if there is one, else the package."""
    draft = repository.get_draft(entry.id) if entry.published else None
    return draft if draft is not None else stored(context, entry.id)


def write(context: Context, action: str, data: Mapping[str, Any], private: bool, publishing: bool = False) -> str:
    """Write the package without committing; its id. `private` and `state` are ours to decide, never the caller's."""
    package_id: str = tk.get_action(action)(_own(context, publishing), {
        **without_content(data), "private": private, "state": "active"})
    rehearsals.close_savepoint()
    return package_id


def remove(package_id: str) -> None:
    """Delete the package of an entry that was never published, without committing."""
    package = model.Package.get(package_id)
    if package is not None:
        package.delete()


def rehearse(context: Context, data: Mapping[str, Any], package_id: str) -> dict[str, Any]:
    """What the package would be after an update with `data`, validated by CKAN itself, nothing of it kept."""
    package = model.Package.get(package_id)
    with rehearsals.taken_back():
        tk.get_action("package_update")(
            _own(context), {**data, "private": package.private, "state": "active"})
        return stored(context, package_id)

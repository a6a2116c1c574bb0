"""Who may know of an entry: the question behind every list, count, feed and error message.

The answer is the permission labels' alone (IPermissionLabels); here it is asked, never decided.
"""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.lib import plugins as lib_plugins
from ckan.types import Context

from ckanext.govshare.repository import catalog as repository


def labels_of(context: Context) -> list[str] | None:
    """The caller's permission labels; None where nothing is hidden from the caller."""
    if context.get("ignore_auth") or authz.is_sysadmin(context.get("user")):
        return None
    user: Any = context.get("auth_user_obj") or model.User.get(context.get("user") or "")
    labels: list[str] = lib_plugins.get_permission_labels().get_user_dataset_labels(user)
    return labels


def may_see(context: Context, package: model.Package | None) -> bool:
    """Whether the caller may know that the entry exists."""
    if package is None:
        return False
    labels = labels_of(context)
    return labels is None or not set(labels).isdisjoint(
        lib_plugins.get_permission_labels().get_dataset_labels(package))


def sees_package(context: Context, reference: str) -> bool:
    """Whether an entry of this name or id exists for the caller."""
    return may_see(context, model.Package.get(reference))


def sees_resource(context: Context, reference: str) -> bool:
    """Whether a data file of this id exists for the caller: a published one, or one of a draft that the caller edits."""
    resource = model.Resource.get(reference)
    if resource is not None:
        return may_see(context, model.Package.get(resource.package_id))
    entry_id = repository.entry_with_draft_resource(reference)
    return entry_id is not None and may_edit(context, entry_id)


def sees_view(context: Context, reference: str) -> bool:
    """Whether a view of a data file exists for the caller."""
    view = model.ResourceView.get(reference)
    return view is not None and sees_resource(context, view.resource_id)


def sees_tag(context: Context, reference: str, vocabulary: str | None = None) -> bool:
    """Whether a tag exists for the caller: an entry bears it that the caller may see."""
    tag = model.Tag.get(reference, vocab_id_or_name=vocabulary)
    return tag is not None and any(may_see(context, package) for package in tag.packages)


def may_edit(context: Context, package_id: str) -> bool:
    """Whether the caller compiles the entry, in whatever state it is."""
    asked = Context(user=context.get("user", ""), auth_user_obj=context.get("auth_user_obj"),
                    ignore_auth=context.get("ignore_auth", False))
    try:
        return bool(tk.check_access("package_update", asked, {"id": package_id}))
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False

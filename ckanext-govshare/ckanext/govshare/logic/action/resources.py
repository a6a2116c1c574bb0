"""CKAN's actions on single data files: of a published entry they change the draft, or bring new data of the same structure."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import auth_audit_exempt
from ckan.types import Action, Context, DataDict

from ckanext.govshare.logic import visibility
from ckanext.govshare.logic.datafiles import refreshing
from ckanext.govshare.repository import catalog as repository

__all__ = ["resource_delete", "resource_patch", "resource_show", "resource_update"]


def _draft_of(context: Context, resource_id: str) -> dict[str, Any] | None:
    """The pending draft that a data file belongs to, for those who may edit it."""
    resource = model.Resource.get(resource_id)
    package_id = resource.package_id if resource else repository.entry_with_draft_resource(resource_id)
    draft = repository.get_draft(package_id) if package_id else None
    return draft if draft and visibility.may_edit(context, draft["id"]) else None


def _position(draft: dict[str, Any], resource_id: str) -> int:
    for position, resource in enumerate(draft["resources"]):
        if resource["id"] == resource_id:
            return position
    raise tk.ObjectNotFound(tk._("Resource was not found."))


def _with_resources(context: Context, draft: dict[str, Any], resources: list[dict[str, Any]]) -> dict[str, Any]:
    context.pop("return_id_only", None)
    saved: dict[str, Any] = tk.get_action("package_update")(context, {**draft, "resources": resources})
    return saved


@contextmanager
def _errors_of(position: int) -> Iterator[None]:
    """Name the fields of the one data file that a command is about, as CKAN does."""
    try:
        yield
    except tk.ValidationError as refusal:
        listed = refusal.error_dict.get("resources")
        found = listed[position] if isinstance(listed, list) and position < len(listed) else None
        if not isinstance(found, dict) or not found:
            raise
        raise tk.ValidationError(cast("dict[str, Any]", found)) from None


@tk.side_effect_free
@tk.chained_action
@auth_audit_exempt  # a file of a draft is guarded by package_update
def resource_show(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN has it; to whoever edits a published entry also a data file of its pending draft."""
    resource_id = data_dict.get("id") or ""
    if model.Resource.get(resource_id) is None and (draft := _draft_of(context, resource_id)):
        return draft["resources"][_position(draft, resource_id)]
    return original(context, data_dict)


@tk.chained_action
@auth_audit_exempt  # a file of a draft is guarded by package_update
def resource_update(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Change a data file: by a review where the entry is published, in its pending draft.

    A published data file for which just an `upload`, or a link as `url`, is sent is brought up to date without a review:
    the new data replaces the old once it was read without an error and has the same columns. The answer then is the
    published data file with ``file_id`` and ``file_state`` of the new data; `govshare_file_show` tells how it fares.
    """
    resource_id = tk.get_or_bust(data_dict, "id")
    if refreshed := refreshing.refresh(context, data_dict):
        return refreshed
    draft = _draft_of(context, resource_id)
    if draft is None:
        return original(context, data_dict)
    position = _position(draft, resource_id)
    resources = [*draft["resources"][:position], data_dict, *draft["resources"][position + 1:]]
    with _errors_of(position):
        return _with_resources(context, draft, resources)["resources"][position]


@tk.chained_action
@auth_audit_exempt  # a file of a draft is guarded by package_update
def resource_patch(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Change some fields of a data file, as `resource_update` does."""
    draft = _draft_of(context, tk.get_or_bust(data_dict, "id"))
    if draft is None:
        return original(context, data_dict)
    before = draft["resources"][_position(draft, data_dict["id"])]
    return tk.get_action("resource_update")(context, {**before, **data_dict})


@tk.chained_action
@auth_audit_exempt  # a file of a draft is guarded by package_update
def resource_delete(original: Action, context: Context, data_dict: DataDict) -> None:
    """Remove a data file, from the pending draft where there is one."""
    draft = _draft_of(context, tk.get_or_bust(data_dict, "id"))
    if draft is None:
        original(context, data_dict)
        return
    position = _position(draft, data_dict["id"])
    _with_resources(context, draft, draft["resources"][:position] + draft["resources"][position + 1:])

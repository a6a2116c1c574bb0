"""Actions that name an entry answer alike whether it is hidden from the caller or does not exist.

CKAN looks an object up before it asks who may see it, and says NotFound to one question and NotAuthorized to the other:
whoever tries names learns which hidden entries there are. Here both end in the same NotFound, before the action begins.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.plugins import plugin_loaded
from ckan.types import Action, Context, DataDict

from ckanext.govshare.logic import visibility
from ckanext.govshare.logic.around import around

Sees = Callable[[Context, str], bool]
Subjects = Mapping[str, Sees]

_PACKAGE: Subjects = {"id": visibility.sees_package}
_RESOURCE: Subjects = {"id": visibility.sees_resource}
_VIEW: Subjects = {"id": visibility.sees_view}
_PAIR: Subjects = {"subject": visibility.sees_package, "object": visibility.sees_package}
_TABLE: Subjects = {"id": visibility.sees_resource, "resource_id": visibility.sees_resource}
_MEMBER: Subjects = {"object": visibility.sees_package}

READING: Mapping[str, Subjects] = {
    "am_following_dataset": _PACKAGE,
    "dataset_follower_count": _PACKAGE,
    "package_collaborator_list": _PACKAGE,
    "package_relationships_list": {"id": visibility.sees_package, "id2": visibility.sees_package},
    "resource_view_list": _RESOURCE,
    "resource_view_show": _VIEW,
}
WRITING: Mapping[str, Subjects] = {
    "dataset_purge": _PACKAGE,
    "datastore_create": {**_TABLE, "resource.package_id": visibility.sees_package},
    "datastore_delete": _TABLE,
    "datastore_records_delete": _TABLE,
    "datastore_run_triggers": _TABLE,
    "datastore_upsert": _TABLE,
    "follow_dataset": _PACKAGE,
    "member_create": _MEMBER,
    "member_delete": _MEMBER,
    "package_collaborator_create": _PACKAGE,
    "package_collaborator_delete": _PACKAGE,
    "package_delete": _PACKAGE,
    "package_owner_org_update": _PACKAGE,
    "package_patch": _PACKAGE,
    "package_relationship_create": _PAIR,
    "package_relationship_delete": _PAIR,
    "package_relationship_update": _PAIR,
    "package_resource_reorder": _PACKAGE,
    "package_update": {"id": visibility.sees_package, "name": visibility.sees_package},
    "resource_create": {"package_id": visibility.sees_package},
    "resource_delete": _RESOURCE,
    "resource_patch": _RESOURCE,
    "resource_update": _RESOURCE,
    "resource_view_create": {"resource_id": visibility.sees_resource},
    "resource_view_delete": _VIEW,
    "resource_view_reorder": _RESOURCE,
    "resource_view_update": _VIEW,
    "tag_delete": {"id": visibility.sees_tag},
    "unfollow_dataset": _PACKAGE,
}
_DATASTORE = "datastore_"


def hide_the_hidden(actions: Mapping[str, Action]) -> dict[str, Action]:
    """`actions`, and the core's others that name an entry, with the check before each."""
    subjects = {name: of for name, of in {**READING, **WRITING}.items()
                if not name.startswith(_DATASTORE) or plugin_loaded("datastore")}
    return {**actions, **{name: _checked(name, actions.get(name), of) for name, of in subjects.items()}}


def _checked(name: str, ours: Action | None, subjects: Subjects) -> Action:
    @contextmanager
    def guard(context: Context, data_dict: DataDict) -> Iterator[None]:
        _require(context, data_dict, subjects)
        yield
    checked = around(name, ours, guard)
    return tk.side_effect_free(checked) if name in READING else checked


def _require(context: Context, data_dict: DataDict, subjects: Subjects) -> None:
    """Raise NotFound where the caller names what does not exist for them; CKAN prefers `id` where there is a choice."""
    if context.get("ignore_auth") or data_dict.get("object_type", "package") != "package":
        return
    for path, sees in subjects.items():
        reference = _at(data_dict, path)
        if reference and not (isinstance(reference, str) and sees(context, reference)):
            raise tk.ObjectNotFound
        if reference and path == "id":
            return


def _at(data_dict: DataDict, path: str) -> Any:
    value: Any = data_dict
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value

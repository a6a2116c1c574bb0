"""Ways past the review that CKAN offers, closed: what changes a published entry goes through package_update.

That action keeps a draft until the competent department approves it (CAT-4: 001 第十条; ATT-5: 001 第四十一条第一项).
These would write to an entry, to its department, its themes or its visibility at once. None of them is the operator's
either, who acts in nobody's name; our own calls pass `ignore_auth`.
"""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.logic import roles

__all__ = [
    "bulk_update_delete",
    "bulk_update_private",
    "bulk_update_public",
    "dataset_purge",
    "follow_dataset",
    "follow_group",
    "follow_user",
    "group_create",
    "group_update",
    "member_create",
    "member_delete",
    "organization_create",
    "package_collaborator_create",
    "package_collaborator_delete",
    "package_collaborator_list",
    "package_owner_org_update",
    "package_relationship_create",
    "package_relationship_delete",
    "package_relationship_update",
    "resource_view_create",
    "resource_view_delete",
    "resource_view_reorder",
    "resource_view_update",
]


def _refusal(reason: str) -> AuthResult:
    return {"success": False, "msg": reason}


def _closed(name: str, about: str) -> AuthFunction:
    def auth(context: Context, data_dict: DataDict | None = None) -> AuthResult:
        return _refusal(tk._("This would pass the review by: submit a change of the entry instead"))
    auth.__name__, auth.__doc__ = name, about
    return tk.auth_sysadmins_check(auth)


bulk_update_delete = _closed("bulk_update_delete", "Deletes entries of a department without review.")
bulk_update_private = _closed("bulk_update_private", "Hides entries of a department without review.")
bulk_update_public = _closed("bulk_update_public", "Publishes entries of a department without review.")
package_owner_org_update = _closed("package_owner_org_update", "Moves an entry to another department.")
package_collaborator_create = _closed("package_collaborator_create", "Gives access past the department's roles.")
package_collaborator_list = _closed("package_collaborator_list", "There are none.")
package_collaborator_delete = _closed("package_collaborator_delete", "The reverse.")
package_relationship_create = _closed("package_relationship_create", "Shows one entry's name on another's page.")
package_relationship_update = _closed("package_relationship_update", "As creating one.")
package_relationship_delete = _closed("package_relationship_delete", "As creating one.")


def _operators(name: str, about: str) -> AuthFunction:
    def auth(context: Context, data_dict: DataDict) -> AuthResult:
        return _refusal(tk._("Only the platform's operator may do this"))
    auth.__name__, auth.__doc__ = name, about
    return auth


# The title and text of a view appear on the published page; the operator sets views up, which is technical.
resource_view_create = _operators("resource_view_create", "Adds a view with a text of its own.")
resource_view_update = _operators("resource_view_update", "Changes the text of a view.")
resource_view_reorder = _operators("resource_view_reorder", "Changes which view is shown first.")
resource_view_delete = _operators("resource_view_delete", "Removes a view.")

# Nothing in the portal notifies followers, and lists of them are personal data.
follow_dataset = _operators("follow_dataset", "Follows an entry.")
follow_group = _operators("follow_group", "Follows a department or theme.")
follow_user = _operators("follow_user", "Follows a user.")


@tk.auth_sysadmins_check
@tk.chained_auth_function
def member_create(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """Members are people. An entry gets its department and themes by its own fields, under review."""
    return original(context, data_dict) if _is_person(data_dict) else _refusal(_by_fields())


@tk.auth_sysadmins_check
@tk.chained_auth_function
def member_delete(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """As adding one."""
    return original(context, data_dict) if _is_person(data_dict) else _refusal(_by_fields())


def _is_person(data_dict: DataDict) -> bool:
    return data_dict.get("object_type") == "user"


def _by_fields() -> str:
    return str(tk._("Department and themes are fields of the entry: submit a change of it"))


def _without_entries(original: AuthFunction, context: Context, data_dict: DataDict | None = None) -> AuthResult:
    """A theme's or department's own page, not the entries in it. The operator sets these up, whatever the settings say."""
    if (data_dict or {}).get("packages"):
        return _refusal(_by_fields())
    user = roles.user_of(context)
    return {"success": True} if user and user.sysadmin else original(context, data_dict)


group_create = tk.auth_sysadmins_check(tk.chained_auth_function(_without_entries))
group_update = group_create
organization_create = group_create


@tk.auth_sysadmins_check
def dataset_purge(context: Context, data_dict: DataDict) -> AuthResult:
    """The operator empties the bin, in which only entries lie that were never published."""
    user = roles.user_of(context)
    package = model.Package.get(data_dict.get("id") or "")
    binned = package is not None and package.state == model.State.DELETED
    return {"success": bool(user and user.sysadmin and binned)}

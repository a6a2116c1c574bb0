"""Who may know of entries, of users, and of work in the background."""
from __future__ import annotations

from collections.abc import Callable, Mapping

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.logic import roles, visibility

__all__ = [
    "followee_count", "package_show", "resource_create", "resource_delete", "resource_update", "task_status_show",
    "user_autocomplete", "user_followee_count", "user_follower_count", "user_list", "user_show",
]

_DENIED: AuthResult = {"success": False}


@tk.auth_allow_anonymous_access
@tk.chained_auth_function
def package_show(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may not see an entry is told that there is none, on every page and in every action that asks."""
    verdict = original(context, data_dict)
    if not verdict["success"]:
        raise tk.ObjectNotFound
    return verdict


def _for_those_who_see(subjects: Mapping[str, Callable[[Context, str], bool]]) -> AuthFunction:
    def auth(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
        """As above, for forms of data files, which ask here before they look for the entry."""
        for parameter, sees in subjects.items():
            if data_dict.get(parameter) and not sees(context, data_dict[parameter]):
                raise tk.ObjectNotFound
        return original(context, data_dict)
    return tk.chained_auth_function(auth)


resource_create = _for_those_who_see({"package_id": visibility.sees_package})
resource_update = _for_those_who_see({"id": visibility.sees_resource})
resource_delete = resource_update


def _manages_members(context: Context) -> bool:
    user = roles.user_of(context)
    return user is not None and "admin" in roles.capacities(user).values()


@tk.chained_auth_function
def user_list(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """Personal data: users are listed to the operator, and to a department's admins, who appoint its members."""
    return original(context, data_dict) if _manages_members(context) else _DENIED


@tk.chained_auth_function
def user_autocomplete(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """As the list."""
    return original(context, data_dict) if _manages_members(context) else _DENIED


@tk.auth_allow_anonymous_access
@tk.chained_auth_function
def user_show(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """One's own account; a department's admins and the operator see all."""
    return original(context, data_dict) if _own(context, data_dict) or _manages_members(context) else _DENIED


def _own(context: Context, data_dict: DataDict) -> bool:
    user = roles.user_of(context)
    return user is not None and data_dict.get("id") in (user.id, user.name)


def _of_a_user(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """What CKAN counts of a user is for that user."""
    return authz.is_authorized("user_show", context, data_dict)


user_follower_count = tk.auth_allow_anonymous_access(tk.chained_auth_function(_of_a_user))
user_followee_count = user_follower_count
followee_count = user_follower_count


@tk.auth_allow_anonymous_access
def task_status_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Messages of background work name files and tables: the operator's alone."""
    return _DENIED

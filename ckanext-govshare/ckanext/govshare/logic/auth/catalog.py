"""Who may compile and review catalogue entries. The table is `domain.catalog.TRANSITIONS`; here it meets CKAN's users."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.domain.catalog import PROCESS, Command, Role
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.auth.commands import verdict

__all__ = [
    "govshare_entry_list", "govshare_entry_queue", "govshare_entry_show", "govshare_entry_version_list", "package_create",
    "package_delete", "package_update",
]


def _department(context: Context, data_dict: DataDict) -> str:
    package: Any = context.get("package") or model.Package.get(data_dict.get("id") or "")
    return package.owner_org or "" if package else ""


def _roles(context: Context, data_dict: DataDict) -> frozenset[Role]:
    return roles.of(context, _department(context, data_dict))


@tk.auth_sysadmins_check
@tk.chained_auth_function
def package_create(original: AuthFunction, context: Context, data_dict: DataDict | None = None) -> AuthResult:
    """Editors compile in their own departments; the operator compiles for nobody."""
    department = (data_dict or {}).get("owner_org")
    if department:
        group = model.Group.get(department)
        told = verdict(PROCESS, Command.SAVE, roles.of(context, group.id if group else ""))
        if not told["success"]:
            return told
    elif Role.OPERATOR in roles.of(context, ""):
        return {"success": False, "msg": tk._("The platform's operator does not compile entries")}
    return original(context, _without_themes(data_dict))


@tk.auth_sysadmins_check
@tk.chained_auth_function
def package_update(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """As CKAN has it, for editors of the entry's own department alone."""
    told = verdict(PROCESS, Command.SAVE, _roles(context, data_dict))
    return original(context, _without_themes(data_dict)) if told["success"] else told


def _without_themes(data_dict: DataDict | None) -> DataDict:
    """CKAN asks for membership of each theme; here any department proposes themes, and the review decides."""
    return {key: value for key, value in (data_dict or {}).items() if key != "groups"}


@tk.auth_sysadmins_check
@tk.chained_auth_function
def package_delete(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """Dropping an entry is for those who may drop its draft."""
    told = verdict(PROCESS, Command.DISCARD, _roles(context, data_dict))
    return original(context, data_dict) if told["success"] else told


@tk.auth_allow_anonymous_access
def govshare_entry_show(context: Context, data_dict: DataDict) -> AuthResult:
    """The review of an entry is seen by its department, by the competent department and by the operator."""
    seen_by = {Role.OWN_EDITOR, Role.OWN_MEMBER, Role.COMPETENT, Role.OPERATOR, Role.SYSTEM}
    return {"success": bool(seen_by & _roles(context, data_dict))}


@tk.auth_allow_anonymous_access
def govshare_entry_version_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may read an entry may read what its published versions changed."""
    return tk.check_access("package_show", context, data_dict) and {"success": True}


def govshare_entry_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Members of a department list what it compiles."""
    user = roles.user_of(context)
    return {"success": bool(user and roles.capacities(user))}


@tk.auth_sysadmins_check
def govshare_entry_queue(context: Context, data_dict: DataDict) -> AuthResult:
    """The queue is the competent department's; the operator may look at it, not decide."""
    user = roles.user_of(context)
    return {"success": bool(user and (user.sysadmin or roles.is_competent(user)))}

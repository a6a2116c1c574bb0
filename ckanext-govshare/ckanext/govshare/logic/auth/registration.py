"""Who may register, and confirm an address."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.logic.auth import create as core
from ckan.types import AuthResult, Context, DataDict

from ckanext.govshare.logic import roles

__all__ = ["govshare_address_confirm", "govshare_registration_complete", "govshare_registration_request"]


@tk.auth_sysadmins_check
@tk.auth_allow_anonymous_access
def govshare_registration_request(context: Context, data_dict: DataDict | None = None) -> AuthResult:
    """Whoever has no account, where CKAN's settings `ckan.auth.create_user_via_web` and `_via_api` let people register."""
    if roles.user_of(context) is not None:
        return {"success": False, "msg": tk._("You have an account: log out to register another")}
    allowed: AuthResult = core.user_create(context, data_dict)
    return allowed


@tk.auth_sysadmins_check
@tk.auth_allow_anonymous_access
def govshare_registration_complete(context: Context, data_dict: DataDict) -> AuthResult:
    """As above."""
    return govshare_registration_request(context, data_dict)


def govshare_address_confirm(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever is logged in; the action looks whose the link is."""
    return {"success": roles.user_of(context) is not None}

"""Who may change accounts, and who may know what of them: oneself; the operator what running the platform needs.

Each says the same of an account that exists and of one that does not (CKAN looks first, and then asks).
"""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.logic import roles

__all__ = ["api_token_create", "api_token_list", "govshare_account_history", "govshare_password_reset",
           "govshare_password_reset_request", "user_create", "user_invite", "user_update"]


def is_own(context: Context, reference: object) -> bool:
    """Whether `reference` (an id or a name) is the caller's account."""
    user = roles.user_of(context)
    return user is not None and reference in (user.id, user.name)


def _is_operator(context: Context) -> bool:
    user = roles.user_of(context)
    return user is not None and bool(user.sysadmin) and user.state == model.State.ACTIVE


def of_the_person(context: Context, reference: object) -> AuthResult:
    """For the person, and the operator."""
    return {"success": is_own(context, reference) or _is_operator(context)}


@tk.auth_sysadmins_check
def api_token_create(context: Context, data_dict: DataDict) -> AuthResult:
    """A token acts as its owner: nobody else makes one."""
    return {"success": is_own(context, data_dict.get("user"))}


@tk.auth_sysadmins_check
def api_token_list(context: Context, data_dict: DataDict) -> AuthResult:
    """One's own; the operator sees that there are others, to revoke them."""
    return of_the_person(context, data_dict.get("user_id", data_dict.get("user")))


@tk.auth_sysadmins_check
@tk.auth_allow_anonymous_access
def user_create(context: Context, data_dict: DataDict | None = None) -> AuthResult:
    """People register by a mailed link, or are invited; nobody makes an account with a password for somebody else, or with an
    address that nobody has shown to be theirs.
    """
    if _is_operator(context):
        return {"success": False, "msg": tk._("Invite people to their department instead: they choose their password themselves")}
    by_link = tk._("An account comes by a link that is mailed to its address: ask for it on the page “Register”, or with the "
                   "action {action}").format(action="govshare_registration_request")
    return {"success": False, "msg": by_link}


@tk.auth_sysadmins_check
def user_update(context: Context, data_dict: DataDict) -> AuthResult:
    """One's own account; the operator may block others and appoint operators. CKAN's reset keys are no way."""
    return of_the_person(context, data_dict.get("id"))


@tk.chained_auth_function
def user_invite(original: AuthFunction, context: Context, data_dict: DataDict) -> AuthResult:
    """As CKAN has it, which fails where no group is named."""
    return original(context, data_dict) if data_dict.get("group_id") else {"success": False}


@tk.auth_sysadmins_check
def govshare_account_history(context: Context, data_dict: DataDict) -> AuthResult:
    """One's own; the competent department's, which supervises the operator (001 第六条)."""
    user = roles.user_of(context)
    return {"success": is_own(context, data_dict.get("id")) or roles.is_competent(user)}


@tk.auth_allow_anonymous_access
def govshare_password_reset_request(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever forgot a password cannot log in."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def govshare_password_reset(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever holds the link."""
    return {"success": True}

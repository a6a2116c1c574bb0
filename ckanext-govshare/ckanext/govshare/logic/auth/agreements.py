"""Who may do what with the templates of agreements, and who asks whether a copy is genuine."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.govshare.domain.agreement_texts import Scope
from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.logic import review, roles

__all__ = [
    "govshare_agreement_template_list", "govshare_agreement_template_show", "govshare_agreement_template_update",
    "govshare_agreement_verify",
]


@tk.auth_allow_anonymous_access
def govshare_agreement_verify(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever holds a copy may ask whether it is genuine; the answer names nobody."""
    return {"success": True}


@tk.auth_sysadmins_check
def govshare_agreement_template_update(context: Context, data_dict: DataDict) -> AuthResult:
    """The site's template is the competent department's; a department's and its entries' are its editors'.

    `scope_id` is an id here, which the action has made of a name.
    """
    user = roles.user_of(context)
    if data_dict.get("scope") == Scope.SITE:
        return {"success": bool(user and user.state == model.State.ACTIVE and roles.is_competent(user))}
    return {"success": Role.OWN_EDITOR in roles.of(context, _department(data_dict))}


@tk.auth_sysadmins_check
def govshare_agreement_template_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change it, the department's other members, and the competent department."""
    if data_dict.get("scope") == Scope.SITE:
        return govshare_agreement_template_list(context, data_dict)
    readers = {Role.OWN_EDITOR, Role.OWN_MEMBER, Role.COMPETENT}
    return {"success": bool(readers & roles.of(context, _department(data_dict)))}


@tk.auth_sysadmins_check
def govshare_agreement_template_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Members of departments; each lists those of their own."""
    user = roles.user_of(context)
    return {"success": bool(user and not user.sysadmin and roles.capacities(user))}


def _department(data_dict: DataDict) -> str:
    scope_id = str(data_dict.get("scope_id") or "")
    return review.load(scope_id).department if data_dict.get("scope") == Scope.ENTRY else scope_id

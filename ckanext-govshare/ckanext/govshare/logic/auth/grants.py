"""Who may do what with a grant. The table is `domain.grants.TRANSITIONS`; here it meets CKAN's users."""
from __future__ import annotations

from functools import partial

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.govshare.domain.grants import PROCESS, Command, Part
from ckanext.govshare.logic import grants, roles
from ckanext.govshare.logic.auth.commands import of_command, parts_in

__all__ = [
    "govshare_grant_close_out", "govshare_grant_list", "govshare_grant_resume", "govshare_grant_show",
    "govshare_grant_surrender", "govshare_grant_suspend", "govshare_grant_terminate", "govshare_grant_usage",
]


_parts = partial(parts_in, grants.MACHINE)

govshare_grant_suspend = of_command(PROCESS, Command.SUSPEND, "govshare_grant_suspend", _parts)
govshare_grant_resume = of_command(PROCESS, Command.RESUME, "govshare_grant_resume", _parts)
govshare_grant_terminate = of_command(PROCESS, Command.TERMINATE, "govshare_grant_terminate", _parts)
govshare_grant_surrender = of_command(PROCESS, Command.SURRENDER, "govshare_grant_surrender", _parts)
govshare_grant_close_out = of_command(PROCESS, Command.CLOSE_OUT, "govshare_grant_close_out", _parts)


@tk.auth_sysadmins_check
def govshare_grant_show(context: Context, data_dict: DataDict) -> AuthResult:
    """A grant is its holder's, its department's and the competent department's; the operator sees how it stands."""
    return {"success": _parts(context, data_dict) != {Part.STRANGER}}


@tk.auth_sysadmins_check
def govshare_grant_usage(context: Context, data_dict: DataDict) -> AuthResult:
    """As the grant itself: use is visible to those between whom it was agreed (TRC-1)."""
    return govshare_grant_show(context, data_dict)


@tk.auth_sysadmins_check
def govshare_grant_list(context: Context, data_dict: DataDict) -> AuthResult:
    """One's own grants; those of one's departments; all of them for the competent department."""
    user = roles.user_of(context)
    if user is None or user.state != model.State.ACTIVE:
        return {"success": False}
    match data_dict.get("role"):
        case "department":
            return {"success": not user.sysadmin and bool(roles.capacities(user))}
        case "competent":
            return {"success": roles.is_competent(user)}
    return {"success": True}

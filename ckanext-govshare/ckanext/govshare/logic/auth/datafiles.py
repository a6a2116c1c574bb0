"""Who may know of a data file and have it read again; who may fetch its content is the gate's to say (`access`)."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.gate import access

__all__ = ["govshare_file_compare", "govshare_file_list", "govshare_file_retry", "govshare_file_show"]


@tk.auth_allow_anonymous_access
def govshare_file_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Raises NotFound for a file that the caller does not know of."""
    access.known_file(context, data_dict["id"])
    return {"success": True}


@tk.auth_allow_anonymous_access
def govshare_file_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Anybody may ask; the answer holds what the caller knows of."""
    return {"success": True}


@tk.auth_sysadmins_check
@tk.auth_allow_anonymous_access
def govshare_file_compare(context: Context, data_dict: DataDict) -> AuthResult:
    """Raises NotFound or NotAuthorized unless the caller may fetch both: rows are shown. The operator like anybody."""
    for name in ("id", "other"):
        access.admit_file(context, data_dict[name])
    return {"success": True}


@tk.auth_sysadmins_check
@tk.auth_allow_anonymous_access
def govshare_file_retry(context: Context, data_dict: DataDict) -> AuthResult:
    """Editors of the department that compiles the entry. Raises NotFound for a file that the caller does not know of."""
    package: model.Package = access.known_file(context, data_dict["id"]).package
    if {Role.OWN_EDITOR, Role.SYSTEM} & roles.of(context, package.owner_org or ""):
        return {"success": True}
    return {"success": False, "msg": tk._("Only editors of the department that compiles this entry may do this")}

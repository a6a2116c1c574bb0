"""Who says what an entry asks of applicants: those who compile it. Whoever may know of the entry may read it."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.logic import review, roles

__all__ = ["govshare_entry_form_show", "govshare_entry_form_update"]


@tk.auth_allow_anonymous_access
def govshare_entry_form_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Raises NotFound for entries that the caller may not know of."""
    review.visible_package(context, data_dict["dataset_id"])
    return {"success": True}


@tk.auth_sysadmins_check
@tk.auth_allow_anonymous_access
def govshare_entry_form_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Editors of the entry's own department. Raises NotFound for entries that the caller may not know of."""
    package = review.visible_package(context, data_dict["dataset_id"])
    if Role.OWN_EDITOR in roles.of(context, package.owner_org or ""):
        return {"success": True}
    return {"success": False, "msg": tk._("Only editors of the department that provides the data may do this")}

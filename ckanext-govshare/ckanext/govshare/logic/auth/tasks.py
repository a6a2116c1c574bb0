"""Who may see what waits for a department: those who handle its cases."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.govshare.logic import roles

__all__ = ["govshare_task_show"]


def govshare_task_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Editors and administrators of some department."""
    if roles.handled(roles.user_of(context)):
        return {"success": True}
    return {"success": False, "msg": tk._("Only editors and administrators of a department handle its applications; ask the "
                                          "administrator of your department for that role")}

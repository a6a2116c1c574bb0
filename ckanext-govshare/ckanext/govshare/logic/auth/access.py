"""Who may ask about access: whoever may know of the entry."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.govshare.logic.gate import access

__all__ = ["govshare_access_show", "govshare_fetch_counts"]


@tk.auth_allow_anonymous_access
def govshare_access_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Raises NotFound for a resource that the caller does not know of."""
    access.of_resource(context, data_dict["resource_id"])
    return {"success": True}


govshare_fetch_counts = govshare_access_show

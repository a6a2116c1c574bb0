"""The open list is published: anyone may read it (OPN-1: 001 第二十六条)."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = ["govshare_open_list"]


@tk.auth_allow_anonymous_access
def govshare_open_list(context: Context, data_dict: DataDict) -> AuthResult:
    return {"success": True}

"""The regulations and what follows from them are public: anyone may ask."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

__all__ = ["govshare_deadline_compute", "govshare_regulation_list", "govshare_regulation_show"]


@tk.auth_allow_anonymous_access
def govshare_regulation_list(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, Any]:
    return {"success": True}


@tk.auth_allow_anonymous_access
def govshare_regulation_show(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, Any]:
    return {"success": True}


@tk.auth_allow_anonymous_access
def govshare_deadline_compute(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, Any]:
    return {"success": True}

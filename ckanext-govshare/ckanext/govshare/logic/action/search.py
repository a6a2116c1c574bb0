"""CKAN's search actions, their odd parameters checked before CKAN stumbles over them."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

from ckanext.govshare.domain import search as rules
from ckanext.govshare.search import SearchRefused

__all__ = ["package_autocomplete", "package_search"]


@tk.side_effect_free
@tk.chained_action
def package_search(original: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """CKAN's search; `extras` must be a mapping. See `ckanext.govshare.search.query_params` for everything else."""
    if not isinstance(data_dict.get("extras") or {}, dict):
        raise SearchRefused({"extras": [tk._("Expected a mapping")]})
    found: dict[str, Any] = original(context, data_dict)
    return found


@tk.side_effect_free
@tk.chained_action
def package_autocomplete(original: Action, context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """CKAN's suggestions of entries by a part of their title or name, with `q` made safe for Solr."""
    typed = data_dict.get("q")
    found: list[dict[str, Any]] = original(
        context, {**data_dict, "q": rules.clean_beginning(typed)} if isinstance(typed, str) else data_dict)
    return found

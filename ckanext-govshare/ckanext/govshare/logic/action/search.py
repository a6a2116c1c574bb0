"""CKAN's search actions, their odd parameters checked before CKAN stumbles over them."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search.common import SearchError, SearchQueryError, SolrConnectionError
from ckan.types import Action, Context, DataDict
from pysolr import SolrError

from ckanext.govshare.domain import search as rules
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.logic.wording import error_dict
from ckanext.govshare.search import SearchRefused
from ckanext.govshare.security import outages

__all__ = ["package_autocomplete", "package_search"]


@tk.side_effect_free
@tk.chained_action
def package_search(original: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """CKAN's search; `extras` must be a mapping, and what is a list may come as JSON or be one text (`domain.search.texts`).

    See `ckanext.govshare.search.query_params` for everything else.
    """
    if not isinstance(data_dict.get("extras") or {}, dict):
        raise SearchRefused({"extras": [tk._("Expected a mapping")]})
    try:
        found: dict[str, Any] = original(context, {**data_dict, **_lists(data_dict)})
    except SolrConnectionError:
        outages.note()
        raise
    except SearchQueryError:
        raise
    except SearchError as error:
        if _is_the_querys_fault(error):
            raise
        outages.note()
        raise SolrConnectionError(str(error)) from error
    return found


def _lists(given: DataDict) -> dict[str, list[str]]:
    try:
        return {name: [] if given[name] is None else rules.texts(name, given[name]) for name in rules.LISTS if name in given}
    except Invalid as refusal:
        raise SearchRefused(error_dict(refusal.errors)) from refusal


def _is_the_querys_fault(error: SearchError) -> bool:
    """Whether Solr found fault with the query (400), or CKAN did; anything else is Solr's, which answers so while it starts."""
    answer = error.__context__
    return not isinstance(answer, SolrError) or "HTTP 400" in str(answer)


@tk.side_effect_free
@tk.chained_action
def package_autocomplete(original: Action, context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """CKAN's suggestions of entries by a part of their title or name, with `q` made safe for Solr."""
    typed = data_dict.get("q")
    found: list[dict[str, Any]] = original(
        context, {**data_dict, "q": rules.clean_beginning(typed)} if isinstance(typed, str) else data_dict)
    return found

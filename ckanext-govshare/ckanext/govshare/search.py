"""Between CKAN and Solr: which parts of an entry are indexed, what a searcher may ask, and the facets.

Read by the plugin's IPackageController and IFacets. Only what the permission labels of an entry guard is sent to Solr:
addresses of files and of people stay out, whatever an entry holds.
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from werkzeug.exceptions import BadRequest

from ckanext.govshare.display.catalog import gs_label
from ckanext.govshare.domain import search as rules
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.pinyin import pinyin_words, sort_key
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic.wording import error_dict

INDEXED_FIELDS = rules.FILTERED | {
    "index_id", "data_dict", "validated_data_dict", "title_string", "res_name", "res_description",
    "org_title", "group_titles", "item_names", "item_descriptions", "pinyin"}

# An entry is found by its title first; `text` holds all fields and so finds words that stand in several.
QUERY_FIELDS = ("codes^12 title^8 org_title^4 tag_words^4 item_names^3 group_titles^2 pinyin^2 notes^1.5 "
                "item_descriptions text^0.5")
# Up to two pairs of characters must all match, up to five all but one, of more three quarters: 环境质量 finds
# 环境空气质量, and 郴州市的空气质量 finds it too.
LEAST_MATCHING = "2<-1 5<75%"
# CKAN sends q.op=AND for filters; for words it would demand every pair of characters, and `mm` would do nothing.
# The setting ckan.search.solr_allowed_query_parsers must name edismax. No other use of it gets past this module.
PARSER = "{!edismax q.op=OR}"
LAST_START = 1_000_000
MOST_FACETS = 10_000
LONGEST_FORMAT = 100

_SEARCHERS_CANNOT_SET = ("defType", "qf", "mm", "tie", "bf", "boost", "wt", "df")
_SWITCHES = ("include_private", "include_drafts", "include_deleted", "use_default_schema", "facet")


class SearchRefused(tk.ValidationError, BadRequest):
    """A parameter of a search is not understood: a validation error of the API, status 400 on pages and feeds.

    It is no SearchError, which CKAN's pages of departments and themes answer with a broken page.
    """

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        tk.ValidationError.__init__(self, dict(errors))
        self.description = "; ".join(f"{name}: {text}" for name, texts in errors.items() for text in texts)
        self.response = None

    def __str__(self) -> str:
        return str(self.description)


def index_fields(pkg_dict: dict[str, Any]) -> dict[str, Any]:
    """The document for Solr: the indexed fields of `pkg_dict` and those by which an entry is found."""
    entry = json.loads(pkg_dict.get("validated_data_dict") or "{}")
    organization = entry.get("organization") or {}
    items = [item for item in entry.get("info_items") or [] if isinstance(item, dict)]
    titles = [entry.get("title") or "", organization.get("title") or ""]
    found = {field: entry.get(field) for field in rules.ATTRIBUTES | {"issued"}}
    found["issued"] = f"{found['issued'][:10]}T00:00:00Z" if found["issued"] else None
    found |= {
        "title_string": sort_key(titles[0]),
        "org_title": titles[1],
        "group_titles": [group.get("title") or group.get("display_name") for group in entry.get("groups") or []],
        "item_names": [item.get("name") for item in items],
        "item_descriptions": [item.get("description") for item in items],
        "pinyin": sorted({word for title in titles for word in pinyin_words(title)}),
        "res_format": sorted({r["format"].upper()[:LONGEST_FORMAT] for r in entry.get("resources") or [] if r.get("format")}),
    }
    document = {key: _filled(value) for key, value in (pkg_dict | found).items() if key in INDEXED_FIELDS}
    return {key: value for key, value in document.items() if value not in (None, "", [])}


def _filled(value: Any) -> Any:
    return [part for part in value if part] if isinstance(value, list) else value


def query_params(search_params: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a search as Solr may get them.

    How words are matched and weighed is the portal's: callers' defType, qf, mm and the like are ignored. Raises
    SearchRefused for a filter, sorting, facet or field that is not open to searchers.
    """
    try:
        return _checked(dict(search_params))
    except Invalid as refusal:
        raise SearchRefused(error_dict(refusal.errors)) from refusal


def _checked(params: dict[str, Any]) -> dict[str, Any]:
    for name in _SEARCHERS_CANNOT_SET:
        params.pop(name, None)
    _check_switches(params)
    if params.get("sort") and params["sort"] != "rank":
        rules.check_sort(params["sort"])
    if params.get("fl"):
        params["fl"] = [name for part in params["fl"] for name in part.replace(",", " ").split()]
        rules.check_names("fl", params["fl"], rules.RETURNED)
    rules.check_names("facet.field", params.get("facet.field") or [], rules.FACETS)
    rules.check_filter(params.get("fq") or "")
    for text in params.get("fq_list") or []:
        rules.check_filter(text, "fq_list")
    return params | _limits(params) | _words(params.get("q") or "")


def _words(words: str) -> dict[str, Any]:
    words = rules.clean_words(words)
    pairs = " text_pairs^0.5" if rules.has_mixed_pair(words) else ""
    return {"q": f"{PARSER}{words}" if words else "*:*", "defType": "lucene", "df": "text",
            "qf": QUERY_FIELDS + pairs, "mm": _least_matching(words), "tie": "0.1"}


def _least_matching(words: str) -> str:
    if rules.has_alternatives(words):
        return "0%"
    return "100%" if rules.names_a_field(words) else LEAST_MATCHING


def _limits(params: Mapping[str, Any]) -> dict[str, int]:
    """Numbers within Solr's bounds. A facet of count 0 would name values of entries that the searcher may not see."""
    limits = {"facet.mincount": max(1, min(params.get("facet.mincount") or 1, LAST_START))}
    if "start" in params:
        limits["start"] = min(params["start"] or 0, LAST_START)
    if "facet.limit" in params:
        limits["facet.limit"] = max(-1, min(params["facet.limit"], MOST_FACETS))
    return limits


def _check_switches(params: dict[str, Any]) -> None:
    for name in _SWITCHES:
        if name in params:
            try:
                switched = tk.asbool(params[name])
            except ValueError:
                raise Invalid({name: [Message("Expected true or false")]}) from None
            params[name] = str(switched).lower() if name == "facet" else switched


def dataset_facets(_facets: Mapping[str, str] | None = None) -> dict[str, str]:
    """The facets of the catalogue and their titles, in the order in which they are shown."""
    return {
        "open_type": tk._("Open attribute"),
        "organization": tk._("Department"),
        "groups": tk._("Theme"),
        "res_format": tk._("Format"),
        "update_frequency": tk._("Update period"),
    }


def label_facets(search_results: dict[str, Any]) -> dict[str, Any]:
    """Give the facets' values their labels, for pages and API alike. Departments and themes have theirs from CKAN."""
    for field in rules.ATTRIBUTES & search_results["search_facets"].keys():
        for item in search_results["search_facets"][field]["items"]:
            item["display_name"] = gs_label(field, item["name"])
    return search_results

"""The page of a data file: access, its table with filter, sorting and paging in plain addresses, downloads, API examples."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk

from ckanext.govshare.domain import api_examples
from ckanext.govshare.domain.table_queries import OP_NAMES, OPS, WITHOUT_VALUE, Query, Sort, to_args
from ckanext.govshare.logic.wording import translate

PAGE_SIZES = (20, 50, 100)
MOST_COLUMNS = 60
CUT = 60
NUMBERS = frozenset({"int8", "numeric", "float8"})
EXAMPLE_LENGTH = 40
FORMATS = ("csv", "xlsx", "json", "xml")
# A sheet of Excel holds so many rows, its heading included; what is longer goes on in further sheets.
SHEET_ROWS = 1_048_576
_HOW = ("filter", "sort", "q", "fields")


def _ask(action: str, **data: Any) -> Any:
    """The answer, or None where the caller may not have it or there is none."""
    try:
        return tk.get_action(action)({"user": tk.g.user, "auth_user_obj": tk.g.userobj}, data)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def gs_access(resource_id: str) -> dict[str, Any] | None:
    """Whether the caller may fetch a data file and why: `allowed`, `reason`, `explanation`; None for one of a draft."""
    found: dict[str, Any] | None = _ask("govshare_access_show", resource_id=resource_id)
    return found


def numbered(files: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Of the contents of a resource, newest first, those that it served; the first is the current one."""
    return [file for file in files or () if file["number"]]


def current(files: Sequence[dict[str, Any]] | None) -> dict[str, Any] | None:
    """Of the contents of a resource, the one that it serves now; None where it serves nothing."""
    return next((file for file in numbered(files) if file["state"] == "current"), None)


def gs_current_file(resource_id: str) -> dict[str, Any] | None:
    """What a resource serves now, as far as the caller may know of it; None where it serves nothing."""
    return current(_ask("govshare_file_list", resource_id=resource_id))


def fetches(counts: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """How often a data file was fetched: `fetches` and `channels` of all time, `recent` in the days that are listed."""
    return {**counts, "recent": sum(day["fetches"] for day in counts["days"])} if counts else None


def table(pkg: Mapping[str, Any], resource: Mapping[str, Any], found: dict[str, Any], number: int,
          errors: list[str]) -> dict[str, Any]:
    """What the page shows of a table.

    found: what `govshare_table_show` answered. number: which page that is, from 1. errors: what is wrong with the address.
    """
    return _shown(_Address(pkg, resource, found["query"], found["limit"]), found, number, errors, pkg)


class _Address:
    """Addresses of the same page that ask the same question, but for one part."""

    def __init__(self, pkg: Mapping[str, Any], resource: Mapping[str, Any], query: Mapping[str, list[str]], limit: int) -> None:
        self.pkg, self.resource, self.query, self.limit = pkg, resource, query, limit

    def with_(self, page: int = 1, **changed: Sequence[str]) -> str:
        place = {"limit": self.limit} if self.limit != PAGE_SIZES[0] else {}
        params = {**self.query, **changed, **place, **({"page": page} if page > 1 else {})}
        base = tk.url_for("dataset_resource.read", id=self.pkg["name"], resource_id=self.resource["id"])
        return f"{base}?{urlencode(params, doseq=True)}#gs-data"

    def export(self, form: str, whole: bool, bom: bool = False) -> str:
        params = {**({} if whole else self.query), **({"bom": 1} if bom else {})}
        base = tk.url_for("govshare_exports.export", id=self.pkg["name"], resource_id=self.resource["id"], form=form)
        return f"{base}?{urlencode(params, doseq=True)}" if params else str(base)


def _shown(address: _Address, found: dict[str, Any], number: int, errors: list[str], pkg: Mapping[str, Any]) -> dict[str, Any]:
    columns, query = found["columns"], found["query"]
    about = {item.get("name"): item for item in pkg.get("info_items") or []}
    last = max(1, -(-found["count"] // found["limit"]))
    offset = found["offset"]
    return {
        "columns": [_column(column, position, address, about) for position, column in enumerate(columns[:MOST_COLUMNS])],
        "more_columns": max(0, len(columns) - MOST_COLUMNS), "errors": errors,
        "rows": [[_cell(value, column["type"]) for value, column in zip(row[:MOST_COLUMNS], columns[:MOST_COLUMNS], strict=True)]
                 for row in found["rows"]],
        "count": found["count"], "total": found["total"], "narrowed": bool(query.get("filter") or query.get("q")),
        "asked": bool(query), "query": query, "q": " ".join(query.get("q", [])), "limit": found["limit"], "sizes": PAGE_SIZES,
        "first_row": offset + 1, "last_row": offset + len(found["rows"]), "page": number, "last_page": last,
        "carried": [(name, value) for name in _HOW if name != "q" for value in query.get(name, [])],
        "filters": [{"text": _filter_text(asked), "url": address.with_(filter=[one for one in query["filter"] if one != text])}
                    for asked, text in zip(found["filters"], query.get("filter", []), strict=True)],
        "without_words": address.with_(q=[]), "plain": address.with_(filter=[], q=[], sort=[], fields=[]),
        "pages": {name: address.with_(page) for name, page in (
            ("first", 1), ("previous", number - 1), ("next", number + 1), ("last", last)) if 0 < page <= last and page != number},
        "downloads": _downloads(address, found), "example": _example(found),
    }


def _column(column: Mapping[str, Any], position: int, address: _Address,
            about: Mapping[Any, Mapping[str, Any]]) -> dict[str, Any]:
    """A column with its sorting: the first click sorts upwards, the second downwards, the third not at all."""
    upwards, downwards = (to_args(Query(sort=(Sort(column["id"], desc),)))["sort"] for desc in (False, True))
    order = address.query.get("sort", [])[:1]
    direction = "ascending" if order == upwards else "descending" if order == downwards else "none"
    following: Sequence[str] = {"none": upwards, "ascending": downwards}.get(direction, [])
    item = about.get(column["name"]) or about.get(column["id"]) or {}
    return {
        **column, "position": position, "numeric": column["type"] in NUMBERS, "sorted": direction,
        "sort_url": address.with_(sort=following), "description": item.get("description") or "",
        "ops": [(op, translate(OP_NAMES[op])) for op in OPS[column["type"]]],
    }


def _cell(value: Any, kind: str) -> dict[str, Any]:
    """What a cell shows: `text`, and `full` where the text is cut."""
    if value is None or value == "":
        return {"text": "", "full": None}
    if isinstance(value, bool):
        return {"text": tk._("Yes") if value else tk._("No"), "full": None}
    text = value.replace("T", " ") if kind == "timestamp" else f"{value:f}" if kind == "numeric" else str(value)
    return {"text": text[:CUT] + "…", "full": text} if len(text) > CUT else {"text": text, "full": None}


def _filter_text(asked: Mapping[str, Any]) -> str:
    """A filter in words."""
    name = f"{asked['column']} {translate(OP_NAMES[asked['op']])}"
    return name if asked["op"] in WITHOUT_VALUE else f"{name} {_cell(asked['value'], '')['text']}"


def _downloads(address: _Address, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The forms of the table, each with its address for the whole and for what is asked for now."""
    kinds = [("csv", "CSV", True), ("csv", "CSV", False), *((form, form.upper(), False) for form in FORMATS[1:])]
    return [{"format": name, "form": form, "bom": bom, "whole": address.export(form, True, bom),
             "asked": address.export(form, False, bom),
             "sheets": -(-(found["total"] or 0) // (SHEET_ROWS - 1)) if form == "xlsx" else 0} for form, name, bom in kinds]


def _example(found: Mapping[str, Any]) -> dict[str, Any]:
    """A column and a value that it holds, short enough to be read in an example; empty where there is none."""
    for row in found["rows"][:1]:
        for column, value in zip(found["columns"], row, strict=True):
            if column["type"] == "text" and isinstance(value, str) and 0 < len(value.strip()) == len(value) <= EXAMPLE_LENGTH:
                return {column["id"]: value}
    return {}


def gs_api_examples(pkg: Mapping[str, Any], resource: Mapping[str, Any], table: Mapping[str, Any],
                    token: bool) -> list[tuple[str, str]]:
    """Runnable examples for this table by language; `token`: whether the caller has to send one."""
    at: dict[str, Any] = {"_external": True, "locale": "default"}
    return api_examples.all_of(api_examples.Table(
        search_url=tk.url_for("api.action", logic_function="datastore_search", ver=3, **at),
        csv_url=tk.url_for("govshare_exports.export", id=pkg["name"], resource_id=resource["id"], form="csv", **at),
        resource_id=resource["id"], filters=table["example"], token=token))

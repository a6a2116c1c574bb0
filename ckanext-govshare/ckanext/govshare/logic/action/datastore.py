"""The DataStore's reading actions behind the gate: a resource's id in, the table of its current file inside, the id out.

A table is named by its file's id, which no caller needs to know: given as a resource's id it is not found, like
`_table_metadata` and whatever else is no resource.
"""
from __future__ import annotations

import csv
import io
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import auth_audit_exempt
from ckan.plugins import plugin_loaded
from ckan.types import Action, Context, DataDict
from ckanext.datastore.backend import DatastoreBackend
from ckanext.datastore.logic.schema import datastore_info_schema

from ckanext.govshare import table_search
from ckanext.govshare.domain.access import Channel
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.logic.gate import access
from ckanext.govshare.logic.gate.access import Fetch
from ckanext.govshare.logic.gate.accounting import record_fetch
from ckanext.govshare.logic.wording import error_dict
from ckanext.govshare.repository.table_words import Search

__all__ = ["datastore_info", "datastore_search"]

# What CKAN adds for itself, and words that stand for its full-text search, which knows no Chinese.
_INSIDE = frozenset({"connection_url", "filterops", "id", "__extras"})
_FULL_TEXT = ("q", "full_text", "plain", "language")


@tk.side_effect_free
@tk.chained_action
@auth_audit_exempt  # the gate is asked by `access.admit`
def datastore_search(original: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Rows of a resource's table, as CKAN has it but for the words looked for.

    :param resource_id: id of the resource
    :param q: words, each of which stands somewhere in a row's text, within longer words too; or a dictionary of words by
        column. `full_text` means the same; `plain` and `language` mean nothing here.
    :raises NotFound: the resource does not exist for the caller, or has no table
    :raises NotAuthorized: its data is not for the caller, or not by this way, or not as often; says why
    """
    resource_id = _reference(data_dict)
    fetch = _admit(context, resource_id)
    asked = {key: value for key, value in data_dict.items() if key not in _FULL_TEXT and key != "id"}
    words = data_dict.get("q") or data_dict.get("full_text")
    found = _search(original, context, asked | {"resource_id": fetch.file.id}, _looked_for(words, fetch))
    shown = {key: value for key, value in found.items() if key not in _INSIDE} | {"resource_id": resource_id}
    if shown.get("limit") != 0 or fetch.access.grant:  # how many rows a question finds is an answer, too
        record_fetch(context, fetch, Channel.API, _rows(shown), details=_details(data_dict))
    return shown | ({"q": words} if words else {})


def _admit(context: Context, resource_id: str) -> Fetch:
    fetch = access.admit(context, resource_id, "api")
    if not fetch.file.has_table:
        raise tk.ObjectNotFound(tk._("This data file has no table: download it instead"))
    return fetch


def _reference(data_dict: DataDict) -> str:
    reference = data_dict.get("resource_id") or data_dict.get("id")
    if not reference:
        raise tk.ValidationError({"resource_id": [tk._("Missing value")]})
    return str(reference)


def _looked_for(words: Any, fetch: Fetch) -> Search:
    if words and not plugin_loaded(table_search.PLUGIN):
        raise RuntimeError(f"The plugin {table_search.PLUGIN} is not in ckan.plugins, after datastore")
    try:
        return table_search.parse(words, [column["id"] for column in fetch.file.columns])
    except Invalid as error:
        raise tk.ValidationError(error_dict(error.errors)) from None


def _search(original: Action, context: Context, asked: DataDict, search: Search) -> dict[str, Any]:
    """Ask CKAN, whose own check knows resources and not tables. What it says of errors names the table and the statement."""
    inside = Context(context, ignore_auth=True, **{table_search.KEY: search})
    try:
        found: dict[str, Any] = original(inside, asked)
    except tk.ObjectNotFound:
        raise tk.ObjectNotFound(tk._("This data file has no table: download it instead")) from None
    except tk.ValidationError as error:
        if "info" not in error.error_dict:
            raise
        raise tk.ValidationError({"query": [tk._("A value does not fit the type of its column")]}) from None
    return found


def _rows(shown: dict[str, Any]) -> int:
    """How many rows the answer holds. Where CKAN counted them, JSON that it did not parse stays so."""
    if "total" in shown:
        return max(0, min(int(shown["limit"]), int(shown["total"]) - int(shown.get("offset") or 0)))
    records = shown["records"]
    if isinstance(records, str):
        dialect = csv.excel_tab if shown.get("records_format") == "tsv" else csv.excel
        return sum(1 for _ in csv.reader(io.StringIO(records), dialect))
    return len(records)


def _details(data_dict: DataDict) -> dict[str, Any]:
    """What was asked for, for the trace: the words themselves may be personal data, so that they were given is enough."""
    return {"filtered": bool(data_dict.get("filters") or data_dict.get("q") or data_dict.get("full_text"))}


@tk.side_effect_free
@tk.chained_action
@auth_audit_exempt  # the gate is asked by `access.admit`
def datastore_info(original: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The columns of a resource's table (`fields`), and its size and number of rows (`meta`).

    :param resource_id: id of the resource
    :param include_meta, include_fields_schema: whether to answer `meta`, and the database's type of each column (true)
    :raises NotFound, NotAuthorized: as for `datastore_search`
    """
    resource_id = _reference(data_dict)
    fetch = _admit(context, resource_id)
    asked, errors = tk.navl_validate(data_dict, datastore_info_schema(), context)
    if errors:
        raise tk.ValidationError(errors)
    found = DatastoreBackend.get_active_backend().resource_fields(
        fetch.file.id, asked["include_meta"], asked["include_fields_schema"])
    for field in found["fields"]:
        field.get("schema", {}).pop("index_name", None)  # it begins with the table's name
    meta = {key: found["meta"][key] for key in ("count", "size", "table_type")} if "meta" in found else None
    return {"fields": found["fields"]} | ({"meta": {**meta, "id": resource_id}} if meta else {})

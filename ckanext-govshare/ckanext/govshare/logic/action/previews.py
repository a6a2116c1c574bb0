"""A page of a data file's table, filtered and sorted, for those who may fetch it (OPN-3: 001 第二十六条)."""
from __future__ import annotations

from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import auth_audit_exempt, validate
from ckan.types import Context, DataDict

from ckanext.govshare.domain.access import Channel
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.table_queries import Query, TooSlow, chosen, parse, to_args
from ckanext.govshare.logic.gate import access
from ckanext.govshare.logic.gate.accounting import record_fetch
from ckanext.govshare.logic.schema import previews as schema
from ckanext.govshare.logic.wording import error_dict, translate
from ckanext.govshare.repository import tables

__all__ = ["govshare_table_show"]

_LISTS = ("filter", "sort", "fields")


@tk.side_effect_free
@validate(schema.table_show)
@auth_audit_exempt  # the gate decides
def govshare_table_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Some rows of the table that a resource serves now.

    :param resource_id: id of the resource
    :param q: words, each of which stands somewhere in a row's text (optional)
    :param filter: conditions ``column:op:value``, a list (optional); see `domain.table_queries` for the operators
    :param sort: columns, ``column`` or ``column:desc``, a list (optional; else the order of the source)
    :param fields: the columns wanted, a list (optional; else all)
    :param offset, limit: which rows; 20 unless told, at most 200. With limit 0 only the columns and the count are answered.
    :returns: ``columns`` (``id``, ``name``, ``type``), ``rows`` (lists in that order; dates as ISO text), ``count`` of the
        rows that the question finds, ``total`` of all, ``query`` (the question as an address carries it) and its ``filters``
        (``column``, ``op``, ``value``)
    :raises NotFound: the resource does not exist for the caller, or has no table
    :raises NotAuthorized: its data is not for the caller; says why
    :raises ValidationError: a part of the question is wrong; names `q`, `filter`, `sort` or `fields`
    """
    fetch = access.admit(context, data_dict["resource_id"])
    if not fetch.file.has_table:
        raise tk.ObjectNotFound(tk._("This data file has no table: download it instead"))
    query = _query(data_dict, fetch)
    columns = chosen(query, fetch.file.columns)
    offset, limit = data_dict["offset"], data_dict["limit"]
    try:
        count = tables.count(fetch.file, query)
        rows = tables.page(fetch.file, query, offset, limit) if limit else []
    except TooSlow as refusal:
        raise tk.ValidationError({"filter": [translate(refusal.message)]}) from None
    if rows or not query.whole:
        record_fetch(context, fetch, Channel.PREVIEW, len(rows), details={"filtered": not query.whole})
    return {
        "columns": [{"id": c["id"], "name": c.get("name") or c["id"], "type": c["type"]} for c in columns],
        "rows": [[_plain(row[column["id"]]) for column in columns] for row in rows],
        "count": count, "total": fetch.file.rows, "offset": offset, "limit": limit, "query": to_args(query),
        "filters": [{"column": one.column, "op": one.op, "value": _plain(one.value)} for one in query.filters],
    }


def _query(data_dict: DataDict, fetch: access.Fetch) -> Query:
    asked = {name: data_dict[name] for name in _LISTS if data_dict.get(name)}
    try:
        return parse(asked | {"q": [data_dict["q"]]}, fetch.file.columns)
    except Invalid as error:
        raise tk.ValidationError(error_dict(error.errors)) from None


def _plain(value: Any) -> Any:
    """A cell as JSON can hold it: dates and times as ISO text, numbers with all their digits."""
    return value.isoformat() if isinstance(value, date) else value

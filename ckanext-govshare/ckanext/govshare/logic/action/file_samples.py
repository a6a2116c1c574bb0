"""The first rows of a data file that is not published yet, for those who compile or review its entry."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import auth_audit_exempt, validate
from ckan.types import Context, DataDict

from ckanext.govshare.domain.access import Channel
from ckanext.govshare.domain.table_queries import Query, TooSlow
from ckanext.govshare.logic.gate import access
from ckanext.govshare.logic.gate.accounting import record_fetch
from ckanext.govshare.logic.schema import file_samples as schema
from ckanext.govshare.repository import tables

__all__ = ["govshare_file_sample"]


@tk.side_effect_free
@validate(schema.file_sample)
@auth_audit_exempt  # the gate decides, for the operator too
def govshare_file_sample(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The first rows of a data file's table, in the order of the source.

    :param id: the data file's own id
    :param limit: how many rows, 1 to 20 (default 8)
    :returns: ``columns`` (their names, as in the table and in exports) and ``rows`` (lists in that order; dates as ISO text)
    :raises NotFound: also for files that the caller may not know of, and for those without a table
    """
    fetch = access.admit_file(context, data_dict["id"])
    if not fetch.file.readable or not fetch.file.has_table:
        raise tk.ObjectNotFound(tk._("This data file has no table"))
    if fetch.access.traced:
        rows = min(data_dict["limit"], fetch.file.rows or 0)
        record_fetch(context, fetch, Channel.PREVIEW, rows, details={"file": fetch.file.id})
    try:
        found = tables.page(fetch.file, Query(), 0, data_dict["limit"])
    except TooSlow as refusal:
        raise tk.ObjectNotFound(str(refusal)) from None
    columns = [column["id"] for column in fetch.file.columns]
    return {"columns": columns, "rows": [[_plain(row[name]) for name in columns] for row in found]}


def _plain(value: Any) -> Any:
    """A cell as JSON can hold it."""
    return value if value is None or isinstance(value, bool | int | str) else str(value)

"""Words looked for in the DataStore's tables, anywhere in the text: Chinese has no borders of words for a full-text index.

CKAN lets plugins add conditions to its own query (IDatastore). What is looked for reaches the plugin by the context.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins as p
from ckan.model import misc
from ckan.types import Context
from ckanext.datastore.backend.postgres import identifier
from ckanext.datastore.interfaces import IDatastore

from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.messages import Message
from ckanext.govshare.domain.table_queries import Refused, words

PLUGIN = "govshare_tables"
KEY = "govshare_search"
_ESCAPE = "\\"

# Words, each with the column that it must stand in; None for any.
Search = Sequence[tuple[str, str | None]]


def parse(given: Any, columns: Sequence[str]) -> Search:
    """`q` of an API call: text, or a dictionary of text by column. Raises Invalid on `q`."""
    asked = given if isinstance(given, Mapping) else {None: given}
    found: list[tuple[str, str | None]] = []
    for column, text in asked.items():
        if column is not None and column not in columns:
            raise Invalid({"q": [Message("There is no column {name}", name=str(column))]})
        if text is not None and not isinstance(text, str | int | float):
            raise Invalid({"q": [Message("Expected text")]})
        try:
            found += [(word, column) for word in words("" if text is None else str(text)).split()]
        except Refused as refusal:
            raise Invalid({"q": [refusal.message]}) from None
    return found


def conditions(search: Search, types: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """SQL with its parameters, as IDatastore wants it; a column that is asked for by name may have any type."""
    text = [name for name, kind in types.items() if kind == "text"]
    return [_condition(number, word, [column] if column else text) for number, (word, column) in enumerate(search)]


def _condition(number: int, word: str, columns: Sequence[str]) -> tuple[str, dict[str, str]]:
    parameter = f"{KEY}_{number}"
    pattern = f"%{misc.escape_sql_like_special_characters(word, escape=_ESCAPE)}%"
    likes = [f"CAST({_quoted(column)} AS text) ILIKE :{parameter} ESCAPE '{_ESCAPE}'" for column in columns]
    return (f"({' OR '.join(likes)})", {parameter: pattern}) if likes else ("false", {})


def _quoted(column: str) -> str:
    """A column's name in SQL in which a colon begins a parameter."""
    quoted: str = identifier(column).replace(":", "\\:")
    return quoted


class GovShareTablesPlugin(p.SingletonPlugin):
    """Loaded after `datastore`, which insists on being the first of its kind."""

    p.implements(IDatastore, inherit=True)

    def datastore_search(self, context: Context, data_dict: dict[str, Any], fields_types: dict[str, str],
                         query_dict: dict[str, Any]) -> dict[str, Any]:
        query_dict["where"] += conditions(context.get(KEY) or (), fields_types)
        return query_dict

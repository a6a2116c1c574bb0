"""Words looked for in the DataStore's tables, anywhere in the text: Chinese has no borders of words for a full-text index.

CKAN lets plugins add conditions to its own query (IDatastore). What is looked for reaches the plugin by the context.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins as p
from ckan.types import Context
from ckanext.datastore.interfaces import IDatastore

from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.table_queries import Refused, words
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.repository import table_words
from ckanext.govshare.repository.table_words import Search

PLUGIN = "govshare_tables"
KEY = "govshare_search"


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


class GovShareTablesPlugin(p.SingletonPlugin):
    """Loaded after `datastore`, which insists on being the first of its kind."""

    p.implements(IDatastore, inherit=True)

    def datastore_search(self, context: Context, data_dict: dict[str, Any], fields_types: dict[str, str],
                         query_dict: dict[str, Any]) -> dict[str, Any]:
        query_dict["where"] += table_words.conditions(context.get(KEY) or (), fields_types)
        return query_dict

"""The SQL by which CKAN's own question to a table finds words anywhere in its text."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from ckan.model import misc
from ckanext.datastore.backend.postgres import identifier

_ESCAPE = "\\"

# Words, each with the column that it must stand in; None for any.
Search = Sequence[tuple[str, str | None]]


def conditions(search: Search, types: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """SQL with its parameters, as IDatastore wants it; a column that is asked for by name may have any type."""
    text = [name for name, kind in types.items() if kind == "text"]
    return [_condition(number, word, [column] if column else text) for number, (word, column) in enumerate(search)]


def _condition(number: int, word: str, columns: Sequence[str]) -> tuple[str, dict[str, str]]:
    parameter = f"govshare_search_{number}"
    pattern = f"%{misc.escape_sql_like_special_characters(word, escape=_ESCAPE)}%"
    likes = [f"CAST({_quoted(column)} AS text) ILIKE :{parameter} ESCAPE '{_ESCAPE}'" for column in columns]
    return (f"({' OR '.join(likes)})", {parameter: pattern}) if likes else ("false", {})


def _quoted(column: str) -> str:
    """A column's name in SQL in which a colon begins a parameter."""
    quoted: str = identifier(column).replace(":", "\\:")
    return quoted

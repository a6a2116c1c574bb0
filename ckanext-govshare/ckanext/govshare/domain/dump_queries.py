"""What programs written for CKAN ask of `/datastore/dump`, in its own words: filters as JSON, `sort=a desc, b`.

It is turned into a question as `table_queries` knows them. What CKAN can do beyond it is refused by name, never ignored:
a program that asked for some rows must not take others for them.
"""
from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.table_queries import (
    MOST_FILTERS,
    MOST_SORTS,
    Columns,
    Filter,
    Query,
    Refused,
    Sort,
    condition,
    in_table,
    words,
)
from ckanext.govshare.domain.wording import Message

FORMATS = ("csv", "tsv", "json", "xml")
ROW_ID: Mapping[str, Any] = {"id": "_id", "name": "_id", "type": "int8"}
LONGEST = 5000
# One value or a list of them, of which one must be equal; or comparisons by name.
_COMPARISONS: Mapping[str, str] = {"eq": "eq", "in": "eq", "gte": "ge", "lte": "le"}
_ORDER = re.compile(r"(.+?)(?:\s+(asc|desc))?(?:\s+nulls\s+(?:first|last))?\s*", re.IGNORECASE | re.DOTALL)
_YES, _NO = frozenset({"true", "t", "1", "yes", "on"}), frozenset({"", "false", "f", "0", "no", "off"})


@dataclass(frozen=True)
class Dump:
    """One call. `limit`: None for all rows from number `offset` on. `bom`: with a byte order mark."""

    query: Query
    format: str = "csv"
    bom: bool = False
    offset: int = 0
    limit: int | None = None


def parse(args: Mapping[str, str], columns: Columns) -> Dump:
    """The call that `args` make of a table with `columns`; all, and the number `_id` of each row first, unless it says which.

    Raises Invalid, with errors by the parameter's name.
    """
    known_columns = [ROW_ID, *columns]
    types = {column["id"]: column["type"] for column in known_columns}
    readers: dict[str, Callable[[str], Any]] = {
        "format": _format, "bom": _flag, "offset": _number, "limit": _number, "distinct": _unwanted,
        "filters": lambda text: tuple(_filters(types, text)), "q": words, "sort": lambda text: tuple(_sorting(types, text)),
        "fields": lambda text: _fields(types, text),
    }
    read: dict[str, Any] = {}
    errors: dict[str, list[Message]] = {}
    for name, reader in readers.items():
        try:
            if args.get(name):
                read[name] = reader(_short(args[name]))
        except Refused as refused:
            errors[name] = [refused.message]
    if errors:
        raise Invalid(errors)
    query = Query(read.get("filters", ()), read.get("sort", ()), read.get("q", ""), read.get("fields", tuple(types)))
    return Dump(query, read.get("format", "csv"), read.get("bom", False), read.get("offset", 0), read.get("limit"))


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise Refused(Message("At most {limit} characters", limit=LONGEST))
    return text


def _format(text: str) -> str:
    if text not in FORMATS:
        raise Refused(Message("Choose one of: {choices}", choices=", ".join(FORMATS)))
    return text


def _flag(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise Refused(Message("true or false is expected"))
    return text.lower() in _YES


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Refused(Message("a whole number is expected"))
    return int(text)


def _unwanted(text: str) -> None:
    if _flag(text):
        raise Refused(Message("This parameter is not available here"))


def _filters(types: Mapping[str, str], text: str) -> Iterator[Filter]:
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(Message("This is not valid JSON")) from None
    if not isinstance(asked, dict) or len(asked) > MOST_FILTERS:
        raise Refused(Message("An object of at most {limit} columns is expected", limit=MOST_FILTERS))
    for column, value in asked.items():
        comparisons = value if isinstance(value, dict) else {"in": value}
        for comparison, wanted in comparisons.items():
            if comparison not in _COMPARISONS:
                raise Refused(Message("“{op}” cannot be asked of the column “{column}”", op=comparison[:20], column=column[:63]))
            yield from _compare(types, column, _COMPARISONS[comparison], wanted)


def _compare(types: Mapping[str, str], column: str, op: str, wanted: Any) -> Iterator[Filter]:
    values = wanted if isinstance(wanted, list) else [wanted]
    if not 0 < len(values) <= 100 or (op != "eq" and len(values) > 1):
        raise Refused(Message("One value, or a list of at most {limit}, is expected", limit=100))
    for value in values:
        if value is None and len(values) == 1:
            yield condition(types, column, "empty")
        elif isinstance(value, str | int | float):
            yield condition(types, column, op, str(value))
        else:
            raise Refused(Message("One value, or a list of at most {limit}, is expected", limit=100))


def _sorting(types: Mapping[str, str], text: str) -> Iterator[Sort]:
    parts = _listed(text)
    if len(parts) > MOST_SORTS:
        raise Refused(Message("At most {limit}", limit=MOST_SORTS))
    for part in parts:
        found = _ORDER.fullmatch(part)
        if part in types or found is None:
            yield Sort(in_table(types, part))
        else:
            yield Sort(in_table(types, found[1].strip('"')), (found[2] or "").lower() == "desc")


def _fields(types: Mapping[str, str], text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(in_table(types, name) for name in _listed(text)))
    if not names:
        raise Refused(Message("Name at least one column"))
    return names


def _listed(text: str) -> list[str]:
    """The parts of a list with commas, where a part with commas of its own is in quotation marks; or a JSON list of texts."""
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        parts = None
    try:
        parts = parts if isinstance(parts, list) else next(csv.reader([text], skipinitialspace=True), [])
    except csv.Error:  # lines that no quotation marks hold together
        raise Refused(Message("There is no column “{column}”", column=text[:63])) from None
    return [part.strip() for part in parts if isinstance(part, str) and part.strip()]

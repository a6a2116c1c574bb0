"""Whether a file's columns are what its entry says, and an entry's information items from a file (国发〔2016〕51号 第七条)."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ckanext.govshare.domain.choices import DataType
from ckanext.govshare.domain.findings import Finding, finding, worst_first
from ckanext.govshare.domain.info_items import MAX_ITEMS, is_length

CODES = frozenset(("missing_item", "extra_column", "type_disagrees", "longer_than_declared"))
_NUMBERS = frozenset(("int8", "numeric", "float8"))
# Column types that agree with a data type; one that is not here agrees with all: every value has a text.
AGREEING: Mapping[str, frozenset[str]] = {
    DataType.NUMERIC: _NUMBERS,
    DataType.CURRENCY: _NUMBERS,
    DataType.DOUBLE: _NUMBERS,
    DataType.FLOAT: _NUMBERS,
    DataType.INTEGER: frozenset(("int8",)),
    DataType.DATE: frozenset(("date",)),
    DataType.DATETIME: frozenset(("timestamp", "date")),
    DataType.LOGICAL: frozenset(("bool",)),
}
_LENGTHS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
MEMO_FROM = 255  # characters from which a text is a memo
LOGICAL_WORD = 2  # characters of 是, 否, 有, 0, 1: kept as they are, and logical all the same
_DATA_TYPES: Mapping[str, DataType] = {
    "int8": DataType.INTEGER, "numeric": DataType.NUMERIC, "float8": DataType.DOUBLE,
    "date": DataType.DATE, "timestamp": DataType.DATETIME, "bool": DataType.LOGICAL,
}


def check(columns: Sequence[Mapping[str, Any]], info_items: Any) -> list[Finding]:
    """Where the columns of a report (`id`, `name`, `type`, `longest`) disagree with the entry's information items.

    `info_items` as in the entry: a list of `{name, data_type, length}`; blank or malformed ones say nothing.
    """
    items = {_key(item.get("name")): item for item in info_items or () if isinstance(item, Mapping) and _key(item.get("name"))}
    if not items or not columns:
        return []
    names = {_key(name): column for column in reversed(columns) for name in (column["id"], column["name"])}
    found = [finding("missing_item", column=str(item["name"])) for key, item in items.items() if key not in names]
    for column in columns:
        item = items.get(_key(column["name"])) or items.get(_key(column["id"]))
        found += [finding("extra_column", column=column["name"] or column["id"])] if item is None else _compared(column, item)
    return found


def check_again(findings: Iterable[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]], info_items: Any) -> list[Finding]:
    """`findings` of a file whose entry got other information items: what was said of agreement is said anew."""
    return worst_first([*(found for found in findings if found["code"] not in CODES), *check(columns, info_items)])


def _key(name: Any) -> str:
    return "".join(name.split()).casefold() if isinstance(name, str) else ""


def _compared(column: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[Finding]:
    name, data_type, longest = column["name"] or column["id"], item.get("data_type"), column.get("longest") or 0
    if longest and not _agrees(column["type"], data_type, longest):
        yield finding("type_disagrees", column=name, expected=str(data_type), type=column["type"])
    length = item.get("length")
    if data_type in (DataType.CHARACTER, DataType.NUMERIC) and is_length(length) and longest > int(length or 0):
        yield finding("longer_than_declared", column=name, expected=int(length or 0), longest=longest)


def _agrees(type: str, data_type: Any, longest: int) -> bool:
    if data_type == DataType.LOGICAL and longest <= LOGICAL_WORD:
        return type in ("bool", "text", "int8")
    return data_type not in AGREEING or type in AGREEING[data_type]


def items_from(columns: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Information items that describe the columns, for the clerk to complete; lengths leave room for later values.

    They have the names that pages and downloads have.
    """
    items = [{"name": str(column["id"]), **_typed(column["type"], column.get("longest") or 0), "description": ""}
             for column in columns]
    return items[:MAX_ITEMS]


def _typed(type: str, longest: int) -> dict[str, Any]:
    data_type = _DATA_TYPES.get(type) or (DataType.MEMO if longest >= MEMO_FROM else DataType.CHARACTER)
    if data_type not in (DataType.CHARACTER, DataType.NUMERIC):
        return {"data_type": str(data_type)}
    return {"data_type": str(data_type), "length": next((length for length in _LENGTHS if length >= longest), longest)}

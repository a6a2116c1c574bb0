"""Information items (信息项) of an entry: the columns of its data, one mapping each (国发〔2016〕51号 第七条)."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ckanext.govshare.domain.choices import DataType
from ckanext.govshare.domain.plain_text import is_blank, text_error
from ckanext.govshare.domain.wording import Message

MAX_ITEMS = 1000
MAX_LENGTH = 1_000_000_000
TEXTS: Mapping[str, int] = {"name": 100, "description": 1000}
_CALLED = {"name": Message("the name"), "description": Message("the description")}
FIELDS = ("name", "data_type", "length", "description")
# The other types have a length of their own.
_MEASURED = (DataType.CHARACTER, DataType.NUMERIC, DataType.FLOAT)


def errors(items: Any, complete: bool) -> Iterator[Message]:
    """Everything wrong with `items`, each message naming its row; rows count from 1 as in the form."""
    if is_blank(items):
        return
    if not isinstance(items, list):
        yield Message("Expected a list of information items")
        return
    if len(items) > MAX_ITEMS:
        yield Message("More than {limit} information items", limit=MAX_ITEMS)
        return
    seen: dict[str, int] = {}
    for row, item in enumerate(items, start=1):
        for message in _item_errors(item, complete):
            yield Message("Row {row}: {error}", row=row, error=message)
        name = item.get("name") if isinstance(item, Mapping) else None
        if isinstance(name, str) and not is_blank(name) and (first := seen.setdefault(name.strip(), row)) != row:
            yield Message("Row {row}: {error}", row=row,
                          error=Message("row {first} has the same name “{name}”", first=first, name=name.strip()[:100]))


def _item_errors(item: Any, complete: bool) -> Iterator[Message]:
    if not isinstance(item, Mapping):
        yield Message("expected name, data_type, length and description")
        return
    if unknown := sorted(str(key)[:40] for key in item if key not in FIELDS):
        yield Message("unknown field “{name}”", name=unknown[0])
    for field, limit in TEXTS.items():
        if error := text_error(item.get(field), limit):
            yield Message("{field}: {error}", field=_CALLED[field], error=error)
    data_type, length = item.get("data_type"), item.get("length")
    if not is_blank(data_type) and data_type not in list(DataType):
        yield Message("the data type is one of {choices}", choices=", ".join(DataType))
    if not is_blank(length) and not is_length(length):
        yield Message("the length is a whole number from 1 to {limit}", limit=MAX_LENGTH)
    if complete:
        yield from _missing(item)


def _missing(item: Mapping[str, Any]) -> Iterator[Message]:
    if is_blank(item.get("name")):
        yield Message("the name is missing")
    if is_blank(item.get("data_type")):
        yield Message("the data type is missing")
    if item.get("data_type") in _MEASURED and is_blank(item.get("length")):
        yield Message("types C, N and F need a length")


def is_length(value: Any) -> bool:
    """Whether `value`, a number or its digits, is a length that a field can have."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdecimal() and len(value) <= len(str(MAX_LENGTH)) else 0
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_LENGTH

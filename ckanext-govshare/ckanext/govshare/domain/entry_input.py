"""What forms and loose JSON say, as the values that the rules of an entry know.

A form has one text where there is one value and strings for flags and numbers; empty rows of its table mean nothing.
What cannot be understood is left as it came, for `attributes.check` to refuse by name.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Any

from ckanext.govshare.domain import info_items
from ckanext.govshare.domain.attributes import CHOICES, FLAGS, LISTS, TEXTS
from ckanext.govshare.domain.plain_text import is_blank

FIELDS = (*TEXTS, *CHOICES, *LISTS, *FLAGS, "info_items", "related_codes")

_TRUE = frozenset({"true", "on", "1", "yes"})
_FALSE = frozenset({"false", "off", "0", "no", ""})
_BETWEEN_CODES = re.compile(r"[\s,;，；、]+")


def read(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The entry's own fields of `raw`; what is blank is left out, a flag that is not set is false."""
    entry = {field: _READERS[field](raw.get(field)) for field in FIELDS}
    return {field: value for field, value in entry.items() if not is_blank(value)}


def _text(value: Any) -> Any:
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else value


def _list(value: Any) -> Any:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list):
        return values
    kept = [element for element in values if not is_blank(element)]
    return list(dict.fromkeys(kept)) if all(isinstance(element, str) for element in kept) else kept


def _choices(allowed: type[StrEnum], value: Any) -> Any:
    """Chosen values in the order of the set, so that ticking boxes in another order changes nothing."""
    chosen = _list(value)
    if isinstance(chosen, list) and all(element in list(allowed) for element in chosen):
        return [choice.value for choice in allowed if choice in chosen]
    return chosen


def _flag(value: Any) -> Any:
    if value is None:
        return False
    if isinstance(value, str):
        text = value.strip().lower()
        return True if text in _TRUE else False if text in _FALSE else value
    return value


def _codes(value: Any) -> Any:
    if isinstance(value, str):
        value = _BETWEEN_CODES.split(value[:100_000])
    return _list(value)


def _items(value: Any) -> Any:
    if not isinstance(value, list) or len(value) > info_items.MAX_ITEMS:
        return value
    return [_item(item) for item in value if not _is_empty_row(item)]


def _is_empty_row(item: Any) -> bool:
    return is_blank(item) or (isinstance(item, Mapping) and all(is_blank(cell) for cell in item.values()))


def _item(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    cells = {name: _text(cell) for name, cell in item.items() if not is_blank(cell)}
    if "length" in cells and info_items.is_length(cells["length"]):
        cells["length"] = int(cells["length"])
    return cells


_READERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys((*TEXTS, *CHOICES), _text),
    **{field: partial(_choices, allowed) for field, allowed in LISTS.items()},
    **dict.fromkeys(FLAGS, _flag),
    "info_items": _items,
    "related_codes": _codes,
}

"""Codes that identify: of the entry by the national guide, of the department by GB 32100 (CAT-3: 001 第九条).

An entry's code is 类 (1 character) 项 (2) 目 (3) 细目 (as many as the province needs, or none), "/" and a sequence.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from ckanext.govshare.domain.wording import Message

CATEGORY_GRAMMAR = Message("Expected 1 character for the class, 2 for the item, 3 for the heading, then any for the "
                           "subheading, in digits and capital letters, such as 307016001 (GB/T 21063)")
CATALOG_GRAMMAR = Message("Expected codes of catalogue entries such as 307016001/000012")
USCC_GRAMMAR = Message("Expected a unified social credit code of 18 characters with its check character (GB 32100)")

_CATEGORY = re.compile(r"([0-9A-Z])([0-9A-Z]{2})([0-9A-Z]{3})([0-9A-Z]{0,40})", re.ASCII)
_SEQUENCE = re.compile(r"[0-9]{1,12}", re.ASCII)


@dataclass(frozen=True)
class CategoryCode:
    """A code's parts: 类, 项, 目, 细目."""

    kind: str
    item: str
    heading: str
    subheading: str


def parse_category_code(text: str) -> CategoryCode | None:
    """The parts of a category code, or None if `text` is none."""
    match = _CATEGORY.fullmatch(text)
    return CategoryCode(*match.groups()) if match else None


def catalog_code(category_code: str, sequence: int) -> str:
    """The entry's code. Raises ValueError for a malformed category or a sequence below 1."""
    if parse_category_code(category_code) is None or sequence < 1:
        raise ValueError(f"no catalogue code from {category_code!r} and {sequence!r}")
    return f"{category_code}/{sequence:06d}"


def is_catalog_code(value: Any) -> bool:
    """Whether `value` has the form that `catalog_code` gives."""
    if not isinstance(value, str):
        return False
    category, slash, sequence = value.partition("/")
    return bool(slash and parse_category_code(category) and _SEQUENCE.fullmatch(sequence))


def uscc_error(value: Any) -> Message | None:
    """Why `value` is not a department's 统一社会信用代码 as it is written, or None if it is."""
    try:
        valid = isinstance(value, str) and uscc.validate(value) == value
    except ValidationError:
        valid = False
    return None if valid else USCC_GRAMMAR

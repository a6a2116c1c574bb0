"""What counts as text in an entry: no control characters, no halves of surrogate pairs, not too long.

PostgreSQL refuses U+0000 and encoders refuse lone surrogates: without this check they would be errors of the server.
"""
from __future__ import annotations

import unicodedata
from typing import Any

from ckanext.govshare.domain.wording import Message

_LAYOUT = frozenset("\n\r\t")


def is_blank(value: Any) -> bool:
    """Nothing was said: None, white space, or an empty list or mapping. False and 0 say something."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple | dict) and not value)


def text_error(value: Any, limit: int) -> Message | None:
    """Why `value` is not text of at most `limit` characters; None if it is, or is blank."""
    if value is None:
        return None
    if not isinstance(value, str):
        return Message("Expected text")
    if len(value) > limit:
        return Message("{length} characters; at most {limit} are allowed", length=len(value), limit=limit)
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in _LAYOUT for char in value):
        return Message("Contains characters that are not text")
    return None

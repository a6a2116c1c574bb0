"""JSON that a request may send: no numbers beyond what databases hold, no words that are none, nothing too nested to be read.

How deep it may nest says `request_parts`.

Python reads `1e400` as infinity, takes `NaN`, and refuses to read integers of thousands of digits by an error that nobody
expects; each ended as a 500 where the value was used.
"""
from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from flask.json.provider import DefaultJSONProvider

if TYPE_CHECKING:
    from ckan.types import CKANApp

# PostgreSQL's bigint.
LARGEST = 2**63 - 1
DIGITS = len(str(LARGEST)) + 1  # and a sign


def loads(text: str | bytes) -> Any:
    """What the JSON `text` says. Raises ValueError that says what is wrong with it."""
    try:
        return json.loads(text, parse_int=_integer, parse_float=_float, parse_constant=_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _integer(digits: str) -> int:
    if len(digits) > DIGITS or abs(int(digits)) > LARGEST:
        raise ValueError(f"a number is too large: {digits[:DIGITS]}…")
    return int(digits)


def _float(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError(f"a number is too large: {digits[:DIGITS]}…")
    return number


def _constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


class StrictJSON(DefaultJSONProvider):
    """Flask's JSON, strict in what it reads."""

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return loads(s)


def install(app: CKANApp) -> None:
    """Let requests' bodies be read strictly; what is wrong is answered with 400."""
    strict = type("StrictJSON", (StrictJSON, type(app.json)), {})
    app.json = strict(app)

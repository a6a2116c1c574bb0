"""The one form of JSON of which digests are made: equal values have equal text, today and in ten years."""
from __future__ import annotations

import hashlib
import json
from typing import Any

# Made once: a verification of the trace encodes each of a million leaves.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def text(value: Any) -> str:
    """`value` with sorted keys and no spaces. Raises TypeError for what JSON has no form for: a text of it would be a guess."""
    return _ENCODER.encode(value)


def digest(value: Any) -> str:
    """SHA-256 of that text, hexadecimal."""
    return hashlib.sha256(text(value).encode()).hexdigest()

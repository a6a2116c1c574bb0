"""Names for addresses: ASCII, made of a Chinese title's pinyin, since CKAN's names are ASCII."""
from __future__ import annotations

import re

from pypinyin import lazy_pinyin

MAX_LENGTH = 80
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(title: str) -> str:
    """The same title always gives the same name: 2 to 80 of a-z, 0-9 and "-"; `entry` where nothing can be spelled."""
    words = lazy_pinyin(title[:200], errors=lambda other: f" {other} ")
    text = _OTHER.sub("-", " ".join(words).lower()).strip("-")
    if len(text) > MAX_LENGTH:
        text = text[:MAX_LENGTH + 1].rpartition("-")[0] or text[:MAX_LENGTH]
    return text if len(text) > 1 else "entry"

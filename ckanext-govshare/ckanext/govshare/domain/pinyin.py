"""Pinyin by which a title is found and sorted: whoever types without an input method types `kongqi` or `kqzl`."""
from __future__ import annotations

import re

from pypinyin import lazy_pinyin

LONGEST = 8  # syllables of one typed word; longer ones nobody types without a space
_HAN_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+")


def pinyin_words(text: str) -> list[str]:
    """What may be typed for a part of `text`: its syllables written together, and the initials of two or more."""
    words: set[str] = set()
    for run in _HAN_RUN.findall(text):
        syllables = lazy_pinyin(run, errors="ignore")
        for start in range(len(syllables)):
            for end in range(start + 1, min(start + LONGEST, len(syllables)) + 1):
                part = syllables[start:end]
                words.add("".join(part))
                if len(part) > 1:
                    words.add("".join(syllable[0] for syllable in part))
    return sorted(words)


def sort_key(text: str) -> str:
    """`text` in the order of a Chinese dictionary: by pinyin, then by the characters themselves."""
    spelled = "".join(lazy_pinyin(text.strip())).lower()
    return f"{spelled} {text.strip()}"

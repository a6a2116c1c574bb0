"""One event is one line of the log: what a stranger sent begins no line of its own and moves no terminal's cursor.

CKAN writes addresses, names of actions and words of callers into its log as they came; `%0a` in an address forged lines.
"""
from __future__ import annotations

import io
import logging
import traceback
import unicodedata
from functools import cache
from typing import Any

# Control, formatting (direction marks among them), lone surrogates, line and paragraph separators.
UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Before each line of a traceback, whose words may be a stranger's, too.
MARGIN = "  | "


@cache
def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii") if unicodedata.category(char) in UNSAFE else char


def one_line(text: str) -> str:
    r"""`text` with every character that could begin a line, or hide or move others, written as its escape (`\n`)."""
    return text if text.isascii() and text.isprintable() else "".join(map(_escaped, text))


class SafeRecord(logging.LogRecord):
    """A log record whose message is one line, and whose traceback stands behind a margin."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info:
            self.exc_text = _traceback(self.exc_info)

    def getMessage(self) -> str:
        return one_line(super().getMessage())


def _traceback(exc_info: Any) -> str:
    text = io.StringIO()
    traceback.print_exception(*exc_info, file=text)
    return "\n".join(MARGIN + one_line(line) for line in text.getvalue().rstrip("\n").split("\n"))


def install() -> None:
    """Make all records of this process safe ones, whichever handler writes them. May be called again."""
    logging.setLogRecordFactory(SafeRecord)

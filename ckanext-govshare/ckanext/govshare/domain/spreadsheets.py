"""What spreadsheet programs would take for a formula, though it is a text of somebody's table.

Whoever opens a CSV file by a double click runs its formulas; they can send the reader's data elsewhere. Numbers are left
alone, and so are the strokes that stand for “no value” in so many tables: they cannot call anything.
"""
from __future__ import annotations

import re

# The full-width forms are taken for the plain ones by Chinese and Japanese spreadsheet programs.
FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"
# Read by Python and by PostgreSQL alike.
PLAIN = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?%?|[+-]+"
GUARD = "'"

_PLAIN = re.compile(PLAIN)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program might calculate the cell `text`."""
    return text[:1] in FORMULA_STARTS and text != "" and not _PLAIN.fullmatch(text)


def harmless(text: str) -> str:
    """`text` as a cell that no program calculates: with an apostrophe before it where it needs one.

    One that has apostrophes of its own before a formula gets one more, so that `unguarded` gives it back.
    """
    return GUARD + text if is_formula(text.lstrip(GUARD)) else text


def unguarded(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text[:1] == GUARD and is_formula(text.lstrip(GUARD)) else text

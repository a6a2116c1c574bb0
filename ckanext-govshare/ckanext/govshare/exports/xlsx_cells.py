"""Cells of XLSX sheets, as XML, by the type of their column.

A text is a text cell with the format “text”, whatever it looks like: codes keep their zeros, and nothing in it is
calculated. Where it begins like a formula the cell is also marked as quoted (`quotePrefix`, what Excel does for a leading
apostrophe), so that editing the cell does not make it one; the text itself stays as it is.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

from ckanext.govshare.domain.spreadsheets import FORMULA_STARTS, is_formula


class Style(NamedTuple):
    number_format: int = 0
    bold: bool = False
    quoted: bool = False
    wrapped: bool = False


LONGEST_TEXT = 32_767  # Excel's, in UTF-16; it calls a file with a longer one broken
CUT = "…"
MOST_DIGITS = 15  # Excel's numbers have no more

# Excel's own number for the format “text”; those above 163 are ours.
_AS_TEXT = 49
OWN_FORMATS = {164: "yyyy\\-mm\\-dd", 165: "yyyy\\-mm\\-dd\\ hh:mm:ss"}
STYLES = (Style(), Style(bold=True), Style(164), Style(165), Style(_AS_TEXT), Style(_AS_TEXT, quoted=True),
          Style(_AS_TEXT, wrapped=True), Style(_AS_TEXT, quoted=True, wrapped=True))
_HEADING, _DATE, _MOMENT, _TEXT, _QUOTED, _WORDS, _QUOTED_WORDS = range(1, len(STYLES))

_DAY_ZERO = date(1899, 12, 30)
# Excel's calendar has a 29 February 1900; before it, its numbers mean other days.
_FIRST_DAY = date(1900, 3, 1)
# Moments of tables have no zone.
_MOMENT_ZERO, _FIRST_MOMENT = (datetime.combine(day, time()) for day in (_DAY_ZERO, _FIRST_DAY))
_ONE_DAY = timedelta(days=1)

_MISSING = "<c/>"
_TEXT_START, _TEXT_END = f'<c s="{_TEXT}" t="inlineStr"><is><t>', "</t></is></c>"
_EDGES = frozenset(" \t\n\r\u3000")
_STARTS = _EDGES | frozenset(FORMULA_STARTS)
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def heading(name: str) -> str:
    """A cell of the heading."""
    return _unusual(name, _HEADING)


def text(value: str | None) -> str:
    """A text as it stands."""
    if value is None:
        return _MISSING
    if value[:1] in _STARTS or value[-1:] in _EDGES or len(value) > LONGEST_TEXT // 2 or _SPECIAL.search(value):
        return _unusual(value, _QUOTED if is_formula(value) else _TEXT)
    return _TEXT_START + value + _TEXT_END


def words(value: str | None) -> str:
    """A text for people, on as many lines as its cell needs."""
    return _unusual(value, _QUOTED_WORDS if is_formula(value) else _WORDS) if value else _MISSING


def whole_number(value: int | None) -> str:
    """A whole number; one with more digits than Excel keeps becomes a text."""
    if value is None:
        return _MISSING
    return f"<c><v>{value}</v></c>" if -10**MOST_DIGITS < value < 10**MOST_DIGITS else text(str(value))


def number(value: Decimal | float | None) -> str:
    """A number; one with more digits than Excel keeps, or none that Excel has, becomes a text."""
    if value is None:
        return _MISSING
    written = str(value)
    if not isfinite(value):
        return text(written)
    if isinstance(value, Decimal) and len(written) > MOST_DIGITS and len(value.normalize().as_tuple().digits) > MOST_DIGITS:
        return text(written)
    return f"<c><v>{written}</v></c>"


def day(value: date | None) -> str:
    """A date; one before March 1900 becomes a text, as Excel's calendar is wrong there."""
    if value is None:
        return _MISSING
    return f'<c s="{_DATE}"><v>{(value - _DAY_ZERO).days}</v></c>' if value >= _FIRST_DAY else text(value.isoformat())


def moment(value: datetime | None) -> str:
    """A date with a time; one finer than a thousandth of a second, which is Excel's, becomes a text."""
    if value is None:
        return _MISSING
    if value < _FIRST_MOMENT or value.microsecond % 1000:
        return text(value.isoformat(" "))
    days = (value - _MOMENT_ZERO) / _ONE_DAY
    return f'<c s="{_MOMENT}"><v>{days:.10f}</v></c>'


def truth(value: bool | None) -> str:
    """TRUE or FALSE."""
    return _MISSING if value is None else f'<c t="b"><v>{value:d}</v></c>'


MAKERS: Mapping[str, Callable[[Any], str]] = {
    "text": text, "int8": whole_number, "numeric": number, "float8": number, "date": day, "timestamp": moment, "bool": truth,
    "words": words, "name": heading,
}


def _unusual(value: str, style: int) -> str:
    """A text with characters that XML or Excel take for their own, or with spaces at its ends."""
    units = value.encode("utf-16-le")
    if len(units) > 2 * LONGEST_TEXT:
        value = units[:2 * (LONGEST_TEXT - len(CUT))].decode("utf-16-le", "ignore") + CUT
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{_SPECIAL.sub(_escape, value)}{_TEXT_END}'


def _escape(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0]) or f"_x{ord(found[0]):04X}_"

"""What a sheet shows otherwise than it stores: hidden columns and rows, and zeros that a number format puts before a number."""
from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

MOST_COLUMNS = 16_384  # Excel's

_TAG = re.compile(rb"<(?:[\w.-]{1,20}:)?(row|c)((?:\s[^<>]*)?)>")
_PLACE = re.compile(rb"\sr=[\"']([A-Z]{0,3})([0-9]{1,7})[\"']")
_STYLE = re.compile(rb"\ss=[\"']([0-9]{1,6})[\"']")
_TYPE = re.compile(rb"\st=[\"'](\w+)[\"']")
_COL = re.compile(rb"<(?:[\w.-]{1,20}:)?col\s([^<>]*)>")
_ROW = re.compile(rb"<(?:[\w.-]{1,20}:)?row\s([^<>]*)>")
_HIDDEN = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']|\bwidth=[\"']0(?:\.0*)?[\"']")
_SPAN = re.compile(rb"\b(min|max)=[\"']([0-9]{1,5})[\"']")
_ZEROS = re.compile(r"(?:\[[^\]]*\])*(0{2,15})(?:_.|\\ )*")


@dataclass
class Looks:
    """`zeros`: digits by style number. `hidden`: columns, from 0. `hidden_rows`: how many, and the first."""

    zeros: Mapping[int, int] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    hidden_rows: int = 0
    first_hidden_row: int | None = None
    _padded: dict[int, dict[int, array[int]]] = field(default_factory=dict)

    def look_at(self, piece: bytes) -> None:
        """Note what a piece of the sheet's XML hides."""
        if b"<col" not in piece and b":col" not in piece and b"hidden=" not in piece:
            return
        for tag in _COL.finditer(piece):
            if _HIDDEN.search(tag[1]):
                span = {name: int(number) for name, number in _SPAN.findall(tag[1])}
                first = span.get(b"min", 1)
                self.hidden.update(range(first - 1, min(span.get(b"max", first), MOST_COLUMNS)))
        for tag in _ROW.finditer(piece) if b"hidden=" in piece else ():
            if _HIDDEN.search(tag[1]):
                self.hidden_rows += 1
                place = _PLACE.search(b" " + tag[1])
                self.first_hidden_row = self.first_hidden_row or (int(place[2]) if place else None)

    def note_cell(self, row: int, column: int, attributes: bytes) -> None:
        """Note a cell (its row from 1, its column from 0) whose number is shown with zeros before it."""
        style, kind = _STYLE.search(attributes), _TYPE.search(attributes)
        digits = self.zeros.get(int(style[1])) if style and (kind is None or kind[1] == b"n") else None
        if digits:
            self._padded.setdefault(column, {}).setdefault(digits, array("I")).append(row)

    def as_shown(self, rows: Iterable[Sequence[Any]], first_row: int, left: int) -> Iterable[Sequence[Any]]:
        """The rows with their zeros. `first_row`: the first one's, from 1; `left`: the sheet's column of the first cell."""
        return self._with_zeros(rows, first_row, left) if self._padded else rows

    def _with_zeros(self, rows: Iterable[Sequence[Any]], first_row: int, left: int) -> Iterator[Sequence[Any]]:
        for row, cells in enumerate(rows, start=first_row):
            shown = list(cells)
            for column, by_digits in self._padded.items():
                for digits, places in by_digits.items():
                    at = bisect_left(places, row)
                    if at < len(places) and places[at] == row and 0 <= column - left < len(shown):
                        shown[column - left] = _padded(shown[column - left], digits)
            yield shown


def _padded(value: Any, digits: int) -> Any:
    whole = type(value) in (int, float) and 0 <= value < 1e15 and value == int(value)
    return str(int(value)).zfill(digits) if whole else value


def zeros_by_style(styles: ElementTree.Element) -> dict[int, int]:
    """How many digits the formats such as 000000 show, by the number of the style that has one."""
    codes = {each.get("numFmtId"): each.get("formatCode") or "" for each in styles.iter() if each.tag.endswith("numFmt")}
    cells = next((each for each in styles if each.tag.endswith("}cellXfs") or each.tag == "cellXfs"), ())
    found = ((number, _ZEROS.fullmatch(codes.get(style.get("numFmtId"), "").partition(";")[0]))
             for number, style in enumerate(cells))
    return {number: len(zeros[1]) for number, zeros in found if zeros}


@dataclass
class Walk:
    """Where the next row and cell of a sheet are: a reference says it, or they follow the one before."""

    row: int = 0
    column: int = -1

    def over(self, piece: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Row (from 1), column (from 0) and attributes of the cells of a piece that have content."""
        for tag in _TAG.finditer(piece):
            place = _PLACE.search(tag[2])
            if tag[1] == b"row":
                self.row, self.column = (int(place[2]) if place else self.row + 1), -1
                continue
            self.column = number_of(place[1]) - 1 if place and place[1] else self.column + 1
            self.row = int(place[2]) if place and place[1] else max(self.row, 1)
            if not tag[2].endswith(b"/"):
                yield self.row, self.column, tag[2]


def number_of(letters: bytes) -> int:
    """A column's number, from 1, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number

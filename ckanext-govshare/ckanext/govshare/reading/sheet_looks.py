"""What a sheet shows otherwise than it stores: hidden columns, rows and cells, and what number formats make of a number."""
from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from ckanext.govshare.reading.no_dates import NoDates
from ckanext.govshare.reading.number_formats import NumberFormat, number_format, shows_days

MOST_COLUMNS = 16_384  # Excel's

_TAG = re.compile(rb"<(?:[\w.-]{1,20}:)?(row|c)((?:\s[^<>]*)?)>")
_PLACE = re.compile(rb"\sr=[\"']([A-Z]{0,3})([0-9]{1,7})[\"']")
_STYLE = re.compile(rb"\ss=[\"']([0-9]{1,6})[\"']")
_TYPE = re.compile(rb"\st=[\"'](\w+)[\"']")
_COL = re.compile(rb"<(?:[\w.-]{1,20}:)?col\s([^<>]*)>")
_ROW = re.compile(rb"<(?:[\w.-]{1,20}:)?row\s([^<>]*)>")
_NARROW = rb"[\"'](?:0(?:\.(?:[0-4][0-9]*)?)?|\.[0-4][0-9]*)[\"']"  # nobody sees less than half of a character or of a point
_HIDDEN = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']|\b(?:width|ht)=" + _NARROW)
_NO_WIDTH = re.compile(rb"<(?:[\w.-]{1,20}:)?sheetFormatPr\s[^<>]*\bdefaultColWidth=" + _NARROW)
_SPAN = re.compile(rb"\b(min|max)=[\"']([0-9]{1,5})[\"']")
_TEXTS = (b"s", b"str", b"inlineStr")


@dataclass
class Looks:
    """`formats`: number formats that matter, by the number of a cell's style. `hidden`: columns, from 0. `hidden_rows`: how
    many, and the first. `hidden_cells`, once the rows were gone through, by column: the row of the first cell whose format shows
    nothing of its value, and how many such cells there are. `no_dates`: numbers that look like dates and are none.
    """

    formats: Mapping[int, NumberFormat] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    hidden_rows: int = 0
    first_hidden_row: int | None = None
    hidden_cells: dict[int, tuple[int, int]] = field(default_factory=dict)
    no_dates: NoDates = field(default_factory=NoDates)
    _noted: dict[int, dict[int, array[int]]] = field(default_factory=dict)

    def look_at(self, piece: bytes) -> None:
        """Note what a piece of an XLSX sheet's XML hides."""
        if b"defaultColWidth=" in piece and _NO_WIDTH.search(piece):
            self.hidden.update(range(MOST_COLUMNS))
        for tag in _COL.finditer(piece) if b"<col" in piece or b":col" in piece else ():
            span = {name: int(number) for name, number in _SPAN.findall(tag[1])}
            first = span.get(b"min", 1)
            self.note_column(first - 1, span.get(b"max", first) - 1, _HIDDEN.search(tag[1]) is not None)
        for tag in _ROW.finditer(piece) if b"hidden=" in piece or b"ht=" in piece else ():
            if _HIDDEN.search(tag[1]):
                place = _PLACE.search(b" " + tag[1])
                self.note_hidden_row(int(place[2]) if place else None)

    def note_column(self, first: int, last: int, hidden: bool) -> None:
        """Note whether columns (from 0) are hidden."""
        columns = range(first, min(last + 1, MOST_COLUMNS))
        if hidden:
            self.hidden.update(columns)
        elif self.hidden:
            self.hidden.difference_update(columns)

    def note_hidden_row(self, row: int | None) -> None:
        """Note a hidden row; its number from 1, if it is known."""
        self.hidden_rows += 1
        self.first_hidden_row = self.first_hidden_row or row

    def note_cell(self, row: int, column: int, attributes: bytes) -> None:
        """Note a cell of an XLSX sheet (its row from 1, its column from 0)."""
        style, kind = _STYLE.search(attributes), _TYPE.search(attributes)
        if style and (kind is None or kind[1] == b"n" or kind[1] in _TEXTS):
            self.note(row, column, int(style[1]), kind is not None and kind[1] in _TEXTS)

    def note(self, row: int, column: int, style: int, text: bool = False) -> None:
        """Note a cell with a number, or a text, and a style."""
        found = self.formats.get(style)
        if found and (not text or found.hides_text):
            self._noted.setdefault(column, {}).setdefault(style, array("I")).append(row)

    def as_shown(self, rows: Iterable[Sequence[Any]], left: int) -> Iterable[Sequence[Any]]:
        """All rows of the sheet as number formats show them. `left`: the sheet's column of the first cell."""
        rows = self.no_dates.as_stored(rows, left)
        return self._with_formats(rows, left) if self._noted else rows

    def _with_formats(self, rows: Iterable[Sequence[Any]], left: int) -> Iterator[Sequence[Any]]:
        noted = [(column, self.formats[style], places) for column, by_style in self._noted.items() if column >= left
                 for style, places in by_style.items()]
        for row, cells in enumerate(rows, start=1):
            shown = list(cells)
            for column, format, places in noted:
                at = bisect_left(places, row)
                if at < len(places) and places[at] == row and column - left < len(shown):
                    shown[column - left] = self._shown(shown[column - left], format, row, column)
            yield shown

    def _shown(self, value: Any, format: NumberFormat, row: int, column: int) -> Any:
        if text := format.replacement(value):
            return text
        if text is not None:
            first, count = self.hidden_cells.get(column, (row, 0))
            self.hidden_cells[column] = first, count + 1
        return value


def formats_by_style(styles: ET.Element) -> tuple[dict[int, NumberFormat], dict[int, bool]]:
    """The number formats that matter, by the number of the style that has one; and of those of dates, whether they show days."""
    codes = {each.get("numFmtId"): each.get("formatCode") or "" for each in styles.iter() if each.tag.endswith("numFmt")}
    cells = next((each for each in styles if each.tag.endswith("}cellXfs") or each.tag == "cellXfs"), ())
    used = {number: int(id) for number, style in enumerate(cells) if (id := style.get("numFmtId") or "").isdigit()}
    return by_style(used, {int(id): code for id, code in codes.items() if id and id.isdigit()})


def by_style(used: Mapping[int, int], codes: Mapping[int, str]) -> tuple[dict[int, NumberFormat], dict[int, bool]]:
    """The same for the numbers of the formats that styles use, and the codes of the file's own formats."""
    formats = {id: number_format(code) for id, code in codes.items()}
    days = {id: shows_days(id, codes.get(id)) for id in {*used.values()}}
    return ({number: format for number, id in used.items() if (format := formats.get(id))},
            {number: shown for number, id in used.items() if (shown := days[id]) is not None})


@dataclass
class Walk:
    """Where the next row and cell of a sheet are: a reference says it, or they follow the one before."""

    row: int = 0
    column: int = -1

    def over(self, piece: bytes) -> Iterator[tuple[int, int, bytes, int]]:
        """Row (from 1), column (from 0), attributes and beginning of the cells of a piece that have content."""
        for tag in _TAG.finditer(piece):
            place = _PLACE.search(tag[2])
            if tag[1] == b"row":
                self.row, self.column = (int(place[2]) if place else self.row + 1), -1
                continue
            self.column = number_of(place[1]) - 1 if place and place[1] else self.column + 1
            self.row = int(place[2]) if place and place[1] else max(self.row, 1)
            if not tag[2].endswith(b"/"):
                yield self.row, self.column, tag[2], tag.start()


def number_of(letters: bytes) -> int:
    """A column's number, from 1, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number

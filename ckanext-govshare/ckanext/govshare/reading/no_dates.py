"""Numbers with a date's format that are no dates: below zero, or zero itself. The library makes times of the day of them."""
from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

_NAME = rb"(?:[\w.-]{1,20}:)?"
_LOW = re.compile(rb"<" + _NAME + rb"c(\s[^<>]*)>(?:\s*<" + _NAME + rb"f(?:\s[^<>]*)?(?:/>|>[^<]*</" + _NAME + rb"f>))?"
                  rb"\s*<" + _NAME + rb"v>\s*(-[0-9.eE+-]{1,40}|0(?:\.0{0,20})?)\s*<")
_STYLE = re.compile(rb"\ss=[\"']([0-9]{1,6})[\"']")


@dataclass
class NoDates:
    """`styles`: those with a format of dates or times, and whether it shows days. `found`, once the rows were
    gone through, by column: the row and the number of the first such cell, and how many there are.
    """

    styles: Mapping[int, bool] = field(default_factory=dict)
    found: dict[int, tuple[int, float, int]] = field(default_factory=dict)
    _noted: dict[int, tuple[array[int], array[float]]] = field(default_factory=dict)

    def of_piece(self, piece: bytes) -> dict[int, tuple[bytes, float]]:
        """The cells of a piece of an XLSX sheet that are meant: attributes and number, by where they begin."""
        if not self.styles or (b">-" not in piece and b">0" not in piece):
            return {}
        cells: dict[int, tuple[bytes, float]] = {}
        for cell in _LOW.finditer(piece):
            style = _STYLE.search(cell[1])
            try:
                if style and self._matters(int(style[1]), value := float(cell[2])):
                    cells[cell.start()] = cell[1], value
            except ValueError:  # no number: the library says so
                continue
        return cells

    def _matters(self, style: int, value: float) -> bool:
        return style in self.styles and (value < 0 or (value == 0 and self.styles[style]))  # 0:00 is a time

    def note(self, row: int, column: int, value: float, style: int | None = None) -> None:
        """Note a number (its row from 1, its column from 0); with a `style`, only if it is meant."""
        if style is None or self._matters(style, value):
            rows, values = self._noted.setdefault(column, (array("I"), array("d")))
            rows.append(row)
            values.append(value)

    def as_stored(self, rows: Iterable[Sequence[Any]], left: int) -> Iterable[Sequence[Any]]:
        """All rows of the sheet with the numbers themselves. `left`: the sheet's column of the first cell."""
        return self._with_numbers(rows, left) if self._noted else rows

    def _with_numbers(self, rows: Iterable[Sequence[Any]], left: int) -> Iterator[Sequence[Any]]:
        for row, cells in enumerate(rows, start=1):
            stored = list(cells)
            for column, (places, values) in self._noted.items():
                at = bisect_left(places, row)
                if at < len(places) and places[at] == row and left <= column < left + len(stored) \
                        and type(stored[column - left]) is time:
                    stored[column - left] = values[at]
                    first, value, count = self.found.get(column, (row, values[at], 0))
                    self.found[column] = first, value, count + 1
            yield stored

"""Quotation marks of a delimited text that belong to a cell, though they stand where marks of the format would."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator


class Requoted:
    """The lines of a text; a cell such as `"甲"的` is quoted anew as a whole: readers would take its marks for the format's and
    leave them out. `at_row`: whether the next line begins a row, which whoever divides the lines knows and sets.
    """

    def __init__(self, lines: Iterable[str], delimiter: str) -> None:
        self.at_row = True
        self._lines = iter(lines)
        sign = re.escape(delimiter)
        self._suspicious = re.compile(rf'[^{sign}]"[^{sign}"\r\n]')
        # A cell in quotation marks and what follows them, or one without, or one that goes on in the next line.
        self._cell = re.compile(rf'(?:^|(?<={sign}))(?:"(?:[^"]|"")*+"(?P<more>[^{sign}\r\n]*)|[^{sign}"\r\n][^{sign}\r\n]*|".*)',
                                re.DOTALL)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if self.at_row and '"' in line and self._suspicious.search(line):
            line = self._cell.sub(_whole, line)
        self.at_row = False
        return line


def _whole(cell: re.Match[str]) -> str:
    return '"' + cell[0].replace('"', '""') + '"' if (cell["more"] or "").strip() else cell[0]

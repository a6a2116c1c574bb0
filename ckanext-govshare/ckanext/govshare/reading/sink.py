"""Writes the rows of a table that a reader finds, and learns the columns' types meanwhile.

Types are known only when the last row was seen. So rows go to a spool in text form; where every text is already in the form
of its type the spool is the table, else one more pass converts the columns that need it.
"""
from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from ckanext.govshare.reading.cells import texts_of, unusual
from ckanext.govshare.reading.columns import Column, name_columns
from ckanext.govshare.reading.report import Findings, Progress, Refused, Report
from ckanext.govshare.reading.types import CONVERTERS, MAX_DIGITS, PLACEHOLDERS

MAX_COLUMNS = 1000  # as many as an entry may have information items; PostgreSQL ends at 1,600
BATCH = 4096  # rows, and
BATCH_CELLS = 200_000  # cells that are looked at together
LONGEST = 2**30
MEMORY = 65536  # distinct values whose conversion is remembered


class Sink:
    """One file's table. `table()` at most once; `report()` at the end."""

    def __init__(self, out: Path, progress: Progress = lambda done, total: None) -> None:
        self.out = out
        self.findings = Findings()
        self.columns: list[Column] = []
        self.rows: int | None = None
        self._progress = progress
        self._trimmed = 0  # cells
        self._first_trimmed: tuple[int, str] | None = None  # row and column

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[Any]], first_row: int = 1,
              position: Callable[[], int] | None = None, total: int = 0) -> None:
        """Write `rows` (cells of any type, in the order of `headers`) to table.csv.

        `first_row`: row of the first of `rows` in the source, counted from 1; every row of the source is handed over, blank
        ones too, so that the count is right. `position`, `total`: how far reading is, for the progress; else rows count.
        Raises Refused where there are too many columns or no rows.
        """
        if len(headers) > MAX_COLUMNS:
            raise Refused("too_many_columns", count=len(headers), limit=MAX_COLUMNS)
        columns = name_columns(headers, self.findings)
        spool = self.out / "table.part"
        with spool.open("w", encoding="utf-8", newline="") as target:
            self.rows = self._spool(columns, rows, first_row, _writer(target, len(columns)), position, total)
        self._finish(columns, spool)

    def _spool(self, columns: list[Column], rows: Iterable[Sequence[Any]], row: int, writer: Any,
               position: Callable[[], int] | None, total: int) -> int:
        written, blank, first_blank = 0, 0, 0
        for batch in batches(rows, len(columns)):
            texts = [self._texts(column, cells, row)
                     for column, cells in zip(columns, zip(*self._squared(batch, len(columns), row), strict=True), strict=True)]
            kept: Sequence[tuple[str, ...]] = list(zip(*texts, strict=True))
            if all("" in column for column in texts):
                if not first_blank:
                    first_blank = next((index for index, cells in enumerate(kept, start=row) if not any(cells)), 0)
                kept = list(filter(any, kept))
                blank += len(batch) - len(kept)
            writer.writerows(kept)
            written += len(kept)
            row += len(batch)
            self._progress(position() if position else row, total)
        if blank:
            self.findings.add("blank_rows", row=first_blank, count=blank)
        if self._first_trimmed:
            self.findings.add("trimmed", row=self._first_trimmed[0], column=self._first_trimmed[1], count=self._trimmed)
        return written

    def _texts(self, column: Column, cells: Sequence[Any], row: int) -> list[str]:
        written = texts_of(cells)
        stripped = list(map(str.strip, written))
        if stripped != written:
            self._note_trimmed(column, written, stripped, row)
        texts, control, private = unusual(stripped)
        if control is not None and column.control_row is None:
            column.control_row = row + control
        if private is not None and not column.private:
            column.private = (row + private, texts[private])
        column.add(texts, row)
        if column.longest > MAX_DIGITS and column.lossy_row is None:
            column.lossy_row = next((index for index, cell in enumerate(cells, start=row) if type(cell) is float
                                     and abs(cell) >= 10**MAX_DIGITS), None)
        return texts

    def _note_trimmed(self, column: Column, written: list[str], stripped: list[str], first_row: int) -> None:
        rows = [row for row, (before, after) in enumerate(zip(written, stripped, strict=True), start=first_row)
                if after and len(before) > len(after)]
        if rows:
            self._trimmed += len(rows)
            self._first_trimmed = min(self._first_trimmed or (rows[0], column.header), (rows[0], column.header))

    def _squared(self, batch: list[Sequence[Any]], width: int, first_row: int) -> list[Sequence[Any]]:
        """The rows with as many cells as there are headers."""
        if set(map(len, batch)) == {width}:
            return batch
        return [cells if len(cells) == width else self._fitted(cells, width, row)
                for row, cells in enumerate(batch, start=first_row)]

    def _fitted(self, cells: Sequence[Any], width: int, row: int) -> Sequence[Any]:
        filled = len(cells)
        while filled and (cells[filled - 1] is None or cells[filled - 1] == "" or str(cells[filled - 1]).isspace()):
            filled -= 1
        if filled > width:
            self.findings.add("too_many_cells", row=row, count=filled, expected=width)
        elif filled and len(cells) < width:
            self.findings.add("too_few_cells", row=row, count=len(cells), expected=width)
        return [*cells[:width], *[""] * (width - len(cells))]

    def _finish(self, columns: list[Column], spool: Path) -> None:
        if not self.rows:
            spool.unlink()
            raise Refused("no_rows")
        kept = [column for column in columns if column.header or not column.blank]
        if len(kept) < len(columns):
            self.findings.add("empty_columns_left_out", count=len(columns) - len(kept))
        for position, column in enumerate(columns, start=1):
            if column in kept:
                if not column.header:
                    self.findings.add("blank_header", column=column.id, position=position, name=column.id)
                column.decide(self.findings)
        self.columns = kept
        if len(kept) == len(columns) and not any(column.needs_conversion() for column in columns):
            spool.rename(self.out / "table.csv")
            return
        _convert(spool, self.out / "table.csv", columns, [column in kept for column in columns])
        spool.unlink()

    def report(self, format: str, machine_readable: bool = True, **reading: Any) -> Report:
        """The report on what was read. `reading`: how (encoding, delimiter, sheet, header_row)."""
        refused = self.findings.has_error()
        rows = None if self.rows is None or refused else self.rows
        return Report(format=format, machine_readable=machine_readable and not refused, reading=reading, rows=rows,
                      columns=[] if refused else [column.described(self.rows or 0) for column in self.columns],
                      findings=self.findings.reported(), counts=dict(self.findings.counts))


def batches(rows: Iterable[Sequence[Any]], width: int) -> Iterator[list[Sequence[Any]]]:
    """The rows in lists of a bounded size; `width`: cells a row."""
    iterator, size = iter(rows), max(1, min(BATCH, BATCH_CELLS // max(width, 1)))
    while batch := list(islice(iterator, size)):
        yield batch


def _writer(target: Any, width: int) -> Any:
    # In a table of one column a lone \. would end PostgreSQL's COPY; blank rows are left out, so nothing there is NULL.
    return csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL if width == 1 else csv.QUOTE_MINIMAL)


def _convert(spool: Path, table: Path, columns: list[Column], keep: list[bool]) -> None:
    csv.field_size_limit(LONGEST)  # what a reader took may stand here, however long
    converters = [_converter(column) if column.needs_conversion() else None for column in columns]
    with spool.open(encoding="utf-8", newline="") as source, table.open("w", encoding="utf-8", newline="") as target:
        writer = _writer(target, sum(keep))
        for batch in batches(csv.reader(source), len(columns)):
            writer.writerows(zip(*(cells if convert is None else map(convert, cells) for cells, convert, kept
                                   in zip(zip(*batch, strict=True), converters, keep, strict=True) if kept), strict=True))


def _converter(column: Column) -> Callable[[str], str]:
    convert = CONVERTERS[column.type]
    return lru_cache(MEMORY)(lambda text: "" if not text or text in PLACEHOLDERS else convert(text))

"""CSV, TSV and their like."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from ckanext.govshare.domain.spreadsheets import GUARD, unguarded
from ckanext.govshare.reading import encoding, headers
from ckanext.govshare.reading.delimiters import NONE, SAMPLE_TEXT, delimiter_of
from ckanext.govshare.reading.quotes import Requoted
from ckanext.govshare.reading.report import Findings, Refused, Report, Source
from ckanext.govshare.reading.sink import MAX_COLUMNS, Sink

MAX_CELL = 100_000  # characters; longer ones are a quotation mark that was never closed
_NAMES = {"\t": "tab", NONE: ","}


def read_delimited(source: Source, sink: Sink) -> Report:
    """Read a delimited text into the sink. Raises Refused."""
    found = encoding.detect(source)
    with source.path.open("rb") as raw, io.TextIOWrapper(raw, encoding=found.codec, newline="") as text:
        divided = delimiter_of(text.read(SAMPLE_TEXT))
        delimiter, lines_before = divided.sign, divided.lines_before
        text.seek(0)
        lines: Iterable[str] = islice(text, lines_before, None)
        if found.old_private:
            lines = (line.translate(encoding.UNICODE_OF) for line in lines)
        rows = _without_guards(_rows(lines, delimiter, lines_before, found.quotes), lines_before, sink.findings)
        if found.odd_quotes:
            rows = _with_closed_quotes(rows, lines_before)
        if found.quotes:
            rows = _with_cells_of_rows_told(rows, delimiter, lines_before, sink.findings)
        if divided.undivided:
            sink.findings.add("undivided", delimiter=divided.undivided)
        header_row = _fill(sink, source, rows, lines_before + 1, raw)
    return sink.report("tsv" if delimiter == "\t" else "csv", encoding=found.name, delimiter=_NAMES.get(delimiter, delimiter),
                       header_row=header_row)


def _fill(sink: Sink, source: Source, rows: Iterator[Sequence[str]], first_row: int, raw: io.BufferedReader) -> int:
    sample = list(islice(rows, headers.SAMPLE))
    widest = max(map(_width, sample), default=0)
    if widest > MAX_COLUMNS:
        raise Refused("too_many_columns", count=widest, limit=MAX_COLUMNS)
    header = headers.find_header(sample)
    headers.tell(header, first_row, sink.findings)
    start = first_row + header.last + 1
    data = headers.without_tail(chain(sample[header.last + 1:], rows), len(header.names), start, sink.findings)
    sink.table(header.names, data, start, position=raw.tell, total=source.size)
    return first_row + header.first


def _width(cells: Sequence[str]) -> int:
    return next((len(cells) - index for index, cell in enumerate(reversed(cells)) if cell and not cell.isspace()), 0)


def _with_closed_quotes(rows: Iterator[Sequence[str]], lines_before: int) -> Iterator[Sequence[str]]:
    """The rows; raises Refused where the last one swallowed the rest of the file behind a quotation mark."""
    number = lines_before
    last: Sequence[str] = ()
    for number, last in enumerate(rows, start=lines_before + 1):  # noqa: B007 - both are asked for after the loop
        yield last
    if any("\n" in cell or "\r" in cell for cell in last[-1:]):
        raise Refused("quote_missing", row=number)


def _with_cells_of_rows_told(rows: Iterator[Sequence[str]], delimiter: str, lines_before: int,
                             findings: Findings) -> Iterator[Sequence[str]]:
    """The rows; tells cells of several lines that would be rows of the table by themselves: stray quotation marks make such."""
    width = 0
    for number, cells in enumerate(rows, start=lines_before + 1):
        for index, cell in enumerate(cells):
            if "\n" in cell and delimiter in cell:
                first, *middle, last = cell.splitlines() if not cell.endswith("\n") else [*cell.splitlines(), ""]
                widths = [index + first.count(delimiter) + 1, *(line.count(delimiter) + 1 for line in middle),
                          last.count(delimiter) + len(cells) - index]
                if width > 1 and sum(each == width for each in widths) * 2 > len(widths):
                    findings.add("cell_of_rows", row=number, value=cell, count=len(widths))
        width = max(width, len(cells))
        yield cells


def _rows(lines: Iterable[str], delimiter: str, lines_before: int, quotes: bool) -> Iterator[Any]:
    csv.field_size_limit(MAX_CELL)
    repaired = Requoted(lines, delimiter)
    reader = csv.reader(repaired if quotes else lines, delimiter=delimiter)
    try:
        for cells in reader:
            repaired.at_row = True
            yield cells
    except csv.Error as error:
        raise Refused("cell_too_long", row=reader.line_num + lines_before, limit=MAX_CELL) from error


def _without_guards(rows: Iterator[Any], lines_before: int, findings: Findings) -> Iterator[Any]:
    """The rows; what exports put before a text that looks like a formula is no part of it, which is told: a clerk may mean it."""
    count, first = 0, (0, "")
    for number, cells in enumerate(rows, start=lines_before + 1):
        if GUARD not in "".join(cells):
            yield cells
            continue
        bare = list(map(unguarded, cells))
        if changed := [cell for cell, text in zip(cells, bare, strict=True) if cell != text]:
            first = first if count else (number, changed[0])
            count += len(changed)
        yield bare
    if count:
        findings.add("apostrophes", row=first[0], value=first[1], count=count)

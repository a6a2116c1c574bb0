"""CSV, TSV and their like."""
from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from ckanext.govshare.reading import encoding, headers
from ckanext.govshare.reading.report import Refused, Report, Source
from ckanext.govshare.reading.sink import MAX_COLUMNS, Sink

MAX_CELL = 100_000  # characters; longer ones are a quotation mark that was never closed
DELIMITERS = (",", "\t", ";", "|", "，", "、")
SAMPLE_TEXT = 65536  # characters in which the delimiter is looked for
_NAMES = {"\t": "tab"}


def read_delimited(source: Source, sink: Sink) -> Report:
    """Read a delimited text into the sink. Raises Refused."""
    found = encoding.detect(source)
    with source.path.open("rb") as raw, io.TextIOWrapper(raw, encoding=found.codec, newline="") as text:
        delimiter, lines_before = _delimiter(text.read(SAMPLE_TEXT))
        text.seek(0)
        lines: Iterable[str] = islice(text, lines_before, None)
        if found.old_private:
            lines = (line.translate(encoding.UNICODE_OF) for line in lines)
        rows = _rows(lines, delimiter, lines_before)
        if found.odd_quotes:
            rows = _with_closed_quotes(rows, lines_before)
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


def _delimiter(sample: str) -> tuple[str, int]:
    """The delimiter, and how many lines stand before the table's text (`sep=;`, which spreadsheets understand)."""
    first, _, _ = sample.lstrip("\ufeff").partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], 1
    whole = sample if len(sample) < SAMPLE_TEXT else sample[:max(sample.rfind("\n"), 0)] or sample
    return max(DELIMITERS, key=lambda delimiter: _score(whole, delimiter)), 0


def _score(sample: str, delimiter: str) -> float:
    """How evenly the delimiter divides the lines: the squared share of the commonest width, times its gaps."""
    if delimiter not in sample:
        return 0.0
    csv.field_size_limit(SAMPLE_TEXT)
    widths = Counter(len(cells) for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if cells)
    if not widths:
        return 0.0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (count / widths.total()) ** 2 * (width - 1) * (1.0 if delimiter.isascii() else 0.5)


def _with_closed_quotes(rows: Iterator[Sequence[str]], lines_before: int) -> Iterator[Sequence[str]]:
    """The rows; raises Refused where the last one swallowed the rest of the file behind a quotation mark."""
    number = lines_before
    last: Sequence[str] = ()
    for number, last in enumerate(rows, start=lines_before + 1):  # noqa: B007
        yield last
    if any("\n" in cell or "\r" in cell for cell in last[-1:]):
        raise Refused("quote_missing", row=number)


def _rows(lines: Iterable[str], delimiter: str, lines_before: int) -> Iterator[Any]:
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        yield from reader
    except csv.Error as error:
        raise Refused("cell_too_long", row=reader.line_num + lines_before, limit=MAX_CELL) from error

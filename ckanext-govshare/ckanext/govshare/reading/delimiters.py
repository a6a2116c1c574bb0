"""Which character divides a text into columns: the one that divides all of it alike, its header too."""
from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ckanext.govshare.reading.types import Kind, kind_of

# In the order in which they are believed: a comma that fits is the delimiter, whatever else cells hold.
DELIMITERS = ("\t", ",", ";", "|", "，", "、")
NONE = "\x1f"  # divides nothing: a table of one column
SAMPLE_TEXT = 2**18  # characters in which the delimiter is looked for
FITS = 0.9  # of the rows have as many cells as most have
_ASCII = DELIMITERS[:4]
_USUAL = DELIMITERS[:2]
_DATA = frozenset(Kind) - {Kind.BLANK, Kind.PLACEHOLDER, Kind.TEXT}


@dataclass(frozen=True)
class _Division:
    """What one delimiter makes of the rows. `width`: of most; `start`: the first of that width; `share`: of such rows."""

    delimiter: str
    rows: Sequence[Sequence[str]]
    width: int
    start: int
    share: float


def delimiter_of(sample: str) -> tuple[str, int]:
    """The delimiter (NONE: one column), and how many lines stand before the table's text (`sep=;`, known to spreadsheets)."""
    first, _, _ = sample.lstrip("\ufeff").partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], 1
    whole = sample if len(sample) < SAMPLE_TEXT else sample[:max(sample.rfind("\n"), 0)] or sample
    found = {each: _division(whole, each) for each in DELIMITERS if each in whole}
    fitting = [division for division in found.values() if division.width > 1 and _has_its_header(division, found)]
    if not fitting:
        return (NONE if found else ","), 0
    best = max(fitting, key=lambda division: (min(division.share, FITS), -DELIMITERS.index(division.delimiter)))
    if best.share < 0.5 and best.start and len(best.rows[0]) == 1:
        return NONE, 0
    return best.delimiter, 0


def _division(text: str, delimiter: str) -> _Division:
    csv.field_size_limit(SAMPLE_TEXT)
    rows = [cells for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, cells))]
    widths = Counter(map(len, rows))
    width = max(widths, key=lambda width: (widths[width], width), default=0)
    start = next((index for index, cells in enumerate(rows) if len(cells) == width), 0)
    titles = sum(not any(each in "".join(cells) for each in DELIMITERS) and len(cells) == 1 for cells in rows[:start])
    return _Division(delimiter, rows, width, start, widths[width] / (len(rows) - titles) if len(rows) > titles else 0.0)


def _has_its_header(division: _Division, others: dict[str, _Division]) -> bool:
    """Whether the first row that the delimiter divides is the header, and not the first row of data under a header that
    another one divides, or that names one column of texts in which the delimiter stands."""
    above = division.rows[:division.start]
    if not above:
        return True
    if any(len(other.rows[index]) == other.width > 1 for index in range(min(division.start, 3))
           for each, other in others.items() if each in _ASCII and each != division.delimiter and index < len(other.rows)):
        return False
    return division.delimiter in _USUAL or _holds_data(division)


def _holds_data(division: _Division) -> bool:
    """Whether some column holds numbers or dates, as tables do and lists inside of cells do not."""
    rows = [cells for cells in division.rows[division.start + 1:] if len(cells) == division.width][:100]
    return any(sum(kind_of(cells[column].strip()) in _DATA for cells in rows) * 2 > len(rows) > 0
               for column in range(division.width))

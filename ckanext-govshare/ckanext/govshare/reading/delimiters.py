"""Which character divides a text into columns: the one that divides all of it alike, its header too."""
from __future__ import annotations

import csv
import io
import re
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
# What headers of texts have and parts of a text have not, and the reverse; what titles have and headings of a column have not.
_NAME = re.compile(r"(?:名称?|姓名|代码|编[号码]|类[型别]|地[址点]|电话|日期|时间|单位|部门|等级|级别|状态|性质|备注|说明|内容|"
                   r"方式|负责人|联系人|区域|所属.*|(?:\b|_)(?:name|type|code|id|address|note|level|status))$", re.IGNORECASE)
_NO_NAME = re.compile(r"\d|.{13}", re.DOTALL)
_YEAR = re.compile(r"(?:19|20)\d\d")
_TITLE = re.compile(rf"{_YEAR.pattern}|[表单录册]$|名单|目录|一览|统计|情况|清单|台账|汇总|明细|[:：]|"
                    r"\b(?:list|table|register|report)\b", re.IGNORECASE)
_DATA = frozenset(Kind) - {Kind.BLANK, Kind.PLACEHOLDER, Kind.TEXT}


@dataclass(frozen=True)
class _Division:
    """What one delimiter makes of the rows. `width`: of most; `start`: the first of that width; `share`: of such rows."""

    delimiter: str
    rows: Sequence[Sequence[str]]
    width: int
    start: int
    share: float


@dataclass(frozen=True)
class Delimiter:
    """`sign`: the delimiter (NONE: one column); `lines_before`: how many lines stand before the table's text (`sep=;`, known to
    spreadsheets); `undivided`: a sign that divides the rows, but not the heading of their one column; empty: none.
    """

    sign: str
    lines_before: int = 0
    undivided: str = ""


def delimiter_of(sample: str) -> Delimiter:
    """The delimiter of a text by its beginning."""
    first, _, _ = sample.lstrip("\ufeff").partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return Delimiter(first.strip()[4], 1)
    whole = sample if len(sample) < SAMPLE_TEXT else sample[:max(sample.rfind("\n"), 0)] or sample
    found = {each: _division(whole, each) for each in DELIMITERS if each in whole}
    fitting = [division for division in found.values() if division.width > 1 and _has_its_header(division, found)]
    if not fitting:
        return Delimiter(NONE if found else ",")
    best = max(fitting, key=lambda division: (min(division.share, FITS), -DELIMITERS.index(division.delimiter)))
    if best.start and len(best.rows[0]) == 1:
        if best.share < 0.5:
            return Delimiter(NONE)
        if best.delimiter != "\t" and not _is_under_a_title(best):
            return Delimiter(NONE, undivided=best.delimiter)
    return Delimiter(best.delimiter)


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
    another one divides, or that names one column of texts in which the delimiter stands.
    """
    above = division.rows[:division.start]
    if not above:
        return True
    if any(len(other.rows[index]) == other.width > 1 for index in range(min(division.start, 3))
           for each, other in others.items() if each in _ASCII and each != division.delimiter and index < len(other.rows)):
        return False
    return division.delimiter in _USUAL or bool(_columns_of_data(division))


def _columns_of_data(division: _Division) -> list[int]:
    """The columns that hold numbers or dates, as tables have and lists inside of cells have not."""
    rows = _below(division)
    return [column for column in range(division.width)
            if sum(kind_of(cells[column].strip()) in _DATA for cells in rows) * 2 > len(rows) > 0]


def _below(division: _Division) -> list[Sequence[str]]:
    return [cells for cells in division.rows[division.start + 1:] if len(cells) == division.width][:100]


def _is_under_a_title(division: _Division) -> bool:
    """Whether the first divided row is a header under a title, and not a text with commas under the heading of one column.

    It names what stands below it: numbers or dates under a text; or it has such words as headers have, or a title above it.
    """
    header = [cell.strip() for cell in division.rows[division.start]]
    if columns := _columns_of_data(division):
        names = [header[column] for column in columns if header[column]]
        return any(kind_of(name) not in _DATA or _YEAR.fullmatch(name) for name in names)
    below = _below(division)
    if not below or any(_NO_NAME.search(name) for name in header):
        return False
    if any(name == cells[column].strip() for cells in below for column, name in enumerate(header)):
        return False
    return any(map(_NAME.search, header)) or any(_TITLE.search(cells[0].strip()) for cells in division.rows[:division.start])

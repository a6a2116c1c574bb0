"""Finds the header of a table: below title rows, of one or two rows; and what stands under the table that is no data."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.govshare.reading.cells import text_of
from ckanext.govshare.reading.report import Findings, Refused
from ckanext.govshare.reading.sink import batches
from ckanext.govshare.reading.types import Kind, kind_of

SAMPLE = 50  # rows in which the header is looked for
TAIL = 20  # rows at the end among which totals and notes are looked for
SHARE = 0.34  # a header fills at least so much of the widest row

_YEAR = re.compile(r"(?:19|20)\d\d")
_LABEL = re.compile(r".{1,12}[:：].*")  # 填报单位：…, 单位:万元
_TOTAL = re.compile(r"(?:合计|总计|小计|共计|累计|总数|全市合计|total|sum)[:：]?", re.IGNORECASE)
_NOTE = re.compile(r"[（(\[【]?(?:注|备注|说明|附注|数据来源|资料来源|来源|制表|填表|填报|审核|单位|联系|更新|截至|以上|※|\*"
                   r"|\d[.、．] ?(?:本|注|数据))")
_TEXTUAL = (Kind.TEXT, Kind.PLACEHOLDER, Kind.BOOL, Kind.LOOSE_BOOL)


@dataclass(frozen=True)
class Header:
    """`names`: one a column; `first`, `last`: indices of its rows among those given; `titled`: something stands above it."""

    names: list[str]
    first: int
    last: int
    titled: bool = False


def find_header(sample: Iterable[Sequence[Any]]) -> Header:
    """The header among the first rows of a source. Raises Refused `no_header`."""
    rows = [[text_of(cell).strip() for cell in cells] for cells in sample]
    filled = [sum(map(bool, cells)) for cells in rows]
    widest = max(filled, default=0)
    for index, cells in enumerate(rows):
        if not filled[index] or filled[index] < min(widest, max(2, SHARE * widest)) or _is_label(cells, filled[index], widest):
            continue
        if not _names_columns(cells):
            raise Refused("no_header", row=index + 1)
        width = max(len(row) - next((i for i, cell in enumerate(reversed(row)) if cell), len(row)) for row in rows)
        names = (cells + [""] * width)[:max(min(width, len(cells)), _last(cells))]
        below = rows[index + 1] if index + 1 < len(rows) else []
        if _continues(names, below):
            return Header(_joined(names, below), index, index + 1, any(filled[:index]))
        return Header(names, index, index, any(filled[:index]))
    raise Refused("no_header")


def _last(cells: Sequence[str]) -> int:
    return next((len(cells) - index for index, cell in enumerate(reversed(cells)) if cell), 0)


def _is_label(cells: Sequence[str], filled: int, widest: int) -> bool:
    """A line such as 填报单位：统计局 … 单位：万元 above the header."""
    return filled < widest and any(_LABEL.fullmatch(cell) for cell in cells)


def _names_columns(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    named = sum(kind_of(cell) in _TEXTUAL or bool(_YEAR.fullmatch(cell)) for cell in filled)
    return named * 2 > len(filled)


def _continues(names: Sequence[str], below: Sequence[str]) -> bool:
    """Whether `below` names the columns under names that span several: it fills the gaps, and only with names."""
    gaps = [index for index, name in enumerate(names) if not name]
    under = {index for index, cell in enumerate(below[:len(names)]) if cell}
    return (bool(gaps) and 0 not in gaps and under.issuperset(gaps) and len(under) < len(names)
            and all(index in gaps or index + 1 in gaps for index in under)
            and all(kind_of(below[index]) in _TEXTUAL or _YEAR.fullmatch(below[index]) for index in under))


def _joined(names: Sequence[str], below: Sequence[str]) -> list[str]:
    above, joined = "", []
    for name, part in zip(names, [*below, *[""] * len(names)], strict=False):
        above = name or above
        joined.append(f"{above}_{part}" if part else above)
    return joined


def tell(header: Header, first_row: int, findings: Findings) -> None:
    """Say what was found about the header; `first_row`: the number of the sample's first row in the source."""
    if header.titled:
        findings.add("header_below", row=first_row + header.first, header=first_row + header.first)
    if header.last > header.first:
        findings.add("joined_header", row=first_row + header.first)


def without_tail(rows: Iterable[Sequence[Any]], width: int, first_row: int, findings: Findings) -> Iterator[Sequence[Any]]:
    """The rows without totals, notes and blank rows at their end; each one that is left out is told."""
    held: list[Sequence[Any]] = []
    for batch in batches(rows, width):
        held += batch
        yield from held[:-TAIL]
        first_row += max(0, len(held) - TAIL)
        del held[:-TAIL]
    while held and (left_out := _left_out(held)):
        if left_out[0]:
            findings.add(left_out[0], row=first_row + len(held) - 1, value=left_out[1])
        held.pop()
    yield from held


def _left_out(rows: list[Sequence[Any]]) -> tuple[str, str] | None:
    """Why the last of `rows` is no data: the code of a finding (empty for a blank row) and its text; None if it is data."""
    texts = [text_of(cell).strip() for cell in rows[-1]]
    filled = [text for text in texts if text]
    if not filled:
        return "", ""
    if _TOTAL.fullmatch(re.sub(r"\s", "", filled[0])):
        return "total_row", filled[0]
    return ("note_row", filled[0]) if _is_note(filled, len(texts), rows[-2:-1]) else None


def _is_note(filled: Sequence[str], width: int, above: Sequence[Sequence[Any]]) -> bool:
    """A lone text that begins as notes do, or stands apart; or labels side by side: 制表人：… 审核人：…."""
    begins = _NOTE.match(filled[0]) is not None
    if len(filled) > 1:
        return begins and all(_LABEL.fullmatch(text) for text in filled)
    if width == 1:
        return begins and _LABEL.fullmatch(filled[0]) is not None
    return begins or any(not any(text_of(cell).strip() for cell in cells) for cells in above)

"""XLSX in constant memory: sheets are compressed into the answer row by row; nothing is kept, nothing goes to the disk.

The libraries write a whole workbook to the disk before its first byte can be sent. The format asked for here is small: one
table on as many sheets as it needs, a heading that stays in view, and cells of four kinds.
"""
from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from ckanext.govshare.exports import Columns, Portions, chosen_names
from ckanext.govshare.exports import xlsx_cells as cells

MOST_ROWS = 1_048_576  # Excel's, with the heading
# Below 2 GiB no entry of the archive needs ZIP64, which Excel does not read in files that were written as a stream.
MOST_BYTES = 1_900_000_000
# Sheets repeat themselves so much that harder work saves little.
COMPRESSION = 1

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_START = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultColWidth="16" '
    'defaultRowHeight="15"/>')
_WRAPPED = ' applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
_SHEET_END = "</sheetData></worksheet>"


@dataclass(frozen=True)
class Table:
    """A table of a workbook. The types of its columns are those of `cells.MAKERS`.

    title: of its sheet, at most 31 characters; empty for none of its own. widths: of the columns, in characters.
    """

    columns: Columns
    portions: Portions
    title: str = ""
    widths: Sequence[int] = ()


def write(columns: Columns, portions: Portions) -> Iterator[bytes]:
    """The rows as a workbook; a table longer than a sheet goes on in the next, under the same heading."""
    yield from write_book([Table(columns, portions)])


def write_book(tables: Iterable[Table]) -> Iterator[bytes]:
    """Several tables as one workbook, each from a sheet of its own on."""
    sent, titles = _Outbox(), list[str]()
    # The outbox is no file that can be moved about in: the archive then writes sizes after each part, as a stream must.
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
        archive.writestr("_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.xml")}))
        for rows in map(_Rows, tables):
            title: str | None = rows.table.title
            while title is not None:
                titles.append(title or f"Sheet{len(titles) + 1}")
                with archive.open(f"xl/worksheets/sheet{len(titles)}.xml", "w") as sheet:
                    for part in rows.sheet():
                        sheet.write(part)
                        if ready := sent.take():
                            yield ready
                title = "" if rows.left() else None
        for name, content in _frame(titles).items():
            archive.writestr(name, content)
    yield sent.take()


class _Outbox(io.RawIOBase):
    """What was written and not sent yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


class _Rows:
    """The rows yet to be written, sheet by sheet."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._makers = [cells.MAKERS[column["type"]] for column in table.columns]
        self._heading = "".join(map(cells.heading, chosen_names(table.columns)))
        self._portions = iter(table.portions)
        self._next: Sequence[tuple[Any, ...]] = ()

    def left(self) -> bool:
        while not self._next:
            try:
                self._next = next(self._portions)
            except StopIteration:
                return False
        return True

    def sheet(self) -> Iterator[bytes]:
        """One sheet's XML."""
        yield f"{_SHEET_START}{_widths(self.table.widths)}<sheetData><row>{self._heading}</row>".encode()
        free, size = MOST_ROWS - 1, 0
        while free and size < MOST_BYTES and self.left():
            rows, self._next = self._next[:free], self._next[free:]
            free -= len(rows)
            part = self._xml(rows)
            size += len(part)
            yield part
        yield _SHEET_END.encode()

    def _xml(self, rows: Sequence[tuple[Any, ...]]) -> bytes:
        # Column by column: the loops over rows then run inside the interpreter.
        made = [list(map(maker, values)) for maker, values in zip(self._makers, zip(*rows, strict=True), strict=True)]
        return ("<row>" + "</row><row>".join(map("".join, zip(*made, strict=True))) + "</row>").encode()


def _widths(widths: Sequence[int]) -> str:
    columns = "".join(f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1))
    return f"<cols>{columns}</cols>" if columns else ""


def _frame(titles: Sequence[str]) -> dict[str, str]:
    """What makes sheets a workbook, by name in the archive."""
    numbers = range(1, len(titles) + 1)
    tabs = "".join(f'<sheet name={quoteattr(title)} sheetId="{n}" r:id="rId{n}"/>' for n, title in enumerate(titles, 1))
    related = {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in numbers}
    related[f"rId{len(titles) + 1}"] = ("styles", "styles.xml")
    return {
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{tabs}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(related),
        "xl/styles.xml": _styles(),
        "[Content_Types].xml": _content_types({
            "xl/workbook.xml": "sheet.main", "xl/styles.xml": "styles",
            **{f"xl/worksheets/sheet{n}.xml": "worksheet" for n in numbers}}),
    }


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    entries = "".join(f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
                      for key, (kind, target) in targets.items())
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'


def _content_types(parts: dict[str, str]) -> str:
    entries = "".join(f'<Override PartName="/{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in parts.items())
    return (f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{entries}</Types>')


def _styles() -> str:
    """The styles that cells name by their place in `cells.STYLES`."""
    formats = "".join(f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in cells.OWN_FORMATS.items())
    styles = "".join(f'<xf numFmtId="{style.number_format}" fontId="{int(style.bold)}" fillId="0" borderId="0" xfId="0" '
                     f'applyNumberFormat="1" applyFont="1" quotePrefix="{int(style.quoted)}"{_WRAPPED if style.wrapped else "/>"}'
                     for style in cells.STYLES)
    return (f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(cells.OWN_FORMATS)}">{formats}</numFmts>'
            '<fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>'
            '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
            '</fills><borders count="1"><border><left/><right/><top/><bottom/></border></borders>'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{len(cells.STYLES)}">{styles}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>')

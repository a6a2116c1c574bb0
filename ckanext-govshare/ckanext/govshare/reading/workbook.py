"""XLSX and XLS by calamine: one sheet, cached values, merged cells filled (docs/adr/060)."""
from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import olefile
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ckanext.govshare.reading import headers, old_sheets, sheet_parts
from ckanext.govshare.reading.cells import text_of
from ckanext.govshare.reading.report import Findings, Refused, Report, Source
from ckanext.govshare.reading.sheet_looks import Looks
from ckanext.govshare.reading.sink import Sink

MAX_SHEETS = 500


def read_xlsx(source: Source, sink: Sink) -> Report:
    """Read the first sheet with a table. Raises Refused."""
    sheet_parts.refuse_bombs(source.path)
    return _read(source, sink, "xlsx")


def read_ole(source: Source, sink: Sink) -> Report:
    """Read an XLS; other documents of that container are refused with advice. Raises Refused."""
    streams = _streams(source)
    if "EncryptedPackage" in streams:
        raise Refused("password_protected")
    for stream, found in (("WordDocument", "DOC"), ("PowerPoint Document", "PPT")):
        if stream in streams:
            raise Refused("old_document", found=found)
    return _read(source, sink, "xls")


def _streams(source: Source) -> set[str]:
    """Names of what the container holds. Its chains of sectors are walked: a circle in them would be walked for ever later."""
    try:
        with olefile.OleFileIO(str(source.path), raise_defects=olefile.DEFECT_INCORRECT) as container:
            names = {"/".join(name) for name in container.listdir()}
            for name in names & {"Workbook", "Book"}:
                container.openstream(name).close()
            return names
    except (OSError, ValueError, IndexError, struct.error, TypeError, AttributeError) as error:
        raise Refused("damaged", found="XLS") from error


def _read(source: Source, sink: Sink, format: str) -> Report:
    with _explained(format):
        book = CalamineWorkbook.from_path(str(source.path))
    with book:
        sheet, header_row = _table(source, sink, book, format)
    return sink.report(format, sheet=sheet.name, header_row=header_row)


@contextmanager
def _explained(format: str) -> Iterator[None]:
    """What goes wrong inside the library, told as findings; a panic of its own derives from BaseException."""
    try:
        yield
    except PasswordError as error:
        raise Refused("password_protected") from error
    except OverflowError as error:  # hours that Python cannot count
        raise Refused("number_too_large") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("damaged", found=format.upper()) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise Refused("damaged", found=format.upper()) from error
        raise


def _table(source: Source, sink: Sink, book: CalamineWorkbook, format: str) -> tuple[CalamineSheet, int]:
    """Read the first visible sheet with a table; gives it and the row of its header."""
    sheets = list(enumerate(book.sheets_metadata))
    if len(sheets) > MAX_SHEETS:
        raise Refused("damaged", found=format.upper())
    extents = {index: _extent(source, book, format, index) for index, sheet in sheets if sheet.typ is SheetTypeEnum.WorkSheet}
    filled = [index for index, (columns, _) in extents.items() if columns]
    hidden = [index for index in filled if book.sheets_metadata[index].visible is not SheetVisibleEnum.Visible]
    visible = [index for index in filled if index not in hidden]
    if not visible:
        raise Refused("no_rows")
    chosen = next((index for index in visible if min(extents[index]) > 1), visible[0])  # covers and notes are one column
    _tell_sheets(book.sheets_metadata, chosen, [index for index in visible if index != chosen], hidden, sink.findings)
    if format == "xlsx":
        looks = sheet_parts.check_sheet(source.path, chosen, sink.findings)
    else:
        looks = old_sheets.looks(source.path, chosen)
    with _explained(format):
        sheet = book.get_sheet_by_index(chosen)
    return sheet, _fill(sheet, sink, looks)


def _extent(source: Source, book: CalamineWorkbook, format: str, index: int) -> tuple[int, int]:
    """How many columns and rows with values the sheet has at its beginning."""
    if format == "xlsx":
        return sheet_parts.extent(source.path, index)
    with _explained(format):
        sheet = book.get_sheet_by_index(index)
    return (sheet.width, sheet.height) if sheet.end is not None else (0, 0)


def _tell_sheets(sheets: Sequence[SheetMetadata], chosen: int, others: Sequence[int], hidden: Sequence[int],
                 findings: Findings) -> None:
    if others:
        findings.add("other_sheets", sheet=sheets[chosen].name, others="、".join(sheets[index].name for index in others))
    if hidden:
        findings.add("hidden_sheets", others="、".join(sheets[index].name for index in hidden))


def _fill(sheet: CalamineSheet, sink: Sink, looks: Looks) -> int:
    left = sheet.start[1] if sheet.start else 0
    # from the sheet's first row on, but from the first column with values
    rows: Iterator[Sequence[Any]] = iter(looks.as_shown(_cells(sheet), left))
    sample = list(islice(rows, headers.SAMPLE))
    header = headers.find_header(sample)
    headers.tell(header, 1, sink.findings)
    _tell_hidden(looks, header.names, left, sink.findings)
    start = header.last + 2
    data: Iterator[Sequence[Any]] = chain(sample[header.last + 1:], rows)
    if merges := _merges(sheet, start):
        data = _unmerged(data, start, merges, sink.findings)
    kept = headers.without_tail(data, len(header.names), start, sink.findings)
    sink.table(header.names, kept, start, total=sheet.end[0] + 1 if sheet.end else 0)
    for column, (first, count) in sorted(looks.hidden_cells.items()):
        sink.findings.add("hidden_cells", row=first, column=_called(header.names, column - left), count=count)
    for column, (first, number, count) in sorted(looks.no_dates.found.items()):
        sink.findings.add("no_date", row=first, column=_called(header.names, column - left), value=text_of(number), count=count)
    return header.first + 1


def _cells(sheet: CalamineSheet) -> Iterator[Sequence[Any]]:
    with _explained("xlsx"):
        yield from sheet.iter_rows()


def _tell_hidden(looks: Looks, names: Sequence[str], left: int, findings: Findings) -> None:
    for index in range(len(names)):
        if left + index in looks.hidden:
            findings.add("hidden_columns", column=_called(names, index))
    if looks.hidden_rows:
        findings.add("hidden_rows", row=looks.first_hidden_row, count=looks.hidden_rows)


def _called(names: Sequence[str], index: int) -> str:
    return (names[index] if index < len(names) else "") or f"column_{index + 1}"


@dataclass(frozen=True)
class _Merge:
    """Merged cells: rows of the sheet from 1, columns of the table from 0."""

    first: int
    last: int
    column: int
    width: int

    @property
    def range(self) -> str:
        return f"{self.first}–{self.last}" if self.last > self.first else str(self.first)


def _merges(sheet: CalamineSheet, start: int) -> dict[int, list[_Merge]]:
    """The merged cells of the data, by their first row there."""
    left = sheet.start[1] if sheet.start else 0
    merges: dict[int, list[_Merge]] = {}
    for (top, first), (bottom, last) in sheet.merged_cell_ranges or ():
        if bottom + 1 >= start and last >= left and first - left < sheet.width:
            merges.setdefault(max(top + 1, start), []).append(_Merge(top + 1, bottom + 1, first - left, last - first + 1))
    return merges


def _unmerged(rows: Iterator[Sequence[Any]], start: int, merges: dict[int, list[_Merge]],
              findings: Findings) -> Iterator[Sequence[Any]]:
    """Each row of merged cells gets their value: they say that it holds for all of them. Across columns it cannot be told."""
    open_merges: list[tuple[_Merge, Any]] = []
    told: set[_Merge] = set()
    for row, cells in enumerate(rows, start=start):
        for merge in merges.get(row, ()):
            value = cells[merge.column] if merge.first == row and merge.column >= 0 else ""
            open_merges.append((merge, value))
            if value != "":
                findings.add("merged_blank" if merge.width > 1 else "merged_cells", row=row, range=merge.range)
        if open_merges:
            cells = list(cells)  # noqa: PLW2901 - the row goes on, its covered cells filled
            for merge, value in open_merges:
                if _covers(cells, merge, value) and merge not in told:
                    told.add(merge)
                    findings.add("merged_covers", row=row, range=merge.range)
            open_merges = [(merge, value) for merge, value in open_merges if merge.last > row]
        yield cells


def _covers(cells: list[Any], merge: _Merge, value: Any) -> bool:
    """Give the row's cells what the merge shows: its value in the first column, else nothing; whether that hides something."""
    found = False
    for index in range(max(merge.column, 0), min(merge.column + merge.width, len(cells))):
        shown = value if index == merge.column else ""
        found = found or cells[index] not in ("", shown)
        cells[index] = shown
    return found

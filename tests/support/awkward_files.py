"""Makes files as departments send them: every one is bytes and a name, as a browser would upload it."""
from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet


def csv_of(*lines: str, encoding: str = "utf-8", end: str = "\n") -> bytes:
    return (end.join(lines) + end).encode(encoding)


def workbook(*sheets: tuple[str, Callable[[Worksheet], None]]) -> bytes:
    """An XLSX; each sheet has a title and a function that fills it."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, fill in sheets:
        fill(book.create_sheet(title))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sheet_of(rows: Iterable[Sequence[Any]], merged: Sequence[str] = (), hidden: bool = False,
             formats: Iterable[tuple[str, str]] = ()) -> Callable[[Worksheet], None]:
    """Fills a sheet with rows; `merged` ranges; `formats`: a cell and its number format."""
    def fill(sheet: Worksheet) -> None:
        for row in rows:
            sheet.append(list(row))
        for cells in merged:
            sheet.merge_cells(cells)
        for cell, number_format in formats:
            sheet[cell].number_format = number_format
        if hidden:
            sheet.sheet_state = "hidden"
    return fill


def one_sheet(*rows: Sequence[Any], merged: Sequence[str] = ()) -> bytes:
    return workbook(("数据", sheet_of(rows, merged)))


def old_workbook(rows: Iterable[Sequence[Any]], formats: Mapping[tuple[int, int], str] | None = None,
                 change: Callable[[Any], None] | None = None) -> bytes:
    """An XLS of the binary kind. `formats`: number formats by row and column, from 0; `change`: what else it has."""
    import xlwt

    book = xlwt.Workbook()
    if formats or change:
        book.add_sheet("说明")
    sheet = book.add_sheet("数据")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value, xlwt.easyxf(num_format_str=(formats or {}).get((number, column), "General")))
    if change:
        change(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The XLSX with one of its parts changed."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename == part else data)
    return result.getvalue()


def with_results(content: bytes) -> bytes:
    """The XLSX as a spreadsheet program saves it: each formula with a result, here 7."""
    return with_part(content, "xl/worksheets/sheet1.xml",
                     lambda xml: xml.replace(b"</f><v></v>", b"</f><v>7</v>").replace(b"</f><v />", b"</f><v>7</v>")
                     .replace(b"</f><v/>", b"</f><v>7</v>"))


def bomb(megabytes: int, lying: bool = False) -> bytes:
    """An XLSX whose sheet unpacks to so much; `lying`: its directory declares one byte."""
    block = b" " * 2**20
    result = io.BytesIO()
    honest = io.BytesIO(one_sheet(["名称"], ["甲"]))
    with zipfile.ZipFile(honest) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            with new.open(info.filename, "w", force_zip64=True) as part:
                if info.filename != "xl/worksheets/sheet1.xml":
                    part.write(data)
                    continue
                part.write(data[:-len(b"</worksheet>")])
                for _ in range(megabytes):
                    part.write(block)
                part.write(b"</worksheet>")
        if lying:
            new.getinfo("xl/worksheets/sheet1.xml").file_size = 1
    return result.getvalue()


def protected_workbook() -> bytes:
    """The outside of an XLSX with a password: a compound file that holds an encrypted package."""
    return _renamed(old_workbook([["名称"], ["甲"]]), "EncryptedPackage")


def old_document() -> bytes:
    """The outside of a DOC."""
    return _renamed(old_workbook([["名称"], ["甲"]]), "WordDocument")


_WORKBOOK = "Workbook".encode("utf-16-le")


def _renamed(container: bytes, stream: str) -> bytes:
    """The compound file with its workbook's directory entry called otherwise."""
    content, name = bytearray(container), stream.encode("utf-16-le")
    entry = content.index(_WORKBOOK)
    content[entry:entry + len(name)] = name
    content[entry + 64:entry + 66] = struct.pack("<H", len(name) + 2)
    return bytes(content)


def circular_workbook() -> bytes:
    """An XLS whose first sector is followed by itself: whoever just follows never ends."""
    content = bytearray(old_workbook([["名称"], ["甲"]]))
    (start,) = struct.unpack_from("<I", content, content.index(_WORKBOOK) + 116)
    (table,) = struct.unpack_from("<I", content, 76)
    struct.pack_into("<I", content, 512 * (table + 1) + 4 * start, start)
    return bytes(content)

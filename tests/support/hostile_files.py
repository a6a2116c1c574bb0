"""Files that were made to harm: what each is called, what is in it, and what must become of it."""
from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import openpyxl

REFUSED, VERIFIED = "refused", "verified"


@dataclass(frozen=True)
class Hostile:
    """`codes`: findings of which the file must have one."""

    id: str
    filename: str
    content: Callable[[], bytes]
    codes: frozenset[str]
    state: str = REFUSED


def _case(id: str, filename: str, content: Callable[[], bytes], *codes: str, state: str = REFUSED) -> Hostile:
    return Hostile(id, filename, content, frozenset(codes), state)


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_parts(book: bytes, parts: Mapping[str, Callable[[zipfile.ZipFile, str], None]]) -> bytes:
    """A workbook, some of whose parts are written by a function."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name in source.namelist():
            if name in parts:
                parts[name](made, name)
            else:
                made.writestr(name, source.read(name))
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
SMALL_BOOK = workbook([["站点", "读数"], ["城区", 5]])


def _blanks(megabytes: int) -> Callable[[zipfile.ZipFile, str], None]:
    def write(made: zipfile.ZipFile, name: str) -> None:
        with made.open(name, "w", force_zip64=True) as part:
            part.write(b'<?xml version="1.0"?><worksheet><sheetData>')
            for _ in range(megabytes):
                part.write(b" " * 2**20)
            part.write(b"</sheetData></worksheet>")
    return write


@cache
def zip_bomb() -> bytes:
    return with_parts(SMALL_BOOK, {SHEET: _blanks(800)})


def zip_bomb_that_lies() -> bytes:
    """Its table of contents says that the sheet has 1,000 bytes."""
    book = bytearray(zip_bomb())
    entry = book.rfind(b"PK\x01\x02", 0, book.rfind(SHEET.encode()))
    struct.pack_into("<I", book, entry + 24, 1000)
    return bytes(book)


def _laughing(made: zipfile.ZipFile, name: str) -> None:
    made.writestr(name, f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr">'
                        "<is><t>&l11;</t></is></c></row></sheetData></worksheet>")


def _far_cell(made: zipfile.ZipFile, name: str) -> None:
    made.writestr(name, '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
                        '<c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                        "</worksheet>")


def _many_rows(made: zipfile.ZipFile, name: str) -> None:
    with made.open(name, "w") as part:
        part.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
        for row in range(1, 200_001):
            cells = b"".join(b'<c r="%c%d"><v>%d</v></c>' % (column, row, row) for column in b"ABCDEFGHIJ")
            part.write(b'<row r="%d">%b</row>' % (row, cells))
        part.write(b"</sheetData></worksheet>")


def large_workbook() -> bytes:
    """A sheet that its library holds in memory, 2,000,000 cells."""
    return with_parts(SMALL_BOOK, {SHEET: _many_rows})


def long_xml() -> bytes:
    """300,000 rows: harmless, and some seconds of work."""
    return b"<d>" + b"<r><a>1</a><b>2</b><c>text of some length</c></r>" * 300_000 + b"</d>"


def large_object() -> bytes:
    """A single object of two million others, which no reader can let go of."""
    return b'[{"a":[' + b'{"b":"c"},' * 2_000_000 + b"{}]}]"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
WIDE = ",".join(f"c{n}" for n in range(100_000))
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100)
FORMULAS = "站点,说明\n=cmd|'/c calc'!A1,@SUM(1)\n+1-1,-2+3\n\t=1,=HYPERLINK(\"http://x\")\n"
COLUMNS = '_id,_full_text,"a"";DROP TABLE ""x""",select,' + "长" * 300 + ",%s,'\n1,2,3,4,5,6,7\n"

CASES = (
    _case("zip bomb", "a.xlsx", zip_bomb, "zip_bomb"),
    _case("zip bomb that lies", "a.xlsx", zip_bomb_that_lies, "zip_bomb", "damaged"),
    _case("entities in a workbook", "a.xlsx",
          lambda: with_parts(SMALL_BOOK, {SHEET: _laughing}), "damaged", "no_rows", "zip_bomb"),
    _case("a cell at the end of the sheet", "a.xlsx", lambda: with_parts(SMALL_BOOK, {SHEET: _far_cell}), "too_many_columns",
          "zip_bomb", "too_big"),
    _case("a workbook cut in half", "a.xlsx", lambda: SMALL_BOOK[:len(SMALL_BOOK) // 2], "damaged"),
    _case("zip of zips", "a.zip", lambda: with_parts(SMALL_BOOK, {})[:30] + b"x" * 100, "damaged", "archive"),
    _case("billion laughs", "a.xml",
          f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a><b>&l11;</b></a>'.encode, "xml_entities"),
    _case("external entity", "a.xml",
          lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a><b><c>&x;</c></b><b/></a>', "xml_entities"),
    _case("elements in elements", "a.xml", lambda: b"<a>" * 100_000, "nested_too_deep"),
    _case("100,000 columns", "a.csv", f"{WIDE}\n{WIDE}\n".encode, "too_many_columns"),
    _case("100,000 columns in one object", "a.json",
          lambda: json.dumps([dict.fromkeys(WIDE.split(","), 1)]).encode(), "too_many_columns"),
    _case("16,384 columns", "a.xlsx", lambda: workbook([list(range(16_384)), list(range(16_384))]), "too_many_columns"),
    _case("a picture called csv", "a.csv", lambda: PNG, "not_machine_readable", state=VERIFIED),
    _case("csv called xlsx", "a.xlsx", "站点,读数\n城区,5\n".encode, "wrong_extension", state=VERIFIED),
    _case("a program called csv", "a.csv", lambda: b"\x7fELF\x02\x01\x01" + bytes(200), "not_data"),
    _case("NUL bytes", "a.csv", lambda: b"a,b\n1,x\0y\n" * 100, "nul_bytes"),
    _case("a page called csv", "a.csv", lambda: b"<!DOCTYPE html><script>alert(1)</script>", "not_data"),
    _case("a drawing called xml", "a.xml", lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not_data"),
    _case("a picture with a script", "a.csv", lambda: b"GIF89a/*" + bytes(50) + b"*/=1;<script>alert(1)</script>",
          "not_machine_readable", state=VERIFIED),
    _case("formulas", "a.csv", FORMULAS.encode, state=VERIFIED),
    _case("names of columns", "a.csv", COLUMNS.encode, "long_header", state=VERIFIED),
    _case("lists in lists", "a.json", lambda: b"[" * 100_000 + b"]" * 100_000, "nested_too_deep"),
    _case("one string of 200 MB", "a.json",
          lambda: b'[{"a": "' + b"x" * (200 * 2**20) + b'"}]', "value_too_long", "out_of_memory"),
    _case("one line of 20 MB", "a.csv", lambda: b"a,b\n" + b"x" * (20 * 2**20), "line_too_long", "cell_too_long"),
    _case("a quotation mark that never closes", "a.csv",
          lambda: b'a,b\n1,"2\n' + b"3,4\n" * 500_000, "cell_too_long", "quote_missing"),
    _case("a huge number", "a.json", lambda: b'[{"a": 1e999999999}]', "number_too_large"),
    _case("half of a character", "a.json", lambda: b'[{"a": "\\ud800\\udfff\\ud800", "b": "\\u0000"}]', "json_invalid",
          "control_characters", state=""),
    _case("nothing", "a.csv", lambda: b"\n \n", "empty_file"),
)

NAMES = (
    "../../../../tmp/govshare-escaped.csv", "/tmp/govshare-escaped.csv",  # noqa: S108 - a name that is refused
    "..\\..\\govshare-escaped.csv", "C:\\govshare-escaped.csv",
    "a\u202evsc.exe", "a\r\nSet-Cookie: x=1.csv", "a\0.csv", "长" * 300 + ".csv", " .csv", "a/../b.csv",
    "<script>alert(1)</script>.csv", '"; filename=evil.html', "%2e%2e%2fa.csv", "con.csv", "\ufeff\u200b.csv",
)

NO_NAMES = ("..", ".", "/", "a/", "\u202e", "\0")

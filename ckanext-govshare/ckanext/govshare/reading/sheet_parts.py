"""Looks through the parts of an XLSX before a library opens it: how large they are, and what the library does not tell.

The sizes that the archive declares are the sender's; so each part is really unpacked, piece by piece, and counted.
"""
from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from ckanext.govshare.reading.no_dates import NoDates
from ckanext.govshare.reading.report import Findings, Refused
from ckanext.govshare.reading.sheet_looks import Looks, Walk, formats_by_style, number_of
from ckanext.govshare.reading.sink import MAX_COLUMNS

MAX_UNPACKED = 512 * 1024 * 1024  # bytes of all parts together; a full sheet of 20 columns has about half of it
MAX_PARTS = 5000
MAX_CELLS = 8_000_000  # places between the first and the last cell: the library holds them all, 700 MB for so many
CHUNK = 1 << 20
_LARGEST = 8 * CHUNK  # bytes that are held while looking for the end of a cell

_CELL = re.compile(rb"<(?:\w{1,20}:)?c\s[^>]{0,200}?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'](?:[^>]{0,200}[^/>])?>")
# Many writers leave references out: a cell then stands where the one before it ends.
_UNREFERENCED = re.compile(rb"<(?:\w{1,20}:)?c(?:>|/>|\s(?![^<>]*\br=)[^<>]*>)")
_NO_VALUE = re.compile(rb"<c\s([^>]*)>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_ERROR = re.compile(rb"<c\s([^>]*\bt=\"e\"[^>]*)>.{0,2000}?<v>(#[^<]{1,20})</v>", re.DOTALL)
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_ROW = re.compile(rb"\br=\"[A-Z]+([0-9]+)\"")


@dataclass
class _Seen:
    columns: int = 0
    rows: int = 0
    no_value: int | None = None  # row of the first formula without a result
    errors: list[tuple[int, str]] = field(default_factory=list)
    walk: Walk = field(default_factory=Walk)
    walking: bool = False


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, KeyError, ET.ParseError,
            RuntimeError) as error:
        raise Refused("damaged", found="XLSX") from error


def refuse_bombs(path: Path) -> None:
    """Raises Refused `zip_bomb` where the parts are larger than `MAX_UNPACKED` by their headers or in truth."""
    with _opened(path) as archive:
        parts = archive.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise Refused("password_protected")
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise _bomb()
        left = MAX_UNPACKED
        for part in parts:
            left -= sum(map(len, _pieces(archive, part, left)))


def _bomb() -> Refused:
    return Refused("zip_bomb", limit=MAX_UNPACKED // 2**20)


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    """The part's bytes to their real end: the declared size would end them where the sender likes."""
    declared, part.file_size = part.file_size, limit + 4 * CHUNK  # the count below stops first
    try:
        with archive.open(part) as file:
            while piece := file.read(CHUNK):
                limit -= len(piece)
                if limit < 0:
                    raise _bomb()
                yield piece
    finally:
        part.file_size = declared


def check_sheet(path: Path, index: int, findings: Findings) -> Looks:
    """Tell formulas without results and cells with errors of the workbook's sheet `index`; refuse one that is too large.

    Gives what the sheet shows otherwise than it stores.
    """
    seen = _Seen()
    with _opened(path) as archive:
        looks = _looks(archive)
        for piece in _whole_cells(_pieces(archive, archive.getinfo(_part_of(archive, index)), MAX_UNPACKED)):
            _look_at(piece, seen, looks)
    if seen.columns > MAX_COLUMNS:
        raise Refused("too_many_columns", count=seen.columns, limit=MAX_COLUMNS)
    if seen.columns * seen.rows > MAX_CELLS:
        raise Refused("sheet_too_large", limit=f"{MAX_CELLS:,}")
    if seen.no_value is not None:
        raise Refused("no_formula_values", row=seen.no_value)
    for row, value in seen.errors:
        findings.add("formula_error", row=row, value=value)
    return looks


def _looks(archive: zipfile.ZipFile) -> Looks:
    if "xl/styles.xml" not in archive.namelist():
        return Looks()
    formats, dates = formats_by_style(_parsed(archive, "xl/styles.xml"))
    return Looks(formats, no_dates=NoDates(dates))


def extent(path: Path, index: int) -> tuple[int, int]:
    """How many columns and rows with values the sheet has at its beginning; zeros if it is no sheet of cells."""
    with _opened(path) as archive:
        part = archive.getinfo(_part_of(archive, index))
        pieces = _whole_cells(_pieces(archive, part, MAX_UNPACKED))
        cells = next((found for piece in pieces if (found := [(row, column) for row, column, *_ in Walk().over(piece)])), [])
    return len({column for _, column in cells}), len({row for row, _ in cells})


def _whole_cells(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces cut between cells."""
    rest = b""
    for piece in pieces:
        rest += piece
        cut = max(rest.rfind(start) for start in (b"<c ", b"<c>", b"<row"))
        if cut > 0 or len(rest) > _LARGEST:
            cut = cut if cut > 0 else max(rest.rfind(b"<"), 1)
            yield rest[:cut]
            rest = rest[cut:]
    yield rest


def _look_at(piece: bytes, seen: _Seen, looks: Looks) -> None:
    looks.look_at(piece)
    no_dates = looks.no_dates.of_piece(piece)
    if seen.walking or looks.formats or _UNREFERENCED.search(piece):
        _walk(piece, seen, looks, no_dates)
    elif cells := _CELL.findall(piece):
        seen.columns = max(seen.columns, *map(number_of, {column for column, _ in cells}))
        seen.rows = max(seen.rows, *map(int, {row for _, row in cells}))
        for attributes, value in no_dates.values():
            if place := _PLACE.search(attributes):
                looks.no_dates.note(int(place[2]), number_of(place[1]) - 1, value)
    if b"<f" in piece and seen.no_value is None:
        seen.no_value = next((_row(cell[1]) for cell in _NO_VALUE.finditer(piece) if b't="str"' not in cell[1]), None)
    if b't="e"' in piece:
        seen.errors += [(_row(cell[1]), cell[2].decode(errors="replace")) for cell in _ERROR.finditer(piece)]


def _walk(piece: bytes, seen: _Seen, looks: Looks, no_dates: Mapping[int, tuple[bytes, float]]) -> None:
    """The same cell by cell, for sheets where places must be counted or styles matter."""
    if not seen.walking:
        seen.walking, seen.walk = True, Walk(row=seen.rows)
    for row, column, attributes, start in seen.walk.over(piece):
        seen.columns, seen.rows = max(seen.columns, column + 1), max(seen.rows, row)
        if looks.formats:
            looks.note_cell(row, column, attributes)
        if start in no_dates:
            looks.no_dates.note(row, column, no_dates[start][1])


def _row(attributes: bytes) -> int:
    found = _ROW.search(attributes)
    return int(found[1]) if found else 0


def _part_of(archive: zipfile.ZipFile, index: int) -> str:
    """The archive's part that holds the workbook's sheet `index`, found as spreadsheet programs find it."""
    sheets = [sheet for sheet in _parsed(archive, "xl/workbook.xml").iter() if sheet.tag.endswith("}sheet")]
    named = sheets[index].attrib if index < len(sheets) else {}
    wanted = next((value for name, value in named.items() if name.endswith("}id")), None)  # r:id, in either of its namespaces
    for relation in _parsed(archive, "xl/_rels/workbook.xml.rels"):
        if wanted and relation.get("Id") == wanted:
            return posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
    raise KeyError(wanted)


def _parsed(archive: zipfile.ZipFile, part: str) -> ET.Element:
    text = b"".join(_pieces(archive, archive.getinfo(part), 16 * CHUNK))
    if b"<!" in text.replace(b"<!--", b""):
        raise zipfile.BadZipFile("a document type has no place in a workbook")
    return ET.fromstring(text)  # noqa: S314 - no document type, so no entities

"""What a sheet of an XLS shows otherwise than it stores, which calamine does not tell: the records of [MS-XLS] that say so."""
from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import olefile

from ckanext.govshare.reading.sheet_looks import Looks, by_style

_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF = 0x809, 0x0A, 0x85, 0x41E, 0xE0
_COLINFO, _ROW, _MULRK = 0x7D, 0x208, 0xBD
_RK, _FORMULA = 0x27E, 0x06
_NUMBERS, _TEXTS = frozenset((0x203, _RK, _FORMULA)), frozenset((0xFD, 0x204))
_WANTED = frozenset((_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF, _COLINFO, _ROW, _MULRK)) | _NUMBERS | _TEXTS
_UNICODE = 0x600  # version from which on texts are Unicode
_NARROW, _LOW = 128, 10  # half a character in its 256ths, half a point in its twentieths


def looks(path: Path, index: int) -> Looks:
    """What the workbook's sheet `index` hides and how it shows numbers. What is damaged is left to calamine, which says so."""
    found = Looks()
    try:
        with olefile.OleFileIO(str(path)) as container:
            stream = container.openstream("Workbook" if container.exists("Workbook") else "Book")
            (found.formats, found.no_dates.styles), starts = _globals(stream)
            stream.seek(starts[index])
            for kind, data in _records(stream):
                _look_at(kind, data, found)
    except (OSError, ValueError, IndexError, struct.error):
        pass  # damaged: calamine refuses it
    return found


def _records(stream: Any) -> Iterator[tuple[int, bytes]]:
    """The wanted records of one part of the workbook, without those of the charts inside of it."""
    depth = 0
    while len(head := stream.read(4)) == 4:
        kind, size = struct.unpack("<HH", head)
        if kind not in _WANTED:
            stream.seek(size, 1)
            continue
        data = stream.read(size)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, data


def _globals(stream: Any) -> tuple[tuple[dict[int, Any], dict[int, bool]], list[int]]:
    """The formats that matter and those of dates, by the number of the style that has one, and where the sheets begin."""
    codes: dict[int, str] = {}
    styles: list[int] = []
    starts: list[int] = []
    version = _UNICODE
    for kind, data in _records(stream):
        if kind == _BOF:
            version, = struct.unpack_from("<H", data)
        elif kind == _BOUNDSHEET:
            starts += struct.unpack_from("<I", data)
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _text(data[2:], version)
        elif kind == _XF:
            styles += struct.unpack_from("<2xH", data)
    return by_style(dict(enumerate(styles)), codes), starts


def _text(data: bytes, version: int) -> str:
    if version < _UNICODE:
        return data[1:1 + data[0]].decode("gb18030", "ignore")
    length, flags = struct.unpack_from("<HB", data)
    return data[3:3 + 2 * length].decode("utf-16-le", "ignore") if flags & 1 else data[3:3 + length].decode("latin-1")


def _look_at(kind: int, data: bytes, found: Looks) -> None:
    if kind == _COLINFO:
        first, last, width, _, flags = struct.unpack_from("<5H", data)
        found.note_column(first, last, bool(flags & 1) or width < _NARROW)
    elif kind == _ROW:
        row, height, flags = struct.unpack_from("<H4xH4xH", data)
        if flags & 0x20 or height < _LOW:
            found.note_hidden_row(row + 1)
    elif kind == _MULRK:
        row, column = struct.unpack_from("<HH", data)
        for offset in range(4, len(data) - 2, 6):
            style, = struct.unpack_from("<H", data, offset)
            found.note(row + 1, column + (offset - 4) // 6, style)
            found.no_dates.note(row + 1, column + (offset - 4) // 6, _short_number(data, offset + 2), style)
    elif kind in _NUMBERS or kind in _TEXTS:
        row, column, style = struct.unpack_from("<3H", data)
        found.note(row + 1, column, style, kind in _TEXTS)
        if kind in _NUMBERS and (value := _number(kind, data)) is not None:
            found.no_dates.note(row + 1, column, value, style)


def _number(kind: int, data: bytes) -> float | None:
    """The number of a cell; None for a formula whose result is none."""
    if kind == _RK:
        return _short_number(data, 6)
    number: float
    number, = struct.unpack_from("<d", data, 6)
    return None if kind == _FORMULA and data[12:14] == b"\xff\xff" else number


def _short_number(data: bytes, offset: int) -> float:
    """A number of four bytes: a whole one or the half of a float, and whether it is a hundredth."""
    bits, = struct.unpack_from("<i", data, offset)
    value: float = bits >> 2 if bits & 2 else struct.unpack("<d", struct.pack("<xxxxi", bits & ~3))[0]
    return value / 100 if bits & 1 else value

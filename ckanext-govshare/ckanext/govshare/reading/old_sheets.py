"""What a sheet of an XLS shows otherwise than it stores, which calamine does not tell: the records of [MS-XLS] that say so."""
from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import olefile

from ckanext.govshare.reading.number_formats import number_format
from ckanext.govshare.reading.sheet_looks import Looks

_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF = 0x809, 0x0A, 0x85, 0x41E, 0xE0
_COLINFO, _ROW, _MULRK = 0x7D, 0x208, 0xBD
_NUMBERS, _TEXTS = frozenset((0x203, 0x27E, 0x06)), frozenset((0xFD, 0x204))
_WANTED = frozenset((_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF, _COLINFO, _ROW, _MULRK)) | _NUMBERS | _TEXTS
_UNICODE = 0x600  # version from which on texts are Unicode
_NARROW, _LOW = 128, 10  # half a character in its 256ths, half a point in its twentieths


def looks(path: Path, index: int) -> Looks:
    """What the workbook's sheet `index` hides and how it shows numbers. What is damaged is left to calamine, which says so."""
    found = Looks()
    try:
        with olefile.OleFileIO(str(path)) as container:
            stream = container.openstream("Workbook" if container.exists("Workbook") else "Book")
            found.formats, starts = _globals(stream)
            stream.seek(starts[index])
            for kind, data in _records(stream):
                _look_at(kind, data, found)
    except (OSError, ValueError, IndexError, struct.error):
        pass
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


def _globals(stream: Any) -> tuple[dict[int, Any], list[int]]:
    """The formats that matter, by the number of the style that has one, and where the sheets begin."""
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
    formats = {id: number_format(code) for id, code in codes.items()}
    return {number: format for number, id in enumerate(styles) if (format := formats.get(id))}, starts


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
            found.note(row + 1, column + (offset - 4) // 6, *struct.unpack_from("<H", data, offset))
    elif kind in _NUMBERS or kind in _TEXTS:
        row, column, style = struct.unpack_from("<3H", data)
        found.note(row + 1, column, style, kind in _TEXTS)

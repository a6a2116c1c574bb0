"""JSON: an array of objects, one a line; and the form of CKAN's dump, rows as lists."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ckanext.govshare.exports import Columns, Portions, chosen_names

# Numbers keep every digit that they have in the table.
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def write(columns: Columns, portions: Portions) -> Iterator[bytes]:
    """The rows as objects with the columns' names."""
    names = chosen_names(columns)
    yield b"[\n"
    yield from _joined([dict(zip(names, row, strict=True)) for row in rows] for rows in portions)
    yield b"\n]\n"


def write_as_ckan(columns: Columns, portions: Portions) -> Iterator[bytes]:
    """As `/datastore/dump` of CKAN writes them: `fields`, then `records` as lists."""
    fields = [{"id": column["id"], "type": column["type"]} for column in columns]
    yield b'{\n  "fields": ' + _ENCODER.encode(fields) + b',\n  "records": [\n'
    yield from _joined(portions)
    yield b"\n]}\n"


def _joined(portions: Iterable[Any]) -> Iterator[bytes]:
    """The elements of an array, one a line: in JSON every line break of a value is escaped."""
    before = b""
    for portion in portions:
        if portion:
            yield before + _ENCODER.encode_lines(portion)[:-1].replace(b"\n", b",\n")
            before = b",\n"

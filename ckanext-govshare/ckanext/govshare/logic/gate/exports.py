"""Sending a table as a file: the rows go from the database to the caller as they are taken, in constant memory.

When the first byte leaves, the fetch is on record and CKAN's own database session is free; what is left is one connection
that may only read, and its thread. Both are given back when the last byte is sent, the caller hangs up or the time is over.
"""
from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from threading import BoundedSemaphore
from time import monotonic

from ckanext.govshare import config
from ckanext.govshare.domain.datafiles import DataFile
from ckanext.govshare.domain.table_queries import Columns, Query, chosen
from ckanext.govshare.exports import Writer, delimited, json_rows, xlsx, xml_rows
from ckanext.govshare.repository import table_csv, tables

_DELIMITERS: Mapping[str, str] = {"csv": ",", "tsv": "\t"}
_WRITERS: Mapping[str, Writer] = {"json": json_rows.write, "xml": xml_rows.write, "xlsx": xlsx.write,
                                  "ckan_json": json_rows.write_as_ckan}
FORMATS = ("csv", "xlsx", "json", "xml")


class Busy(Exception):
    """As many exports as this process sends at once are under way."""


class TookTooLong(Exception):
    """A caller did not take an export in the time that there is for one; the connection is cut."""


@dataclass(frozen=True)
class Order:
    """What is to be sent. `form`: csv, tsv, json, xml, xlsx, or ckan_json for CKAN's own form of JSON."""

    file: DataFile
    query: Query
    form: str
    bom: bool = False
    offset: int = 0
    limit: int | None = None

    def rows(self) -> int:
        """How many rows that is. Raises TooSlow."""
        found = max(0, tables.count(self.file, self.query) - self.offset)
        return found if self.limit is None else min(found, self.limit)


class Sending(Iterator[bytes]):
    """The bytes of an order. `close` gives back what the sending holds, at any time; the web server calls it at the end."""

    def __init__(self, parts: Generator[bytes], give_back: Callable[[], None], seconds: int) -> None:
        self._parts, self._give_back, self._until = parts, give_back, monotonic() + seconds
        self._open = True
        self._ahead: list[bytes] = []

    def begin(self) -> None:
        """Wait for the first bytes: what fails until then can still be said in place of the file."""
        self._ahead = list(islice(self._parts, 1))

    def __next__(self) -> bytes:
        if monotonic() > self._until:
            raise TookTooLong
        return self._ahead.pop() if self._ahead else next(self._parts)

    def close(self) -> None:
        """Once is enough, and more does no harm."""
        if self._open:
            self._open = False
            try:
                self._parts.close()
            finally:
                self._give_back()

    __del__ = close


def send(order: Order) -> Sending:
    """Begin to send: the first rows are there. Raises Busy and TooSlow, and what the database raises."""
    places = _places()
    if not places.acquire(blocking=False):
        raise Busy
    sending = Sending(_parts(order), places.release, config.export_seconds())
    try:
        sending.begin()
    except BaseException:
        sending.close()
        raise
    return sending


@cache
def _places() -> BoundedSemaphore:
    """Some of the server's threads stay free for pages, however many exports are asked for and however slow their takers."""
    return BoundedSemaphore(config.exports_at_once())


def _parts(order: Order) -> Generator[bytes]:
    """The file's bytes. The first rows are fetched before the heading is given."""
    columns = columns_of(order)
    delimiter = _DELIMITERS.get(order.form)
    if delimiter is None:
        with closing(tables.stream(order.file, order.query, order.offset, order.limit)) as portions:
            first = list(islice(portions, 1))
            yield from _WRITERS[order.form](columns, chain(first, portions))
        return
    with closing(table_csv.delimited(order.file, order.query, delimiter, order.offset, order.limit)) as lines:
        yield delimited.heading([column["id"] for column in columns], delimiter, order.bom) + next(lines, b"")
        yield from lines


def columns_of(order: Order) -> Columns:
    """The columns of the file that is sent, in order; the row's number is one of them where it was asked for."""
    return chosen(order.query, [{"id": tables.ROW_ID, "type": "int8"}, *order.file.columns]
                  if order.query.fields else order.file.columns)

"""Tables of data files as CSV, written by the database itself: COPY is several times as fast as rows through Python."""
from __future__ import annotations

import os
from collections.abc import Generator
from threading import Thread
from typing import Any, BinaryIO

import sqlalchemy as sa

from ckanext.govshare.domain.datafiles import DataFile
from ckanext.govshare.domain.spreadsheets import FORMULA_STARTS, GUARD, PLAIN
from ckanext.govshare.domain.table_queries import Query
from ckanext.govshare.repository.tables import driver, reading, rendered, select

_CHUNK = 2**16  # what a pipe of the system holds


def delimited(file: DataFile, query: Query, delimiter: str = ",", offset: int = 0, limit: int | None = None,
              ) -> Generator[bytes]:
    """The rows as lines by RFC 4180, without a heading, in which no text is a formula; an empty text is `""`, no value nothing.

    delimiter: a comma or a tab. Close the iterator when leaving early. Raises TooSlow.
    """
    rows = select(file, query).offset(offset or None).limit(limit).subquery()
    statement = sa.select(*(_as_text(column).label(f"c{number}") for number, column in enumerate(rows.c)))
    # A subquery keeps its order through a selection from it that adds nothing else.
    with reading(stream=True) as connection:
        command = f"COPY ({rendered(connection, statement)}) TO STDOUT (FORMAT csv, DELIMITER '{delimiter}')"
        whole = False
        try:
            yield from _copied(driver(connection), command)
            whole = True
        finally:
            if not whole:
                connection.invalidate()  # it may be in the middle of an answer that nobody reads


def _as_text(column: Any) -> Any:
    if isinstance(column.type, sa.Boolean):
        return sa.cast(column, sa.Text)
    if not isinstance(column.type, sa.Text):
        return column
    starts = [ord(char) for char in FORMULA_STARTS]
    bare = sa.func.ltrim(column, sa.literal(GUARD))
    is_formula = sa.and_(sa.func.ascii(bare).in_(starts), bare.op("!~")(sa.literal(f"^({PLAIN})$")))
    return sa.case((is_formula, sa.literal(GUARD) + column), else_=column)


def _copied(connection: Any, command: str) -> Generator[bytes]:
    """What COPY writes, at the pace at which it is taken: a pipe lies between, and the driver waits when it is full.

    The driver pushes where an iterator pulls, so it has a thread; the thread ends before this iterator does.
    """
    begin, end = os.pipe()
    failures: list[Exception] = []
    thread = Thread(target=_push, args=(connection, command, end, failures), name="copy")
    thread.start()
    try:
        with open(begin, "rb", buffering=0) as pipe:  # noqa: PTH123 - a pipe has no path
            while chunk := pipe.read(_CHUNK):
                yield chunk
    finally:
        # The pipe is closed, and the thread meets that at its next line; before the first line only this wakes it.
        if thread.is_alive() and not failures:
            connection.cancel()
        thread.join()
    if failures:
        raise failures[0]


def _push(connection: Any, command: str, end: int, failures: list[Exception]) -> None:
    try:
        with open(end, "wb", buffering=_CHUNK) as pipe, connection.cursor() as cursor:
            cursor.copy_expert(command, _Lines(pipe))
    except Exception as failure:  # noqa: BLE001 - whoever reads the pipe raises it
        failures.append(failure)


class _Lines:
    """Takes one line at a time from COPY and ends it as RFC 4180 wants."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._write_on = pipe.write

    def write(self, line: bytes) -> None:
        self._write_on(line[:-1] + b"\r\n")

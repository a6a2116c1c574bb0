"""A verified table goes into the DataStore: all of it in one transaction, or nothing.

The table is named by the file's id and has the shape that CKAN's DataStore reads: `_id`, `_full_text`, then the columns,
their headings as column comments. `_full_text` stays empty: PostgreSQL's parser finds no words in Chinese, so it is never
asked, and filling it would take longer than all the rest.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import psycopg2
from ckanext.datastore.backend.postgres import get_write_engine
from ckanext.datastore.helpers import is_valid_field_name
from psycopg2 import sql

TYPES = frozenset({"text", "int8", "numeric", "float8", "date", "timestamp", "bool"})
LONGEST_NAME = 63  # bytes, PostgreSQL's limit
_CHUNK = 2**20

Progress = Callable[[Mapping[str, Any]], None]


class DoesNotFit(ValueError):
    """A table that the DataStore does not take. `code`: the finding of that."""

    def __init__(self, reason: str, code: str = "not_loaded") -> None:
        super().__init__(reason)
        self.code = code


def load(file_id: str, columns: Sequence[Mapping[str, Any]], csv_path: Path, on_progress: Progress) -> int:
    """Fill the table of a file anew; the number of its rows.

    `columns`: `{id, name, type}` each, `type` one of `TYPES`, in the order of the CSV, which has no header and is UTF-8.
    `on_progress` gets `{"step": "loading", "done": bytes, "total": bytes}`. A transaction that ends early leaves no table.
    Raises DoesNotFit for columns that cannot be, and for a CSV that does not fit them; what the driver raises where the
    database fails.
    """
    _check(columns)
    try:
        return _load(file_id, columns, csv_path, on_progress)
    except psycopg2.Error as error:
        if code := _to_blame(error):
            raise DoesNotFit(str(error).splitlines()[0], code) from error
        raise


def _to_blame(error: psycopg2.Error) -> str:
    """The finding for a table that PostgreSQL does not take; empty where it is the database that fails (SQLSTATE by class)."""
    state = error.pgcode or ""
    if state[:2] == "54":
        return "row_too_wide"
    return "not_loaded" if state[:2] in ("0A", "21", "22", "23", "42") else ""


def _load(file_id: str, columns: Sequence[Mapping[str, Any]], csv_path: Path, on_progress: Progress) -> int:
    table = sql.Identifier(file_id)
    connection = get_write_engine().raw_connection()
    try:
        with connection.cursor() as cursor:
            _lock(cursor, file_id)
            _forget(cursor, file_id)
            for statement in _definition(table, columns):
                cursor.execute(statement)
            rows = _copy(cursor, table, columns, csv_path, on_progress)
            # After the rows: sorting them once is quicker than growing the index with each.
            cursor.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY (_id)").format(table))
            cursor.execute(sql.SQL("ANALYZE {}").format(table))
            cursor.execute("INSERT INTO _table_stats VALUES (%s, jsonb_build_object('rows', %s))", (file_id, rows))
        connection.commit()
    finally:
        connection.close()
    return rows


def drop(file_id: str) -> None:
    """Remove the table of a file if there is one."""
    with get_write_engine().begin() as connection:
        cursor = connection.connection.cursor()
        _lock(cursor, file_id)
        _forget(cursor, file_id)


def tables() -> list[str]:
    """The names of all tables that hold data."""
    with get_write_engine().connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND NOT starts_with(tablename, '_')")
        return [row[0] for row in cursor.fetchall()]


def _check(columns: Iterable[Mapping[str, Any]]) -> None:
    """The columns come from the process that met the hostile bytes: nothing of them is believed."""
    for column in columns:
        name, kind = column["id"], column["type"]
        if not is_valid_field_name(name) or len(name.encode()) > LONGEST_NAME or "\0" in name:
            raise DoesNotFit(f"Not a column's name: {name!r}")
        if kind not in TYPES:
            raise DoesNotFit(f"Not a column's type: {kind!r}")


def _lock(cursor: Any, file_id: str) -> None:
    """Wait for whoever loads or drops the same table."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (file_id,))


def _forget(cursor: Any, file_id: str) -> None:
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(file_id)))
    cursor.execute("DELETE FROM _table_stats WHERE resource_id = %s", (file_id,))


def _definition(table: sql.Identifier, columns: Sequence[Mapping[str, Any]]) -> list[sql.Composable]:
    fields: list[sql.Composable] = [sql.SQL("_id serial"), sql.SQL("_full_text tsvector")]
    fields += [sql.SQL("{} {}").format(sql.Identifier(c["id"]), sql.SQL(c["type"])) for c in columns]
    return [sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(fields)),
            *(sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(
                table, sql.Identifier(column["id"]), sql.Literal(_comment(column))) for column in columns)]


def _comment(column: Mapping[str, Any]) -> str:
    """The column's heading as the DataStore keeps it; the leading space tells CKAN that the form is 2.11's."""
    return " " + json.dumps({"_info": {"label": column.get("name") or column["id"]}}, ensure_ascii=False)


def _copy(cursor: Any, table: sql.Identifier, columns: Sequence[Mapping[str, Any]], csv_path: Path,
          on_progress: Progress) -> int:
    names = sql.SQL(", ").join(sql.Identifier(column["id"]) for column in columns)
    # FREEZE: nobody sees the table before it is whole, so its rows need no later visit to be marked as visible.
    command = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv, ENCODING 'UTF8', FREEZE)").format(table, names)
    total = csv_path.stat().st_size
    with csv_path.open("rb", buffering=0) as stream:
        cursor.copy_expert(command, _Watched(stream, total, on_progress), _CHUNK)
    return int(cursor.rowcount)


class _Watched:
    """A file that tells how much of it was read."""

    def __init__(self, stream: BinaryIO, total: int, on_progress: Progress) -> None:
        self._stream, self._total, self._tell = stream, total, on_progress
        self._done = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self._done += len(chunk)
        self._tell({"step": "loading", "done": self._done, "total": self._total})
        return chunk

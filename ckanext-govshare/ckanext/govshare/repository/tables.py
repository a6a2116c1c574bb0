"""The SQL of questions to data files' tables in the DataStore, on the engine that may only read."""
from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import psycopg2
import sqlalchemy as sa
from ckanext.datastore.backend.postgres import get_read_engine

from ckanext.govshare.domain.datafiles import DataFile
from ckanext.govshare.domain.table_queries import Filter, Query, TooSlow

# The number that CKAN gives each row, in the order of the source.
ROW_ID = "_id"
SECONDS: float = 20
STREAM_SECONDS: float = 60
# Chinese by pinyin, other scripts in their usual order.
COLLATION = "zh-Hans-x-icu"
FETCHED = 2000
_QUERY_CANCELED = "57014"

_TYPES: Mapping[str, Any] = {
    "text": sa.Text, "int8": sa.BigInteger, "numeric": sa.Numeric, "float8": sa.Float, "date": sa.Date,
    "timestamp": sa.DateTime, "bool": sa.Boolean,
}


def count(file: DataFile, query: Query) -> int:
    """How many rows of the file's table the question finds. Raises TooSlow."""
    if query.whole and file.rows is not None:
        return file.rows
    table = _table(file)
    with reading() as connection:
        found: int = connection.execute(
            sa.select(sa.func.count()).select_from(table).where(*_conditions(table, file, query))).scalar_one()
    return found


def page(file: DataFile, query: Query, offset: int, limit: int) -> list[dict[str, Any]]:
    """`limit` rows from number `offset` on, each by column id; sorted as asked, then as in the source. Raises TooSlow."""
    with reading() as connection:
        found = connection.execute(select(file, query).offset(offset).limit(limit))
        return [dict(row) for row in found.mappings()]


def stream(file: DataFile, query: Query, offset: int = 0, limit: int | None = None) -> Generator[list[tuple[Any, ...]]]:
    """The rows in portions, as one moment has them, from a cursor of the server: memory does not grow with the table.

    The connection is its own, and is given back however the reading ends; close the iterator when leaving early.
    Raises TooSlow.
    """
    statement = select(file, query).offset(offset or None).limit(limit)
    # The driver's own cursor: rows as SQLAlchemy wraps them cost as much again as fetching them.
    with reading(stream=True) as connection, driver(connection).cursor("rows") as cursor:
        cursor.execute(rendered(connection, statement))
        while rows := cursor.fetchmany(FETCHED):
            yield rows


def select(file: DataFile, query: Query) -> sa.Select[Any]:
    """The statement for a question whose columns and operators were checked (`table_queries.parse`)."""
    table = _table(file)
    names = query.fields or tuple(column["id"] for column in file.columns)
    order = [_order(table.c[s.column], s.desc) for s in query.sort if s.column != ROW_ID]
    by_number = next((s.desc for s in query.sort if s.column == ROW_ID), False)
    return (sa.select(*(table.c[name] for name in names)).where(*_conditions(table, file, query))
            .order_by(*order, table.c[ROW_ID].desc() if by_number else table.c[ROW_ID]))


def driver(connection: sa.Connection) -> Any:
    """The driver's own connection, whose transaction and limits are those of `connection`."""
    return connection.connection.driver_connection


def rendered(connection: sa.Connection, statement: sa.Select[Any]) -> str:
    """The statement as SQL with its values in it, quoted by the driver.

    Its values are literals (`sa.literal`): a parameter named after its column would bear signs that the driver does not take.
    """
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    with driver(connection).cursor() as cursor:
        written: bytes = cursor.mogrify(str(compiled), compiled.params)
    return written.decode()


@contextmanager
def reading(stream: bool = False) -> Iterator[sa.Connection]:
    """A read-only transaction that sees one moment of the table. Raises TooSlow after SECONDS of one statement.

    stream: the rows go to somebody who waits for a file, and may take STREAM_SECONDS to come.
    """
    seconds = STREAM_SECONDS if stream else SECONDS
    with get_read_engine().connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        try:
            connection.execute(sa.text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
            yield connection
        except (sa.exc.DBAPIError, psycopg2.Error) as error:
            if getattr(getattr(error, "orig", error), "pgcode", "") == _QUERY_CANCELED:
                raise TooSlow from error
            raise


def _table(file: DataFile) -> sa.TableClause:
    columns = [sa.column(sa.sql.quoted_name(c["id"], quote=True), _TYPES[c["type"]]) for c in file.columns]
    return sa.table(sa.sql.quoted_name(file.id, quote=True), sa.column(ROW_ID, sa.BigInteger), *columns)


def _order(column: Any, desc: bool) -> Any:
    sortable = column.collate(COLLATION) if isinstance(column.type, sa.Text) else column
    return (sortable.desc() if desc else sortable).nulls_last()


def _conditions(table: sa.TableClause, file: DataFile, query: Query) -> list[Any]:
    alternatives: dict[str, list[Any]] = {}
    conditions: list[Any] = []
    for asked in query.filters:
        condition = _condition(table.c[asked.column], asked)
        alternatives.setdefault(asked.column, []).append(condition) if asked.op == "eq" else conditions.append(condition)
    text = [table.c[column["id"]] for column in file.columns if column["type"] == "text"]
    conditions += [sa.or_(*each) for each in alternatives.values()]
    conditions += [sa.or_(sa.false(), *(_contains(column, word) for column in text)) for word in query.search.split()]
    return conditions


def _condition(column: Any, asked: Filter) -> Any:
    # Values stand as literals: a parameter would be named after its column, whose name may hold anything.
    if asked.op in ("empty", "filled"):
        empty = sa.or_(column.is_(None), column == sa.literal("")) if isinstance(column.type, sa.Text) else column.is_(None)
        return empty if asked.op == "empty" else sa.not_(empty)
    if asked.op == "contains":
        return _contains(column, str(asked.value))
    if isinstance(column.type, sa.DateTime) and isinstance(asked.value, date) and not isinstance(asked.value, datetime):
        return _on_days(column, asked.op, datetime.combine(asked.value, time()))
    value = sa.literal(asked.value)
    return {"eq": column == value, "ge": column >= value, "le": column <= value}[asked.op]


def _contains(column: Any, words: str) -> Any:
    """Whether the words stand in the column's text, capital letters or not."""
    pattern = re.sub(r"([\\%_])", r"\\\1", words.lower())
    return sa.func.lower(column).like(sa.literal(f"%{pattern}%"))


def _on_days(column: Any, op: str, day: datetime) -> Any:
    """A moment asked by its day: `le` takes in the whole day."""
    begin = sa.literal(day)
    end = begin + sa.literal(timedelta(days=1))  # by the database, whose calendar has a day after the last of ours
    return {"eq": sa.and_(column >= begin, column < end), "ge": column >= begin, "le": column < end}[op]

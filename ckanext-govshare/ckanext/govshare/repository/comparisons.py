"""The SQL that compares the tables of two versions of a data file."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ckanext.govshare.domain.datafiles import DataFile
from ckanext.govshare.repository.tables import reading

SAMPLE = 20


@dataclass(frozen=True)
class RowChanges:
    """How many rows only the one or only the other table has, and up to `SAMPLE` of them, as text in the order of `columns`."""

    columns: Sequence[str]
    added: int
    removed: int
    added_sample: Sequence[Sequence[str | None]]
    removed_sample: Sequence[Sequence[str | None]]


def rows(before: DataFile, after: DataFile) -> RowChanges:
    """Compare by the columns that both have. A row that stands there twice counts twice. Raises TooSlow."""
    types = {column["id"]: column["type"] for column in before.columns}
    shared = [column for column in after.columns if column["id"] in types]
    as_text = [column["id"] for column in shared if column["type"] != types[column["id"]]]
    names = [column["id"] for column in shared]
    if not names:
        return RowChanges([], after.rows or 0, before.rows or 0, [], [])
    with reading() as connection:
        connection.execute(sa.text("SET LOCAL work_mem = '64MB'"))
        added, added_sample = _only_in(connection, after, before, names, as_text)
        removed, removed_sample = _only_in(connection, before, after, names, as_text)
    return RowChanges([_heading(column) for column in shared], added, removed, added_sample, removed_sample)


def _only_in(connection: sa.Connection, file: DataFile, other: DataFile, names: Sequence[str],
             as_text: Sequence[str]) -> tuple[int, list[list[str | None]]]:
    one, two = (sa.select(*_cells(table, names, as_text)).select_from(table)
                for table in (sa.table(file.id), sa.table(other.id)))
    found = sa.except_all(one, two).subquery()
    shown = [sa.cast(cell, sa.Text) for cell in found.c]
    # Counted and sampled in one walk; the first columns order the sample, so that it is the same each time.
    query = sa.select(sa.func.count().over(), *shown).order_by(*list(found.c)[:3]).limit(SAMPLE)
    lines = connection.execute(query).all()
    return (lines[0][0] if lines else 0), [list(line[1:]) for line in lines]


def _cells(table: sa.TableClause, names: Sequence[str], as_text: Sequence[str]) -> list[Any]:
    """Columns by position, since their names may be anything; those whose type changed as text."""
    cells: Iterator[sa.ColumnClause[Any]] = (
        sa.column(sa.sql.quoted_name(name, quote=True), _selectable=table) for name in names)
    return [(sa.cast(cell, sa.Text) if name in as_text else cell).label(f"c{position}")
            for position, (name, cell) in enumerate(zip(names, cells, strict=True))]


def _heading(column: Mapping[str, Any]) -> str:
    return str(column.get("name") or column["id"])

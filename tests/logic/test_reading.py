"""What the reader writes is what the DataStore takes: PostgreSQL finds the same rows, types and blanks."""
from __future__ import annotations

from pathlib import Path

import psycopg2
import pytest
from awkward_cases import READ
from ckanext.datastore.backend.postgres import get_write_engine
from psycopg2 import sql

from ckanext.govshare.logic.datafiles import reports
from ckanext.govshare.reading.reader import read
from ckanext.govshare.repository import table_loading

TABLE = "awkward"
EXTREMES = ("名称,整数,小数,日期,时间\n甲,999999999999999,1e99,1000-01-01,2999-12-31 23:59:59.999999999\n"
            '乙,+5,5.,2021年3月5日,2021.3.5\n"\\.","-1,234,567,890,123",.5,2021/3/5,2021-03-05T08:00:00-12:00\n')


@pytest.fixture
def table(portal: None) -> str:
    return TABLE


def _loaded(table: str, directory: Path, content: bytes, filename: str) -> tuple[list[int], list[int], list[str]]:
    """Rows and blanks of each column as the report says, and as PostgreSQL counts; the types."""
    directory.mkdir()
    (directory / "source").write_bytes(content)
    report = read(directory / "source", directory, filename)
    reports.checked(report.to_dict())
    table_loading.load(table, report.columns, directory / "table.csv", lambda _: None)
    counts = [sql.SQL("count(*) FILTER (WHERE {} IS NULL)").format(sql.Identifier(column["id"])) for column in report.columns]
    connection = get_write_engine().raw_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT count(*), {} FROM {}").format(sql.SQL(", ").join(counts), sql.Identifier(table)))
            found = list(cursor.fetchone())
    finally:
        connection.close()
        table_loading.drop(table)
    told = [report.rows or 0, *(column["nulls"] for column in report.columns)]
    return told, found, [column["type"] for column in report.columns]


def test_every_table_that_is_read_can_be_loaded(table: str, tmp_path: Path) -> None:
    for number, case in enumerate(READ):
        told, found, _ = _loaded(table, tmp_path / str(number), case.content(), case.filename)
        assert found == told, case.id


def test_the_extremes_of_each_type_can_be_loaded(table: str, tmp_path: Path) -> None:
    told, found, types = _loaded(table, tmp_path / "extremes", EXTREMES.encode(), "a.csv")
    assert found == told == [3, 0, 0, 0, 0, 0]
    assert types == ["text", "int8", "numeric", "date", "timestamp"]


def _blamed(table: str, directory: Path, *columns: dict[str, str], row: str) -> str:
    (directory / "table.csv").write_text(row, encoding="utf-8")
    with pytest.raises(table_loading.DoesNotFit) as refusal:
        table_loading.load(table, columns, directory / "table.csv", lambda _: None)
    return refusal.value.code


def test_a_table_that_postgresql_does_not_take_is_refused_and_says_why(table: str, tmp_path: Path) -> None:
    wide = [{"id": f"c{n}", "name": "", "type": "text"} for n in range(1000)]
    assert _blamed(table, tmp_path, {"id": "xmin", "name": "", "type": "text"}, row="1\n") == "not_loaded"
    assert _blamed(table, tmp_path, {"id": "a", "name": "", "type": "date"}, row="x\n") == "not_loaded"
    assert _blamed(table, tmp_path, *wide, row=",".join(["x" * 100] * 1000) + "\n") == "row_too_wide"


def test_a_database_that_fails_is_no_fault_of_the_table() -> None:
    assert table_loading._to_blame(psycopg2.OperationalError("gone")) == ""

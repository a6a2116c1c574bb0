"""What leaves as a file comes back as the same table: columns, types, rows and blanks, in every form (OPN-5)."""
from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ckanext.govshare import clock
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.domain.table_queries import Query
from ckanext.govshare.logic.gate import exports
from ckanext.govshare.logic.gate.exports import Order
from ckanext.govshare.reading.reader import read
from ckanext.govshare.repository import table_loading

FORMS = (("csv", False), ("csv", True), ("tsv", False), ("json", False), ("xlsx", False), ("xml", False))
TEXTS = ("甲", "", "五岭大道\n10号", "=1+1", "@SUM(A1)", "+甲", "-乙", "'=2", "'90后", "a,b;c、d|e\tf", '说"好"', "<b>&amp;</b>",
         "—", "无", "😀𠮷", "_x0041_", "甲,乙\n丙,丁", "\\N", "100%", "x" * 5000, "]]>", "null", "true", "1E2", "007", "约10")
NUMBERS = ("0", "-3", "12.50", "250.10", "250.1", "0.00001", "123456789012345", "")
COLUMNS: dict[str, Callable[[random.Random], str]] = {
    "单位.名称": lambda r: r.choice(TEXTS),
    "单位_名称[1]": lambda r: r.choice(TEXTS),
    "编号": lambda r: f"{r.randrange(1000):06}",
    "证号": lambda r: f"43100219800101{r.randrange(10000):04}",
    "座位 (％)": lambda r: f"{r.randrange(1, 9)}E{r.randrange(1, 20)}",
    "数值": lambda r: r.choice(NUMBERS),
    "次数": lambda r: r.choice(("1", "-2", "999999999999999", "")),
    "日期": lambda r: r.choice(("2021-03-05", "1899-12-31", "1000-01-01", "2999-12-31", "")),
    "时-间": lambda r: r.choice(("2021-03-05T08:30:15.250000", "1850-01-01T23:59:59", "2999-12-31T12:00:00.123456", "")),
    "是/否": lambda r: r.choice(("true", "false", "")),
    "-- x": lambda r: r.choice(("是", "否")),
    "电话": lambda r: f"+8613{r.randrange(10**9):09}",
}


def _table(seed: int) -> bytes:
    """A table of some columns and rows; the first column is never blank, so that no row is."""
    chance = random.Random(seed)  # noqa: S311 - the same table every time
    names = chance.sample(list(COLUMNS), chance.randrange(1, len(COLUMNS) + 1))
    rows = [[COLUMNS[name](chance) for name in names] for _ in range(chance.choice((1, 2, 40)))]
    written = io.StringIO()
    csv.writer(written).writerows([["键", *names], *(["k" + str(number), *row] for number, row in enumerate(rows))])
    return written.getvalue().encode()


def _read(folder: Path, content: bytes, filename: str) -> tuple[list[tuple[str, str]], list[list[Any]], Any]:
    out = folder / "out"
    out.mkdir(parents=True)
    (folder / "source").write_bytes(content)
    report = read(folder / "source", out, filename)
    assert report.columns, report.findings
    columns = [(column["id"], column["type"]) for column in report.columns]
    with (out / "table.csv").open(encoding="utf-8", newline="") as table:
        csv.field_size_limit(10**6)
        rows = [[_value(cell, kind) for cell, (_, kind) in zip(row, columns, strict=True)] for row in csv.reader(table)]
    return columns, rows, report


def _value(cell: str, kind: str) -> Any:
    return Decimal(cell) if cell and kind in ("int8", "numeric") else cell


@pytest.fixture
def table(portal: None) -> Any:
    yield "round-trip"
    table_loading.drop("round-trip")


@pytest.mark.parametrize("seed", range(8))
def test_what_is_exported_is_read_as_the_same_table(table: str, tmp_path: Path, seed: int) -> None:
    columns, rows, report = _read(tmp_path / "given", _table(seed), "a.csv")
    table_loading.load(table, report.columns, tmp_path / "given" / "out" / "table.csv", lambda _: None)
    file = DataFile(id=table, entry_id="", resource_id="", kind="upload", state=FileState.CURRENT, created_at=clock.now(),
                    columns=report.columns, rows=report.rows)
    for form, bom in FORMS:
        content = b"".join(exports.send(Order(file, Query(), form, bom)))
        found, again, _ = _read(tmp_path / f"{form}{bom}", content, f"a.{form}")
        assert found == columns, form
        assert again == rows, form

"""Files as departments send them are read right, or it is explained what to mend (OPN-5)."""
from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from awkward_case import Case
from awkward_cases import READ, REFUSED
from awkward_files import csv_of

from ckanext.govshare.domain.findings import FINDINGS, describe, refuses
from ckanext.govshare.reading.reader import read
from ckanext.govshare.reading.report import MAX_FINDINGS, MAX_OF_ONE_CODE, Report


def _read(tmp_path: Path, content: bytes, filename: str) -> tuple[Report, list[list[str]]]:
    source, out = tmp_path / "source", tmp_path / "out"
    source.write_bytes(content)
    out.mkdir()
    report = read(source, out, filename)
    table = out / "table.csv"
    if not table.exists():
        return report, []
    with table.open(encoding="utf-8", newline="") as file:
        return report, list(csv.reader(file))


def _found(report: Report) -> list[tuple[str, int | None]]:
    return [(found["code"], found["row"]) for found in report.findings]


@pytest.mark.parametrize("case", READ, ids=lambda case: case.id)
def test_a_table_is_read_with_its_columns_types_and_rows(case: Case, tmp_path: Path) -> None:
    report, rows = _read(tmp_path, case.content(), case.filename)
    assert {column["id"]: column["type"] for column in report.columns} == case.columns
    assert rows[:len(case.rows)] == case.rows
    assert report.rows == len(rows) == (case.count or len(case.rows))
    assert sorted(_found(report), key=str) == sorted(case.findings, key=str)
    assert dict(report.reading) | case.reading == dict(report.reading)
    assert report.machine_readable
    assert not refuses(report.findings)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.id)
def test_a_file_that_is_no_table_is_explained_and_leaves_none(case: Case, tmp_path: Path) -> None:
    report, rows = _read(tmp_path, case.content(), case.filename)
    assert [found for found in _found(report) if FINDINGS[found[0]][0] == "error"] == case.findings
    assert (list(report.columns), report.rows, rows, report.machine_readable) == ([], None, [], False)


@pytest.mark.parametrize("case", [*READ, *REFUSED], ids=lambda case: case.id)
def test_every_finding_has_a_text_with_all_its_parameters(case: Case, tmp_path: Path) -> None:
    report, _ = _read(tmp_path, case.content(), case.filename)
    for found in report.findings:
        assert str(describe(json.loads(json.dumps(found))))


def test_the_worst_comes_first_and_the_rest_is_counted(tmp_path: Path) -> None:
    lines = [f"甲{row}" if row % 2 else f"甲{row},1,{row},2" for row in range(300)]
    report, _ = _read(tmp_path, csv_of("名称,数量", *["乙,2"] * 301, *lines, "丙,3"), "a.csv")
    severities = [found["severity"] for found in report.findings]
    assert severities == sorted(severities, key=("error", "warning", "note").index)
    assert len(report.findings) <= MAX_FINDINGS
    assert report.counts["too_many_cells"] == report.counts["too_few_cells"] == 150
    more = [found["params"] for found in report.findings if found["code"] == "more_of_these"]
    assert {"code": "too_many_cells", "count": 150 - MAX_OF_ONE_CODE} in more


def test_types_are_those_of_all_rows_not_of_the_first(tmp_path: Path) -> None:
    rows = 10_000
    report, table = _read(tmp_path, csv_of("名称,数量,代码", *(f"甲,{row},{row}" for row in range(rows)), "乙,0.5,007"), "a.csv")
    assert {column["id"]: column["type"] for column in report.columns} == {"名称": "text", "数量": "numeric", "代码": "text"}
    assert len(table) == rows + 1


def test_nulls_and_the_longest_value_are_counted(tmp_path: Path) -> None:
    report, _ = _read(tmp_path, csv_of("名称,数量", "甲乙丙,1", ",", "丁,", "戊,—"), "a.csv")
    assert [(column["nulls"], column["longest"]) for column in report.columns] == [(0, 3), (2, 1)]


def test_the_program_writes_report_and_table(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(csv_of("名称,数量", "甲,1"))
    subprocess.run([sys.executable, "-m", "ckanext.govshare.reading", tmp_path / "source", tmp_path, "--name", "../../表.csv"],
                   check=True)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (report["format"], report["rows"], report["findings"]) == ("csv", 1, [])
    assert (tmp_path / "table.csv").read_text(encoding="utf-8") == "甲,1\n"


def test_the_reader_needs_nothing_of_the_portal() -> None:
    script = ("import sys; from ckanext.govshare.reading import __main__, delimited, workbook; "
              "print([name for name in sys.modules if name.split('.')[0] in ('ckan', 'sqlalchemy', 'flask', 'redis')])")
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"

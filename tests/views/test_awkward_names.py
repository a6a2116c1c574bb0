"""A column may have any name: its table leaves whole in every form, and can be asked for by that name everywhere."""
from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from browser import Browser
from world import World

from ckanext.govshare.domain.spreadsheets import harmless
from ckanext.govshare.domain.table_queries import Filter, Query, Sort, to_args
from ckanext.govshare.repository import datafiles

# `_` beside `.` and `[`: what a library makes of the one must not meet what it makes of the other.
NAMES = (
    "单位.名称", "单位_名称", "数值[1]", "数值_1_", "占比(%)", "%(a)s", "时:间", '他说"好"', "it's", "空 格", "长" * 25, "😀",
    "a\\b", "a/b", "a;b", "a,b", "$1", "{x}", "-- x", "select", "1", "名称 desc", "<b>粗</b>", "a&b", "a?b#c", "PM2.5", "a=b",
    "asc", "a.b.c", "*",
)
ROWS = [[f"值{row}-{column}" for column in range(len(NAMES))] for row in range(3)]


@pytest.fixture(scope="module")
def content() -> bytes:
    table = io.StringIO()
    csv.writer(table).writerows([NAMES, *ROWS])
    return table.getvalue().encode()


@pytest.fixture
def entry(world: World, content: bytes) -> dict[str, Any]:
    return world.published(content, info_items=[{"name": "名称", "data_type": "C", "length": 20}])


@pytest.fixture
def ids(entry: dict[str, Any]) -> list[str]:
    """The columns' names in the DataStore."""
    file = datafiles.current(entry["resources"][0]["id"])
    assert file is not None
    return [column["id"] for column in file.columns]


def _address(entry: dict[str, Any], way: str = "", args: Mapping[str, Any] | None = None) -> str:
    address = f"/dataset/{entry['name']}/resource/{entry['resources'][0]['id']}{way}"
    return f"{address}?{urlencode(args or {}, doseq=True)}"


def _got(browser: Browser, address: str) -> bytes:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.data.decode()
    return bytes(answer.data)


def _csv(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter, strict=True))


def test_a_table_leaves_whole_whatever_its_columns_are_called(entry: dict[str, Any], ids: list[str], app: Any) -> None:
    browser = Browser(app)
    assert len(set(ids)) == len(NAMES)
    assert {"单位.名称", "单位_名称", "数值[1]", "PM2.5", "it's", "😀", "a,b"} <= set(ids)
    assert _csv(_got(browser, _address(entry, "/export/csv"))) == [[harmless(name) for name in ids], *ROWS]
    assert json.loads(_got(browser, _address(entry, "/export/json"))) == [dict(zip(ids, row, strict=True)) for row in ROWS]
    rows = ET.fromstring(_got(browser, _address(entry, "/export/xml")))  # noqa: S314 - our own answer
    assert [[cell.get("name", cell.tag) for cell in rows[0]], *([cell.text for cell in row] for row in rows)] == [ids, *ROWS]
    sheet: Any = openpyxl.load_workbook(io.BytesIO(_got(browser, _address(entry, "/export/xlsx")))).active
    assert [list(row) for row in sheet.iter_rows(values_only=True)] == [ids, *ROWS]


def test_the_dump_has_every_row_in_every_form(entry: dict[str, Any], ids: list[str], app: Any) -> None:
    dump = f"/datastore/dump/{entry['resources'][0]['id']}?format="
    numbered = [["_id", *map(harmless, ids)], *([str(number), *row] for number, row in enumerate(ROWS, start=1))]
    browser = Browser(app)
    assert _csv(_got(browser, dump + "csv")) == _csv(_got(browser, dump + "tsv"), "\t") == numbered
    assert [record[1:] for record in json.loads(_got(browser, dump + "json"))["records"]] == ROWS
    assert len(ET.fromstring(_got(browser, dump + "xml"))) == len(ROWS)  # noqa: S314 - our own answer


def test_every_name_can_be_filtered_sorted_and_chosen_by(entry: dict[str, Any], ids: list[str], app: Any) -> None:
    browser = Browser(app)
    for number, name in enumerate(ids):
        args = to_args(Query(filters=(Filter(name, "contains", "值1"),), sort=(Sort(name, True),), fields=(name,)))
        assert f"值1-{number}".encode() in _got(browser, _address(entry, "/export/csv", args)), name
        page = _got(browser, _address(entry, "", {key: args[key] for key in ("filter", "sort")})).decode()
        assert f"值1-{number}" in page, name
        assert f"值2-{number}" not in page, name


def test_ckans_search_takes_every_name(entry: dict[str, Any], ids: list[str], app: Any) -> None:
    browser = Browser(app)
    for number, name in enumerate(ids):
        asked = {"resource_id": entry["resources"][0]["id"], "filters": {name: f"值1-{number}"}, "fields": [name, "_id"],
                 "sort": [f'"{name}" desc'], "q": {name: "值1"}}
        answer = browser.post("/api/3/action/datastore_search", json=asked)
        assert answer.status_code == 200, (name, answer.data.decode())
        assert answer.json["result"]["records"] == [{name: f"值1-{number}", "_id": 2}], name

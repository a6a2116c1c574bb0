"""A file's columns agree with what its entry says, or it is told where they do not."""
from __future__ import annotations

from typing import Any

import pytest

from ckanext.govshare.domain import info_items
from ckanext.govshare.domain.choices import DataType
from ckanext.govshare.domain.findings import describe, refuses
from ckanext.govshare.domain.structure import check, items_from

NUMBERS = {"int8", "numeric", "float8"}
TYPES = {"text", "date", "timestamp", "bool", *NUMBERS}


def _column(name: str, type: str = "text", longest: int = 5) -> dict[str, Any]:
    return {"id": name, "name": name, "type": type, "nulls": 0, "longest": longest}


def _item(name: str, data_type: str = "C", length: Any = 50) -> dict[str, Any]:
    return {"name": name, "data_type": data_type, "length": length, "description": ""}


def _codes(columns: list[dict[str, Any]], items: Any) -> list[tuple[str, str | None]]:
    return [(found["code"], found["column"]) for found in check(columns, items)]


def test_what_agrees_needs_no_word() -> None:
    columns = [_column("站点名称"), _column("监测日期", "date"), _column("数值", "numeric")]
    assert _codes(columns, [_item("数值", "N", 10), _item("站点名称"), _item("监测日期", "D", None)]) == []


def test_names_agree_whatever_their_spaces_and_case() -> None:
    assert _codes([_column("PM2.5 浓度")], [_item(" pm2.5浓度")]) == []


def test_a_missing_item_and_a_column_too_many_are_named() -> None:
    found = _codes([_column("名称"), _column("多余")], [_item("名称"), _item("缺少")])
    assert found == [("missing_item", "缺少"), ("extra_column", "多余")]


@pytest.mark.parametrize(("data_type", "agreeing"), [
    ("C", TYPES), ("M", TYPES), ("G", TYPES), ("N", NUMBERS), ("Y", NUMBERS), ("B", NUMBERS), ("F", NUMBERS), ("I", {"int8"}),
    ("D", {"date"}), ("T", {"timestamp", "date"}), ("L", {"bool"}),
])
def test_each_data_type_agrees_with_its_column_types(data_type: str, agreeing: set[str]) -> None:
    for type in TYPES:
        expected = [] if type in agreeing else [("type_disagrees", "列")]
        assert _codes([_column("列", type, 30)], [_item("列", data_type)]) == expected, type


def test_every_data_type_is_covered() -> None:
    assert set(DataType) == set("CNYDTLMGBIF")


def test_yes_and_no_in_words_are_logical() -> None:
    assert _codes([_column("是否公开", "text", 1)], [_item("是否公开", "L")]) == []


def test_a_column_without_values_has_no_type_to_disagree() -> None:
    assert _codes([_column("日期", "text", 0)], [_item("日期", "D")]) == []


@pytest.mark.parametrize("length", [10, "10"])
def test_a_value_longer_than_declared_is_told(length: Any) -> None:
    assert _codes([_column("名称", longest=11)], [_item("名称", length=length)]) == [("longer_than_declared", "名称")]
    assert _codes([_column("名称", longest=10)], [_item("名称", length=length)]) == []


@pytest.mark.parametrize("items", [None, "", [], "文本", [None, 3, {}], [{"name": None}]])
def test_an_entry_without_items_says_nothing(items: Any) -> None:
    assert check([_column("名称")], items) == []


def test_disagreement_refuses_no_file_and_has_a_text() -> None:
    found = check([_column("a", "text", 99), _column("x")], [_item("a", "N", 1), _item("b")])
    assert not refuses(found)
    assert [str(describe(one)) for one in found] == [
        "The entry's information item is not a column of the file.", "The entry says a number, but the column holds text.",
        "The entry says at most 1 characters, the longest value has 99.",
        "The column is not among the entry's information items."]


def test_items_taken_over_from_a_file_are_valid_and_agree_with_it() -> None:
    columns = [_column("名称", "text", 33), _column("简介", "text", 400), _column("数量", "int8", 3),
               _column("比率", "numeric", 12), _column("日期", "date"), _column("时间", "timestamp"), _column("公开", "bool"),
               {**_column("名称"), "id": "名称_2"}, {**_column(""), "id": "column_9"}]
    items = items_from(columns)
    assert list(info_items.errors(items, complete=True)) == []
    assert check(columns, items) == []
    assert [(item["name"], item["data_type"], item.get("length")) for item in items] == [
        ("名称", "C", 50), ("简介", "M", None), ("数量", "I", None), ("比率", "N", 20), ("日期", "D", None),
        ("时间", "T", None), ("公开", "L", None), ("名称_2", "C", 10), ("column_9", "C", 10)]

"""A file's columns agree with what its entry says, or it is told where they do not."""
from __future__ import annotations

from typing import Any

import pytest

from ckanext.govshare.domain import findings, info_items
from ckanext.govshare.domain.choices import DataType
from ckanext.govshare.domain.findings import DECLARED, FINDINGS, describe, finding, refuses, worst_first
from ckanext.govshare.domain.structure import check, check_again, items_from

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


@pytest.mark.parametrize(("longest", "length"), [(1, 10), (10, 10), (11, 20), (100, 100), (101, 200), (201, 500), (254, 500)])
def test_a_length_that_is_taken_over_leaves_room(longest: int, length: int) -> None:
    assert items_from([_column("a", "text", longest)]) == [
        {"name": "a", "data_type": "C", "length": length, "description": ""}]


@pytest.mark.parametrize(("type", "longest", "item"), [
    ("text", 255, {"data_type": "M"}), ("numeric", 10_001, {"data_type": "N", "length": 10_001}),
    ("numeric", 10_000, {"data_type": "N", "length": 10_000}), ("float8", 30, {"data_type": "B"}), ("strange", 5, {
        "data_type": "C", "length": 10}), ("strange", 300, {"data_type": "M"})])
def test_long_texts_are_memos_and_long_numbers_as_long_as_they_are(type: str, longest: int, item: dict[str, Any]) -> None:
    assert items_from([_column("a", type, longest)]) == [{"name": "a", **item, "description": ""}]


def test_a_column_that_was_not_measured_is_short_and_a_thousand_are_taken_over() -> None:
    assert items_from([{"id": "a", "type": "text"}])[0]["length"] == 10
    assert len(items_from([_column(str(number)) for number in range(1001)])) == 1000


@pytest.mark.parametrize(("type", "longest", "agrees"), [
    ("text", 2, True), ("text", 3, False), ("int8", 1, True), ("int8", 3, False), ("bool", 5, True), ("bool", 2, True),
    ("date", 2, False)])
def test_what_is_logical_is_a_word_or_a_truth(type: str, longest: int, agrees: bool) -> None:
    assert _codes([_column("a", type, longest)], [_item("a", "L")]) == ([] if agrees else [("type_disagrees", "a")])


@pytest.mark.parametrize(("data_type", "length", "told"), [
    ("C", 4, True), ("N", "4", True), ("F", 4, False), ("M", 4, False), ("C", None, False), ("C", "x", False), ("C", 0, False),
    ("C", 5, False)])
def test_only_texts_and_numbers_have_a_length_that_counts(data_type: str, length: Any, told: bool) -> None:
    found = check([_column("a", "int8", 5)], [_item("a", data_type, length)])
    assert [one["code"] for one in found] == (["longer_than_declared"] if told else [])


def test_what_disagrees_is_told_in_numbers_and_types() -> None:
    found = check([_column("a", "text", 9), _column("b", "text", 9)], [_item("a", "D"), _item("b", "C", 3)])
    assert [(one["code"], one["column"], one["params"]) for one in found] == [
        ("type_disagrees", "a", {"expected": "D", "type": "text"}), ("longer_than_declared", "b", {"expected": 3, "longest": 9})]


def test_an_item_is_found_by_the_columns_name_or_its_id() -> None:
    renamed = {**_column("浓度"), "id": "浓度_2"}
    assert _codes([renamed], [_item("浓度_2")]) == _codes([renamed], [_item("浓度")]) == []
    assert _codes([{**_column(""), "id": "column_1"}], [_item("x")]) == [("missing_item", "x"), ("extra_column", "column_1")]
    assert check([], [_item("x")]) == []


def test_of_two_columns_of_one_name_the_first_is_the_items() -> None:
    columns = [_column("a", "text", 99), {**_column("a", "date"), "id": "a_2"}]
    assert [one["code"] for one in check(columns, [_item("a", "M")])] == []


def test_what_was_said_of_agreement_is_said_anew_and_all_else_stays() -> None:
    before = [finding("percent", row=3), finding("missing_item", column="old"), finding("extra_column", column="x"),
              finding("type_disagrees", column="x", expected="D", type="text"), finding("no_rows"),
              finding("longer_than_declared", column="x", expected=1, longest=2)]
    again = check_again(before, [_column("a")], [_item("b")])
    assert [(one["code"], one["column"]) for one in again] == [
        ("no_rows", None), ("missing_item", "b"), ("extra_column", "a"), ("percent", None)]


class TestFindings:
    def test_a_finding_is_stored_with_its_place_and_how_bad_it_is(self) -> None:
        assert finding("no_rows") == {"severity": "error", "code": "no_rows", "row": None, "column": None, "params": {}}
        assert finding("missing_item", row=2, column="a", x=1) == {
            "severity": FINDINGS["missing_item"][0], "code": "missing_item", "row": 2, "column": "a", "params": {"x": 1}}

    def test_errors_come_first_and_what_concerns_the_whole_before_rows(self) -> None:
        kinds = {severity: next(code for code, (found, _) in FINDINGS.items() if found == severity)
                 for severity in ("error", "warning", "note")}
        mixed = [finding(kinds["note"]), finding(kinds["warning"], row=2), finding(kinds["error"], row=9),
                 finding(kinds["warning"]), finding(kinds["warning"], row=1), finding(kinds["error"], row=3)]
        assert [(one["severity"], one["row"]) for one in worst_first(mixed)] == [
            ("error", 3), ("error", 9), ("warning", None), ("warning", 1), ("warning", 2), ("note", None)]
        assert [refuses(mixed), refuses([mixed[0], mixed[1]]), refuses([])] == [True, False, False]

    def test_a_type_is_told_as_people_call_it_whatever_was_declared(self) -> None:
        params = describe(finding("type_disagrees", column="x", expected="D", type="int8")).params
        assert params == {"expected": DECLARED["D"], "type": findings.TYPES["int8"]}
        assert str(params["type"]) != "int8"

    def test_a_code_of_another_release_is_told_by_its_name(self) -> None:
        assert describe({"code": "future"}).params == {"code": "future"}

    def test_types_and_what_was_declared_are_told_in_words(self) -> None:
        told = describe(finding("type_disagrees", column="x", expected="N", type="text"))
        assert str(told) == "The entry says a number, but the column holds text."
        odd = describe(finding("type_disagrees", column="x", expected="Z", type="strange"))
        assert odd.params == {"expected": "Z", "type": "strange"}
        assert describe({**finding("type_disagrees"), "params": None}).params == {"expected": "", "type": ""}
        assert "expected" in describe(finding("longer_than_declared", expected=1, longest=2)).params

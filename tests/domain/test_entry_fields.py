"""Which fields an entry and its data files have, what is too much of each, and how forms say them."""
from __future__ import annotations

from typing import Any

import pytest

from ckanext.govshare.domain import entry_fields, info_items
from ckanext.govshare.domain.codes import catalog_code, is_catalog_code
from ckanext.govshare.domain.entry_input import read
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.wording import Message

LICENCES = ("cc-by", "odbl")


def params(errors: dict[str, list[Message]]) -> dict[str, list[dict[str, Any]]]:
    """What is said of each field, each with a reason."""
    return {field: [dict(message.params) for message in messages] for field, messages in Invalid(errors).errors.items()}


def errors(given: dict[Any, Any], stored: dict[str, Any] | None = None) -> dict[str, list[dict[str, Any]]]:
    return params(entry_fields.errors(given, stored or {}, LICENCES))


class TestEntries:
    @pytest.mark.parametrize("field", [
        *sorted(entry_fields.COMPILED - {"license_id"} | entry_fields.COMPUTED), "_ckan_phase", "_csrf_token", "pkg_name",
        "save", "log_message"])
    def test_fields_of_the_list_are_taken(self, field: str) -> None:
        assert errors({field: "x"}) == {}

    @pytest.mark.parametrize("value", ["x", 1, True, ["x"], {"a": 1}, 0])
    def test_all_others_are_refused_unless_they_say_what_is_stored(self, value: Any) -> None:
        assert errors({"maintainer": value}) == {"maintainer": [{"field": "maintainer"}]}
        assert errors({"maintainer": value}, {"maintainer": value}) == {}
        assert errors({"maintainer": value}, {"maintainer": "another"}) == {"maintainer": [{"field": "maintainer"}]}

    @pytest.mark.parametrize("nothing", [None, "", " ", [], {}, False])
    def test_a_field_that_says_nothing_is_none(self, nothing: Any) -> None:
        assert errors({"maintainer": nothing, "type": nothing}) == {}

    def test_what_has_no_name_is_for_others_to_refuse_and_names_are_cut(self) -> None:
        assert errors({1: "x", "a": "x"}) == {"a": [{"field": "a"}]}
        assert errors({"x" * 101: "y"}) == {"x" * 100: [{"field": "x" * 100}]}

    def test_an_entry_is_a_dataset(self) -> None:
        assert errors({"type": "dataset"}) == {}
        assert errors({"type": "harvest"}, {"type": "harvest"}) == {"type": [{"type": "dataset"}]}

    def test_a_licence_is_one_that_is_offered_or_the_stored_one(self) -> None:
        for licence in (*LICENCES, "", " ", None):
            assert errors({"license_id": licence}) == {}
        assert errors({"license_id": "gfdl"}, {"license_id": "gfdl"}) == {}
        assert errors({"license_id": "g" * 41}) == {"license_id": [{"value": "g" * 40, "choices": "cc-by, odbl"}]}

    @pytest.mark.parametrize(("field", "longest"), [("name", 100), ("owner_org", 100), ("tag_string", 10_000)])
    def test_a_text_goes_to_its_limit_and_no_further(self, field: str, longest: int) -> None:
        assert errors({field: "x" * longest}) == {}
        assert errors({field: "x" * (longest + 1)}) == {field: [{"length": longest + 1, "limit": longest}]}

    def test_two_things_that_are_wrong_with_a_licence_are_both_told(self) -> None:
        assert errors({"license_id": "x" * 101}) == {
            "license_id": [{"value": "x" * 40, "choices": "cc-by, odbl"}, {"length": 101, "limit": 100}]}

    @pytest.mark.parametrize(("field", "most"), [("resources", 1000), ("tags", 100), ("groups", 50)])
    def test_a_list_goes_to_its_limit_and_no_further(self, field: str, most: int) -> None:
        assert errors({field: [{}] * most}) == {}
        assert errors({field: [{}] * (most + 1)}) == {field: [{"count": most + 1, "limit": most}]}
        assert errors({field: "x" * (most + 1)}) == {}

    def test_only_what_a_department_says_is_compiled(self) -> None:
        given = {"id": "e1", "title": "甲", "state": "deleted", "save": "x", "maintainer": "y",
                 "tags": [{"name": "水", "vocabulary_id": "v"}, "x"], "groups": [{"id": "g1", "name": "g", "title": "主题"}]}
        assert entry_fields.compiled(given) == {
            "id": "e1", "title": "甲", "tags": [{"name": "水"}, "x"], "groups": [{"id": "g1", "name": "g"}]}
        assert entry_fields.compiled({"tags": "x"}) == {"tags": "x"}


class TestDataFiles:
    def test_fields_of_the_list_are_taken_and_others_are_not(self) -> None:
        given = {"name": "站点", "url": "x", "save": "x", "mine": "y", "x" * 101: "z", "empty": "", "off": False}
        found = params(entry_fields.resource_errors(given, {}))
        assert found == {"mine": [{"field": "mine"}], "x" * 100: [{"field": "x" * 100}]}

    def test_what_is_stored_may_be_said_again(self) -> None:
        assert entry_fields.resource_errors({"mine": "y"}, {"mine": "y"}) == {}
        assert entry_fields.resource_errors({"mine": "y"}, {"mine": "z"})


class TestInformationItems:
    item: dict[str, Any] = {"name": "站点", "data_type": "C", "length": 50, "description": "编号"}  # noqa: RUF012 - nobody changes it

    def _texts(self, items: Any, complete: bool = True) -> list[str]:
        return [str(message) for message in info_items.errors(items, complete)]

    @pytest.mark.parametrize("length", [1, 1_000_000_000, "1", "1000000000", "007"])
    def test_a_length_is_a_whole_number(self, length: Any) -> None:
        assert self._texts([self.item | {"length": length}]) == []

    @pytest.mark.parametrize("length", [
        0, 1_000_000_001, "0", "1000000001", "01000000000", "-1", "1.0", "x", 1.0, True, "１", [1]])
    def test_what_is_none_is_refused_with_its_row(self, length: Any) -> None:
        assert self._texts([self.item, {**self.item, "name": "乙", "length": length}]) == [
            "Row 2: the length is a whole number from 1 to 1000000000"]

    def test_a_thousand_items_are_taken_and_no_more_looked_at(self) -> None:
        rows = [self.item | {"name": str(number)} for number in range(1001)]
        assert self._texts(rows[:1000]) == []
        assert self._texts(rows) == ["More than 1000 information items"]

    def test_each_fault_names_its_field(self) -> None:
        assert self._texts([{"name": "x" * 101, "description": "x" * 1001, "data_type": "C", "length": 1}]) == [
            "Row 1: the name: 101 characters; at most 100 are allowed",
            "Row 1: the description: 1001 characters; at most 1000 are allowed"]
        assert self._texts([{"name": "甲", "data_type": "T", "z": 1, "y" * 41: 1}]) == [f"Row 1: unknown field “{'y' * 40}”"]
        assert self._texts([{"name": "甲", "data_type": "X"}])[0].startswith("Row 1: the data type is one of C, ")
        assert self._texts(["x"]) == ["Row 1: expected name, data_type, length and description"]
        assert self._texts("x") == ["Expected a list of information items"]

    def test_what_is_missing_is_told_only_when_it_has_to_be_there(self) -> None:
        assert self._texts([{"description": "x"}]) == ["Row 1: the name is missing", "Row 1: the data type is missing"]
        assert self._texts([{"description": "x"}], complete=False) == []
        for kind in ("C", "N", "F"):
            assert self._texts([{"name": "甲", "data_type": kind}]) == ["Row 1: types C, N and F need a length"]

    def test_the_same_name_is_told_with_the_row_that_had_it_first(self) -> None:
        rows = [self.item, self.item | {"name": "乙"}, self.item | {"name": " 站点 "}, self.item]
        assert self._texts(rows) == [f"Row {row}: row 1 has the same name “站点”" for row in (3, 4)]
        long = self.item | {"name": "x" * 101}
        assert self._texts([long, long])[-1] == f"Row 2: row 1 has the same name “{'x' * 100}”"
        assert self._texts([self.item | {"name": " "}, self.item | {"name": " "}], complete=False) == []

    @pytest.mark.parametrize("nothing", [None, "", [], " "])
    def test_no_items_are_no_fault_of_theirs(self, nothing: Any) -> None:
        assert self._texts(nothing) == []


class TestForms:
    @pytest.mark.parametrize(("said", "meant"), [
        ("true", True), (" ON ", True), ("1", True), ("yes", True), (True, True), ("false", False), ("Off", False), ("0", False),
        ("no", False), ("", False), (" ", False), (None, False), (False, False), ("maybe", "maybe"), (5, 5)])
    def test_a_flag_is_said_in_words(self, said: Any, meant: Any) -> None:
        assert read({"sample_data": said})["sample_data"] == meant

    @pytest.mark.parametrize(("said", "meant"), [
        ("a/1", ["a/1"]), ("a/1, b/2;c/3、d/4；e/5，f/6\n g/7", ["a/1", "b/2", "c/3", "d/4", "e/5", "f/6", "g/7"]),
        (["a/1", "", "a/1", "b/2"], ["a/1", "b/2"]), ("  ", None), (5, 5), ([1, 1], [1, 1])])
    def test_codes_stand_between_commas_and_blanks(self, said: Any, meant: Any) -> None:
        assert read({"related_codes": said}).get("related_codes") == meant

    def test_a_text_of_codes_is_read_to_a_bound(self) -> None:
        assert sum(map(len, read({"related_codes": "x" * 100_001})["related_codes"])) == 100_000

    @pytest.mark.parametrize(("said", "meant"), [
        ("online_query", ["online_query"]), (["online_query", " ", "batch_download"], ["batch_download", "online_query"]),
        (["fax", "online_query"], ["fax", "online_query"]), ({"a": 1}, {"a": 1}), ([["x"], ["x"]], [["x"], ["x"]])])
    def test_choices_come_in_the_order_of_their_set(self, said: Any, meant: Any) -> None:
        assert sorted(map(str, read({"sharing_modes": said})["sharing_modes"])) == sorted(map(str, meant))
        assert type(read({"sharing_modes": said})["sharing_modes"]) is type(meant)

    def test_lines_end_in_one_way_and_blanks_around_texts_go(self) -> None:
        assert read({"notes": " a\r\nb\n ", "title": 5})["notes"] == "a\nb"
        assert read({"title": 5})["title"] == 5

    def test_empty_rows_of_items_go_and_what_is_no_row_stays_for_the_rules(self) -> None:
        rows = [{"name": " 甲 ", "length": "007", "description": ""}, {"name": " "}, {}, None, "x", {"length": "0"},
                {"length": 5}]
        assert read({"info_items": rows})["info_items"] == [{"name": "甲", "length": 7}, "x", {"length": "0"}, {"length": 5}]
        assert len(read({"info_items": [{}] * 1001})["info_items"]) == 1001
        assert read({"info_items": [{}] * 1000}).get("info_items") is None
        assert read({"info_items": "x"})["info_items"] == "x"


@pytest.mark.parametrize(("category", "sequence", "code"), [
    ("307016001", 1, "307016001/000001"), ("307016", 999_999, "307016/999999"), ("A07016", 1_000_000, "A07016/1000000")])
def test_a_code_counts_from_one(category: str, sequence: int, code: str) -> None:
    assert catalog_code(category, sequence) == code
    assert is_catalog_code(code)


@pytest.mark.parametrize("wrong", [
    None, 5, "", "307016001", "307016001/", "/1", "30701/1", "307016001/1234567890123", "307016001/x", "307016001/1/2",
    "307016001/１", "x" * 50 + "/1"])
def test_what_is_no_code_is_none(wrong: Any) -> None:
    assert not is_catalog_code(wrong)

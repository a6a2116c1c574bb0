"""Questions to tables: the language of addresses, there and back, and what it refuses."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ckanext.govshare.domain import dump_queries, table_queries
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.table_queries import Filter, Query, Sort, chosen, parse, to_args

COLUMNS = [{"id": "站点 名称", "type": "text"}, {"id": "浓度", "type": "numeric"}, {"id": "次数", "type": "int8"},
           {"id": "日期", "type": "date"}, {"id": "时:分", "type": "timestamp"}, {"id": "达标", "type": "bool"},
           {"id": "反\\斜", "type": "text"}, {"id": "比例", "type": "float8"}]


def _errors(args: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        parse(args, COLUMNS)
    return {name: [str(message) for message in messages] for name, messages in refused.value.errors.items()}


class TestParsing:
    @pytest.mark.parametrize(("text", "expected"), [
        ("站点 名称:contains:国控", Filter("站点 名称", "contains", "国控")),
        ("站点 名称:eq:a:b:c", Filter("站点 名称", "eq", "a:b:c")),
        ("站点 名称:eq: 前后空格 ", Filter("站点 名称", "eq", " 前后空格 ")),
        ("站点 名称:eq:", Filter("站点 名称", "eq", "")),
        ("站点 名称:empty", Filter("站点 名称", "empty")),
        ("反\\\\斜:contains:x", Filter("反\\斜", "contains", "x")),
        ("浓度:ge:-3.50", Filter("浓度", "ge", Decimal("-3.50"))),
        ("浓度:le: 12 ", Filter("浓度", "le", Decimal(12))),
        ("次数:eq:9007199254740993", Filter("次数", "eq", Decimal(9007199254740993))),
        ("次数:filled", Filter("次数", "filled")),
        ("日期:ge:2026-03-05", Filter("日期", "ge", date(2026, 3, 5))),
        ("日期:ge:2026年3月5日", Filter("日期", "ge", date(2026, 3, 5))),
        ("日期:ge:2026/3/5", Filter("日期", "ge", date(2026, 3, 5))),
        ("时\\:分:le:2026-03-05", Filter("时:分", "le", date(2026, 3, 5))),
        ("时\\:分:ge:2026-03-05T08:30:00", Filter("时:分", "ge", datetime(2026, 3, 5, 8, 30))),  # noqa: DTZ001 - cells have no zone - tables have no zone
        ("时\\:分:ge:2026-03-05 08:30", Filter("时:分", "ge", datetime(2026, 3, 5, 8, 30))),  # noqa: DTZ001 - cells have no zone - tables have no zone
        ("达标:eq:是", Filter("达标", "eq", True)),
        ("达标:eq:FALSE", Filter("达标", "eq", False)),
    ])
    def test_a_filter_is_read_by_the_type_of_its_column(self, text: str, expected: Filter) -> None:
        assert parse({"filter": [text]}, COLUMNS) == Query(filters=(expected,))

    def test_a_form_without_scripts_may_send_a_filter_in_three_fields(self) -> None:
        args = {"column": ["浓度", "", "日期", "次数"], "op": ["ge", "eq", "empty", "ge"], "value": ["35", "x", "", ""]}
        assert parse(args, COLUMNS).filters == (Filter("浓度", "ge", Decimal(35)), Filter("日期", "empty"))

    def test_sorting_is_upward_unless_it_says_otherwise(self) -> None:
        assert parse({"sort": ["浓度:desc", "日期", "时\\:分:asc"]}, COLUMNS).sort == (
            Sort("浓度", True), Sort("日期"), Sort("时:分"))

    def test_each_word_counts_once(self) -> None:
        assert parse({"q": ["  国控  一站 国控 "]}, COLUMNS).search == "国控 一站"

    def test_what_is_not_ours_is_left_alone(self) -> None:
        assert parse({"page": ["2"], "bom": ["1"], "sort": [""]}, COLUMNS) == Query()

    def test_an_address_asks_the_same_question_again(self) -> None:
        query = Query(
            filters=(Filter("站点 名称", "contains", "a:b\\c%_"), Filter("浓度", "ge", Decimal("1.50")),
                     Filter("达标", "eq", True), Filter("时:分", "le", date(2026, 3, 5)),
                     Filter("时:分", "ge", datetime(2026, 3, 5, 8)),  # noqa: DTZ001 - cells have no zone - tables have no zone
                     Filter("反\\斜", "filled"), Filter("日期", "eq", date(2026, 3, 5))),
            sort=(Sort("时:分", True), Sort("反\\斜")), search="国控 一站", fields=("浓度", "时:分"))
        assert parse(to_args(query), COLUMNS) == query

    def test_the_whole_table_needs_no_parameters(self) -> None:
        assert to_args(Query()) == {}
        assert Query(sort=(Sort("浓度"),)).whole
        assert not Query(search="x").whole

    def test_the_columns_come_in_the_order_asked_for(self) -> None:
        assert [c["id"] for c in chosen(Query(fields=("浓度", "站点 名称")), COLUMNS)] == ["浓度", "站点 名称"]
        assert chosen(Query(), COLUMNS) == COLUMNS


class TestRefusals:
    @pytest.mark.parametrize(("text", "said"), [
        ("没有:eq:1", "There is no column “没有”"),
        ("", "There is no column “”"),
        ("浓度", "“” cannot be asked of the column “浓度”"),
        ("浓度:contains:3", "“contains” cannot be asked of the column “浓度”"),
        ("站点 名称:ge:3", "“ge” cannot be asked of the column “站点 名称”"),
        ("浓度:eq:高", "“高” does not fit the column “浓度”: a number is expected"),
        ("浓度:eq:NaN", "“NaN” does not fit the column “浓度”: a number is expected"),
        ("浓度:ge:1e999999", "“1e999999” does not fit the column “浓度”: a number is expected"),
        ("日期:ge:2026-02-30", "“2026-02-30” does not fit the column “日期”: a date such as 2026-03-05 is expected"),
        ("日期:ge:昨天", "“昨天” does not fit the column “日期”: a date such as 2026-03-05 is expected"),
        ("达标:eq:也许", "“也许” does not fit the column “达标”: true or false is expected"),
        ("站点 名称:eq:" + "长" * 201, "At most 200 characters"),
        ("站点 名称:eq:a\0b", "This text has characters that no table holds"),
        ("站点 名称:eq:\ud800", "This text has characters that no table holds"),
    ])
    def test_a_wrong_filter_is_named(self, text: str, said: str) -> None:
        assert _errors({"filter": [text]}) == {"filter": [said]}

    def test_all_errors_come_at_once_by_parameter(self) -> None:
        errors = _errors({"filter": ["没有:eq:1", "浓度:eq:高"], "sort": ["浓度:down"], "q": ["长" * 101], "fields": ["没有"]})
        assert {name: len(texts) for name, texts in errors.items()} == {"filter": 2, "sort": 1, "q": 1, "fields": 1}

    @pytest.mark.parametrize("args", [
        {"filter": ["浓度:empty"] * 21}, {"sort": ["浓度"] * 6}, {"q": ["a b c d e f g"]}, {"fields": ["浓度", "浓度"]},
    ])
    def test_a_question_has_bounds(self, args: dict[str, list[str]]) -> None:
        assert list(_errors(args)) == list(args)

    def test_refusing_stays_short_however_much_is_sent(self) -> None:
        assert len(_errors({"filter": ["浓度:eq:高"] * 10_000})["filter"]) == table_queries.MOST_FILTERS + 1


class TestEdges:
    @pytest.mark.parametrize("text", [
        "站点 名称:eq:" + "长" * 200, "浓度:eq:1e60", "浓度:eq:9e-60", "浓度:eq:-1e60", "浓度:eq:0"])
    def test_a_filter_goes_to_its_edge(self, text: str) -> None:
        assert parse({"filter": [text]}, COLUMNS).filters

    @pytest.mark.parametrize(("value", "reason"), [
        ("1e61", "number"), ("9e-61", "number"), ("inf", "number"), ("", "number"), ("1" * 62, "number")])
    def test_a_number_has_at_most_sixty_digits_on_either_side(self, value: str, reason: str) -> None:
        assert reason in _errors({"filter": [f"浓度:eq:{value}"]})["filter"][0]

    def test_words_looked_for_go_to_their_edge(self) -> None:
        assert parse({"q": ["a b c d e f"]}, COLUMNS).search == "a b c d e f"
        assert parse({"q": ["x" * 100]}, COLUMNS).search == "x" * 100
        assert _errors({"q": ["x" * 101]}) == {"q": ["At most 100 characters"]}
        assert _errors({"q": ["a b c d e f g"]}) == {"q": ["At most 6"]}

    def test_words_are_looked_for_once(self) -> None:
        assert parse({"q": ["国控", "一站"]}, COLUMNS).search == "国控"
        assert parse({"q": []}, COLUMNS).search == ""

    def test_as_many_questions_as_allowed_are_taken(self) -> None:
        assert len(parse({"filter": ["浓度:empty"] * 20, "sort": ["浓度"] * 5}, COLUMNS).filters) == 20
        assert _errors({"filter": ["浓度:empty"] * 21}) == {"filter": ["At most 20"]}
        assert _errors({"sort": ["浓度"] * 6}) == {"sort": ["At most 5"]}

    @pytest.mark.parametrize("char", ["\ud800", "\0", "\u0378", "\uffff"])
    def test_what_no_table_holds_is_not_looked_for(self, char: str) -> None:
        assert _errors({"q": [char]}) == {"q": ["This text has characters that no table holds"]}

    def test_refusals_quote_the_beginning_of_what_was_sent(self) -> None:
        assert _errors({"filter": [f"浓度:{'x' * 21}:1"]})["filter"] == [f"“{'x' * 20}” cannot be asked of the column “浓度”"]
        assert _errors({"filter": [f"浓度:eq:{'x' * 51}"]})["filter"] == [
            f"“{'x' * 50}” does not fit the column “浓度”: a number is expected"]
        assert _errors({"filter": [f"{'x' * 64}:eq:1"]})["filter"] == [f"There is no column “{'x' * 63}”"]
        assert _errors({"sort": [f"浓度:{'x' * 51}"]})["sort"] == [f"Sorting is asc or desc, not “{'x' * 50}”"]

    @pytest.mark.parametrize(("text", "said"), [
        ("浓度:down", "down"), ("浓度:desc:x", "desc:x"), ("时\\:分:down", "down"), ("浓度::x", ":x")])
    def test_a_wrong_direction_is_quoted_without_the_column(self, text: str, said: str) -> None:
        assert _errors({"sort": [text]})["sort"] == [f"Sorting is asc or desc, not “{said}”"]

    def test_a_form_that_lacks_fields_asks_what_is_there(self) -> None:
        assert parse({"column": ["浓度", "日期"], "op": ["empty", "filled"]}, COLUMNS).filters == (
            Filter("浓度", "empty"), Filter("日期", "filled"))
        assert parse({"column": ["浓度"]}, COLUMNS) == parse({"op": ["eq"], "value": ["1"]}, COLUMNS) == Query()
        assert _errors({"column": ["浓度"], "value": ["1"]})["filter"] == ["“” cannot be asked of the column “浓度”"]

    def test_a_stroke_at_the_end_of_a_name_stands_for_itself(self) -> None:
        assert _errors({"filter": ["浓度\\"]})["filter"] == ["There is no column “浓度\\”"]

    def test_names_may_have_more_than_one_line(self) -> None:
        columns = [{"id": "a\nb", "type": "text"}]
        assert parse({"filter": ["a\\\nb:eq:x\ny"]}, columns).filters == (Filter("a\nb", "eq", "x\ny"),)

    @pytest.mark.parametrize(("asked", "written"), [
        (Filter("达标", "eq", True), "达标:eq:true"), (Filter("达标", "eq", False), "达标:eq:false"),
        (Filter("浓度", "filled"), "浓度:filled"),
        (Filter("时:分", "ge", datetime(2026, 3, 5, 8)), "时\\:分:ge:2026-03-05T08:00:00"),  # noqa: DTZ001 - cells have no zone
        (Filter("日期", "eq", date(2026, 3, 5)), "日期:eq:2026-03-05"), (Filter("站点 名称", "eq", ""), "站点 名称:eq:")])
    def test_a_filter_is_written_in_one_way(self, asked: Filter, written: str) -> None:
        assert to_args(Query(filters=(asked,))) == {"filter": [written]}

    def test_blanks_around_a_value_count_in_texts_alone(self) -> None:
        assert parse({"filter": ["达标:eq: 是 ", "日期:eq: 2026-03-05 "]}, COLUMNS).filters == (
            Filter("达标", "eq", True), Filter("日期", "eq", date(2026, 3, 5)))

    def test_a_filter_may_be_made_without_a_value(self) -> None:
        assert table_queries.condition({"a": "text"}, "a", "contains") == Filter("a", "contains", "")

    def test_a_question_that_takes_too_long_says_what_to_do(self) -> None:
        assert "narrow it down" in str(table_queries.TooSlow())

    def test_what_is_refused_says_why(self) -> None:
        with pytest.raises(table_queries.Refused, match="There is no column “x”"):
            table_queries.in_table({}, "x")


class TestCkansDump:
    @pytest.mark.parametrize(("args", "expected"), [
        ({}, {}),
        ({"format": "tsv", "bom": "True", "offset": "5", "limit": "10"},
         {"format": "tsv", "bom": True, "offset": 5, "limit": 10}),
        ({"limit": "0", "plain": "true", "language": "simple"}, {"limit": 0}),
    ])
    def test_what_is_not_said_is_as_in_ckan(self, args: dict[str, str], expected: dict[str, Any]) -> None:
        asked = dump_queries.parse(args, COLUMNS)
        assert asked.query.fields == ("_id", *(column["id"] for column in COLUMNS))
        assert {name: getattr(asked, name) for name in ("format", "bom", "offset", "limit")} == {
            "format": "csv", "bom": False, "offset": 0, "limit": None} | expected

    @pytest.mark.parametrize(("text", "filters"), [
        ('{"浓度": 35}', (Filter("浓度", "eq", Decimal(35)),)),
        ('{"浓度": [35, "36.5"]}', (Filter("浓度", "eq", Decimal(35)), Filter("浓度", "eq", Decimal("36.5")))),
        ('{"浓度": {"gte": 1, "lte": 2}}', (Filter("浓度", "ge", Decimal(1)), Filter("浓度", "le", Decimal(2)))),
        ('{"_id": [1]}', (Filter("_id", "eq", Decimal(1)),)),
        ('{"达标": true}', (Filter("达标", "eq", True),)),
        ('{"站点 名称": null}', (Filter("站点 名称", "empty"),)),
    ])
    def test_filters_are_json(self, text: str, filters: tuple[Filter, ...]) -> None:
        assert dump_queries.parse({"filters": text}, COLUMNS).query.filters == filters

    @pytest.mark.parametrize(("text", "sort"), [
        ("_id", (Sort("_id"),)),
        ("浓度 desc, 日期", (Sort("浓度", True), Sort("日期"))),
        ('"站点 名称" desc nulls last', (Sort("站点 名称", True),)),
        ("站点 名称", (Sort("站点 名称"),)),
        ('["浓度 asc", "日期 desc"]', (Sort("浓度"), Sort("日期", True))),
    ])
    def test_sorting_is_a_list(self, text: str, sort: tuple[Sort, ...]) -> None:
        assert dump_queries.parse({"sort": text}, COLUMNS).query.sort == sort

    def test_fields_are_a_list(self) -> None:
        assert dump_queries.parse({"fields": "浓度, 站点 名称,浓度"}, COLUMNS).query.fields == ("浓度", "站点 名称")
        assert dump_queries.parse({"fields": '["时:分"]'}, COLUMNS).query.fields == ("时:分",)

    @pytest.mark.parametrize("args", [
        {"format": "exe"}, {"bom": "maybe"}, {"offset": "-1"}, {"limit": "١"}, {"limit": "1e3"}, {"filters": "{"},
        {"filters": "[" * 4000}, {"filters": '["浓度"]'}, {"filters": '{"没有": 1}'}, {"filters": '{"浓度": {"gt": 1}}'},
        {"filters": '{"浓度": {}, "$or": [{}]}'}, {"filters": '{"浓度": []}'}, {"filters": '{"浓度": [null, 1]}'},
        {"filters": '{"站点 名称": [[1]]}'}, {"sort": "没有 desc"}, {"sort": "浓度 sideways"}, {"fields": "没有"},
        {"fields": ","}, {"distinct": "true"}, {"q": "长" * 101},
        {"fields": "浓度\n日期"}, {"fields": "浓度,日\r期"}, {"sort": "浓度\r\ndesc"},
    ])
    def test_what_cannot_be_done_is_refused_by_name(self, args: dict[str, str]) -> None:
        with pytest.raises(Invalid) as refused:
            dump_queries.parse(args, COLUMNS)
        assert list(refused.value.errors) == list(args)

    @pytest.mark.parametrize(("name", "value", "read"), [
        ("bom", "T", True), ("bom", "yes", True), ("bom", "on", True), ("bom", "1", True), ("bom", "F", False),
        ("bom", "no", False), ("bom", "off", False), ("bom", "0", False), ("format", "json", "json"), ("format", "xml", "xml"),
        ("offset", "0", 0), ("offset", "9" * 12, 10 ** 12 - 1), ("limit", "1", 1)])
    def test_a_parameter_is_read(self, name: str, value: str, read: Any) -> None:
        assert getattr(dump_queries.parse({name: value}, COLUMNS), name) == read

    def test_the_default_is_the_whole_table_as_csv(self) -> None:
        assert dump_queries.parse({}, COLUMNS) == dump_queries.Dump(
            Query(fields=("_id", *(column["id"] for column in COLUMNS))), "csv", False, 0, None)

    def test_words_are_looked_for(self) -> None:
        assert dump_queries.parse({"q": " 国控 一站 国控"}, COLUMNS).query.search == "国控 一站"

    @pytest.mark.parametrize("distinct", ["false", "no", "0"])
    def test_what_is_not_wanted_need_not_be_there(self, distinct: str) -> None:
        assert dump_queries.parse({"distinct": distinct}, COLUMNS).format == "csv"

    def test_all_that_is_wrong_is_told_at_once_with_what_would_be_right(self) -> None:
        with pytest.raises(Invalid) as refused:
            dump_queries.parse({"format": "exe", "limit": "9" * 13, "filters": "[]", "bom": "x",
                                "sort": ",".join(["浓度"] * 6)}, COLUMNS)
        params = {name: dict(messages[0].params) for name, messages in refused.value.errors.items()}
        assert params == {"format": {"choices": "csv, tsv, json, xml"}, "bom": {}, "limit": {}, "filters": {"limit": 20},
                          "sort": {"limit": 5}}

    def test_a_parameter_goes_to_its_edge(self) -> None:
        filters = '{"浓度": ' + "[" + ",".join(["1"] * 100) + "]}"
        assert len(dump_queries.parse({"filters": filters}, COLUMNS).query.filters) == 100
        assert len(dump_queries.parse({"sort": ",".join(["浓度"] * 5)}, COLUMNS).query.sort) == 5
        assert dump_queries.parse({"fields": "浓度" + " " * 4998}, COLUMNS).query.fields == ("浓度",)
        wide = [{"id": f"c{number}", "type": "text"} for number in range(21)]
        asked = {f"c{number}": "x" for number in range(20)}
        assert len(dump_queries.parse({"filters": json.dumps(asked)}, wide).query.filters) == 20
        for args, params in (
                ({"filters": '{"浓度": ' + "[" + ",".join(["1"] * 101) + "]}"}, {"limit": 100}),
                ({"filters": json.dumps(asked | {"c20": "x"})}, {"limit": 20}),
                ({"fields": "浓度" + " " * 4999}, {"limit": 5000}),
                ({"filters": '{"浓度": {"gte": [1, 2]}}'}, {"limit": 100}), ({"filters": '{"浓度": [{}]}'}, {"limit": 100}),
                ({"filters": json.dumps({"x" * 64: {"y" * 21: 1}})}, {"op": "y" * 20, "column": "x" * 63})):
            with pytest.raises(Invalid) as refused:
                dump_queries.parse(args, wide if "c1" in str(args) else COLUMNS)
            assert [dict(message.params) for message in refused.value.errors[next(iter(args))]] == [params]

    @pytest.mark.parametrize(("text", "filters"), [
        ('{"浓度": {"in": [1, 2]}}', (Filter("浓度", "eq", Decimal(1)), Filter("浓度", "eq", Decimal(2)))),
        ('{"浓度": {"eq": 1}, "日期": {"gte": "2026-03-05"}}', (
            Filter("浓度", "eq", Decimal(1)), Filter("日期", "ge", date(2026, 3, 5)))),
        ('{"浓度": {"lte": [1.5]}}', (Filter("浓度", "le", Decimal("1.5")),)), ('{"达标": [null]}', (Filter("达标", "empty"),)),
        ("{}", ())])
    def test_comparisons_have_names(self, text: str, filters: tuple[Filter, ...]) -> None:
        assert dump_queries.parse({"filters": text}, COLUMNS).query.filters == filters

    @pytest.mark.parametrize(("text", "sort"), [
        ('["\\"站点 名称\\" desc"]', (Sort("站点 名称", True),)),
        ("浓度 DESC", (Sort("浓度", True),)), ("浓度 ASC NULLS FIRST", (Sort("浓度"),)), ("浓度  nulls  last", (Sort("浓度"),)),
        ('"站点 名称" desc, "反\\斜"', (Sort("站点 名称", True), Sort("反\\斜")))])
    def test_an_order_is_written_as_in_sql(self, text: str, sort: tuple[Sort, ...]) -> None:
        assert dump_queries.parse({"sort": text}, COLUMNS).query.sort == sort

    def test_a_column_that_is_called_like_an_order_is_that_column(self) -> None:
        columns = [{"id": "x desc", "type": "text"}, {"id": "x", "type": "text"}, {"id": "a,b", "type": "text"}]
        assert dump_queries.parse({"sort": "x desc"}, columns).query.sort == (Sort("x desc"),)
        assert dump_queries.parse({"fields": '"a,b", x'}, columns).query.fields == ("a,b", "x")
        assert dump_queries.parse({"fields": 'x, "a,b"'}, columns).query.fields == ("x", "a,b")
        with pytest.raises(Invalid) as refused:
            dump_queries.parse({"fields": "y" * 63 + "\nz"}, columns)
        assert refused.value.errors["fields"][0].params == {"column": "y" * 63}
        assert dump_queries.parse({"fields": '["x", "a,b", 1, " "]'}, columns).query.fields == ("x", "a,b")

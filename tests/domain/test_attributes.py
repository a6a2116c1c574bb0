"""Rules of an entry's attributes, each test a sentence of them."""
from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from ckanext.govshare.domain import attributes, choices, codes, info_items
from ckanext.govshare.domain.attributes import PLATFORM_RULE, Attribute, AttributeRules, Narrowing, check, narrowed
from ckanext.govshare.domain.entry_input import read
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.profiles import parse_defaults, parse_profile
from ckanext.govshare.domain.regulations import Regime, build_regimes
from ckanext.govshare.domain.slugs import slug

PACKAGE = Path(attributes.__file__).parents[1]
BOTH = {Attribute.CONDITIONAL: "art. 21", Attribute.NONE: "art. 21"}
RULES = AttributeRules(catalog="art. 9", use="art. 10", sharing="art. 21", sharing_basis=BOTH, opening="art. 25",
                       ground="art. 25", disclosure="art. 26", authorisation="art. 26")
STATE_COUNCIL = AttributeRules(catalog="7", use="12", sharing="9", sharing_basis={Attribute.NONE: "10"}, opening=PLATFORM_RULE,
                               ground=PLATFORM_RULE, disclosure=PLATFORM_RULE, authorisation=PLATFORM_RULE)
ITEM = {"name": "站点名称", "data_type": "C", "length": 50}
# Everything that an entry needs, whatever its attributes are.
COMMON: dict[str, Any] = {
    "title": "空气质量", "notes": "各站点小时均值", "catalog_kind": "department", "category_code": "307016001",
    "format_class": "database", "update_frequency": "daily", "info_items": [ITEM],
}
WAYS = {"sharing_modes": ["online_query"], "sharing_purposes": ["reference"]}
SHARING: dict[str, dict[str, Any]] = {
    "unconditional": {"sharing_type": "unconditional", **WAYS},
    "conditional": {"sharing_type": "conditional", "sharing_condition": "限民政部门", "sharing_basis": "《档案法》", **WAYS},
    "none": {"sharing_type": "none", "sharing_basis": "《保守国家秘密法》"},
}
OPENING: dict[str, dict[str, Any]] = {
    "unconditional": {"open_type": "unconditional"},
    "conditional": {"open_type": "conditional", "open_condition": "限科研机构"},
    "none": {"open_type": "none", "open_ground": "privacy", "open_basis": "《个人信息保护法》第二十八条"},
}


def entry(sharing: str = "unconditional", opening: str = "unconditional", **more: Any) -> dict[str, Any]:
    return COMMON | SHARING[sharing] | OPENING[opening] | more


def fields(entry: dict[str, Any], rules: AttributeRules = RULES, complete: bool = True) -> set[str]:
    return set(Invalid(check(entry, rules, complete)).errors)


@pytest.mark.parametrize(("sharing", "opening"), list(product(SHARING, OPENING)))
def test_each_sharing_type_goes_with_each_opening_type_except_opening_what_is_not_shared(sharing: str, opening: str) -> None:
    contradiction = sharing == "none" and opening != "none"
    assert fields(entry(sharing, opening)) == ({"open_type"} if contradiction else set())


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize(("base", "field", "value"), [
    (entry("unconditional"), "sharing_condition", "限民政部门"),
    (entry("none", "none"), "sharing_condition", "限民政部门"),
    (entry(opening="unconditional"), "open_condition", "限科研机构"),
    (entry(opening="none"), "open_condition", "限科研机构"),
    (entry(opening="unconditional"), "open_ground", "law"),
    (entry(opening="conditional"), "open_ground", "law"),
    (entry("none", "none"), "sharing_modes", ["online_query"]),
    (entry("none", "none"), "sharing_purposes", ["reference"]),
    (entry(opening="none"), "platform_authorised", True),
])
def test_what_contradicts_an_attribute_is_refused_in_drafts_too(
        base: dict[str, Any], field: str, value: Any, complete: bool) -> None:
    assert fields(base | {field: value}, complete=complete) == {field}


@pytest.mark.parametrize("opening", ["conditional", "none"])
def test_what_was_proactively_disclosed_is_opened_unconditionally(opening: str) -> None:
    assert fields(entry(opening=opening, proactively_disclosed=True)) == {"open_type"}
    assert fields(entry(opening="unconditional", proactively_disclosed=True)) == set()


@pytest.mark.parametrize(("sharing", "opening", "field"), [
    ("conditional", "unconditional", "sharing_condition"), ("conditional", "unconditional", "sharing_basis"),
    ("none", "none", "sharing_basis"), ("unconditional", "unconditional", "sharing_modes"),
    ("conditional", "unconditional", "sharing_purposes"), ("unconditional", "conditional", "open_condition"),
    ("unconditional", "none", "open_ground"), ("unconditional", "none", "open_basis"),
    *(("unconditional", "unconditional", field) for field in (*COMMON, "sharing_type", "open_type")),
])
@pytest.mark.parametrize("blank", [None, "", "  "])
def test_what_is_required_may_be_missing_from_a_draft_alone(sharing: str, opening: str, field: str, blank: Any) -> None:
    lacking = entry(sharing, opening) | {field: blank}
    assert fields(lacking) == {field}
    assert fields(lacking, complete=False) == set()


def test_all_errors_come_at_once() -> None:
    assert fields({"sharing_type": "none", "open_type": "none", "info_items": [{"data_type": "X"}]}) == {
        "title", "notes", "catalog_kind", "category_code", "format_class", "update_frequency", "info_items",
        "sharing_basis", "open_ground", "open_basis"}


def test_the_state_council_asks_for_a_basis_only_of_what_is_not_shared() -> None:
    assert fields(entry("conditional", sharing_basis=""), STATE_COUNCIL) == set()
    assert fields(entry("none", "none", sharing_basis=""), STATE_COUNCIL) == {"sharing_basis"}


@cache
def regimes() -> dict[str, Regime]:
    directory = PACKAGE / "regulations"
    texts = [parse_profile(yaml.safe_load(path.read_text("utf-8")), path.name)
             for path in directory.glob("*.yaml") if path.name != "platform-defaults.yaml"]
    defaults = parse_defaults(yaml.safe_load((directory / "platform-defaults.yaml").read_text("utf-8")), "defaults")
    return build_regimes({text.id: text for text in texts}, defaults)


@pytest.mark.parametrize("profile", ["chenzhou-2022", "hunan-2021", "hubei-2021", "liaoning-2020", "state-council-2016"])
def test_each_profile_gives_rules_with_citations_of_its_chain(profile: str) -> None:
    regime = regimes()[profile]
    rules = AttributeRules.of(regime)
    assert "第" in str(rules.sharing)
    assert Attribute.NONE in rules.sharing_basis
    assert Attribute.UNCONDITIONAL not in rules.sharing_basis
    assert (rules.opening == PLATFORM_RULE) == all(text.opening_chapter is None for text in regime.chain)
    messages = [message for found in check({}, rules, True).values() for message in found]
    assert messages
    assert all(str(message) for message in messages)


# Each rule cites something else, so that a wrong citation is seen.
CITED = AttributeRules(
    catalog="catalog", use="use", sharing="sharing", opening="opening", ground="ground", disclosure="disclosure",
    authorisation="authorisation", sharing_basis={Attribute.CONDITIONAL: "of conditional", Attribute.NONE: "of none"})


@pytest.mark.parametrize(("given", "field", "cited"), [
    (entry(sharing_condition="x"), "sharing_condition", "sharing"),
    (entry(open_condition="x"), "open_condition", "opening"), (entry(open_ground="law"), "open_ground", "ground"),
    (entry(opening="none", proactively_disclosed=True), "open_type", "disclosure"),
    (entry(opening="none", platform_authorised=True), "platform_authorised", "authorisation"),
    (entry("none", "none", **WAYS), "sharing_modes", "sharing"), (entry("none", "none", **WAYS), "sharing_purposes", "sharing"),
    (entry("none"), "open_type", "sharing"),
    (entry(title=""), "title", "catalog"), (entry(info_items=[]), "info_items", "catalog"),
    (entry("conditional", sharing_condition=""), "sharing_condition", "sharing"),
    (entry("conditional", sharing_basis=""), "sharing_basis", "of conditional"),
    (entry("none", "none", sharing_basis=""), "sharing_basis", "of none"),
    (entry(sharing_modes=[]), "sharing_modes", "use"), (entry("conditional", sharing_purposes=[]), "sharing_purposes", "use"),
    (entry(opening="conditional", open_condition=""), "open_condition", "opening"),
    (entry(opening="none", open_ground=""), "open_ground", "ground"),
    (entry(opening="none", open_basis=""), "open_basis", "ground"),
])
def test_each_refusal_cites_the_article_of_its_rule(given: dict[str, Any], field: str, cited: str) -> None:
    (message,) = check(given, CITED, True)[field]
    assert message.params == {"article": cited}


def test_each_rule_is_cited_from_the_article_on_its_topic() -> None:
    text = regimes()["chenzhou-2022"].profile
    # Some topics share an article in all texts: here each has one of its own.
    told = {topic: msgspec.structs.replace(provision, article=topic.value) for topic, provision in text.articles.items()}
    regime = Regime((msgspec.structs.replace(text, articles=told),), regimes()["chenzhou-2022"].defaults, {})
    rules = AttributeRules.of(regime)
    found = [rules.catalog, rules.use, rules.sharing, rules.opening, rules.ground, rules.disclosure, rules.authorisation]
    assert [str(source).rpartition(" ")[2] for source in found] == [
        "catalog_content", "catalog_use", "sharing_attribute", "open_attribute", "open_ground", "proactive_disclosure",
        "platform_authorisation"]


def test_a_basis_that_only_the_platform_asks_for_is_called_so() -> None:
    hubei = AttributeRules.of(regimes()["hubei-2021"]).sharing_basis
    assert hubei[Attribute.CONDITIONAL] == PLATFORM_RULE
    assert "湖北省" in str(hubei[Attribute.NONE])
    assert set(hubei) == {Attribute.CONDITIONAL, Attribute.NONE}


@pytest.mark.parametrize(("field", "longest"), [
    ("title", 200), ("notes", 5000), ("sharing_condition", 2000), ("sharing_basis", 2000), ("open_condition", 2000),
    ("open_basis", 2000)])
def test_a_text_goes_to_its_limit_and_no_further(field: str, longest: int) -> None:
    assert check({field: "字" * longest}, RULES, False) == {}
    (message,) = check({field: "字" * (longest + 1)}, RULES, False)[field]
    assert message.params == {"length": longest + 1, "limit": longest}


def test_a_hundred_related_codes_are_taken_and_no_more() -> None:
    assert check({"related_codes": ["307016001/1"] * 100}, RULES, False) == {}
    (message,) = check({"related_codes": ["307016001/1"] * 101}, RULES, False)["related_codes"]
    assert message.params == {"limit": 100}


@pytest.mark.parametrize(("value", "shown"), [("x" * 41, "x" * 40), (["x"], "list"), (5, "int")])
def test_what_is_no_choice_is_shown_with_those_that_are(value: Any, shown: str) -> None:
    (message,) = check({"open_type": value}, RULES, False)["open_type"]
    assert message.params == {"value": shown, "choices": "unconditional, conditional, none"}
    (message,) = check({"sharing_modes": ["online_query", value]}, RULES, False)["sharing_modes"]
    assert message.params["value"] == shown


def test_a_refusal_cites_the_article() -> None:
    assert "art. 25" in str(check(entry(opening="none", open_ground=""), RULES, True)["open_ground"][0])


@pytest.mark.parametrize(("before", "after"), list(product((*Attribute, "", None), repeat=2)))
def test_narrowing_goes_from_unconditional_over_conditional_to_none(before: Any, after: Any) -> None:
    order = ["none", "conditional", "unconditional"]
    narrower = before in order and after in order and order.index(after) < order.index(before)
    for field in ("open_type", "sharing_type"):
        expected = [Narrowing(field, before, after)] if narrower else []
        assert narrowed({field: before}, {field: after}) == expected


HOSTILE = [1, 0, 1.5, True, [], {}, [[]], [{}], {"a": 1}, "x" * 100_000, "\0", "\ud800", "none\u200b", [None], b"x"]


@pytest.mark.parametrize("field", [*attributes.TEXTS, *choices.CHOICES, *choices.LISTS, *attributes.FLAGS, "info_items",
                                   "related_codes"])
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("complete", [True, False])
def test_hostile_values_are_refused_by_the_name_of_their_field_or_mean_nothing(field: str, value: Any, complete: bool) -> None:
    hostile = entry() | {field: value}
    assert fields(read(hostile), complete=complete) <= {field}
    assert fields(hostile, complete=complete) <= {field}


@pytest.mark.parametrize(("field", "value"), [
    ("open_type", "Unconditional"), ("open_type", ["unconditional"]), ("catalog_kind", "other"),
    ("sharing_modes", "online_query"), ("sharing_modes", ["fax"]), ("sharing_modes", [["online_query"]]),
    ("proactively_disclosed", "true"), ("title", 7), ("title", "空气\0质量"), ("title", "长" * 201), ("issued", "2026-3-2"),
    ("issued", "2026-02-30"), ("issued", "20260302"), ("category_code", "30701"), ("category_code", "307-16001"),
    ("category_code", "307016001/000001"), ("category_code", "３０７０１６００１"), ("related_codes", ["307016001"]),
    ("related_codes", "307016001/1"), ("related_codes", ["307016001/1"] * 101), ("info_items", "name"),
    ("info_items", {"name": "x"}),
    ("info_items", ["x"]), ("info_items", [ITEM] * (info_items.MAX_ITEMS + 1)), ("info_items", [ITEM, ITEM]),
    ("info_items", [ITEM | {"extra": 1}]), ("info_items", [ITEM | {"length": 0}]), ("info_items", [ITEM | {"length": "5.5"}]),
    ("info_items", [ITEM | {"length": -1}]), ("info_items", [ITEM | {"length": True}]), ("info_items", [ITEM | {"length": "٣"}]),
    ("info_items", [ITEM | {"length": 10**12}]), ("info_items", [ITEM | {"data_type": "c"}]),
    ("info_items", [ITEM | {"name": {}}, ITEM]),
])
def test_malformed_values_are_refused_in_drafts_too(field: str, value: Any) -> None:
    assert fields(entry() | {field: value}, complete=False) == {field}


@pytest.mark.parametrize("item", [{"data_type": "C", "length": 5}, {"name": "甲", "length": 5}, {"name": "甲", "data_type": "N"}])
def test_items_are_complete_when_submitted(item: dict[str, Any]) -> None:
    assert fields(entry(info_items=[item])) == {"info_items"}
    assert fields(entry(info_items=[item]), complete=False) == set()


@pytest.mark.parametrize("data_type", sorted(set(choices.DataType) - {"C", "N", "F"}))
def test_types_with_a_length_of_their_own_need_none(data_type: str) -> None:
    assert fields(entry(info_items=[{"name": "甲", "data_type": data_type}])) == set()


@pytest.mark.parametrize("format_class", choices.FormatClass)
def test_only_tables_need_information_items(format_class: str) -> None:
    tabular = format_class in {"spreadsheet", "database", "service"}
    assert fields(entry(format_class=format_class, info_items=[])) == ({"info_items"} if tabular else set())


def test_errors_of_items_name_their_row() -> None:
    found = check(entry(info_items=[ITEM, {"name": "乙", "data_type": "X", "length": 1}, ITEM]), RULES, False)["info_items"]
    assert [str(message).split(":")[0] for message in found] == ["Row 2", "Row 3"]


def test_a_category_code_has_class_item_heading_and_subheading() -> None:
    assert codes.parse_category_code("307016ABC") == codes.CategoryCode("3", "07", "016", "ABC")
    assert codes.parse_category_code("307016") == codes.CategoryCode("3", "07", "016", "")
    assert codes.parse_category_code("30701") is None


def test_a_catalogue_code_is_category_slash_sequence() -> None:
    code = attributes.catalog_code("307016001", 12)
    assert code == "307016001/000012"
    assert codes.is_catalog_code(code)
    for wrong in (("307", 1), ("307016001", 0)):
        with pytest.raises(ValueError, match="no catalogue code"):
            attributes.catalog_code(*wrong)


def test_the_check_character_of_a_credit_code_must_be_right() -> None:
    right = "91110000600037341L"
    assert codes.uscc_error(right) is None
    for place, other in product(range(18), "0A9"):
        wrong = right[:place] + other + right[place + 1:]
        assert wrong == right or codes.uscc_error(wrong)
    for odd in ("", None, 91110000600037341, right.lower(), right + " ", [right]):
        assert codes.uscc_error(odd)


def test_forms_say_in_text_what_json_says_in_values() -> None:
    said = {"title": " 空气质量 ", "open_type": "none", "sharing_modes": "online_query", "proactively_disclosed": "true",
            "related_codes": "307016001/1，307016001/2\n", "issued": "",
            "info_items": [{"name": " 甲 ", "data_type": "C", "length": "5", "description": ""},
                           {"name": "", "data_type": "", "length": "", "description": " "}]}
    assert read(said) == {
        "title": "空气质量", "open_type": "none", "sharing_modes": ["online_query"], "proactively_disclosed": True,
        "platform_authorised": False, "sample_data": False, "related_codes": ["307016001/1", "307016001/2"],
        "info_items": [{"name": "甲", "data_type": "C", "length": 5}]}


def test_what_was_read_is_read_the_same_again() -> None:
    once = read(entry("conditional", "none", related_codes=["307016001/1"], sample_data="on"))
    assert read(once) == once


def test_the_order_of_ticked_boxes_means_nothing() -> None:
    modes = ["online_query", "batch_download"]
    assert read({"sharing_modes": modes[::-1]}) == read({"sharing_modes": modes})


@pytest.mark.parametrize(("title", "name"), [
    ("郴州市行政区划代码", "chen-zhou-shi-xing-zheng-qu-hua-dai-ma"), ("2026年A股数据（一）", "2026-nian-a-gu-shu-ju-yi"),
    ("！！", "entry"), ("x", "entry"), ("女性 Σ", "nv-xing"),
])
def test_a_chinese_title_gives_an_ascii_name(title: str, name: str) -> None:
    assert slug(title) == name
    assert len(slug(title * 50)) <= 80


def _choices(field: dict[str, Any]) -> list[str]:
    return [choice["value"] for choice in field["choices"]]


def test_the_form_offers_exactly_the_values_that_the_rules_know() -> None:
    schema = yaml.safe_load((PACKAGE / "schemas" / "dataset.yaml").read_text("utf-8"))
    by_name = {field["field_name"]: field for field in schema["dataset_fields"]}
    for field, allowed in {**choices.CHOICES, **choices.LISTS}.items():
        assert _choices(by_name[field]) == list(allowed), field
    columns = {column["field_name"]: column for column in by_name["info_items"]["simple_subfields"]}
    assert tuple(columns) == info_items.FIELDS
    assert _choices(columns["data_type"]) == list(choices.DataType)


def test_every_text_of_the_schemas_is_in_both_languages() -> None:
    def texts(node: Any) -> Any:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in {"label", "help_text", "help", "about", "upload_label"}:
                    yield value
                else:
                    yield from texts(value)
        elif isinstance(node, list):
            for value in node:
                yield from texts(value)

    for name in ("dataset", "organization"):
        found = list(texts(yaml.safe_load((PACKAGE / "schemas" / f"{name}.yaml").read_text("utf-8"))))
        assert found
        assert [text for text in found if set(text) != {"en", "zh_Hans_CN"} or not all(text.values())] == []

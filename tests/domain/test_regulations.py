"""The profiles against the articles of the five texts. A profile's limits are repeated here from the texts, by hand."""
from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ckanext.govshare.domain import profiles as profiles_module
from ckanext.govshare.domain.attributes import Attribute
from ckanext.govshare.domain.profiles import (
    Overdue,
    Profile,
    ProfileError,
    Provisions,
    Rule,
    Topic,
    parse_defaults,
    parse_profile,
)
from ckanext.govshare.domain.regulations import Regime, Validity, build_regimes, validity, validity_warnings
from ckanext.govshare.domain.rule_texts import OVERDUE_TEXTS, PROVISION_TITLES, RULE_STARTS, RULE_TITLES, TOPIC_TITLES
from ckanext.govshare.domain.wording import Message

DATA = Path(profiles_module.__file__).parents[1] / "regulations"
DEFAULTS_FILE = "platform-defaults.yaml"
CHENZHOU, HUNAN, HUBEI, LIAONING, STATE = (
    "chenzhou-2022", "hunan-2021", "hubei-2021", "liaoning-2020", "state-council-2016")


def read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return data


TEXTS: dict[str, Profile] = {
    path.stem: parse_profile(read(path.name), path.name) for path in DATA.glob("*.yaml") if path.name != DEFAULTS_FILE}
REGIMES: dict[str, Regime] = build_regimes(TEXTS, parse_defaults(read(DEFAULTS_FILE), DEFAULTS_FILE))

# profile, rule: working days (or the month whose end it is), and the article that sets it; None for a platform default.
LIMITS = [
    (CHENZHOU, "catalog_update", 15, "郴政发〔2022〕2号 第十六条"),
    (CHENZHOU, "sharing_reply", 10, "郴政发〔2022〕2号 第二十一条"),
    (CHENZHOU, "verification_answer", 5, "郴政发〔2022〕2号 第二十四条"),
    (CHENZHOU, "verification_extension", 15, "郴政发〔2022〕2号 第二十四条"),
    (CHENZHOU, "annual_report", "end of 1", "郴政发〔2022〕2号 第三十七条"),
    (HUNAN, "catalog_update", 15, "湖南省人民政府令第301号 第十条"),
    (HUNAN, "sharing_reply", 10, "湖南省人民政府令第301号 第十八条"),
    (HUNAN, "verification_answer", 5, "湖南省人民政府令第301号 第二十二条"),
    (HUNAN, "verification_extension", 15, "湖南省人民政府令第301号 第二十二条"),
    (HUNAN, "annual_report", "end of 2", "国发〔2016〕51号 第十八条"),
    (HUBEI, "catalog_update", 15, "国发〔2016〕51号 第八条"),
    (HUBEI, "sharing_reply", 10, "《湖北省政务数据资源应用与管理办法》 第二十条"),
    (HUBEI, "out_of_catalog_reply", 10, "《湖北省政务数据资源应用与管理办法》 第二十二条"),
    (HUBEI, "verification_answer", 3, "《湖北省政务数据资源应用与管理办法》 第十三条"),
    (HUBEI, "annual_report", "end of 1", "《湖北省政务数据资源应用与管理办法》 第三十八条"),
    (LIAONING, "catalog_update", 10, "《辽宁省政务数据资源共享管理办法》 第九条"),
    (LIAONING, "sharing_reply", 5, "《辽宁省政务数据资源共享管理办法》 第十七条"),
    (LIAONING, "verification_answer", 5, "《辽宁省政务数据资源共享管理办法》 第十八条"),
    (LIAONING, "annual_report", "end of 2", "国发〔2016〕51号 第十八条"),
    (STATE, "catalog_update", 15, "国发〔2016〕51号 第八条"),
    (STATE, "sharing_reply", 10, "国发〔2016〕51号 第十二条"),
    (STATE, "annual_report", "end of 2", "国发〔2016〕51号 第十八条"),
    *((name, "appeal_decision", 10, None) for name in TEXTS),
    *((name, "application_reply", 10, None) for name in TEXTS),
    *((name, "catalog_review", 10, None) for name in TEXTS),
    *((name, "objection_verification", 5, None) for name in TEXTS),
    *((name, "out_of_catalog_reply", 10, None) for name in TEXTS if name != HUBEI),
    (STATE, "verification_answer", 5, None),
]


def test_the_five_profiles_are_there() -> None:
    assert set(TEXTS) == {CHENZHOU, HUNAN, HUBEI, LIAONING, STATE}


@pytest.mark.parametrize(("name", "rule", "length", "article"), LIMITS)
def test_a_limit_is_the_one_of_its_article(name: str, rule: str, length: int | str, article: str | None) -> None:
    found = REGIMES[name].limit(Rule(rule))
    assert found is not None
    assert (found.working_days or f"end of {found.month_end}", found.article) == (length, article)


def test_every_limit_of_every_profile_is_in_the_list_above() -> None:
    listed = {(name, rule) for name, rule, _, _ in LIMITS}
    assert listed == {(name, rule) for name, regime in REGIMES.items() for rule in Rule if regime.limit(rule)}


@pytest.mark.parametrize("name", list(TEXTS))
@pytest.mark.parametrize("rule", list(Rule))
def test_law_has_an_article_and_a_platform_default_has_none(name: str, rule: Rule) -> None:
    found = REGIMES[name].limit(rule)
    if found:
        assert found.law == (found.article is not None) == (found.source is not None)
        assert not (found.law and found.analogy)


@pytest.mark.parametrize("name", [HUBEI, LIAONING, STATE])
def test_a_verification_is_not_extended_where_no_text_provides_for_it(name: str) -> None:
    assert REGIMES[name].limit(Rule.VERIFICATION_EXTENSION) is None


def test_an_extension_is_a_maximum_and_no_other_limit_is() -> None:
    maxima = {rule for regime in REGIMES.values() for rule in Rule if (found := regime.limit(rule)) and found.maximum}
    assert maxima == {Rule.VERIFICATION_EXTENSION}


def test_only_hubei_takes_an_overdue_sharing_reply_as_consent() -> None:
    deemed = {(name, rule) for name, regime in REGIMES.items() for rule in Rule
              if (found := regime.limit(rule)) and found.overdue is Overdue.DEEMED_CONSENT}
    assert deemed == {(HUBEI, Rule.SHARING_REPLY)}


@pytest.mark.parametrize(("name", "chain"), [
    (CHENZHOU, [CHENZHOU, HUNAN, STATE]), (HUNAN, [HUNAN, STATE]), (HUBEI, [HUBEI, STATE]),
    (LIAONING, [LIAONING, STATE]), (STATE, [STATE]),
])
def test_a_city_falls_back_to_its_province_and_then_to_the_state_council(name: str, chain: list[str]) -> None:
    assert [text.id for text in REGIMES[name].chain] == chain


def test_a_default_names_the_article_it_follows_as_an_analogy() -> None:
    found = REGIMES[CHENZHOU].limit(Rule.APPLICATION_REPLY)
    assert found is not None
    assert (found.law, found.article, found.analogy) == (False, None, "郴政发〔2022〕2号 第二十一条")


@pytest.mark.parametrize(("name", "required"), [
    (CHENZHOU, {"conditional", "none"}), (HUNAN, {"conditional", "none"}), (LIAONING, {"conditional", "none"}),
    (HUBEI, {"conditional", "none"}), (STATE, {"none"}),
])
def test_the_state_council_alone_asks_a_basis_only_for_what_is_not_shared(name: str, required: set[str]) -> None:
    assert REGIMES[name].sharing_basis_required_for == required
    assert required <= {attribute.value for attribute in Attribute}


def test_hubei_s_text_asks_a_basis_only_for_what_is_not_shared_and_the_rest_is_the_platform_s_default() -> None:
    basis = TEXTS[HUBEI].provisions.sharing_basis
    assert basis is not None
    assert (basis.required_for, basis.by_default) == (("none",), ("conditional",))


@pytest.mark.parametrize(("name", "when"), [
    (CHENZHOU, "always"), (HUBEI, "where_necessary"), (HUNAN, "always"), (LIAONING, "always"), (STATE, "always"),
])
def test_an_objection_suspends_opening_at_once_but_in_hubei_only_where_necessary(name: str, when: str) -> None:
    assert REGIMES[name].objection_suspends == when


def test_only_hubei_asks_for_yearly_maintenance_and_the_government_s_approval_of_the_negative_list() -> None:
    maintained = {name: text.provisions.yearly_maintenance for name, text in TEXTS.items()}
    assert {name for name, found in maintained.items() if found} == {HUBEI}
    approvals = {name: text.provisions.negative_list.approval for name, text in TEXTS.items()
                 if text.provisions.negative_list}
    assert approvals == {CHENZHOU: "review", HUBEI: "government"}


def test_two_texts_have_a_chapter_on_opening() -> None:
    assert {name for name, text in TEXTS.items() if text.opening_chapter} == {CHENZHOU, HUBEI}


@pytest.mark.parametrize(("topic", "article"), [
    (Topic.SHARING_ATTRIBUTE, "第二十一条"), (Topic.OPEN_ATTRIBUTE, "第二十五条"), (Topic.OPEN_GROUND, "第二十五条"),
    (Topic.PROACTIVE_DISCLOSURE, "第二十六条"), (Topic.NARROWING, "第四十一条"), (Topic.TERMS_OF_USE, "第四十条"),
])
def test_attributes_are_cited_by_chenzhou_s_articles(topic: Topic, article: str) -> None:
    assert str(REGIMES[CHENZHOU].cite(topic)) == f"郴政发〔2022〕2号 {article}"


def test_a_topic_on_which_a_text_is_silent_is_cited_from_its_fallback_or_not_at_all() -> None:
    content = REGIMES[HUNAN].cite(Topic.CATALOG_CONTENT)
    assert content is not None
    assert content.profile == STATE
    assert REGIMES[HUNAN].cite(Topic.OPEN_ATTRIBUTE) is None


@pytest.mark.parametrize("name", list(TEXTS))
def test_a_quotation_holds_the_number_that_its_limit_counts(name: str) -> None:
    for limit in TEXTS[name].limits.values():
        number = f"{limit.working_days}个工作日" if limit.working_days else f"{limit.month_end}月底前"
        assert number in limit.quotation


def test_rules_provisions_topics_and_overdue_meanings_all_have_names() -> None:
    assert set(RULE_TITLES) == set(RULE_STARTS) == set(Rule)
    assert set(TOPIC_TITLES) == set(Topic)
    assert set(OVERDUE_TEXTS) == set(Overdue)
    assert set(PROVISION_TITLES) == set(Provisions.__struct_fields__)


@pytest.mark.parametrize(("today", "expected"), [
    (date(2026, 10, 8), Validity.IN_FORCE), (date(2026, 10, 9), Validity.ENDING), (date(2027, 1, 7), Validity.ENDING),
    (date(2027, 1, 8), Validity.ENDED),
])
def test_chenzhou_s_text_ends_on_7_january_2027_and_warns_from_90_days_before(today: date, expected: Validity) -> None:
    assert TEXTS[CHENZHOU].valid_until == date(2027, 1, 7)
    assert validity(TEXTS[CHENZHOU], today) is expected
    assert bool(validity_warnings(REGIMES[CHENZHOU], today)) == (expected is not Validity.IN_FORCE)


def test_the_warning_names_the_text_and_its_end() -> None:
    assert validity_warnings(REGIMES[CHENZHOU], date(2026, 11, 21)) == [Message(
        "The validity of {document} ends on {date}, in {days} days. It stays applied until another profile is chosen.",
        document="郴政发〔2022〕2号", date="2027-01-07", days=47)]


def test_a_text_without_end_never_warns() -> None:
    assert validity_warnings(REGIMES[HUBEI], date(2099, 1, 1)) == []


def change(key: str, value: Any) -> dict[str, Any]:
    """Chenzhou's data with one value changed, `key` dotted."""
    data = read(f"{CHENZHOU}.yaml")
    *path, last = key.split(".")
    target = data
    for step in path:
        target = target[step]
    target[last] = value
    return data


@pytest.mark.parametrize(("key", "value", "named"), [
    ("title", "", "title"),
    ("issuer", None, "issuer"),
    ("valid_until", "soon", "valid_until"),
    ("colour", "red", "colour"),
    ("limits", [], "limits: a mapping"),
    ("limits.lunch_break", {}, "limits.lunch_break: unknown"),
    ("limits.sharing_reply.working_days", "ten", "limits.sharing_reply: .*working_days"),
    ("limits.sharing_reply.working_days", 0, "limits.sharing_reply: .*working_days"),
    ("limits.sharing_reply.month_end", 1, "limits.sharing_reply: .*either working_days or month_end"),
    ("limits.sharing_reply.overdue", "ignore", "limits.sharing_reply: .*overdue"),
    ("limits.sharing_reply.article", "21", "limits.sharing_reply: .*article"),
    ("limits.sharing_reply.quotation", "", "limits.sharing_reply: .*quotation"),
    ("limits.sharing_reply.law", False, "limits.sharing_reply: .*law"),
    ("provisions.sharing_basis.required_for", ["some"], "required_for"),
    ("articles.weather", {}, "articles.weather: unknown"),
])
def test_a_wrong_profile_is_refused_by_file_and_key(key: str, value: Any, named: str) -> None:
    with pytest.raises(ProfileError, match=f"chenzhou.yaml: .*{named}"):
        parse_profile(change(key, value), "chenzhou.yaml")


@pytest.mark.parametrize("data", [None, [], "text", 5])
def test_a_file_that_is_no_mapping_is_refused(data: object) -> None:
    for parse in (parse_profile, parse_defaults):
        with pytest.raises(ProfileError, match=r"^f.yaml: a mapping is expected$"):
            parse(data, "f.yaml")


def test_of_an_unknown_rule_the_known_ones_are_told() -> None:
    with pytest.raises(ProfileError, match=r"^c.yaml: limits.lunch_break: unknown; known are catalog_update, catalog_review, "):
        parse_profile(change("limits.lunch_break", {}), "c.yaml")


def test_a_length_is_days_or_the_end_of_a_month_and_never_both_or_none() -> None:
    with pytest.raises(ProfileError, match=r"limits.sharing_reply: give either working_days or month_end"):
        parse_profile(change("limits.sharing_reply.month_end", 1), "c.yaml")
    with pytest.raises(ProfileError, match=r"limits.sharing_reply: give either working_days or month_end"):
        parse_profile(change("limits.sharing_reply.working_days", None), "c.yaml")


@pytest.mark.parametrize(("key", "right", "wrong"), [
    ("limits.sharing_reply.working_days", (1, 250), (0, 251)), ("limits.annual_report.month_end", (1, 12), (0, 13))])
def test_a_limit_is_one_that_can_be_counted(key: str, right: tuple[int, int], wrong: tuple[int, int]) -> None:
    for value in right:
        assert parse_profile(change(key, value), "c.yaml").id
    for value in wrong:
        with pytest.raises(ProfileError, match=key.rpartition(".")[2]):
            parse_profile(change(key, value), "c.yaml")


@pytest.mark.parametrize("data", [
    {"limits": {"catalog_review": {"working_days": 10, "overdue": "none", "article": "第一条"}},
     "objection_suspension": "always"},
    {"limits": {"catalog_review": {"working_days": 10, "overdue": "none"}}},
])
def test_a_default_cannot_carry_an_article_and_defaults_are_whole(data: dict[str, Any]) -> None:
    with pytest.raises(ProfileError, match=r"d.yaml"):
        parse_defaults(data, "d.yaml")


def test_a_chain_that_runs_in_a_circle_or_into_nothing_is_refused() -> None:
    defaults = parse_defaults(read(DEFAULTS_FILE), DEFAULTS_FILE)
    for fallback, named in ((CHENZHOU, "circle"), ("atlantis-1", "atlantis-1")):
        changed = parse_profile(change("fallback", fallback), "chenzhou.yaml")
        with pytest.raises(ProfileError, match=named):
            build_regimes(TEXTS | {CHENZHOU: changed}, defaults)


def test_an_analogy_to_no_profile_is_refused() -> None:
    defaults = read(DEFAULTS_FILE)
    defaults["limits"]["application_reply"]["by_analogy_with"]["profile"] = "atlantis-1"
    with pytest.raises(ProfileError, match=r"application_reply.*atlantis-1"):
        build_regimes(TEXTS, parse_defaults(defaults, DEFAULTS_FILE))


def test_a_limit_names_the_profile_that_it_is_applied_under_and_quotes_its_article() -> None:
    found, default = REGIMES[HUNAN].limit(Rule.SHARING_REPLY), REGIMES[HUNAN].limit(Rule.APPLICATION_REPLY)
    assert found is not None
    assert default is not None
    assert [(each.profile, each.rule) for each in (found, default)] == [
        (HUNAN, Rule.SHARING_REPLY), (HUNAN, Rule.APPLICATION_REPLY)]
    assert found.source is not None
    assert found.source.quotation == TEXTS[HUNAN].limits[Rule.SHARING_REPLY].quotation

"""Rules of the text of agreements: what templates may name, and that applicants add no clause."""
from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ckanext.govshare.domain import agreement_texts, markdown
from ckanext.govshare.domain.agreement_texts import FIELDS, check, legal_bases, limits_text, plain, render, text_hash, values_of
from ckanext.govshare.domain.applications import Application, Decision, Form, Terms
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.logic.agreement_texts import default
from ckanext.govshare.regulations import regimes

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
APPLICATION = Application(
    "a1", "e1", "d1", "u1", form=Form(purpose="研究水质", applicant_kind="legal_entity", applicant_name="某公司"),
    terms=Terms(open_condition="限科研"), decided_at=NOW,
    decision=Decision("2026-03-02", "2026-12-31", "不得发布原始数据", True, {"formats": ["csv"], "daily_calls": 100}))


def test_an_unknown_field_is_named() -> None:
    errors = check("协议", "{agreement_id} 用途：{purpose}，{purposes}，{purpose.__class__}")
    assert ["{purposes}" in str(errors["body"][0]), "{purpose.__class__}" in str(errors["body"][1])] == [True, True]


def test_a_text_names_its_agreement_so_that_it_is_taken_for_no_other() -> None:
    assert "{agreement_id}" in str(check("协议", "用途：{purpose}")["body"][0])
    assert check("协议", "{agreement_id} 用途：{purpose}") == {}


@pytest.mark.parametrize("body", ["{", "用途：{purpose", "purpose}", "{pur\npose}"])
def test_a_brace_without_its_partner_is_an_error(body: str) -> None:
    assert "body" in check("协议", body)


RIGHT = "{agreement_id} 文"


@pytest.mark.parametrize(("title", "body", "field"), [
    ("", RIGHT, "title"), (" ", RIGHT, "title"), ("题\n二", RIGHT, "title"), ("题\x00", RIGHT, "title"),
    ("题" * 201, RIGHT, "title"), ("题", " ", "body"), ("题", RIGHT + "\x00", "body"),
    ("题", RIGHT + "文" * 49_985, "body"), ("题", "文", "body")])
def test_a_template_has_a_title_of_one_line_and_a_text(title: str, body: str, field: str) -> None:
    errors = Invalid(check(title, body)).errors
    assert {name: len(messages) for name, messages in errors.items()} == {field: 1}


@pytest.mark.parametrize(("title", "body"), [
    ("题" * 200, RIGHT), (" 题\n", RIGHT), ("题", RIGHT + "文" * 49_984), ("题", RIGHT + "\n\n条款" * 999)])
def test_a_template_goes_to_its_limits(title: str, body: str) -> None:
    assert check(title, body) == {}


def test_a_template_that_is_too_much_is_told_in_numbers() -> None:
    (message,) = check("题", RIGHT + "\n\n条款" * 1000)["body"]
    assert message.params == {"count": 1001, "limit": 1000}
    (message,) = check("题" * 201, RIGHT)["title"]
    assert message.params == {"length": 201, "limit": 200}
    assert [message.params for message in check("题", "{x} {x} {y} {")["body"]] == [
        {"field": "{x}"}, {"field": "{y}"}, {"field": "{agreement_id}"}, {"example": "{purpose}"}]
    assert "deeper" in str(check("题", RIGHT + "\n\n" + ">" * 20 + " 条款")["body"][0])


def test_an_agreement_is_filled_with_what_was_asked_for_and_decided() -> None:
    form = Form(purpose="研究", scene="课题", security_measures="加密", applicant_kind="natural_person", applicant_name="张三",
                uscc="9111", period_start="2020-01-01", period_end="2020-12-31")
    application = replace(APPLICATION, form=form, decided_at=datetime(2026, 3, 2, 16, tzinfo=UTC))
    assert values_of(application, {"agreement_id": "g1"}, NOW) == {
        "agreement_id": "g1", "open_condition": "限科研", "applicant": "张三", "applicant_kind": "自然人", "uscc": "9111",
        "purpose": "研究", "scene": "课题", "security_measures": "加密", "conditions": "不得发布原始数据",
        "limits": "获取格式限于 csv；每日调用接口不超过 100 次", "period_start": "2026年3月2日", "period_end": "2026年12月31日",
        "decided_on": "2026年3月3日"}
    undecided = values_of(replace(application, decided_at=None, form=replace(form, applicant_kind="")), {}, NOW)
    assert (undecided["decided_on"], undecided["applicant_kind"]) == ("2026年3月2日", "")


@pytest.mark.parametrize(("limits", "said"), [
    ({"addresses": ["203.0.113.0/24", "2001:db8::/32"]}, "访问来源地址限于 203.0.113.0/24、2001:db8::/32"),
    ({"downloads": 3, "daily_calls": 5}, "每日调用接口不超过 5 次；下载总数不超过 3 次"),
    ({"formats": ("csv",)}, "获取格式限于 csv")])
def test_each_limit_has_its_words(limits: dict[str, object], said: str) -> None:
    assert limits_text(limits) == said


@pytest.mark.parametrize(("text", "kept"), [
    ("一\r二\r\n三\n\n ", "一\n二\n三\n"), ("", "\n"), ("一\n\n二", "一\n\n二\n")])
def test_line_ends_are_of_one_kind_and_one_stands_at_the_end(text: str, kept: str) -> None:
    assert agreement_texts.normalised(text) == kept


@pytest.mark.parametrize(("value", "words"), [
    ("1.x", "1&#46;x"), ("12)", "12&#41;"), ("-x", "&#45;x"), ("+", "&#43;"), ("=a", "&#61;a"), ("a-b", "a-b"), ("a1.", "a1."),
    ("", "无"), (" a\n b ", "a b"), ("a|b<c>&", "a&#124;b&lt;c&gt;&amp;"),
    ("`*_{}[]#!~\\", "\\`\\*\\_\\{\\}\\[\\]\\#\\!\\~\\\\")])
def test_words_of_others_are_escaped(value: str, words: str) -> None:
    assert plain(value) == words


@pytest.mark.parametrize("body", [">" * 20 + " 无人看见的条款", "- " * 12 + "无人看见的条款", "条款\n\n" * 1001])
def test_a_template_holds_nothing_that_its_page_would_not_show_nor_more_than_a_copy_can(body: str) -> None:
    assert check("协议", "{agreement_id}\n\n" + body)["body"]
    assert check("协议", "{agreement_id}\n\n> - 条款\n\n" + "条款\n\n" * 900) == {}


def test_the_built_in_template_is_right_and_forbids_what_the_law_forbids() -> None:
    template = default()
    assert check(template.title, template.body) == {}
    for duty in ("转让", "改变数据的用途或者使用范围", "违法犯罪", "安全", "删除"):
        assert duty in template.body


@pytest.mark.parametrize(("profile", "legal", "terms", "misuse"), [
    ("chenzhou-2022", "《郴州市政务信息资源共享管理办法》（郴政发〔2022〕2号）第二十七条、第四十条和"
     "《政务信息资源共享管理暂行办法》（国发〔2016〕51号）", "郴政发〔2022〕2号第四十条", "郴政发〔2022〕2号第十九条"),
    ("hubei-2021", "《湖北省政务数据资源应用与管理办法》第二十七条、第三十三条和"
     "《政务信息资源共享管理暂行办法》（国发〔2016〕51号）",
     "《湖北省政务数据资源应用与管理办法》第三十三条", "《湖北省政务数据资源应用与管理办法》第二十条"),
    ("hunan-2021", "《湖南省政务信息资源共享管理办法》（湖南省人民政府令第301号）第二十九条和"
     "《政务信息资源共享管理暂行办法》（国发〔2016〕51号）",
     "湖南省人民政府令第301号第二十九条", "湖南省人民政府令第301号第十九条"),
    ("liaoning-2020", "《辽宁省政务数据资源共享管理办法》第十六条和《政务信息资源共享管理暂行办法》（国发〔2016〕51号）",
     "《辽宁省政务数据资源共享管理办法》第十六条", "国家有关规定"),
])
def test_an_agreement_cites_the_articles_of_the_regulations_in_force(profile: str, legal: str, terms: str, misuse: str) -> None:
    assert legal_bases(regimes()[profile]) == {"legal_basis": legal, "terms_basis": terms, "misuse_basis": misuse}


def test_the_built_in_template_names_no_province_s_text_itself() -> None:
    body = default().body
    assert "号）第" not in body
    assert "第二十七条" not in body
    assert "{legal_basis}" in body


def test_all_fields_are_filled() -> None:
    body = "\n\n".join(f"{{{name}}}" for name in FIELDS)
    text = render(body, values_of(APPLICATION, {"agreement_id": "g1", "entry_title": "水质"}, NOW))
    assert "{" not in text
    for words in ("2026年3月2日", "2026年12月31日", "法人", "限科研", "不得发布原始数据"):
        assert words in text


def test_what_is_not_said_is_said_not_to_be() -> None:
    assert render("附加条件：{conditions}", {"conditions": " \n "}) == "附加条件：无\n"


@pytest.mark.parametrize("value", [
    "# 第十条 甲方放弃一切权利", "a\n\n## 第十条\n\n甲方", "1. 第一", "- 项", "+ 项",
    "===", "---", "<b>粗</b>",
    "<script>x</script>", "**粗**", "[链接](http://x)",
    "![图](http://x)", "`码`", "a | b\n--|--", "> 引", "&lt;b&gt;", "\\# 题", "{purpose}",
    "10) 第十", "____", "    缩进", "[1]: http://x", "~~~", "~~~ 码",
])
def test_what_an_applicant_wrote_is_words_and_no_markup(value: str) -> None:
    def told(text: str) -> str:
        from bs4 import BeautifulSoup
        page = BeautifulSoup(markdown.to_html(text, links=False), "html.parser")
        assert {tag.name for tag in page.find_all()} == {"p"}
        return page.get_text().rstrip("\n")
    for body in ("{purpose}", "前文\n{purpose}"):
        assert told(render(body, {"purpose": value})).endswith(" ".join(value.split()))


def test_a_value_is_filled_in_once() -> None:
    assert "研究" not in render("{scene}", {"scene": "{purpose}", "purpose": "研究"})


def test_the_hash_is_of_the_utf8_and_line_ends_do_not_matter() -> None:
    assert text_hash("文\n") == hashlib.sha256("文\n".encode()).hexdigest()
    assert render("一\r\n二\r\n\r\n", {}) == render("一\n二", {}) == "一\n二\n"


def test_limits_are_said_in_words() -> None:
    said = limits_text({"formats": ["csv", "api"], "daily_rows": 5000, "downloads": 0})
    assert said == "获取格式限于 csv、api；每日获取不超过 5000 行"
    assert limits_text({}) == ""


def test_plain_words_stay_as_they_are() -> None:
    assert plain("研究东江湖（2026年）水质，a.b@c.cn") == "研究东江湖（2026年）水质，a.b@c.cn"


def test_another_decision_makes_another_text() -> None:
    other = replace(APPLICATION, decision=replace(APPLICATION.decision, period_end="2027-01-01"))
    body = default().body
    assert text_hash(render(body, values_of(APPLICATION, {}, NOW))) != text_hash(render(body, values_of(other, {}, NOW)))


def test_only_named_fields_are_offered() -> None:
    about = dict.fromkeys(("agreement_id", "entry_title", "catalog_code", "department", "department_uscc", "platform"), "")
    assert set(values_of(APPLICATION, about | legal_bases(regimes()["chenzhou-2022"]), NOW)) == set(FIELDS)
    assert len(default().body) <= agreement_texts.MAX_BODY

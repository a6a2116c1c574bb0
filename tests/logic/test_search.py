"""Search over two hundred Chinese entries in a real Solr, through CKAN's own actions."""
from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import quote, urlencode

import ckan.plugins.toolkit as tk
import pytest
import search_corpus
from ckan import model
from ckan.lib import search as core_search
from ckan.lib.search.common import make_connection
from ckan.tests import factories
from ckan.tests.helpers import _get_test_app

from ckanext.govshare.logic import drafts
from ckanext.govshare.search import SearchRefused

ENTRIES = search_corpus.entries()
SECRET = "仙人掌养殖"
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module", autouse=True)
def catalogue(reset_db: Callable[[], None], reset_index: Callable[[], None]) -> Iterator[None]:
    """The corpus, written and indexed by CKAN; beside it one entry that the public may not see.

    It stays within one request, whose language the labels are in.
    """
    reset_db()
    reset_index()
    with _get_test_app().flask_app.test_request_context("/"):
        operator = factories.Sysadmin()["name"]
        departments = {name: factories.Organization(name=name, title=title)["id"]
                       for name, title in search_corpus.DEPARTMENTS.items()}
        theme = factories.Group(name="huanjing", title="绿水青山")
        for entry in ENTRIES:
            _write(operator, departments[entry["department"]], entry, theme, private=False)
        hidden = {**ENTRIES[0], "name": "hidden", "title": SECRET, "notes": SECRET, "tags": [SECRET],
                  "open_type": "none", "open_ground": "privacy", "open_basis": SECRET, "format": "SECRETFORMAT"}
        _write(operator, departments["shengtai"], hidden, theme, private=True)
        model.Session.commit()
        core_search.rebuild(package_ids=[row.id for row in model.Session.query(model.Package.id)], quiet=True)
        core_search.commit()
        yield
    reset_db()
    reset_index()


def _write(operator: str, department: str, entry: dict[str, Any], theme: dict[str, Any], private: bool) -> None:
    fields = {key: value for key, value in entry.items() if key not in ("department", "format", "tags")}
    complete = {
        "catalog_kind": "department", "category_code": "307016001", "format_class": "spreadsheet",
        "sharing_type": "unconditional", "sharing_modes": ["batch_download"], "sharing_purposes": ["reference"],
        "issued": "2026-03-02", "open_condition": "实名申请" if entry["open_type"] == "conditional" else "",
        "tags": [{"name": tag} for tag in entry["tags"]], "groups": [{"name": theme["name"]}] if "大气" in entry["tags"] else [],
        "resources": [{"name": "数据表", "url": "https://files.example.org/1", "format": entry["format"]}],
    }
    context = {"user": operator, "ignore_auth": True, "defer_commit": True, drafts.APPLYING: True, drafts.PUBLISHING: True}
    tk.get_action("package_create")(context, {**complete, **fields, "owner_org": department, "private": private})


def ask(q: Any = "", **parameters: Any) -> dict[str, Any]:
    """`package_search` as anybody may call it."""
    found: dict[str, Any] = tk.get_action("package_search")(
        {"user": "", "auth_user_obj": None, "ignore_auth": False}, {"q": q, "rows": 300, **parameters})
    return found


def names(q: str = "", **parameters: Any) -> set[str]:
    return {row["name"] for row in ask(q, fl=["id", "name"], **parameters)["results"]}


def having(*texts: str) -> set[str]:
    """The entries whose title holds one of `texts`."""
    return {entry["name"] for entry in ENTRIES if any(text in entry["title"] for text in texts)}


def texts_of(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "title", entry["title"]
    yield "summary", entry["notes"]
    yield "department", search_corpus.DEPARTMENTS[entry["department"]]
    yield from (("tag", tag) for tag in entry["tags"])
    for item in entry["info_items"]:
        yield "item name", item["name"]
        yield "item description", item["description"]


def neighbours(text: str) -> Iterator[str]:
    """Each pair of adjacent characters of which at least one is Chinese and both are more than punctuation."""
    for pair in map("".join, pairwise(text)):
        if pair.isalnum() and HAN.search(pair):
            yield pair


class TestWords:
    @pytest.mark.parametrize("field", ["title", "summary", "department", "tag", "item name", "item description"])
    def test_each_pair_of_neighbouring_characters_finds_its_entry(self, field: str) -> None:
        expected: dict[str, set[str]] = defaultdict(set)
        for entry in ENTRIES:
            for name, text in texts_of(entry):
                for pair in neighbours(text) if name == field else ():
                    expected[pair].add(entry["name"])
        missed = {pair: entries - names(pair) for pair, entries in expected.items() if entries - names(pair)}
        assert expected
        assert missed == {}

    @pytest.mark.parametrize("word", ["空气", "公交", "企业", "郴州", "空", "车"])
    def test_a_word_finds_all_titles_that_hold_it_and_only_entries_that_hold_it(self, word: str) -> None:
        holding = {entry["name"] for entry in ENTRIES if any(word in text for _, text in texts_of(entry))}
        assert having(word)
        assert names(word) == holding

    @pytest.mark.parametrize(("traditional", "simplified"), [("氣象", "气象"), ("企業", "企业"), ("養老機構", "养老机构"),
                                                             ("駕駛證", "驾驶证"), ("農產品", "农产品")])
    def test_traditional_characters_find_simplified_titles(self, traditional: str, simplified: str) -> None:
        assert having(simplified) <= names(traditional)

    @pytest.mark.parametrize(("typed", "meant"), [
        ("kongqi", "空气"), ("kqzl", "空气质量"), ("KongQi", "空气"), ("gongjiao", "公交"), ("kong qi", "空气"),
        ("yanglao", "养老")])
    def test_pinyin_and_initials_find_titles(self, typed: str, meant: str) -> None:
        assert having(meant)
        assert having(meant) <= names(typed)

    @pytest.mark.parametrize(("typed", "meant"), [
        ("ＰＭ２．５", "PM2.5"), ("pm2.5", "PM2.5"), ("pm", "PM2.5"), ("5g", "5G"), ("2023年", "2023年")])
    def test_width_and_case_do_not_matter(self, typed: str, meant: str) -> None:
        assert having(meant) <= names(typed)

    @pytest.mark.parametrize("word", ["环境质量", "郴州市的空气质量", "空气 生态环境局", "空气质量的日报"])
    def test_words_written_together_or_apart_find_what_holds_most_of_them(self, word: str) -> None:
        assert having("空气质量") <= names(word)

    def test_the_title_that_holds_the_words_comes_first(self) -> None:
        first = ask("行政区划代码", fl=["name", "title"])["results"][:2]
        assert {row["name"] for row in first} == having("行政区划代码")

    def test_a_theme_finds_its_entries(self) -> None:
        assert names("绿水青山") == {entry["name"] for entry in ENTRIES if "大气" in entry["tags"]}

    def test_or_finds_either_and_not_leaves_out(self) -> None:
        assert names("企业 OR 公交线路") == names("企业") | having("公交线路")
        assert names("空气 NOT 历年") == having("2023年空气")


class TestFacets:
    def test_counts_are_those_of_the_entries(self) -> None:
        keys = {"open_type": "open_type", "organization": "department", "res_format": "format",
                "update_frequency": "update_frequency"}
        facets = ask(rows=0, **{"facet.field": [*keys, "groups"]})["facets"]
        for field, key in keys.items():
            assert facets[field] == Counter(entry[key] for entry in ENTRIES)
        assert facets["groups"] == {"huanjing": sum("大气" in entry["tags"] for entry in ENTRIES)}

    def test_values_have_the_labels_of_the_schema(self) -> None:
        facet = ask(rows=0, **{"facet.field": ["open_type"]})["search_facets"]["open_type"]["items"]
        assert {item["name"] for item in facet} == {"conditional", "unconditional"}
        assert all(item["display_name"] != item["name"] for item in facet)

    def test_a_filter_narrows_the_results(self) -> None:
        assert names(fq='open_type:"conditional" organization:"gongan"') == {
            e["name"] for e in ENTRIES if (e["open_type"], e["department"]) == ("conditional", "gongan")}

    def test_titles_sort_by_pinyin(self) -> None:
        found = ask(fq='organization:"jiaoyu"', sort="title_string asc", fl=["name", "title"])["results"]
        titles = [row["title"] for row in found]
        spelled = [title.removeprefix("郴州市历年") for title in titles if title.startswith("郴州市历年")]
        assert spelled[:3] == ["高考报名点", "教师资格认定", "民办培训机构白名单"]


class TestWhatIsHidden:
    """An entry that is not public leaves no trace: neither by its words, nor in counts, nor as a facet's value."""

    def test_it_is_not_found(self) -> None:
        assert names(SECRET) & {"hidden"} == set()
        assert "hidden" not in names()
        assert ask(rows=0)["count"] == len(ENTRIES)

    @pytest.mark.parametrize("mincount", [0, "0", 1])
    def test_its_values_are_no_facets_even_with_a_count_of_zero(self, mincount: Any) -> None:
        facets = ask(rows=0, **{"facet.field": ["tags", "res_format", "open_type"], "facet.mincount": mincount})["facets"]
        assert SECRET not in facets["tags"]
        assert "SECRETFORMAT" not in facets["res_format"]
        assert "none" not in facets["open_type"]

    @pytest.mark.parametrize("fq", ["OR name:hidden", "+capacity:private", "name:hidden) OR (*:*", "+state:(active OR draft)",
                                    "capacity:private OR name:hidden"])
    def test_no_filter_brings_it_back(self, fq: str) -> None:
        try:
            found = names(fq=fq, include_private=True, include_drafts=True)
        except SearchRefused:
            return
        assert "hidden" not in found

    def test_its_department_and_the_operator_find_it(self) -> None:
        member = factories.User()
        tk.get_action("organization_member_create")(
            {"ignore_auth": True}, {"id": "shengtai", "username": member["name"], "role": "editor"})
        for name in (member["name"], factories.Sysadmin()["name"]):
            context = {"user": name, "auth_user_obj": model.User.get(name)}
            found = tk.get_action("package_search")(context, {"q": SECRET, "include_private": True})
            assert [row["name"] for row in found["results"]] == ["hidden"]

    def test_nothing_but_the_declared_fields_reaches_the_index(self) -> None:
        stored = make_connection().search("name:hidden", fl="*").docs[0]
        assert not [key for key in stored if key.startswith(("extras_", "res_url", "maintainer", "author"))]
        assert "permission_labels" not in stored


HOSTILE = [
    '"', '"空气', "空气 AND", "AND 空气", "OR", "AND NOT OR", "(空气", "空气)", "((((", "[空气 TO", "{空气}", "{!lucene}*:*",
    "  {!edismax qf=permission_labels}public", "{!", "a{!b}", "\\{!x}", '_query_:"{!term f=permission_labels}x"', '_val_:"1"',
    "_qu_val_:ery_:x", "permission_labels:public", "validated_data_dict:x", "空气^99999999999", "空气~", '"空气 质量"~9999999999',
    "/.*/", "title:/(a|b)*c/", "*", "?", "*?*", "*:*", ":", "::", "-", "+", "!", "- - -", "\\", "\\\\", "空气\\", "a\\ ",
    "&&", "||", "metadata_modified:foo", "metadata_modified:[x TO y]", "issued:[NOW TO", "sample_data:maybe", "title:[* TO *]",
    'id:"', "\x00", "\ud800", "\ufffe", "👍", "𠮷", "空" * 5000, "a " * 3000, '"' * 501, "(" * 600, "*a" * 100, "<script>",
    "' OR 1=1 --", "${jndi:ldap://x}", "%00", "a\nb\tc", "TO", "[TO]", "空气 && 公交 || 企业", "http://a.b/c?d=e&f=g", "[docid]",
    "{!func}1", "$q",
]


class TestHostileWords:
    def test_no_words_break_the_search(self) -> None:
        assert all(ask(q, rows=5)["count"] <= len(ENTRIES) for q in HOSTILE)

    @pytest.mark.parametrize("address", ["/dataset/", "/organization/gongan", "/group/huanjing", "/feeds/custom.atom"])
    def test_no_words_give_an_error_page(self, address: str, app: Any) -> None:
        typed = [word for word in HOSTILE if word.isprintable() and len(word) < 60]
        assert dict.fromkeys(typed, 200) == {q: app.get(f"{address}?q={quote(q)}").status_code for q in typed}

    @pytest.mark.parametrize("q", ['"空气', "空气 AND", "(空气", "空气\\", "空气 -", "空气~", "OR 空气", "空气 && ||", "空气^"])
    def test_a_slip_of_the_pen_still_finds_what_is_meant(self, q: str) -> None:
        assert names(q) == having("空气")


class TestHostileParameters:
    @pytest.mark.parametrize(("parameter", "value"), [
        ("fl", ["validated_data_dict"]), ("fl", ["*"]), ("fl", ["id", "permission_labels"]), ("fl", ["[explain]"]),
        ("fl", ["score"]), ("fl", ["x:res_url"]), ("fl", "id,data_dict"), ("facet.field", ["permission_labels"]),
        ("facet.field", ["name"]), ("facet.field", ["{!ex=x}tags"]), ("fq", "permission_labels:x"), ("fq", "{!lucene}*:*"),
        ("fq", 'organization:"a'), ("fq", "metadata_modified:[foo TO *]"), ("fq_list", ["permission_labels:x"]),
        ("fq_list", "text:x"), ("sort", "permission_labels asc"), ("sort", "termfreq(text,'x') desc"), ("sort", "name"),
        ("include_private", "perhaps"), ("include_drafts", "perhaps"), ("facet", "perhaps"), ("use_default_schema", "perhaps"),
    ])
    def test_what_is_not_open_to_searchers_is_refused_by_its_name(self, parameter: str, value: Any) -> None:
        with pytest.raises(SearchRefused) as refused:
            ask(**{parameter: value})
        assert str(refused.value).startswith("fq" if parameter == "fq_list" else parameter)

    @pytest.mark.parametrize(("parameter", "value"), [
        ("defType", "lucene"), ("qf", "permission_labels"), ("mm", "x"), ("tie", "x"), ("bf", "{!func}x"), ("boost", "x"),
        ("wt", "xml"), ("df", "permission_labels"), ("facet.limit", 10**12), ("facet.limit", -5), ("facet", "false"),
        ("start", 10**12),
    ])
    def test_how_words_are_matched_is_not_the_callers_to_change(self, parameter: str, value: Any) -> None:
        assert ask("空气", **{parameter: value})["count"] == len(having("空气"))

    def test_addresses_that_no_page_offers_are_a_bad_request(self, app: Any) -> None:
        for address in (
            "/dataset/?sort=permission_labels+asc", "/dataset/?permission_labels=public", "/dataset/?organization=%22",
            "/feeds/custom.atom?sort=foo", "/feeds/custom.atom?organization=%22", "/feeds/tag/%22%29.atom",
            "/dataset/?sort=,", "/dataset/?sort=name+asc,", "/organization/gongan?sort=,", "/organization/gongan?sort=foo",
            "/organization/gongan?permission_labels=x", "/group/huanjing?tags=%22", "/organization/?sort=,",
        ):
            answer = app.get(address)
            assert (address, answer.status_code) == (address, 400)
            assert "member-" not in answer.get_data(as_text=True)

    def test_the_api_names_the_parameter(self, app: Any) -> None:
        for query in ("fq=permission_labels:x", 'facet.field=["permission_labels"]', "fl=data_dict", "extras=x&ext_a=1",
                      "include_private=perhaps", "sort=text+asc"):
            answer = app.get(f"/api/3/action/package_search?{query}")
            assert (query, answer.status_code) == (query, 409)
            assert query.split("=")[0] in answer.json["error"]

    def test_a_list_may_be_sent_as_clients_send_lists(self, app: Any) -> None:
        def count(**asked: Any) -> tuple[int, set[str]]:
            answer = app.post("/api/3/action/package_search", json=asked, status=200).json["result"]
            by_address = app.get("/api/3/action/package_search?" + urlencode({
                name: value if isinstance(value, str) else json.dumps(value) for name, value in asked.items()
                if value is not None})).json["result"]
            assert by_address["count"] == answer["count"], asked
            return answer["count"], set(answer["facets"])

        one = 'organization:"gongan"'
        for filters in ([one], one, json.dumps([one])):
            assert count(fq_list=filters) == count(fq=one) != count()
        assert count(fq_list=None, fl=None, **{"facet.field": None}) == count()
        for facets in (["tags"], "tags", '["tags"]'):
            assert count(**{"facet.field": facets})[1] == {"tags"}

    @pytest.mark.parametrize(("parameter", "value"), [
        (name, value) for name in ("fq_list", "facet.field", "fl") for value in (3, {"a": 1}, [1], [None], [["x"]], True)])
    def test_a_list_of_anything_but_texts_is_refused_by_its_name(self, app: Any, parameter: str, value: Any) -> None:
        answer = app.post("/api/3/action/package_search", json={parameter: value})
        assert (answer.status_code, parameter in answer.json["error"]) == (409, True)

    @pytest.mark.parametrize("typed", ["空", "空气", "空氣", "2023年空气"])
    def test_a_part_of_a_title_is_completed(self, typed: str) -> None:
        found = tk.get_action("package_autocomplete")({"user": "", "auth_user_obj": None}, {"q": typed, "limit": 100})
        assert {row["name"] for row in found} >= having("2023年空气")

    def test_nothing_that_is_typed_breaks_the_completion(self) -> None:
        for typed in filter(str.strip, HOSTILE):
            found = tk.get_action("package_autocomplete")({"user": "", "auth_user_obj": None}, {"q": typed, "limit": 300})
            assert "hidden" not in {row["name"] for row in found}

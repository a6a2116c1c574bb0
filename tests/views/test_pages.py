"""The pages as people of each role read them: what they show, what they never ask of another host, what they refuse and why."""
from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from itertools import pairwise
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import ckan.plugins.toolkit as tk
import pytest
from browser import Browser
from bs4 import BeautifulSoup
from page_parts import part, words
from world import World

LIGHT_PAGE_LIMIT = 60_000
CSS_ADDRESS = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")

PUBLIC = ("/", "/about", "/dataset/", "/dataset/?q=%E7%A9%BA%E6%B0%94&open_type=unconditional", "/dataset/{published}",
          "/dataset/{published}/resource/{file}", "/organization/", "/organization/{department}", "/group/", "/group/{theme}",
          "/user/login", "/regulation/", "/regulation/chenzhou-2022", "/open-list", "/open-list/{department}")
EDITOR = ("/entry/", "/entry/{published}", "/entry/{draft}", "/entry/{returned}", "/entry/{submitted}", "/dataset/new",
          "/dataset/edit/{draft}", "/dataset/resources/{draft}", "/dataset/{draft}/resource/new", "/dataset/{draft}",
          "/user/{me}")
REVIEWER = ("/entry/queue", "/entry/{submitted}", "/entry/")
OPERATOR = ("/ckan-admin/", "/organization/edit/{department}", "/organization/manage_members/{department}", "/user/edit/{me}")
ROLES = {"": PUBLIC, "editor": EDITOR, "reviewer": REVIEWER, "operator": OPERATOR}


def addresses(html: BeautifulSoup) -> Iterator[str]:
    """What the browser fetches by itself for a page."""
    for tag in html.select("script[src], img[src], iframe[src], source[src], video[src], audio[src], embed[src]"):
        yield str(tag["src"])
    for tag in html.select("link[href]:not([rel=alternate]):not([rel=canonical])"):
        yield str(tag["href"])
    for tag in html.select("style"):
        yield from css_addresses(tag.get_text())


def css_addresses(text: str) -> Iterator[str]:
    return (one or other for one, other in CSS_ADDRESS.findall(text))


@pytest.fixture
def world(shared_world: World) -> World:
    """These tests only look."""
    return shared_world


@pytest.fixture(scope="module")
def place(shared_world: World) -> dict[str, str]:
    return shared_world.in_every_state()


@pytest.fixture
def visited(app: Any, world: World, place: dict[str, str]) -> Any:
    """`visited(role)` gives each page of a role with its address and answer, and the browser that asked."""
    def visit_all(role: str, locale: str = "") -> Iterator[tuple[str, Any, Browser]]:
        browser = Browser(app, getattr(world, role) if role else "")
        me = {"me": getattr(world, role)} if role else {}
        for page in ROLES[role]:
            address = locale + page.format(**place, **me)
            yield address, browser.get(address), browser
    return visit_all


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "anonymous")
class TestEveryPage:
    @pytest.mark.parametrize("locale", ["", "/zh_Hans_CN"])
    def test_it_answers_and_asks_nothing_of_another_host(self, visited: Any, role: str, locale: str) -> None:
        hosts = {"", urlsplit(tk.config["ckan.site_url"]).netloc}
        for address, answer, browser in visited(role, locale):
            assert answer.status_code == HTTPStatus.OK, address
            html = BeautifulSoup(answer.body, "html.parser")
            fetched = list(addresses(html))
            for sheet in html.select("link[rel=stylesheet]"):
                fetched += css_addresses(browser.get(str(sheet["href"])).body)
            assert {urlsplit(a).netloc for a in fetched if not a.startswith("data:")} <= hosts, address
            assert "gravatar" not in answer.body, address

    def test_it_has_one_main_part_a_way_to_skip_to_it_and_headings_in_order(self, visited: Any, role: str) -> None:
        for address, answer, _ in visited(role):
            html = BeautifulSoup(answer.body, "html.parser")
            assert len(html.select("main")) == 1, address
            assert html.select_one("a.gs-skip[href='#content']"), address
            assert html.select_one("main #content"), address
            if role != "operator":
                levels = [int(tag.name[1]) for tag in html.select("main h1, main h2, main h3, main h4, .gs-hero h1")]
                assert levels.count(1) == 1, address
                assert all(after - before <= 1 for before, after in pairwise(levels)), address

    def test_every_form_that_changes_something_carries_a_csrf_token(self, visited: Any, role: str) -> None:
        for address, answer, _ in visited(role):
            for form in BeautifulSoup(answer.body, "html.parser").select("form[method=post], form[method=POST]"):
                token = form.select_one("input[name=_csrf_token]")
                assert token is not None, (address, form.get("action"))
                assert token["value"], (address, form.get("action"))


class TestThePublicPages:
    def test_they_weigh_little(self, visited: Any) -> None:
        for address, answer, browser in visited(""):
            own = {a for a in addresses(BeautifulSoup(answer.body, "html.parser")) if not a.startswith("data:")}
            assert len(answer.data) + sum(len(browser.get(a).data) for a in own) < LIGHT_PAGE_LIMIT, address

    def test_the_language_switch_leads_to_the_same_page(self, visit: Any, place: dict[str, str]) -> None:
        switch = part(visit().get("/dataset/?q=abc"), ".gs-account a[lang=zh-Hans-CN]")
        assert str(switch["href"]).endswith("/zh_Hans_CN/dataset/?q=abc")

    def test_what_is_not_offered_is_not_shown(self, visit: Any, place: dict[str, str]) -> None:
        pages = [visit("editor").get(f"/dataset/{place['published']}"), visit().get(f"/organization/{place['department']}")]
        assert all(part(page, "main h1") for page in pages)
        page = "".join(page.body for page in pages)
        for absent in ("Follow", "Activity Stream", "Private", "twitter", "facebook", "Social"):
            assert absent not in page

    def test_the_terms_of_use_stand_beside_the_data(self, visit: Any, place: dict[str, str]) -> None:
        assert "第四十条" in words(part(visit().get(f"/zh_Hans_CN/dataset/{place['published']}"), "aside"))


class TestHome:
    def test_the_newest_entries_are_approved_ones(self, visit: Any, place: dict[str, str]) -> None:
        newest = part(visit().get("/"), ".gs-newest")
        assert [str(a["href"]).rsplit("/", 1)[1] for a in newest.select("a")] == [place["published"]]

    def test_the_search_box_asks_the_catalogue(self, visit: Any, world: World) -> None:
        form = part(visit().get("/"), ".gs-hero form")
        assert form["action"] == "/dataset/"
        assert form.select_one("input[name=q]")


class TestSearch:
    def test_its_filters_are_the_five_of_the_catalogue(self, visit: Any, place: dict[str, str]) -> None:
        titles = [words(tag) for tag in part(visit().get("/zh_Hans_CN/dataset/"), "#gs-filters").select("summary")]
        assert set(titles) <= {"开放属性", "部门", "主题", "数据格式", "更新周期"}
        assert {"开放属性", "部门", "数据格式", "更新周期"} <= set(titles)

    def test_a_chosen_filter_can_be_removed(self, visit: Any, place: dict[str, str]) -> None:
        chosen = part(visit().get("/zh_Hans_CN/dataset/?open_type=unconditional"), ".gs-chosen a")
        assert words(chosen).endswith("无条件开放")
        assert "open_type" not in str(chosen["href"])

    def test_the_words_searched_for_come_back_escaped(self, visit: Any, world: World) -> None:
        hostile = "<script>alert(1)</script>"
        answer = visit().get("/dataset/?q=" + quote(hostile))
        assert hostile not in answer.body
        fields = part(answer, "main").select("input[name=q]")
        assert {field["value"] for field in fields} == {hostile}

    def test_nothing_found_says_what_to_do(self, visit: Any, world: World) -> None:
        assert "remove a filter" in words(part(visit().get("/dataset/?q=nichtda"), ".gs-empty"))


class TestRefusals:
    def test_an_unknown_and_an_unseen_entry_give_the_same_page(self, visit: Any, place: dict[str, str]) -> None:
        pages = [visit().get(f"/dataset/{name}") for name in (place["draft"], "absent")]
        assert [page.status_code for page in pages] == [HTTPStatus.NOT_FOUND] * 2
        first, second = (words(part(page, "#error-content")) for page in pages)
        assert "What you can do next" in first
        assert first == second

    def test_an_error_page_says_what_to_do_next(self, visit: Any, world: World) -> None:
        content = part(visit().get("/absent"), "#error-content")
        assert "What you can do next" in words(content)
        assert content.select_one("form[action='/dataset/']")

    @pytest.mark.parametrize("page", ["/entry/", "/entry/queue", "/entry/{draft}", "/entry/absent"])
    def test_a_visitor_is_asked_to_log_in_and_comes_back(self, visit: Any, place: dict[str, str], page: str) -> None:
        address = page.format(**place)
        answer = visit().get(address)
        assert answer.status_code == HTTPStatus.FOUND
        assert urlsplit(answer.location).path == "/user/login"
        assert quote(address, safe="/") in answer.location

    @pytest.mark.parametrize(("role", "page"), [
        ("citizen", "/entry/queue"), ("editor", "/entry/queue"), ("other_editor", "/entry/{draft}"),
        ("citizen", "/entry/{published}"),
    ])
    def test_who_may_not_know_of_it_finds_nothing(self, visit: Any, place: dict[str, str], role: str, page: str) -> None:
        assert visit(role).get(page.format(**place)).status_code == HTTPStatus.NOT_FOUND

    @pytest.mark.parametrize(("role", "word", "way"), [
        ("", "Without an account", "/user/login?next=/organization/new"), ("citizen", "Your applications", "/user/me"),
        ("editor", "Your role in your department", "/user/me"),
    ])
    def test_who_may_not_open_a_page_is_told_a_step_that_is_theirs(self, visit: Any, role: str, word: str, way: str) -> None:
        answer = visit(role).get("/organization/new")
        assert answer.status_code == HTTPStatus.FORBIDDEN
        content = part(answer, "#error-content")
        assert word in words(content)
        assert way in [unquote(str(link["href"])) for link in content.select("a[href]")]
        others = {"Without an account", "Your applications", "Your role in your department"} - {word}
        assert not any(other in words(content) for other in others)

    def test_a_page_number_that_is_too_large_is_told_its_range(self, visit: Any) -> None:
        for number in ("99999999999999999999", "0", "x", "-1", ""):
            for address in (f"/dataset/?page={number}", f"/organization/?page={number}"):
                answer = visit().get(address)
                assert answer.status_code == HTTPStatus.BAD_REQUEST
                assert "page: Must be a whole number from 1 to 999999999" in words(part(answer, "#error-content")), address

    def test_an_account_without_department_is_told_what_to_do(self, visit: Any, world: World) -> None:
        answer = visit("citizen").get("/entry/")
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert "ask its administrator" in words(part(answer, "main"))

"""The inbox as a page: who has messages, where they lead, and how else to be told."""
from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from browser import Browser
from ckan import model
from ckan.tests import factories
from page_parts import part, words
from world import World

from ckanext.govshare import clock
from ckanext.govshare.logic import notices

PARAMS = {"dataset": "<b>水质</b>监测", "department": "市生态环境局", "due": "2026-04-20", "reason": "缺少 <script>"}


@pytest.fixture
def reader(shared_world: World) -> str:
    """Somebody with one unread message."""
    user = factories.User()
    notices.tell([user["id"]], "application_returned", PARAMS, "/about", clock.now())
    model.Session.commit()
    name: str = user["name"]
    return name


@pytest.fixture
def browser(shared_app: Any, reader: str) -> Browser:
    return Browser(shared_app, reader)


def send(browser: Browser, address: str, **data: str) -> Any:
    token = part(browser.get("/messages/"), "input[name=_csrf_token]")["value"]
    return browser.post(address, data={**data, "_csrf_token": token})


def test_an_unread_message_counts_in_the_header_until_it_is_followed(browser: Browser) -> None:
    page = browser.get("/messages/")
    assert words(part(page, ".gs-account a[href='/messages/']")) == "Messages 1 unread"
    link = str(part(page, "tbody th a")["href"])
    answer = browser.get(link)
    assert (answer.status_code, answer.headers["Location"].endswith("/about")) == (HTTPStatus.FOUND, True)
    assert words(part(browser.get("/messages/"), ".gs-account a[href='/messages/']")) == "Messages"


def test_words_of_people_are_shown_as_they_are(browser: Browser) -> None:
    row = part(browser.get("/messages/"), "tbody th")
    assert "<b>水质</b>监测" in words(row)
    assert "What is needed: 缺少 <script>" in words(row)
    assert row.select("b, script") == []


def test_a_message_of_somebody_else_does_not_exist(browser: Browser, shared_app: Any, shared_world: World) -> None:
    link = str(part(browser.get("/messages/"), "tbody th a")["href"])
    assert Browser(shared_app, shared_world.citizen).get(link).status_code == HTTPStatus.NOT_FOUND
    assert browser.get("/messages/99999999999999999999999").status_code == HTTPStatus.NOT_FOUND


def test_a_visitor_is_asked_to_log_in(shared_app: Any, shared_world: World) -> None:
    answer = Browser(shared_app, "").get("/messages/")
    assert answer.status_code == HTTPStatus.FOUND
    assert "/user/login?next=" in answer.headers["Location"]


def test_one_message_or_all_are_marked_as_read(browser: Browser) -> None:
    number = str(part(browser.get("/messages/"), "tbody input[name=id]")["value"])
    assert send(browser, "/messages/read", id="x" * 30).status_code == HTTPStatus.FOUND
    assert part(browser.get("/messages/?unread=1"), "tbody th")
    send(browser, "/messages/read", id=number)
    assert "no unread messages" in words(part(browser.get("/messages/?unread=1"), ".gs-empty"))
    assert send(browser, "/messages/read").status_code == HTTPStatus.FOUND


def test_the_ways_to_be_told_are_chosen_on_the_page(browser: Browser) -> None:
    assert part(browser.get("/messages/"), "#gs-message-mail").has_attr("checked")
    send(browser, "/messages/settings", language="zh_Hans_CN")
    page = browser.get("/messages/")
    assert not part(page, "#gs-message-mail").has_attr("checked")
    assert part(page, "#gs-message-language option[selected]")["value"] == "zh_Hans_CN"
    send(browser, "/messages/settings", language="xx", mail="1")
    assert not part(browser.get("/messages/"), "#gs-message-mail").has_attr("checked")

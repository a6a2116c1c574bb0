"""Every page in a real browser, on a desk and on a phone: nothing off the screen, nothing amiss, nothing from elsewhere."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cases import Cases
from ckan.tests import factories
from playwright.sync_api import Page
from world import World, attachment

from ckanext.govshare import clock
from ckanext.govshare.logic import account_links

WIDTHS = (1280, 390)
PAGES = {
    "": ("/", "/en/", "/about", "/dataset/", "/dataset/{published}", "/dataset/{published}/resource/{file}", "/organization/",
         "/organization/{department}", "/open-list", "/open-list/{department}", "/group/", "/group/{theme}",
         "/user/login", "/user/register", "/user/register?key={registration}", "/verify-agreement", "/regulation/",
         "/regulation/chenzhou-2022", "/regulation/chenzhou-2022/catalog_review?start=2026-09-25"),
    "editor": ("/entry/", "/entry/{draft}", "/entry/{narrowed}", "/dataset/new", "/dataset/edit/{draft}",
               "/dataset/resources/{published}", "/dataset/{draft}/resource/new", "/dataset/{draft}",
               "/department/tasks", "/department/{department}/replies", "/dataset/{conditional}/application-form",
               "/application/{application}", "/grant/{grant}", "/messages/", "/appeal/department",
               "/department/{department}/agreement-template", "/dataset/{conditional}/agreement-template"),
    "reviewer": ("/entry/queue", "/entry/{submitted}", "/entry/{narrowed}", "/board", "/board/overdue", "/board/reports",
                 "/application/{application}", "/appeal/queue", "/appeal/{appeal}", "/grant/{grant}"),
}
LONG = "湖南省郴州市" * 12 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 3


@pytest.fixture
def place(world: World) -> dict[str, str]:
    """Entries with long words and many columns, as departments write them."""
    theme = factories.Group(name="shengtai", title="生态环境")
    items = [{"name": f"监测指标{n}", "data_type": "N", "length": 6, "description": LONG} for n in range(6)]
    files = [{"name": LONG, "url": "https://example.com/hourly.csv", "format": "CSV", "description": LONG}]
    published = world.approved(title=LONG, notes=LONG, info_items=items, resources=files)
    narrowed = world.approved()
    world.call(world.editor, "package_patch", id=narrowed["id"], open_type="conditional", open_condition=LONG)
    draft = world.draft(title=LONG, resources=[{"name": LONG, "upload": attachment()}])
    world.vouch(draft)
    return {"published": published["name"], "file": published["resources"][0]["id"], "draft": draft["name"],
            "submitted": world.submitted()["name"], "narrowed": narrowed["name"], "department": world.own["name"],
            "theme": theme["name"], "registration": account_links.to_register(f"{'a' * 60}@example.com", clock.now()),
            **_cases(world)}


def _cases(world: World) -> dict[str, str]:
    """Cases of conditional data, with long words, too."""
    cases = Cases(world)
    world.call(cases.clerk, "govshare_entry_form_update", dataset_id=cases.dataset["id"], note=LONG, questions=[
        {"id": "places", "label": LONG, "type": "choice", "options": [LONG, "否"], "help": LONG}])
    application = cases.submitted(purpose=LONG, applicant_name=LONG, answers={"places": LONG})
    return {"conditional": cases.dataset["name"], "application": application["id"], "grant": cases.granted()["id"],
            "appeal": cases.appealed()["id"]}


def watched(page: Page) -> list[str]:
    """What goes wrong in the page from now on: console errors, script errors, requests to another host."""
    amiss: list[str] = []
    page.on("console", lambda message: amiss.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: amiss.append(str(error)))
    page.on("requestfailed", lambda request: amiss.append(f"failed: {request.url}"))
    page.on("request", lambda request: None if request.url.startswith(("http://127.0.0.1:", "data:"))
            else amiss.append(f"elsewhere: {request.url}"))
    return amiss


def test_they_fit_the_screen_and_nothing_is_amiss(at_desk: Callable[[str], Page], place: dict[str, str]) -> None:
    too_wide = []
    for role, addresses in PAGES.items():
        page = at_desk(role)
        amiss = watched(page)
        for address in addresses:
            answer: Any = page.goto(address.format(**place))
            assert answer.status == 200, address
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                if (beyond := page.evaluate("document.documentElement.scrollWidth - window.innerWidth")) > 0:
                    too_wide.append(f"{address}: {beyond} px at {width}")
        assert amiss == []
    assert too_wide == []


class TestOnAPhone:
    @pytest.fixture
    def phone(self, at_desk: Callable[..., Page], world: World) -> Page:
        world.approved()
        page = at_desk()
        page.set_viewport_size({"width": 390, "height": 844})
        return page

    def test_the_navigation_opens_by_its_button_and_closes_by_escape(self, phone: Page) -> None:
        phone.goto("/")
        button, navigation = phone.locator(".gs-head .gs-menu"), phone.locator("#gs-nav")
        assert (button.get_attribute("aria-expanded"), navigation.is_visible()) == ("false", False)
        button.click()
        assert (button.get_attribute("aria-expanded"), navigation.is_visible()) == ("true", True)
        phone.keyboard.press("Escape")
        assert (button.get_attribute("aria-expanded"), navigation.is_visible()) == ("false", False)

    def test_the_filters_wait_behind_their_button(self, phone: Page) -> None:
        phone.goto("/dataset/")
        filters = phone.locator("#gs-filters")
        assert not filters.is_visible()
        phone.locator(".gs-filters .gs-menu").click()
        assert filters.is_visible()

    def test_without_script_everything_is_in_sight(self, chromium: Any, served: str) -> None:
        context = chromium.new_context(base_url=served, java_script_enabled=False, viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.goto("/")
        assert page.locator("#gs-nav").is_visible()
        context.close()


def test_the_keyboard_skips_to_the_content_first(at_desk: Callable[..., Page]) -> None:
    page = at_desk()
    page.goto("/dataset/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "gs-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_an_entry_goes_from_the_form_to_the_public(at_desk: Callable[..., Page], world: World) -> None:
    draft = world.draft(resources=[{"name": "数据", "upload": attachment()}])
    world.vouch(draft)
    clerk, reviewer, visitor = at_desk("editor"), at_desk("reviewer"), at_desk()
    clerk.goto(f"/entry/{draft['name']}")
    clerk.click("form[action$='/submit'] button")
    clerk.wait_for_selector(".gs-badge-submitted")
    reviewer.goto("/entry/queue")
    reviewer.click(f"main a[href$='/entry/{draft['name']}']")
    reviewer.click("form[action$='/approve'] button")
    reviewer.wait_for_selector(".gs-badge-approved")
    answer: Any = visitor.goto(f"/dataset/{draft['name']}")
    assert answer.status == 200

"""The entry's form as a clerk meets it in a browser, with and without script, wide and narrow."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from world import World

Desk = Callable[[str], Page]
FORM = "/zh_Hans_CN/dataset/new"


@pytest.fixture
def form(at_desk: Desk) -> Page:
    page = at_desk("editor")
    page.goto(FORM)
    return page


def test_what_does_not_apply_is_folded_away(form: Page) -> None:
    assert not form.is_visible("#field-open_ground")
    form.check("input[name=open_type][value=none]")
    assert form.is_visible("#field-open_ground")
    assert form.is_visible("#field-open_basis")
    assert not form.is_visible("#field-open_condition")


def test_what_was_filled_in_stays_in_sight_when_it_no_longer_applies(form: Page) -> None:
    form.check("input[name=open_type][value=conditional]")
    form.fill("#field-open_condition", "限科研机构")
    form.check("input[name=open_type][value=unconditional]")
    assert form.is_visible("#field-open_condition")


def test_the_table_of_items_grows_and_shrinks(form: Page, world: World) -> None:
    rows = form.locator("#field-info_items tbody tr")
    before = rows.count()
    form.click("text=增加一行")
    expect(rows).to_have_count(before + 1)
    for number in range(before + 1):
        form.fill(f"[name=info_items__{number}__name]", f"第{number}项")
    rows.nth(1).locator("button").click()
    form.fill("#field-title", "水库水位")
    form.click("button[name=save]")
    form.wait_for_url("**/entry/shui-ku-shui-wei")
    saved = world.call(world.editor, "package_show", id="shui-ku-shui-wei")
    assert [item["name"] for item in saved["info_items"]] == [f"第{n}项" for n in range(before + 1) if n != 1]


def test_errors_are_listed_with_links_to_their_fields(form: Page) -> None:
    form.fill("#field-title", "水库水位")
    form.fill("#field-category_code", "30")
    form.check("input[name=open_type][value=unconditional]")
    form.check("#field-proactively_disclosed")
    form.check("input[name=sharing_type][value=none]")
    form.click("button[name=save]")
    form.wait_for_selector("#form-errors a")
    links = form.locator("#form-errors a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert set(links) == {"#field-category_code", "#field-open_type"}
    assert all(form.locator(link).count() == 1 for link in links)
    assert form.input_value("#field-category_code") == "30"


def test_the_form_works_without_script(chromium: Browser, served: str, form: Page, world: World) -> None:
    context = chromium.new_context(base_url=served, java_script_enabled=False,
                                   storage_state=form.context.storage_state())
    page = context.new_page()
    page.goto(FORM)
    page.fill("#field-title", "水库水位")
    page.check("input[name=open_type][value=none]")
    page.select_option("#field-open_ground", "law")
    page.fill("[name=info_items__0__name]", "水位")
    page.click("button[name=save]")
    page.wait_for_url("**/entry/shui-ku-shui-wei")
    saved = world.call(world.editor, "package_show", id="shui-ku-shui-wei")
    assert (saved["open_ground"], saved["info_items"]) == ("law", [{"name": "水位"}])
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_form_fits_its_window(form: Page, world: World, width: int) -> None:
    made = world.draft(open_type="none", open_ground="privacy", open_basis="《个人信息保护法》第二十八条",
                       sharing_type="conditional", sharing_condition="限民政部门", sharing_basis="《档案法》第二条",
                       info_items=[{"name": f"第{n}项数据名称", "data_type": "C", "length": 50} for n in range(8)])
    asked: list[Any] = []
    form.on("request", lambda request: asked.append(request.url))
    form.set_viewport_size({"width": width, "height": 900})
    form.goto(f"/zh_Hans_CN/dataset/edit/{made['name']}")
    assert form.evaluate("document.documentElement.scrollWidth") <= width
    host = form.evaluate("location.origin")
    assert asked
    assert [url for url in asked if not url.startswith((host, "data:"))] == []

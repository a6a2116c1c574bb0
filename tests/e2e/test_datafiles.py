"""From a clerk's faulty spreadsheet to the rows that a citizen takes away (OPN-3, OPN-5), in real browsers."""
from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, Page, expect
from world import World

Desk = Callable[..., Page]
HEADER = ["站点编码", "站点名称", "监测日期", "水位"]
ROWS = [["0731", "东江湖大坝", "2021年3月5日", 284.5], ["0732", "四清水库", "2021年3月6日", 312.25],
        ["0733", "青山垅水库", "2021年3月7日", 198.75]]


def workbook(path: Path, *lines: list[Any]) -> Path:
    """A workbook as departments make them: a title in merged cells, then the header, then rows."""
    book = Workbook()
    page = book.worksheets[0]
    page.append(["2021年水库水位"])
    page.merge_cells("A1:D1")
    for line in [HEADER, *lines]:
        page.append(line)
    book.save(path)
    return path


def send(page: Page, path: Path) -> None:
    """Choose a file in the form, send it, and be on the page that follows its reading."""
    page.set_input_files("#field-upload", path)
    page.click("#resource-edit button[name=save]")
    page.wait_for_url("**/datafile/*")


@pytest.fixture
def entry(world: World) -> dict[str, Any]:
    return world.draft(title="水库水位", info_items=[{"name": "站名", "data_type": "C", "length": 50}])


def test_from_a_faulty_spreadsheet_to_what_a_citizen_takes_away(
        at_desk: Desk, world: World, entry: dict[str, Any], tmp_path: Path) -> None:
    clerk, reviewer, citizen = at_desk("editor"), at_desk("reviewer"), at_desk()

    # Results of formulas are missing, as in workbooks that a program wrote.
    clerk.goto(f"/entry/{entry['name']}")
    clerk.click("#files a[href$='/resource/new']")
    send(clerk, workbook(tmp_path / "水库水位.xlsx", *ROWS, ["0734", "东江湖坝下", "2021年3月8日", "=D3-130"]))
    expect(clerk.locator(".gs-progress progress")).to_be_visible()
    world.read_files()
    expect(clerk.locator(".gs-file-refused")).to_be_visible()
    expect(clerk.locator(".gs-findings tbody tr").first).to_have_class("gs-finding-error")
    clerk.goto(f"/entry/{entry['name']}")
    expect(clerk.locator("#obstacles li")).not_to_have_count(0)
    clerk.click("#files tbody th a")

    # Mended, it is what the entry then describes.
    clerk.click("#verdict a[href*='/edit']")
    send(clerk, workbook(tmp_path / "水库水位（更正）.xlsx", *ROWS, ["0734", "东江湖坝下", "2021年3月8日", 154.5]))
    world.read_files()
    expect(clerk.locator(".gs-file-verified")).to_be_visible()
    expect(clerk.locator("main")).to_contain_text("东江湖坝下")
    clerk.click("form[action$='/items'] button")
    clerk.wait_for_url("**/dataset/edit/*")
    assert [item["name"] for item in world.call(world.editor, "package_show", id=entry["id"])["info_items"]] == HEADER
    clerk.goto(f"/entry/{entry['name']}")
    expect(clerk.locator("#obstacles")).to_have_count(0)
    clerk.click("form[action$='/submit'] button")
    expect(clerk.locator(".gs-badge-submitted")).to_be_visible()

    reviewer.goto(f"/entry/{entry['name']}")
    expect(reviewer.locator("#files .gs-file-verified")).to_be_visible()
    reviewer.click("form[action$='/approve'] button")
    expect(reviewer.locator(".gs-badge-approved")).to_be_visible()

    resource = world.call("", "package_show", id=entry["id"])["resources"][0]["id"]
    citizen.goto(f"/zh_Hans_CN/dataset/{entry['name']}/resource/{resource}?filter=站点编码:eq:0732")
    expect(citizen.locator("main table").first).to_contain_text("四清水库")
    expect(citizen.locator("main table").first).not_to_contain_text("青山垅水库")
    taken = citizen.request.get(f"/dataset/{entry['name']}/resource/{resource}/export/csv?filter=站点编码:eq:0732")
    assert list(csv.reader(io.StringIO(taken.text()))) == [HEADER, ["0732", "四清水库", "2021-03-06", "312.25"]]
    whole = load_workbook(io.BytesIO(citizen.request.get(f"/dataset/{entry['name']}/resource/{resource}/export/xlsx").body()))
    assert [row[0] for row in whole.worksheets[0].iter_rows(min_row=2, values_only=True)] == ["0731", "0732", "0733", "0734"]


def test_a_published_file_is_replaced_without_a_review_and_both_versions_compared(
        at_desk: Desk, world: World, entry: dict[str, Any], tmp_path: Path) -> None:
    clerk, citizen = at_desk("editor"), at_desk()
    clerk.goto(f"/dataset/{entry['name']}/resource/new")
    send(clerk, workbook(tmp_path / "水位.xlsx", *ROWS))
    world.read_files()
    # The page loads itself anew when the check is done; going elsewhere meanwhile would meet that.
    expect(clerk.locator(".gs-file-verified")).to_be_visible()
    world.call(world.editor, "govshare_entry_submit", id=entry["id"])
    world.approve(entry)
    resource = world.call("", "package_show", id=entry["id"])["resources"][0]["id"]

    clerk.goto(f"/dataset/{entry['name']}/resource/{resource}/edit")
    send(clerk, workbook(tmp_path / "水位.xlsx", *ROWS[1:], ["0734", "东江湖坝下", "2021年3月8日", 154.5]))
    world.read_files()
    expect(clerk.locator(".gs-file-current")).to_be_visible()
    assert world.state(entry) == "approved"

    citizen.goto(f"/dataset/{entry['name']}/resource/{resource}/versions")
    citizen.click("a[href*='/compare']")
    expect(citizen.locator("main")).to_contain_text("东江湖坝下")
    expect(citizen.locator("main")).to_contain_text("东江湖大坝")


def test_the_check_is_followed_without_script(
        chromium: Browser, served: str, at_desk: Desk, world: World, entry: dict[str, Any], tmp_path: Path) -> None:
    context = chromium.new_context(base_url=served, java_script_enabled=False,
                                   storage_state=at_desk("editor").context.storage_state())
    page = context.new_page()
    page.goto(f"/dataset/{entry['name']}/resource/new")
    send(page, workbook(tmp_path / "水位.xlsx", *ROWS))
    world.read_files()
    expect(page.locator(".gs-file-verified")).to_be_visible(timeout=15_000)
    context.close()


def test_a_file_that_is_too_large_is_told_before_it_travels(
        at_desk: Desk, world: World, entry: dict[str, Any], tmp_path: Path) -> None:
    page = at_desk("editor")
    page.goto(f"/dataset/{entry['name']}/resource/new")
    page.evaluate("document.getElementById('field-upload').setAttribute('data-gs-max', '3')")
    page.set_input_files("#field-upload", workbook(tmp_path / "水位.xlsx", *ROWS))
    page.click("#resource-edit button[name=save]")
    expect(page.locator("#field-upload-error")).not_to_be_empty()
    assert page.url.endswith("/resource/new")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_fit_the_screen(
        at_desk: Desk, world: World, entry: dict[str, Any], tmp_path: Path, width: int) -> None:
    page = at_desk("editor")
    amiss: list[str] = []
    page.on("console", lambda message: amiss.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/dataset/{entry['name']}/resource/new")
    places = [page.url]
    send(page, workbook(tmp_path / f"{'水库水位' * 12}.xlsx", *ROWS, ["0734", "东江湖坝下" * 20, "2021年3月8日", "四米"]))
    assert off_screen(page) <= 0
    world.read_files()
    expect(page.locator("#verdict")).to_be_visible()
    for place in (*places, page.url, f"/entry/{entry['name']}"):
        page.goto(place)
        assert off_screen(page) <= 0, place
    assert amiss == []


def off_screen(page: Page) -> int:
    """How many pixels stand beyond the right edge."""
    found: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found

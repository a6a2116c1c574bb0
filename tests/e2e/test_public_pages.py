"""A visitor takes data: in the page without script, by the examples that the page shows, and from the open list."""
from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from world import World

TABLE = "编号,站点名称,浓度,日期\n001,一中站,35.50,2026-03-01\n002,'二中\"站,12,2026-03-02\n".encode()


@pytest.fixture
def address(world: World) -> str:
    """Where the page of an open table is."""
    items = [{"name": "站点名称", "data_type": "C", "length": 20, "description": "监测站点"}]
    entry = world.published(TABLE, info_items=items)
    return f"/dataset/{entry['name']}/resource/{entry['resources'][0]['id']}"


@pytest.fixture
def example(at_desk: Callable[..., Page], address: str) -> Callable[[str], str]:
    """The text of an example, as a visitor copies it. Its filter asks for the second row."""
    page = at_desk()

    def read(language: str) -> str:
        page.goto(f"{address}?filter=编号:eq:002")
        block = page.locator(".gs-example", has=page.locator("summary", has_text=language))
        return block.locator("code").text_content() or ""
    return read


class TestTheExamplesRun:
    @pytest.mark.parametrize(("language", "program"), [("curl", ["bash", "-ec"]), ("Python", [sys.executable, "-c"])])
    def test_in_a_shell_and_in_python(
            self, example: Callable[[str], str], tmp_path: Path, language: str, program: list[str]) -> None:
        done = subprocess.run([*program, example(language)], cwd=tmp_path, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert "002" in done.stdout.decode()
        assert "001" not in done.stdout.decode()
        assert "一中站" in (tmp_path / "data.csv").read_text(encoding="utf8")

    def test_in_javascript(self, example: Callable[[str], str], at_desk: Callable[..., Page]) -> None:
        page = at_desk()
        text = example("JavaScript")
        page.goto("/about")
        records: Any = page.evaluate(f"async () => {{ {text}\nreturn result.records; }}")
        assert [record["编号"] for record in records] == ["002"]

    def test_a_button_copies_one(self, at_desk: Callable[..., Page], address: str) -> None:
        page = at_desk()
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(address)
        page.locator(".gs-copy").first.click()
        page.locator(".gs-copy", has_text="已复制").or_(page.locator(".gs-copy", has_text="Copied")).wait_for()
        assert "datastore_search" in page.evaluate("navigator.clipboard.readText()")


class TestWithoutScript:
    @pytest.fixture
    def page(self, chromium: Any, served: str) -> Any:
        context = chromium.new_context(base_url=served, java_script_enabled=False, viewport={"width": 390, "height": 844})
        yield context.new_page()
        context.close()

    def test_the_table_is_filtered_and_sorted(self, page: Page, address: str) -> None:
        page.goto(address)
        page.fill("[name=v1]", "二中")
        page.click("#gs-ask button[type=submit]")
        expect(page.locator(".gs-data tbody tr")).to_have_count(1)
        page.click("#gs-data .gs-chosen a")
        expect(page.locator(".gs-data tbody tr")).to_have_count(2)
        page.click(".gs-data thead th:nth-child(3) a")
        expect(page.locator(".gs-data tbody tr").first.locator("td").first).to_have_text("002")

    def test_the_open_list_of_a_department_is_chosen(self, page: Page, address: str, world: World) -> None:
        page.goto("/open-list")
        page.select_option("#gs-open-list-of", world.own["name"])
        page.click("main noscript button, main form button")
        page.wait_for_url(f"**/open-list/{world.own['name']}")


def test_a_wide_table_scrolls_in_its_box_on_a_phone(at_desk: Callable[..., Page], world: World) -> None:
    names = [f"监测指标第{n}项" for n in range(25)]
    table = "\n".join([",".join(names), *(",".join(str(n * row) for n in range(25)) for row in range(3))]).encode()
    entry = world.published(table)
    page = at_desk()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/dataset/{entry['name']}/resource/{entry['resources'][0]['id']}")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    box = page.locator(".gs-data-box")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    last = page.locator(".gs-data thead th").last
    last.scroll_into_view_if_needed()
    assert last.is_visible()

"""The open list: what is on it, what never is, as page, workbook and API (OPN-1: 001 第二十六条)."""
from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import ckan.plugins.toolkit as tk
import pytest
from openpyxl import load_workbook
from page_parts import part, words
from world import World

from ckanext.govshare import clock
from ckanext.govshare.domain.calendar import shanghai_date

NOT_OPENED = {"open_type": "none", "open_ground": "privacy", "open_basis": "《个人信息保护法》"}
CONDITIONAL = {"open_type": "conditional", "open_condition": "仅限科研机构"}


@pytest.fixture
def opened(world: World) -> dict[str, str]:
    """One entry of each open attribute, and one that nobody approved."""
    return {
        "unconditional": world.approved(title="空气质量小时值")["name"],
        "conditional": world.approved(title="企业排污许可", **CONDITIONAL)["name"],
        "none": world.approved(title="信访人名单", **NOT_OPENED)["name"],
        "draft": world.draft(title="尚未审核的数据")["name"],
    }


def listed(world: World, user: str = "", **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = world.call(user, "govshare_open_list", **asked)
    return found


def names(found: dict[str, Any]) -> set[str]:
    return {line["name"] for line in found["results"]}


def rows(answer: Any, sheet: int = 0) -> list[tuple[Any, ...]]:
    book = load_workbook(BytesIO(answer.data))
    return list(book.worksheets[sheet].iter_rows(values_only=True))


class TestWhatIsListed:
    def test_it_holds_what_is_opened_and_nothing_else_for_people_of_every_role(
            self, world: World, opened: dict[str, str]) -> None:
        for role, user in world.people().items():
            found = listed(world, user)
            assert names(found) == {opened["unconditional"], opened["conditional"]}, role
            assert found["count"] == 2, role
            assert [(one["name"], one["count"]) for one in found["departments"]] == [(world.own["name"], 2)], role

    def test_a_line_says_what_it_takes_to_use_the_data(self, world: World, opened: dict[str, str]) -> None:
        line = next(line for line in listed(world)["results"] if line["name"] == opened["conditional"])
        assert line["conditions"] == "仅限科研机构"
        assert (line["open_type"], line["update_frequency"]) == ("conditional", "daily")
        assert line["organization"]["name"] == world.own["name"]
        assert line["catalog_code"].startswith("307016001")
        assert line["url"].endswith(f"/dataset/{opened['conditional']}")

    def test_formats_are_those_of_the_data_files(self, world: World) -> None:
        files = [{"name": name, "url": f"http://example.com/{name}", "format": form}
                 for name, form in (("a", "XLSX"), ("b", "CSV"), ("c", "CSV"))]
        world.approved(resources=files, **CONDITIONAL)
        assert listed(world)["results"][0]["formats"] == ["CSV", "XLSX"]

    def test_an_entry_that_is_not_opened_any_more_leaves_the_list(self, world: World, opened: dict[str, str]) -> None:
        world.call(world.editor, "package_patch", id=opened["conditional"], open_condition="", **NOT_OPENED)
        world.call(world.editor, "govshare_entry_submit", id=opened["conditional"], narrowing_basis="《个人信息保护法》第十条")
        assert names(listed(world)) == {opened["unconditional"], opened["conditional"]}
        world.call(world.reviewer, "govshare_entry_approve", id=opened["conditional"])
        assert names(listed(world)) == {opened["unconditional"]}

    def test_a_pending_change_is_not_on_it(self, world: World, opened: dict[str, str]) -> None:
        world.call(world.editor, "package_patch", id=opened["conditional"],
                   open_condition="尚未审核的条件", title="尚未审核的名称")
        assert "尚未审核" not in str(listed(world))


class TestTheAction:
    def test_it_gives_one_department_and_pages(self, world: World, opened: dict[str, str]) -> None:
        assert listed(world, organization=world.other["name"])["count"] == 0
        assert listed(world, organization=world.own["id"])["count"] == 2
        first, second = (listed(world, offset=offset, limit=1) for offset in (0, 1))
        assert names(first) | names(second) == {opened["unconditional"], opened["conditional"]}
        assert (len(first["results"]), first["count"]) == (1, 2)

    @pytest.mark.parametrize("department", ["absent", "a\\b", "%"])
    def test_an_unknown_department_is_not_found(self, world: World, department: str) -> None:
        with pytest.raises(tk.ObjectNotFound):
            listed(world, organization=department)

    @pytest.mark.parametrize(("field", "value"), [
        ("offset", -1), ("limit", "many"), ("organization", "a\0b"), ("organization", ["a"]), ("organization", "a" * 101),
    ])
    def test_a_wrong_parameter_is_named(self, world: World, field: str, value: Any) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            listed(world, **{field: value})
        assert set(refused.value.error_dict) == {field}

    def test_a_far_offset_is_an_empty_page(self, world: World, opened: dict[str, str]) -> None:
        assert listed(world, offset=10**30)["results"] == []


class TestThePage:
    def test_it_shows_count_day_and_lines(self, visit: Any, world: World, opened: dict[str, str]) -> None:
        page = visit().get("/zh_Hans_CN/open-list")
        shown = words(part(page, "main"))
        day = shanghai_date(clock.now())
        assert f"{day.year}年{day.month}月{day.day}日" in shown
        assert "空气质量小时值" in shown
        assert "仅限科研机构" in shown
        assert "第二十六条" in shown
        for absent in ("信访人名单", "尚未审核的数据"):
            assert absent not in page.body

    def test_the_chooser_leads_to_a_departments_own_address(self, visit: Any, world: World, opened: dict[str, str]) -> None:
        answer = visit().get(f"/open-list?organization={world.own['name']}")
        assert answer.status_code == HTTPStatus.FOUND
        assert answer.location.endswith(f"/open-list/{world.own['name']}")
        assert visit().get("/open-list?organization=").location.endswith("/open-list")

    def test_a_department_that_opens_nothing_says_so(self, visit: Any, world: World, opened: dict[str, str]) -> None:
        page = visit().get(f"/open-list/{world.other['name']}")
        assert "has not opened an entry" in words(part(page, ".gs-empty"))
        assert str(part(page, "select option[selected]")["value"]) == world.other["name"]

    @pytest.mark.parametrize("address", ["/open-list/absent", "/open-list/absent.xlsx"])
    def test_a_department_that_does_not_exist_has_none(self, visit: Any, world: World, address: str) -> None:
        assert visit().get(address).status_code == HTTPStatus.NOT_FOUND

    def test_a_page_past_the_end_leads_back(self, visit: Any, world: World, opened: dict[str, str]) -> None:
        page = visit().get("/open-list?page=99")
        assert str(part(page, ".gs-empty a")["href"]).endswith("/open-list")

    @pytest.mark.parametrize("address", ["/", "/organization/{department}", "/dataset/"])
    def test_pages_lead_to_it(self, visit: Any, world: World, address: str) -> None:
        page = visit().get(address.format(department=world.own["name"]))
        assert part(page, "header nav a[href='/open-list']")
        assert part(page, "footer a[href='/open-list']")

    def test_a_departments_page_leads_to_its_list(self, visit: Any, world: World) -> None:
        assert part(visit().get(f"/organization/{world.own['name']}"), f"main a[href='/open-list/{world.own['name']}']")


class TestTheWorkbook:
    def test_it_holds_the_same_lines_and_says_as_of_when(self, visit: Any, world: World, opened: dict[str, str]) -> None:
        answer = visit().get("/zh_Hans_CN/open-list.xlsx")
        heading, *lines = rows(answer)
        by_title = {line[1]: dict(zip(heading, line, strict=True)) for line in lines}
        assert set(by_title) == {"空气质量小时值", "企业排污许可"}
        assert "仅限科研机构" in by_title["企业排污许可"].values()
        assert "有条件开放" in by_title["企业排污许可"].values()
        assert any(isinstance(value, datetime) for value in by_title["企业排污许可"].values())
        about = dict(rows(answer, 1))
        assert shanghai_date(clock.now()).isoformat() in about.values()
        assert "2" in about.values()

    def test_one_departments_has_its_own_lines_and_name(self, visit: Any, world: World, opened: dict[str, str]) -> None:
        answer = visit().get(f"/zh_Hans_CN/open-list/{world.other['name']}.xlsx")
        assert len(rows(answer)) == 1
        assert world.other["title"] in unquote(answer.headers["Content-Disposition"])

    def test_what_looks_like_a_formula_is_text(self, visit: Any, world: World) -> None:
        world.approved(title='=HYPERLINK("http://evil.example","点击")', **CONDITIONAL)
        book = load_workbook(BytesIO(visit().get("/open-list.xlsx").data))
        cells = [cell for row in book.worksheets[0].iter_rows(min_row=2) for cell in row]
        assert "f" not in {cell.data_type for cell in cells}
        assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)

"""What pages say of entries: the open attribute on each, counts at home, and pagers."""
from __future__ import annotations

from typing import Any

import pytest
from ckan.tests import factories
from page_parts import part, words
from world import World, attachment


class TestOpenAttribute:
    @pytest.mark.parametrize(("fields", "label"), [
        ({"open_type": "unconditional"}, "无条件开放"),
        ({"open_type": "conditional", "open_condition": "仅限科研机构"}, "有条件开放"),
    ])
    def test_the_badge_says_it_on_card_and_page(self, visit: Any, world: World, fields: dict[str, Any], label: str) -> None:
        entry = world.approved(**fields)
        card = part(visit().get("/zh_Hans_CN/dataset/"), ".gs-card")
        page = visit().get(f"/zh_Hans_CN/dataset/{entry['name']}")
        expected = f"gs-badge-{fields['open_type']}"
        for badge in (card.select_one(f".{expected}"), part(page, f"header .{expected}")):
            assert badge is not None
            assert words(badge) == label

    def test_the_page_says_on_what_condition_and_on_what_basis(self, visit: Any, world: World) -> None:
        entry = world.approved(open_type="conditional", open_condition="仅限科研机构", open_basis="《环境保护法》第五十五条")
        reason = words(part(visit().get(f"/zh_Hans_CN/dataset/{entry['name']}"), ".gs-notice-conditional"))
        for expected in ("仅限科研机构", "《环境保护法》第五十五条", "第二十五条", "第二十七条"):
            assert expected in reason

    def test_files_of_conditional_data_are_not_offered_at_once(self, visit: Any, world: World) -> None:
        entry = world.approved(open_type="conditional", open_condition="仅限科研机构",
                               resources=[{"name": "小时值", "url": "https://example.com/hourly.csv", "format": "CSV"}])
        files = part(visit().get(f"/dataset/{entry['name']}"), "#files")
        assert files.select(".gs-button") == []
        assert "hold a grant" in words(files)

    def test_made_up_data_is_labelled(self, visit: Any, world: World) -> None:
        entry = world.approved(sample_data=True)
        assert words(part(visit().get(f"/zh_Hans_CN/dataset/{entry['name']}"), ".gs-badge-sample")) == "示例数据"
        assert words(part(visit().get("/zh_Hans_CN/dataset/"), ".gs-badge-sample")) == "示例数据"


def test_whoever_reviews_reads_the_warnings_of_the_files(visit: Any, world: World) -> None:
    stray = '编号,规格,长度\nG01,"5寸管,12\nG02,DN100,30\nG03,"6寸管,9\nG04,DN50,51\n'.encode()
    entry = world.draft(resources=[{"name": "管线", "upload": attachment(stray, "管线.csv")}])
    world.read_files()
    world.call(world.editor, "govshare_entry_submit", id=entry["id"])
    page = visit("reviewer").get(f"/zh_Hans_CN/entry/{entry['name']}")
    assert part(page, "#files details li")
    assert "警告：" in words(part(page, "#files summary"))


def test_home_counts_what_the_visitor_may_see(visit: Any, world: World) -> None:
    world.approved()
    world.approved(open_type="conditional", open_condition="仅限科研机构")
    world.approved(open_type="none", open_ground="privacy", open_basis="《个人信息保护法》", sharing_type="unconditional")
    world.draft()
    tally = [words(tag) for tag in part(visit().get("/"), ".gs-tally").select("b")]
    assert tally == ["2", "1", "1", "1"]


def test_the_pager_says_in_words_where_it_leads(visit: Any, world: World) -> None:
    for number in range(20):
        factories.Organization(name=f"department-{number}")
    links = [words(tag) for tag in part(visit().get("/organization/"), ".pagination").select("a")]
    assert links == ["1", "2", "Next page"]

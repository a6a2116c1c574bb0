"""CKAN's lists and counts, answered in its place, hold what is published and nothing else (001 第十条, 第二十五条)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories
from world import World, entry_fields


class TestLists:
    """The lists that are answered in CKAN's place count and page over what is published, and over nothing else."""

    @pytest.fixture
    def tags(self, world: World) -> World:
        world.approved(tag_string="水质,水位,空气", resources=[{"name": "a", "url": "https://example.com/a", "format": "CSV"}])
        world.approved(tag_string="水质,噪声", resources=[{"name": "b", "url": "https://example.com/b", "format": "XLSX"}])
        world.draft(tag_string="水库,水质", resources=[{"name": "c", "url": "https://example.com/c", "format": "CSVX"}])
        return world

    def test_tags_are_those_of_published_entries_once_each(self, tags: World) -> None:
        assert sorted(tags.call("", "tag_list")) == sorted(["水质", "水位", "空气", "噪声"])

    def test_tags_are_searched_and_paged(self, tags: World) -> None:
        pages = [tags.call("", "tag_search", query="水", limit=1, offset=offset) for offset in (0, 1, 2)]
        assert [page["count"] for page in pages] == [2, 2, 2]
        assert {tag["name"] for page in pages for tag in page["results"]} == {"水质", "水位"}
        assert sorted(tags.call("", "tag_autocomplete", q="水")) == sorted(["水质", "水位"])

    def test_a_percent_sign_is_a_percent_sign(self, tags: World) -> None:
        assert tags.call("", "tag_search", query="%")["count"] == 0
        assert tags.call("", "format_autocomplete", q="%") == []

    def test_a_tag_shows_its_published_entries(self, tags: World) -> None:
        shown = tags.call("", "tag_show", id="水质", include_datasets=True)
        assert len(shown["packages"]) == 2

    def test_formats_are_those_of_published_files(self, tags: World) -> None:
        assert tags.call("", "format_autocomplete", q="CSV") == ["csv"]

    @pytest.mark.parametrize(("action", "data", "field"), [
        ("tag_search", {"query": "水", "limit": "many"}, "limit"), ("format_autocomplete", {"q": "C", "limit": "-1"}, "limit"),
        ("format_autocomplete", {}, "q"), ("organization_autocomplete", {}, "q"),
        ("organization_list", {"sort": "package_count", "offset": "x"}, "offset"),
    ])
    def test_hostile_input_is_refused_by_field(self, world: World, action: str, data: dict[str, Any], field: str) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            world.call("", action, **data)
        assert field in refused.value.error_dict

    def test_departments_are_ranked_by_what_they_published(self, world: World) -> None:
        world.approved()
        for _ in range(2):
            entry = world.call(world.other_editor, "package_create", **entry_fields(
                owner_org=world.other["id"], open_type="conditional", open_condition="仅限科研机构"))
        assert world.call("", "organization_list", sort="package_count desc") == [world.own["name"]]
        for command, person in (("submit", world.other_editor), ("approve", world.reviewer)):
            world.call(person, f"govshare_entry_{command}", id=entry["id"])
        ranked = [world.other["name"], world.own["name"]]
        assert world.call("", "organization_list", sort="package_count desc") == sorted(ranked)
        assert world.call("", "organization_list", sort="package_count", limit=1, offset=1) == sorted(ranked)[1:]
        full = world.call("", "organization_list", sort="package_count desc", all_fields=True)
        assert [(group["name"], group["package_count"]) for group in full] == [(name, 1) for name in sorted(ranked)]

    def test_a_theme_counts_what_its_member_may_see(self, world: World) -> None:
        theme = factories.Group(user={"name": world.operator})
        for person in (world.editor, world.citizen):
            world.call(world.operator, "group_member_create", id=theme["id"], username=person, role="member")
        world.draft(groups=[{"name": theme["name"]}])
        counted = [world.call(person, "group_list_authz", include_dataset_count=True)[0]["package_count"]
                   for person in (world.citizen, world.editor)]
        assert counted == [0, 1]


FAR_PAGES: list[tuple[str, str, dict[str, Any]]] = [
    ("citizen", "govshare_appeal_list", {}), ("citizen", "govshare_application_list", {"role": "applicant"}),
    ("citizen", "govshare_grant_list", {"role": "holder"}),
    ("citizen", "govshare_message_list", {}), ("reviewer", "govshare_board_overdue_list", {}),
    ("reviewer", "govshare_board_report_list", {}), ("reviewer", "govshare_entry_queue", {}),
    ("editor", "govshare_entry_list", {}), ("citizen", "tag_search", {"query": "水", "limit": 10**30}),
]


def test_a_page_further_than_postgresql_counts_is_empty(world: World) -> None:
    found = {action: world.call(getattr(world, role), action, offset=10**30, **data)["results"]
             for role, action, data in FAR_PAGES}
    assert found == {action: [] for _, action, _ in FAR_PAGES}

"""Nothing reaches the public past the review: a closed list of fields, and every difference on the review's page."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from world import World, entry_fields

from ckanext.govshare.display.helpers import gs_differences, gs_value_lines
from ckanext.govshare.domain import entry_fields as fields
from ckanext.govshare.domain import file_fields

STRAY: dict[str, Any] = {
    "author": "某公司", "author_email": "a@b.cn", "maintainer": "某人", "maintainer_email": "a@b.cn", "version": "2.0",
    "url": "javascript:alert(1)", "extras": [{"key": "k", "value": "v"}], "plugin_data": {"p": {"k": "v"}}, "type": "showcase",
    "relationships": [{"subject": "x"}], "anything": "字", "anything_nested": {"a": [1]}, "license_url_2": "http://e.cn",
}
STRAY_IN_A_FILE: dict[str, Any] = {"resource_type": "api", "anything": "字", "author": "某公司", "nested": {"a": 1},
                                   "verified": True, "__extras": {"a": "b"}, "rights": "免费"}


def _refused(world: World, action: str, **data: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as refusal:
        world.call(world.editor, action, **data)
    return dict(refusal.value.error_dict)


def _review(world: World, entry: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = world.call(world.reviewer, "govshare_entry_show", id=entry["id"])
    return shown


@pytest.fixture
def entry(world: World) -> dict[str, Any]:
    return world.approved(resources=[{"name": "小时值", "url": "https://example.com/hourly.csv", "format": "CSV"}],
                          tag_string="水质,空气")


@pytest.mark.parametrize("field", STRAY)
def test_what_is_no_field_of_an_entry_is_refused_by_name(world: World, entry: dict[str, Any], field: str) -> None:
    stray = {field: STRAY[field]}
    assert field in _refused(world, "package_patch", id=entry["id"], **stray)
    assert field in _refused(world, "package_create", **entry_fields(owner_org=world.own["id"], **stray))
    assert field in _refused(world, "package_update", **{**world.call(world.editor, "package_show", id=entry["id"]), **stray})
    assert field in _refused(world, "package_revise", match={"id": entry["id"]}, update=stray)
    assert world.state(entry) == "approved"


def test_a_licence_is_one_that_the_portal_offers(world: World, entry: dict[str, Any]) -> None:
    offered = {licence["id"] for licence in world.call("", "license_list")}
    assert "cc-by" in offered
    refused: tuple[Any, ...] = ("随便用", "CC-BY", "cc-by ", "javascript:alert(1)", ["cc-by"], {"id": "cc-by"}, 1)
    for given in refused:
        assert "license_id" in _refused(world, "package_patch", id=entry["id"], license_id=given), given
        assert "license_id" in _refused(
            world, "package_create", **entry_fields(owner_org=world.own["id"], license_id=given)), given
    assert world.state(entry) == "approved"
    for taken in ("cc-by", "", None):
        world.call(world.editor, "package_patch", id=entry["id"], license_id=taken)


def test_a_licence_from_before_can_stay(world: World, entry: dict[str, Any]) -> None:
    model.Package.get(entry["id"]).license_id = "随便用"
    model.repo.commit()
    world.call(world.editor, "package_patch", id=entry["id"], title="新名称")


@pytest.mark.parametrize("field", STRAY_IN_A_FILE)
def test_what_is_no_field_of_a_data_file_is_refused_by_name(world: World, entry: dict[str, Any], field: str) -> None:
    stray, resource = {field: STRAY_IN_A_FILE[field]}, entry["resources"][0]
    assert field in _refused(world, "resource_patch", id=resource["id"], **stray)
    assert field in _refused(world, "resource_update", **{**resource, **stray})
    assert field in _refused(world, "resource_update", id=resource["id"], url="https://example.com/new.csv", **stray)
    assert field in _refused(world, "resource_create", package_id=entry["id"], name="二", **stray)
    assert field in _refused(world, "package_patch", id=entry["id"], resources=[{**resource, **stray}])["resources"][0]
    assert field in _refused(world, "package_create", **entry_fields(
        owner_org=world.own["id"], resources=[{"name": "一", **stray}]))["resources"][0]


def test_whoever_reads_an_entry_can_save_it_again(world: World, entry: dict[str, Any]) -> None:
    before = world.call("", "package_show", id=entry["id"])
    world.call(world.editor, "package_update", **before)
    assert _review(world, entry)["differences"] == []
    world.call(world.editor, "package_update", **world.call(world.editor, "package_show", id=entry["id"]))
    world.call(world.editor, "resource_update", **world.call(world.editor, "resource_show", id=entry["resources"][0]["id"]))
    assert _review(world, entry)["differences"] == []


def test_what_the_platform_computes_is_not_taken_from_a_caller(world: World, entry: dict[str, Any]) -> None:
    said = {"metadata_created": "1999-01-01", "metadata_modified": "1999-01-01", "creator_user_id": "x", "isopen": True,
            "license_title": "无限", "license_url": "http://e.cn", "num_tags": 9, "state": "deleted", "private": True,
            "organization": {"title": "别人"}, "catalog_code": "307016001/999999", "relationships_as_subject": [{"comment": "x"}]}
    world.call(world.editor, "package_patch", id=entry["id"], **said)
    assert _review(world, entry)["differences"] == []
    for key in fields.COMPUTED - {"metadata_modified", "organization"}:
        assert world.call("", "package_show", id=entry["id"]).get(key) == entry.get(key), key


def test_what_an_older_portal_took_can_stay_or_go_and_the_review_shows_it(world: World, entry: dict[str, Any]) -> None:
    package = model.Package.get(entry["id"])
    package.author, package.resources[0].extras = "某公司", {"rights": "免费"}
    model.repo.commit()
    shown = tk.get_action("package_show")({"user": world.editor, "use_cache": False}, {"id": entry["id"]})
    assert (shown["author"], shown["resources"][0]["rights"]) == ("某公司", "免费")
    world.call(world.editor, "package_update", **shown)
    assert "author" in _refused(world, "package_patch", id=entry["id"], author="别人")


CHANGES: dict[str, Any] = {
    "title": "新名称", "name": "xin-dizhi", "notes": "新摘要", "catalog_kind": "theme", "category_code": "307016002",
    "format_class": "database", "tag_string": "水质,新词", "sample_data": True, "sharing_type": "conditional",
    "sharing_condition": "新共享条件", "sharing_basis": "新共享依据", "sharing_modes": ["online_query"],
    "sharing_purposes": ["verification"], "open_type": "conditional", "open_condition": "新开放条件", "open_ground": "privacy",
    "open_basis": "新开放依据", "proactively_disclosed": True, "platform_authorised": True, "update_frequency": "weekly",
    "info_items": [{"name": "站点名称", "data_type": "C", "length": 60, "description": "新说明"}], "issued": "2026-04-01",
    "related_codes": ["307016001/000001"], "owner_org": None, "license_id": "cc-by",
}
NEEDED: dict[str, dict[str, Any]] = {
    "sharing_condition": {"sharing_type": "conditional"}, "open_condition": {"open_type": "conditional"},
    "open_ground": {"open_type": "none", "open_basis": "依据"},
}


@pytest.mark.usefixtures("with_request_context")
def test_every_field_that_changes_is_shown_old_and_new(world: World) -> None:
    schema = {field["field_name"] for field in tk.h.scheming_get_dataset_schema("dataset")["dataset_fields"]}
    assert schema - {"catalog_code"} <= CHANGES.keys()
    assert fields.COMPILED - {"tags", "groups", "resources"} == CHANGES.keys()
    for field, value in CHANGES.items():
        entry = world.draft()
        if field == "owner_org":
            continue
        world.call(world.editor, "package_patch", id=entry["id"], **{**NEEDED.get(field, {}), field: value})
        shown = {row["field"]: row["after"] for row in _review(world, entry)["differences"]}
        name = "tags" if field == "tag_string" else field
        assert name in shown, field
        assert gs_value_lines(name, shown[name]), field


@pytest.mark.usefixtures("with_request_context")
def test_all_that_will_be_public_is_on_the_page_of_the_review(world: World, entry: dict[str, Any]) -> None:
    """Asked of what everybody reads before and after the approval, so that no field can be forgotten."""
    before = world.call("", "package_show", id=entry["id"])
    theme = world.call(world.operator, "group_create", name="shengtai-2", title="生态")
    changes = {"title": "新名称", "notes": "新摘要", "tags": [{"name": "新词"}], "groups": [{"name": theme["name"]}],
               "license_id": "cc-by", "issued": "2026-04-01", "related_codes": ["307016001/000001"], "update_frequency": "weekly"}
    world.call(world.editor, "package_patch", id=entry["id"], **changes)
    world.call(world.editor, "resource_patch", id=entry["resources"][0]["id"], name="新文件名",
               description="新文件说明", format="XML")
    review = _review(world, entry)
    told = {row["field"] for row in review["differences"]}
    lines = {row["field"]: gs_value_lines(row["field"], row["after"]) for row in gs_differences(review)}
    assert any("新文件说明" in line for line in lines["resources"])
    world.vouch(entry)
    world.call(world.editor, "govshare_entry_submit", id=entry["id"])
    world.approve(entry)
    after = world.call("", "package_show", id=entry["id"])
    public = {key for key in before | after if before.get(key) != after.get(key)}
    assert public - fields.COMPUTED == told == {*changes, "resources"}
    changed = {key for key in after["resources"][0] if after["resources"][0][key] != before["resources"][0].get(key)}
    assert changed - file_fields.KNOWN | (changed & file_fields.WORDS) == {"name", "description", "format"}


def test_the_list_of_fields_is_the_schema_s(world: World) -> None:
    schema = tk.h.scheming_get_dataset_schema("dataset")
    assert {field["field_name"] for field in schema["dataset_fields"]} <= fields.COMPILED | {"catalog_code"}
    assert {field["field_name"] for field in schema["resource_fields"]} == file_fields.WORDS | {"url"}


@pytest.mark.parametrize(("field", "value"), [
    ("anything", "字"), ("extras", [{"key": "k", "value": "v"}]), ("image_url", "javascript:alert(1)"),
    ("image_url", "https://example.com/x.png"), ("image_url", "//example.com/x.png"), ("image_url", "\\\\example.com\\x.png"),
])
def test_pages_of_departments_and_themes_have_a_closed_list_too(world: World, field: str, value: Any) -> None:
    theme = world.call(world.operator, "group_create", name="shengtai-3", title="生态", description="说明")
    for user, action, id in ((world.admin, "organization_patch", world.own["id"]), (world.operator, "group_patch", theme["id"])):
        with pytest.raises(tk.ValidationError) as refusal:
            world.call(user, action, id=id, **{field: value})
        assert field in refusal.value.error_dict
        read, save = action.replace("_patch", "_show"), action.replace("_patch", "_update")
        world.call(user, save, **{**world.call(user, read, id=id), "title": "新名"})

"""What may be saved as an entry or a department, through the actions that form, API and import use."""
from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from browser import Browser
from ckan import model
from ckan.tests import factories
from markupsafe import escape
from world import World, entry_fields

from ckanext.govshare.domain.info_items import MAX_ITEMS

ITEM = {"name": "站点名称", "data_type": "C", "length": 50}


def errors(world: World, **fields: Any) -> dict[str, Any]:
    """What `package_create` says of an entry with `fields`; nothing of it is kept."""
    with pytest.raises(tk.ValidationError) as refused:
        world.draft(**fields)
    assert world.call(world.editor, "govshare_entry_list")["count"] == 0
    found: dict[str, Any] = refused.value.error_dict
    return found


class TestDrafts:
    def test_a_draft_may_be_incomplete(self, world: World) -> None:
        made = world.call(world.editor, "package_create", title="空气质量", owner_org=world.own["id"])
        assert made["name"] == "kong-qi-zhi-liang"
        assert "open_type" not in made

    def test_values_come_back_as_they_were_given(self, world: World) -> None:
        fields = entry_fields(sharing_type="conditional", sharing_condition="限民政部门", sharing_basis="《档案法》第二条",
                              open_type="none", open_ground="privacy", open_basis="《个人信息保护法》第二十八条",
                              related_codes=["307016001/000001"], sample_data=True)
        made = world.call(world.editor, "package_create", owner_org=world.own["id"], **fields)
        assert {key: made[key] for key in fields} == fields
        assert (made["platform_authorised"], made["proactively_disclosed"]) == (False, False)

    def test_saving_what_was_shown_changes_nothing(self, world: World) -> None:
        made = world.draft(related_codes=["307016001/000001"])
        shown = world.call(world.editor, "package_show", id=made["id"])
        again = world.call(world.editor, "package_update", **shown)
        unsettled = {"metadata_modified"}
        assert {k: v for k, v in again.items() if k not in unsettled} == {k: v for k, v in shown.items() if k not in unsettled}

    def test_many_rows_keep_their_order(self, world: World) -> None:
        items = [{"name": f"第{n}项", "data_type": "N", "length": n} for n in range(1, 31)]
        assert world.draft(info_items=items)["info_items"] == items

    def test_a_patch_changes_only_what_it_names(self, world: World) -> None:
        made = world.draft()
        patched = world.call(world.editor, "package_patch", id=made["id"], update_frequency="weekly")
        assert (patched["update_frequency"], patched["info_items"]) == ("weekly", made["info_items"])

    def test_what_is_left_out_of_an_update_is_emptied(self, world: World) -> None:
        made = world.draft(issued="2026-03-02")
        shown = world.call(world.editor, "package_show", id=made["id"])
        del shown["issued"], shown["info_items"]
        after = world.call(world.editor, "package_update", **shown)
        assert "issued" not in after
        assert "info_items" not in after


class TestRefusals:
    def test_all_errors_come_at_once_beside_those_of_ckan(self, world: World) -> None:
        found = errors(world, name="Nicht erlaubt!", open_type="conditional", open_ground="law", sharing_type="sometimes",
                       info_items=[{"data_type": "X"}], tags=[{"name": "<>"}])
        assert set(found) == {"name", "open_ground", "sharing_type", "info_items", "tags"}

    def test_a_contradiction_cites_the_article_in_force(self, world: World) -> None:
        found = errors(world, open_type="conditional", proactively_disclosed=True)
        assert "郴政发〔2022〕2号 第二十六条" in found["open_type"][0]

    def test_the_citation_follows_the_profile(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "govshare.regulation_profile", "hubei-2021")
        found = errors(world, open_type="conditional", proactively_disclosed=True)
        assert "湖北省政务数据资源应用与管理办法" in found["open_type"][0]

    @pytest.mark.parametrize("value", [
        "name", 1, {"name": "x"}, ["x"], [ITEM, 1], [[ITEM]], [{"name": {"a": [1]}}], [{"name": "x" * 10_000}],
        [{"a": {"b": {}}}, {"a": {"b": 1}}], [None, ITEM, ITEM], [ITEM] * (MAX_ITEMS + 1),
    ], ids=lambda value: repr(value)[:25])
    def test_hostile_information_items_are_refused_by_name(self, world: World, value: Any) -> None:
        assert set(errors(world, info_items=value)) == {"info_items"}

    def test_a_hundred_thousand_rows_are_refused_at_once(self, world: World) -> None:
        assert set(errors(world, info_items=[{**ITEM, "name": str(n)} for n in range(100_000)])) == {"info_items"}

    @pytest.mark.parametrize("field", ["open_type", "sharing_modes", "sharing_condition", "catalog_kind", "category_code",
                                       "proactively_disclosed", "related_codes", "issued", "title", "notes", "update_frequency"])
    @pytest.mark.parametrize("value", [[{"a": 1}], {"a": [{}]}, 7, [["x"]], "x\0y"], ids=repr)
    def test_hostile_values_are_refused_by_name(self, world: World, field: str, value: Any) -> None:
        assert field in errors(world, **{field: value})

    def test_free_extras_cannot_stand_in_for_checked_fields(self, world: World) -> None:
        assert "extras" in errors(world, open_type=None, extras=[{"key": "open_type", "value": "anything"}])

    def test_an_update_is_checked_as_a_creation_is(self, world: World) -> None:
        made = world.draft()
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "package_patch", id=made["id"], open_condition="限科研机构", sharing_modes=["fax"])
        assert set(refused.value.error_dict) == {"open_condition", "sharing_modes"}

    def test_data_files_have_names_of_text(self, world: World) -> None:
        found = errors(world, resources=[{"name": "x\0", "url": "http://govshare.test/a.csv"}, {"name": "长" * 201}])
        assert [set(resource) for resource in found["resources"]] == [{"name"}, {"name"}]


class TestCodes:
    def test_no_caller_sets_the_catalogue_code(self, world: World) -> None:
        made = world.draft(catalog_code="307016001/999999")
        assert "catalog_code" not in made
        patched = world.call(world.editor, "package_patch", id=made["id"], catalog_code="307016001/999999")
        assert "catalog_code" not in patched

    def test_the_code_of_a_published_entry_stays_whatever_a_caller_sends(self, world: World) -> None:
        made = world.approved()
        world.call(world.editor, "package_patch", id=made["id"], catalog_code="307016001/999999", notes="改")
        world.call(world.editor, "govshare_entry_submit", id=made["id"])
        world.call(world.reviewer, "govshare_entry_approve", id=made["id"])
        assert world.call("", "package_show", id=made["id"])["catalog_code"] == made["catalog_code"]


class TestNames:
    def test_one_title_twice_gives_two_names(self, world: World) -> None:
        names = [world.draft(title="河流水质", name=None)["name"] for _ in range(3)]
        assert names == ["he-liu-shui-zhi", "he-liu-shui-zhi-2", "he-liu-shui-zhi-3"]

    def test_a_new_title_keeps_the_name(self, world: World) -> None:
        made = world.draft(title="河流水质", name=None)
        shown = world.call(world.editor, "package_show", id=made["id"])
        again = world.call(world.editor, "package_update", **{**shown, "title": "湖库水质", "name": ""})
        assert again["name"] == made["name"]

    def test_without_a_title_there_is_no_name(self, world: World) -> None:
        assert {"title", "name"} <= set(errors(world, title=None, name=None))


@pytest.mark.usefixtures("app")  # the schema of departments is registered with the application
class TestDepartments:
    USCC = "11431000EXAMP00151"

    def _department(self, world: World, **fields: Any) -> dict[str, Any]:
        complete = {"name": "minzheng", "title": "民政局", **fields}
        made: dict[str, Any] = world.call(world.operator, "organization_create", **complete)
        return made

    def test_a_department_has_code_and_contact(self, world: World) -> None:
        made = self._department(world, uscc=f" {self.USCC.lower()} ", contact="数据科，电话 0735-0000001")
        shown = world.call("", "organization_show", id=made["id"])
        assert (shown["uscc"], shown["contact"]) == (self.USCC, "数据科，电话 0735-0000001")

    @pytest.mark.parametrize("uscc", [USCC[:-1] + "2", "123", 5, ["x"], {"a": 1}, "１" * 18])
    def test_a_wrong_code_is_refused(self, world: World, uscc: Any) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            self._department(world, uscc=uscc)
        assert set(refused.value.error_dict) == {"uscc"}

    def test_no_two_departments_have_one_code(self, world: World) -> None:
        first = self._department(world, uscc=self.USCC)
        with pytest.raises(tk.ValidationError) as refused:
            self._department(world, name="other", uscc=self.USCC)
        assert set(refused.value.error_dict) == {"uscc"}
        world.call(world.operator, "organization_patch", id=first["id"], title="郴州市民政局")
        shown = world.call("", "organization_show", id=first["id"])
        assert (shown["title"], shown["uscc"]) == ("郴州市民政局", self.USCC)


class Clerk:
    """An editor at the browser: logged in, and every form sent back with the token of its page."""

    def __init__(self, app: Any, user: str) -> None:
        self.app = Browser(app, user)

    def page(self, url: str) -> str:
        answer = self.app.get(url, follow_redirects=True)
        assert answer.status_code == HTTPStatus.OK
        return str(answer.body)

    def post(self, url: str, form: dict[str, Any]) -> Any:
        token = re.search(r'name="_csrf_token" value="([^"]+)"', self.page(url))
        assert token
        return self.app.post(url, data={**form, "_csrf_token": token[1], "save": "save"})


class TestForm:
    @pytest.fixture
    def clerk(self, app: Any, world: World) -> Clerk:
        return Clerk(app, world.editor)

    def test_form_and_api_give_the_same_errors(self, app: Any, world: World, clerk: Clerk) -> None:
        wrong = entry_fields(owner_org=world.own["id"], open_type="conditional", open_ground="law", sharing_modes="fax",
                             sharing_condition="限民政部门", info_items=None)
        token = {"Authorization": factories.APIToken(user=world.editor)["token"]}
        over_api = app.post("/api/3/action/package_create", json=wrong, headers=token, status=409).json["error"]
        page = clerk.post("/dataset/new", wrong).body
        over_api.pop("__type")
        assert set(over_api) == {"open_ground", "sharing_modes", "sharing_condition"}
        for field, messages in over_api.items():
            assert f'data-field-label="{field}"' in page
            assert str(escape(messages[0])) in page

    def test_a_clerk_fills_in_the_form(self, world: World, clerk: Clerk) -> None:
        form = entry_fields(title="水库水位", name="", owner_org=world.own["id"], info_items=None, tag_string="水库,水位",
                            sharing_modes=["online_query", "batch_download"])
        rows = [*(f"第{n}项" for n in range(12)), "", ""]
        form |= {f"info_items__{n}__{column}": value for n, name in enumerate(rows)
                 for column, value in {"name": name, "data_type": "C" if name else "", "length": "5" if name else ""}.items()}
        answer = clerk.post("/dataset/new", form)
        assert answer.status_code == 302, answer.body
        made = world.call(world.editor, "package_show", id="shui-ku-shui-wei")
        assert [item["name"] for item in made["info_items"]] == rows[:12]
        assert made["info_items"][11] == {"name": "第11项", "data_type": "C", "length": 5}
        assert sorted(tag["name"] for tag in made["tags"]) == ["水位", "水库"]

    def test_the_form_shows_what_was_saved(self, world: World, clerk: Clerk) -> None:
        made = world.draft(open_type="none", open_ground="privacy", open_basis="《个人信息保护法》<b>")
        page = clerk.page(f"/dataset/edit/{made['name']}")
        assert 'value="站点名称"' in page
        assert "《个人信息保护法》&lt;b&gt;" in page
        assert '<option value="privacy" selected' in page

    def test_the_form_keeps_what_was_entered_when_it_is_refused(self, world: World, clerk: Clerk) -> None:
        form = {"title": "水库水位", "owner_org": world.own["id"], "open_type": "none", "open_condition": "限科研机构",
                "info_items__0__name": "水位", "info_items__0__length": "abc"}
        page = clerk.post("/dataset/new", form).body
        for kept in ('value="水库水位"', ">限科研机构</textarea>", 'value="水位"', 'value="abc"', "Row 1"):
            assert kept in page

    def test_unticking_everything_empties_it(self, world: World, clerk: Clerk) -> None:
        made = world.draft(sample_data=True, tags=[{"name": "空气"}])
        form = {key: made[key] for key in ("title", "name", "notes", "owner_org", "open_type", "sharing_type")}
        answer = clerk.post(f"/dataset/edit/{made['name']}", {**form, "tag_string": "", "_ckan_phase": ""})
        assert answer.status_code == 302, answer.body
        after = world.call(world.editor, "package_show", id=made["id"])
        assert after["sample_data"] is False
        assert "sharing_modes" not in after
        assert after["tags"] == []

    def test_the_form_cites_the_regulations_in_force(self, world: World, clerk: Clerk) -> None:
        page = clerk.page("/dataset/new")
        assert "郴政发〔2022〕2号 第二十五条" in page
        chinese = clerk.page("/zh_Hans_CN/dataset/new")
        for group in ("基本信息", "共享属性", "开放属性", "信息项", "更新与联系"):
            assert f"<legend>{group}</legend>" in chinese


def test_the_public_reads_no_field_that_the_schema_does_not_have(world: World) -> None:
    shown = world.call("", "package_show", id=world.approved()["id"])
    package = model.Package.get(shown["id"])
    schema = {field["field_name"] for field in tk.h.scheming_get_dataset_schema("dataset")["dataset_fields"]}
    assert set(package.extras) <= schema


class TestThemes:
    @pytest.fixture
    def theme(self, world: World) -> dict[str, Any]:
        made: dict[str, Any] = factories.Group(name="jiaotong", title="交通出行")
        return made

    def test_a_clerk_files_an_entry_under_a_theme_and_takes_it_out(self, world: World, theme: dict[str, Any], app: Any) -> None:
        made = world.draft(groups=[{"name": theme["name"]}])
        clerk = Clerk(app, world.editor)
        ticked = f'name="groups__1__id" value="{theme["id"]}" checked'
        assert ticked in clerk.page(f"/dataset/edit/{made['name']}")
        form = {key: made[key] for key in ("title", "name", "owner_org")}
        clerk.post(f"/dataset/edit/{made['name']}", {**form, "groups__0__id": "", "groups__1__id": theme["id"]})
        assert [g["id"] for g in world.call(world.editor, "package_show", id=made["id"])["groups"]] == [theme["id"]]
        clerk.post(f"/dataset/edit/{made['name']}", {**form, "groups__0__id": ""})
        assert world.call(world.editor, "package_show", id=made["id"])["groups"] == []

    def test_every_department_is_offered_every_theme(self, world: World, theme: dict[str, Any], app: Any) -> None:
        assert theme["id"] in Clerk(app, world.editor).page("/dataset/new")
        assert theme["id"] in Clerk(app, world.other_editor).page("/dataset/new")

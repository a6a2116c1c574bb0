"""The review of entries through the public actions, on a real database and index."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from world import World, attachment, entry_fields

from ckanext.govshare import clock, subscriptions
from ckanext.govshare.logic.datafiles import storage
from ckanext.govshare.repository import datafiles, outbox


def found_by_public(world: World, text: str) -> list[str]:
    return [row["id"] for row in world.call("", "package_search", q=text)["results"]]


class TestPublishing:
    def test_a_new_entry_is_a_draft_that_the_public_does_not_know(self, world: World) -> None:
        entry = world.draft(title="水库水位监测")
        assert world.state(entry) == "draft"
        assert found_by_public(world, "水库") == []
        with pytest.raises(tk.ObjectNotFound):
            world.call("", "package_show", id=entry["id"])

    def test_an_approved_entry_is_public_and_has_its_code(self, world: World) -> None:
        entry = world.approved(title="水库水位监测", category_code="307016002")
        shown = world.call("", "package_show", id=entry["id"])
        assert shown["catalog_code"] == "307016002/000001"
        assert found_by_public(world, "水库") == [entry["id"]]

    def test_an_approved_entry_that_is_not_opened_stays_unknown_to_the_public(self, world: World) -> None:
        entry = world.approved(title="婚姻登记信息", open_type="none", open_ground="privacy",
                               open_basis="《个人信息保护法》第二十八条")
        assert found_by_public(world, "婚姻") == []
        with pytest.raises(tk.ObjectNotFound):
            world.call("", "package_show", id=entry["id"])
        assert world.call(world.reviewer, "package_show", id=entry["id"])["catalog_code"]

    def test_codes_count_on_within_a_category_and_stay_with_their_entry(self, world: World) -> None:
        codes = [world.approved()["catalog_code"] for _ in range(3)]
        assert len(set(codes)) == 3

    def test_an_incomplete_draft_is_refused_at_submission_with_all_errors(self, world: World) -> None:
        entry = world.draft(open_type="conditional", info_items=None)
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        assert {"open_condition", "info_items"} <= set(refused.value.error_dict)

    def test_any_department_proposes_themes(self, world: World) -> None:
        theme = factories.Group(name="shengtai")
        entry = world.approved(groups=[{"name": theme["name"]}])
        assert [group["name"] for group in entry["groups"]] == ["shengtai"]

    def test_nobody_compiles_for_another_department(self, world: World) -> None:
        with pytest.raises(tk.NotAuthorized):
            world.call(world.editor, "package_create", **entry_fields(owner_org=world.other["id"]))
        entry = world.draft()
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "package_patch", id=entry["id"], owner_org=world.other["id"])
        assert list(refused.value.error_dict) == ["owner_org"]

    def test_an_entry_has_a_department(self, world: World) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "package_create", **entry_fields(title=""))
        assert {"owner_org", "title"} <= set(refused.value.error_dict)

    def test_callers_choose_no_id_no_code_and_no_visibility(self, world: World) -> None:
        entry = world.draft(id="11111111-1111-4111-8111-111111111111", catalog_code="307016001/000009", private=False)
        assert entry["id"] != "11111111-1111-4111-8111-111111111111"
        assert (entry.get("catalog_code"), entry["private"]) == (None, True)

    def test_a_return_states_its_reason(self, world: World) -> None:
        entry = world.submitted()
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.reviewer, "govshare_entry_return", id=entry["id"], reason="  ")
        assert "reason" in refused.value.error_dict

    def test_nobody_reviews_what_they_submitted_themselves(self, world: World) -> None:
        entry = world.call(world.second_reviewer, "package_create", **entry_fields(
            owner_org=world.competent["id"], open_type="conditional", open_condition="实名申请"))
        world.call(world.second_reviewer, "govshare_entry_submit", id=entry["id"])
        with pytest.raises(tk.NotAuthorized):
            world.call(world.second_reviewer, "govshare_entry_approve", id=entry["id"])
        assert world.call(world.reviewer, "govshare_entry_approve", id=entry["id"])["state"] == "approved"


class TestPendingChange:
    def test_the_published_version_stays_public_until_the_change_is_approved(self, world: World) -> None:
        entry = world.approved(title="公交线路信息")
        draft = world.call(world.editor, "package_patch", id=entry["id"], title="公交线路与站点信息")
        assert draft["title"] == "公交线路与站点信息"
        assert world.call("", "package_show", id=entry["id"])["title"] == "公交线路信息"
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        assert world.call(world.editor, "package_show", id=entry["id"])["title"] == "公交线路信息"
        world.call(world.reviewer, "govshare_entry_approve", id=entry["id"])
        shown = world.call("", "package_show", id=entry["id"])
        assert (shown["title"], shown["catalog_code"]) == ("公交线路与站点信息", entry["catalog_code"])
        assert found_by_public(world, "站点信息") == [entry["id"]]

    def test_two_changes_in_a_row_both_stay_in_the_draft(self, world: World) -> None:
        entry = world.approved()
        world.call(world.editor, "package_patch", id=entry["id"], title="甲")
        draft = world.call(world.editor, "package_patch", id=entry["id"], notes="乙")
        assert (draft["title"], draft["notes"]) == ("甲", "乙")

    def test_a_data_file_added_to_a_published_entry_waits_for_approval(self, world: World) -> None:
        entry = world.approved()
        (first,) = entry["resources"]
        added = world.call(world.editor, "resource_create", package_id=entry["id"], name="一月", format="CSV",
                           url="https://example.org/1.csv")
        changed = world.call(world.editor, "resource_patch", id=added["id"], name="二月")
        assert changed["name"] == "二月"
        assert [file["id"] for file in world.call("", "package_show", id=entry["id"])["resources"]] == [first["id"]]
        with pytest.raises(tk.ObjectNotFound):
            world.call("", "resource_show", id=added["id"])
        world.vouch(entry)
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        world.call(world.reviewer, "govshare_entry_approve", id=entry["id"])
        published = world.call("", "package_show", id=entry["id"])["resources"]
        assert [(file["id"], file["name"]) for file in published] == [(first["id"], first["name"]), (added["id"], "二月")]

    def test_discarding_a_change_leaves_the_published_version(self, world: World) -> None:
        entry = world.approved(title="原标题")
        world.call(world.editor, "package_patch", id=entry["id"], title="改动")
        world.call(world.editor, "govshare_entry_discard", id=entry["id"])
        assert world.state(entry) == "approved"
        assert world.call(world.editor, "package_patch", id=entry["id"], notes="新")["title"] == "原标题"

    def test_narrowing_an_attribute_needs_its_basis_and_leaves_a_trace(self, world: World) -> None:
        entry = world.approved()
        world.call(world.editor, "package_patch", id=entry["id"], open_type="conditional", open_condition="实名申请")
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        assert "narrowing_basis" in refused.value.error_dict
        world.call(world.editor, "govshare_entry_submit", id=entry["id"], narrowing_basis="《数据安全法》第二十一条")
        shown = world.call(world.reviewer, "govshare_entry_show", id=entry["id"])
        assert shown["narrowing"] == [{"field": "open_type", "before": "unconditional", "after": "conditional"}]
        world.call(world.reviewer, "govshare_entry_approve", id=entry["id"])
        assert world.call(world.reviewer, "govshare_entry_show", id=entry["id"])["history"][-1]["reason"]

    def test_a_published_entry_cannot_be_deleted(self, world: World) -> None:
        entry = world.approved()
        with pytest.raises(tk.ValidationError):
            world.call(world.editor, "package_delete", id=entry["id"])
        assert world.call("", "package_show", id=entry["id"])["state"] == "active"

    def test_a_draft_never_published_can_be_deleted(self, world: World) -> None:
        entry = world.draft()
        world.call(world.editor, "package_delete", id=entry["id"])
        with pytest.raises(tk.ObjectNotFound):
            world.call(world.editor, "govshare_entry_show", id=entry["id"])


def test_a_deadline_runs_from_submission_to_decision(world: World) -> None:
    entry = world.submitted()
    deadline = world.call(world.editor, "govshare_entry_show", id=entry["id"])["deadline"]
    assert (deadline["rule"], deadline["law"], deadline["working_days"]) == ("catalog_review", False, 10)
    world.call(world.reviewer, "govshare_entry_approve", id=entry["id"])
    assert world.call(world.editor, "govshare_entry_show", id=entry["id"])["deadline"] is None


def test_the_queue_holds_what_is_submitted_and_is_the_competent_departments(world: World) -> None:
    entry = world.submitted()
    world.draft()
    queue: dict[str, Any] = world.call(world.reviewer, "govshare_entry_queue")
    assert [row["id"] for row in queue["results"]] == [entry["id"]]
    with pytest.raises(tk.NotAuthorized):
        world.call(world.editor, "govshare_entry_queue")


def test_the_trace_of_a_review_is_intact(world: World) -> None:
    world.approved()
    verdict = tk.get_action("govshare_trace_verify")({"user": world.operator}, {})
    assert (verdict["intact"], verdict["checked"]) == (True, 3)


def test_nothing_stays_in_the_outbox_when_all_is_well(world: World) -> None:
    world.approved()
    assert outbox.pending() == []
    assert subscriptions.deliver_one(clock.now()) is False
    model.Session.rollback()


def test_entries_are_found_by_the_new_name_of_their_department(world: World) -> None:
    entry = world.approved()
    renamed = {"id": world.own["id"], "title": "自然资源局"}
    tk.get_action("organization_patch")({"ignore_auth": True, "user": world.operator}, renamed)
    subscriptions.deliver_due()
    assert found_by_public(world, "自然资源") == [entry["id"]]


def test_a_replaced_file_leaves_the_published_one_served_until_the_approval(world: World) -> None:
    entry = world.approved(resources=[{"name": "站点", "upload": attachment(b"old", "stations.csv")}])
    (published,) = entry["resources"]
    replaced = world.call(world.editor, "resource_patch", id=published["id"], name="站点名录",
                          upload=attachment(b"new", "stations.csv"))
    world.vouch(entry)
    world.call(world.editor, "govshare_entry_submit", id=entry["id"])
    assert (replaced["id"], served(published["id"])) == (published["id"], b"old")
    world.call(world.reviewer, "govshare_entry_approve", id=entry["id"])
    assert served(published["id"]) == b"new"
    assert [file["id"] for file in world.call("", "package_show", id=entry["id"])["resources"]] == [published["id"]]


def served(resource_id: str) -> bytes:
    """The bytes of a resource's current file."""
    current = datafiles.current(resource_id)
    assert current is not None
    return storage.path(current.location).read_bytes()

"""What was taken in is published: by an approval, or, where the data alone is fresh, once it is verified."""
from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from werkzeug.datastructures import FileStorage
from world import TABLE, World, attachment

from ckanext.govshare.domain import structure
from ckanext.govshare.domain.catalog import digest
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic.datafiles import reading_job, storage
from ckanext.govshare.repository import catalog, datafiles
from ckanext.govshare.repository import trace as history

LATER = TABLE.replace(b"31", b"35")
OTHER_COLUMNS = "站点名称,日期,臭氧\n东塔,2026-03-01,90\n".encode()


def file_of(resource: dict[str, Any]) -> DataFile:
    found = datafiles.get(resource["file_id"])
    assert found is not None
    return found


def served(resource_id: str) -> bytes:
    current = datafiles.current(resource_id)
    assert current is not None
    return storage.path(current.location).read_bytes()


class TestApproval:
    def test_the_id_of_a_data_file_stays_over_versions(self, world: World) -> None:
        entry = world.approved(resources=[{"name": "站点", "upload": attachment(b"old")}])
        (published,) = entry["resources"]
        world.change(entry, resources=[{**published, "name": "站点名录", "upload": attachment(b"new")}])
        (after,) = world.call("", "package_show", id=entry["id"])["resources"]
        assert (after["id"], after["name"], served(after["id"])) == (published["id"], "站点名录", b"new")
        assert [(file.number, file.state.value) for file in datafiles.of_resource(after["id"])] == [
            (2, "current"), (1, "superseded")]

    def test_a_published_data_file_tells_of_the_file_that_is_served(self, world: World) -> None:
        (resource,) = world.published(filename="a.csv")["resources"]
        current = datafiles.current(resource["id"])
        assert current is not None
        assert (resource["size"], resource["datastore_active"], resource["format"]) == (len(TABLE), True, "CSV")
        assert resource["last_modified"]
        assert "file_id" not in resource

    def test_a_removed_data_file_is_served_no_more(self, world: World) -> None:
        entry = world.approved(open_type="conditional", open_condition="实名", resources=[
            {"name": "一", "upload": attachment()}, {"name": "二", "upload": attachment()}])
        first, second = entry["resources"]
        world.change(entry, resources=[{**first, "clear_upload": True, "url": ""}])
        (after,) = world.call("", "package_show", id=entry["id"])["resources"]
        assert (after["id"], after["url"], after["datastore_active"]) == (first["id"], "", False)
        assert datafiles.current(first["id"]) is None
        assert datafiles.current(second["id"]) is None

    def test_unconditional_data_without_a_machine_readable_file_is_not_approved(self, world: World) -> None:
        for resources in ([], [{"name": "一"}], [{"name": "一", "upload": attachment(b"%PDF-1.4", "a.pdf")}]):
            entry = world.draft(resources=resources)
            for file in datafiles.of_entry(entry["id"]):
                datafiles.change(file.id, state=FileState.VERIFIED, format="pdf", machine_readable=False)
            world.call(world.editor, "govshare_entry_submit", id=entry["id"])
            with pytest.raises(tk.ValidationError) as error:
                world.call(world.reviewer, "govshare_entry_approve", id=entry["id"])
            assert "machine-readable" in error.value.error_dict["resources"][0]
            assert world.call(world.editor, "govshare_entry_show", id=entry["id"])["obstacles"] == (
                error.value.error_dict["resources"])
            assert world.state(entry) == "submitted"

    @pytest.mark.parametrize("state", [FileState.WAITING, FileState.READING, FileState.REFUSED])
    def test_nothing_is_approved_while_a_file_is_unread_or_refused(self, world: World, state: FileState) -> None:
        entry = world.draft(open_type="conditional", open_condition="实名", resources=[{"name": "甲", "upload": attachment()}])
        datafiles.change(entry["resources"][0]["file_id"], state=state)
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        with pytest.raises(tk.ValidationError) as error:
            world.call(world.reviewer, "govshare_entry_approve", id=entry["id"])
        assert "甲" in error.value.error_dict["resources"][0]

    def test_reviewers_see_which_files_they_approve(self, world: World) -> None:
        entry = world.published(filename="旧.csv")
        (published,) = entry["resources"]
        world.upload(entry, LATER, "新.csv", id=published["id"], name="改名")
        world.read_files()
        (file,) = world.call(world.reviewer, "govshare_entry_show", id=entry["id"])["files"]
        assert (file["filename"], file["state"], file["rows"], file["replaced"]) == ("新.csv", "verified", 2, True)
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        world.approve(entry)
        shown = world.call(world.reviewer, "govshare_entry_show", id=entry["id"])
        assert [(one["file_id"], one["state"], one["replaced"]) for one in shown["files"]] == [
            (file["file_id"], "current", False)]

    def test_a_draft_that_changes_nothing_but_the_file_differs_from_what_is_published(self, world: World) -> None:
        entry = world.approved(open_type="conditional", open_condition="实名", resources=[{"name": "以后上传"}])
        world.upload(entry, TABLE, "a.csv", id=entry["resources"][0]["id"])
        shown = world.call(world.editor, "govshare_entry_show", id=entry["id"])
        assert [one["field"] for one in shown["differences"]] == ["resources"]


    def test_the_history_names_the_bytes_that_were_approved(self, world: World) -> None:
        entry = world.approved()
        current = datafiles.current(entry["resources"][0]["id"])
        assert current is not None
        payload = history.events("catalog", entry["id"])[-1]["payload"]
        assert payload["files"] == [{"resource_id": current.resource_id, "file_id": current.id, "sha256": current.sha256}]
        assert payload["digest"] == digest(catalog.version_content(entry["id"], 1) or {})

    def test_a_version_with_nothing_but_other_data_tells_so(self, world: World) -> None:
        entry = world.approved()
        world.change(entry, resources=[{**entry["resources"][0], "upload": attachment(LATER)}])
        newest = world.call("", "govshare_entry_version_list", id=entry["id"])[0]
        assert (newest["version"], newest["changed"]) == (2, ["resources"])


class TestRefreshing:
    @pytest.fixture
    def entry(self, world: World) -> dict[str, Any]:
        return world.published()

    def test_new_rows_of_the_same_columns_are_published_without_a_review(self, world: World, entry: dict[str, Any]) -> None:
        (resource,) = entry["resources"]
        answer = world.upload(entry, LATER, "今日.csv", id=resource["id"])
        assert (answer["id"], answer["file_state"], file_of(answer).refresh) == (resource["id"], "waiting", True)
        assert served(resource["id"]) == TABLE
        world.read_files()
        assert served(resource["id"]) == LATER
        assert (file_of(answer).state, world.state(entry)) == (FileState.CURRENT, "approved")

    def test_the_same_columns_in_another_format_are_published_as_that_format(
            self, world: World, entry: dict[str, Any]) -> None:
        (resource,) = entry["resources"]
        rows = [{"站点名称": "东塔", "日期": "2026-03-02", "PM2.5": 35}, {"站点名称": "苏仙", "日期": "2026-03-02", "PM2.5": 9}]
        world.upload(entry, json.dumps(rows, ensure_ascii=False).encode(), "今日.json", id=resource["id"])
        world.read_files()
        (after,) = world.call("", "package_show", id=entry["id"])["resources"]
        assert (after["format"], after["size"] == resource["size"], world.state(entry)) == ("JSON", False, "approved")

    def test_changed_columns_go_through_the_review(self, world: World, entry: dict[str, Any]) -> None:
        (resource,) = entry["resources"]
        answer = world.upload(entry, OTHER_COLUMNS, "新结构.csv", id=resource["id"])
        world.read_files()
        assert (served(resource["id"]), file_of(answer).state) == (TABLE, FileState.VERIFIED)
        world.call(world.editor, "govshare_file_adopt", id=answer["file_id"])
        assert (served(resource["id"]), world.state(entry)) == (TABLE, "draft")
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        world.approve(entry)
        assert served(resource["id"]) == OTHER_COLUMNS

    def test_a_file_with_another_name_for_it_goes_through_the_review(self, world: World, entry: dict[str, Any]) -> None:
        (resource,) = entry["resources"]
        answer = world.upload(entry, LATER, "今日.csv", id=resource["id"], name="另一名称")
        world.read_files()
        assert ("file_state" in answer, served(resource["id"]), world.state(entry)) == (False, TABLE, "draft")

    def test_a_refresh_leaves_a_pending_draft_alone(self, world: World, entry: dict[str, Any]) -> None:
        (resource,) = entry["resources"]
        world.call(world.editor, "package_patch", id=entry["id"], title="待审核的标题")
        draft = catalog.get_draft(entry["id"])
        world.upload(entry, LATER, "今日.csv", id=resource["id"])
        world.read_files()
        assert (served(resource["id"]), catalog.get_draft(entry["id"])) == (LATER, draft)
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        (after,) = world.approve(entry)["resources"]
        assert (served(resource["id"]), after["size"]) == (LATER, len(LATER))

    def test_a_draft_leaves_a_refresh_alone(self, world: World, entry: dict[str, Any]) -> None:
        (resource,) = entry["resources"]
        answer = world.upload(entry, LATER, "今日.csv", id=resource["id"])
        world.call(world.editor, "resource_patch", id=resource["id"], name="改名", file_id=answer["file_id"])
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        world.approve(entry)
        assert served(resource["id"]) == TABLE
        world.read_files()
        assert served(resource["id"]) == LATER

    def test_a_refresh_is_possible_while_a_change_awaits_its_review(self, world: World, entry: dict[str, Any]) -> None:
        world.call(world.editor, "package_patch", id=entry["id"], title="待审核的标题")
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        world.upload(entry, LATER, "今日.csv", id=entry["resources"][0]["id"])
        world.read_files()
        assert (served(entry["resources"][0]["id"]), world.state(entry)) == (LATER, "submitted")

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_of_two_refreshes_the_later_one_is_served(self, world: World, entry: dict[str, Any], order: tuple[int, ...]) -> None:
        (resource,) = entry["resources"]
        answers = [world.upload(entry, TABLE.replace(b"31", new), "a.csv", id=resource["id"]) for new in (b"32", b"33")]
        for position in order:
            reading_job.read_file(answers[position]["file_id"])
        assert served(resource["id"]) == TABLE.replace(b"31", b"33")

    @pytest.mark.parametrize("person", ["anonymous", "citizen", "own_member", "other_editor", "competent", "operator"])
    def test_only_editors_of_the_department_bring_data_up_to_date(
            self, world: World, entry: dict[str, Any], person: str) -> None:
        with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
            world.call(world.people()[person], "resource_patch", id=entry["resources"][0]["id"], upload=attachment(LATER))
        assert len(datafiles.of_entry(entry["id"])) == 1

    @pytest.mark.parametrize("upload", [attachment(b"", "a.csv"), attachment(TABLE, "..")])
    def test_what_cannot_be_taken_in_is_refused_by_field(
            self, world: World, entry: dict[str, Any], upload: FileStorage) -> None:
        with pytest.raises(tk.ValidationError) as error:
            world.call(world.editor, "resource_patch", id=entry["resources"][0]["id"], upload=upload)
        assert set(error.value.error_dict) == {"upload"}
        assert len(datafiles.of_entry(entry["id"])) == 1


class TestTakingOver:
    def test_the_columns_of_a_file_become_the_information_items(self, world: World) -> None:
        entry = world.draft(resources=[{"name": "站点", "upload": attachment()}])
        world.read_files()
        world.call(world.editor, "govshare_items_take_over", id=entry["resources"][0]["file_id"])
        items = world.call(world.editor, "package_show", id=entry["id"])["info_items"]
        assert [(item["name"], item["data_type"]) for item in items][:2] == [("站点名称", "C"), ("日期", "D")]
        assert items[0]["description"] == "监测站点"

    def test_what_was_said_of_disagreement_ends_when_the_columns_are_taken_over(self, world: World) -> None:
        entry = world.draft(resources=[{"name": "站点", "upload": attachment()}])
        world.read_files()
        file_id = entry["resources"][0]["file_id"]

        def disagreements() -> set[str]:
            shown = world.call(world.editor, "govshare_file_show", id=file_id)
            return {finding["code"] for finding in shown["findings"]} & structure.CODES

        assert "extra_column" in disagreements()
        world.call(world.editor, "govshare_items_take_over", id=file_id)
        assert disagreements() == set()

    def test_only_editors_of_the_department_take_over(self, world: World) -> None:
        entry = world.published()
        file = datafiles.current(entry["resources"][0]["id"])
        assert file is not None
        for person in ("anonymous", "citizen", "own_member", "other_editor", "competent", "operator"):
            for action in ("govshare_items_take_over", "govshare_file_adopt"):
                with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
                    world.call(world.people()[person], action, id=file.id)

    def test_a_file_that_is_published_cannot_be_adopted(self, world: World) -> None:
        entry = world.published()
        file = datafiles.current(entry["resources"][0]["id"])
        assert file is not None
        with pytest.raises(tk.ValidationError):
            world.call(world.editor, "govshare_file_adopt", id=file.id)

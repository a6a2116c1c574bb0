"""Files and links are taken in: kept with the data file, and nowhere in the catalogue."""
from __future__ import annotations

import json
import resource as resource_limits
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import search
from werkzeug.datastructures import FileStorage
from world import TABLE, World, attachment

from ckanext.govshare.domain.catalog import digest
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic.datafiles import reading_job, storage
from ckanext.govshare.repository import catalog, datafiles
from ckanext.govshare.repository import trace as history

NAME = "内部编号7731.csv"
BACKEND = "https://intranet.example.com/export/secret-7731.csv?year=2026"
LATER = TABLE.replace(b"31", b"35")
OTHER_COLUMNS = "站点名称,日期,臭氧\n东塔,2026-03-01,90\n".encode()


def stored_files() -> list[Path]:
    return [path for path in (storage.root()).rglob("*") if path.is_file()]


def file_of(resource: dict[str, Any]) -> DataFile:
    found = datafiles.get(resource["file_id"])
    assert found is not None
    return found


def served(resource_id: str) -> bytes:
    current = datafiles.current(resource_id)
    assert current is not None
    return storage.path(current.location).read_bytes()


def refused(world: World, action: str, **data: Any) -> dict[str, Any]:
    """The errors of `action`, which leaves neither a row nor bytes behind."""
    before, kept = stored_files(), datafiles.of_entry(data.get("package_id") or data.get("entry", ""))
    data.pop("entry", None)
    with pytest.raises(tk.ValidationError) as error:
        world.call(world.editor, action, **data)
    assert sorted(stored_files()) == sorted(before)
    if data.get("package_id"):
        assert datafiles.of_entry(data["package_id"]) == kept
    return error.value.error_dict


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Until the end no file grows beyond `size` bytes: writing fails in the middle, as on a full disk."""
    former = resource_limits.getrlimit(resource_limits.RLIMIT_FSIZE)
    resource_limits.setrlimit(resource_limits.RLIMIT_FSIZE, (size, former[1]))
    try:
        yield
    finally:
        resource_limits.setrlimit(resource_limits.RLIMIT_FSIZE, former)


class TestTakingIn:
    def test_an_uploaded_file_is_kept_with_its_name_and_waits_to_be_read(self, world: World) -> None:
        (resource,) = world.draft(resources=[{"name": "站点", "upload": attachment(TABLE, NAME)}])["resources"]
        file = file_of(resource)
        assert (file.state, file.kind, file.filename, file.size) == (FileState.WAITING, "upload", NAME, len(TABLE))
        assert storage.path(file.location).read_bytes() == TABLE
        assert (resource["url_type"], resource["format"]) == ("upload", "CSV")
        assert resource["url"].endswith(f"/resource/{resource['id']}/download/data.csv")

    def test_a_link_waits_to_be_fetched(self, world: World) -> None:
        (resource,) = world.draft(resources=[{"name": "站点", "url": BACKEND}])["resources"]
        file = file_of(resource)
        assert (file.state, file.kind, file.source, file.location) == (FileState.WAITING, "link", BACKEND, "")
        assert (resource["url_type"], resource["url"].rsplit("/", 1)[-1], resource["format"]) == ("upload", "data.csv", "CSV")

    @pytest.mark.parametrize(("given", "kept"), [
        ("../../etc/passwd.csv", "passwd.csv"), ("C:\\Users\\zhang\\表.xlsx", "表.xlsx"), ("a\0b\n.csv", "ab.csv"),
        ("x\u202evsc.exe", "xvsc.exe"), ("长" * 300 + ".csv", "长" * 196 + ".csv"), ("无扩展名", "无扩展名"),
    ])
    def test_of_a_files_name_only_the_name_is_kept(self, world: World, given: str, kept: str) -> None:
        (resource,) = world.draft(resources=[{"upload": attachment(TABLE, given)}])["resources"]
        assert file_of(resource).filename == kept
        assert storage.path(file_of(resource).location).parent.parent == storage.root()

    def test_a_data_file_with_neither_file_nor_link_is_possible(self, world: World) -> None:
        (resource,) = world.draft(resources=[{"name": "以后上传"}])["resources"]
        assert ("file_id" in resource, resource["url"]) == (False, "")
        patched = world.call(world.editor, "resource_patch", id=resource["id"], name="仍然没有")
        assert ("file_id" in patched, patched["name"]) == (False, "仍然没有")

    def test_a_file_field_left_blank_in_a_form_is_no_upload(self, world: World) -> None:
        blank = FileStorage(filename="")
        (resource,) = world.draft(resources=[{"name": "站点", "url": "", "upload": blank}])["resources"]
        assert "file_id" not in resource


class TestRefusals:
    @pytest.mark.parametrize(("field", "resource"), [
        ("upload", {"upload": attachment(b"", "a.csv")}),
        ("upload", {"upload": attachment(TABLE, "../..")}),
        ("upload", {"upload": attachment(TABLE, "")}),
        ("upload", {"upload": "a,b\n1,2"}),
        ("url", {"url": "ftp://example.com/a.csv"}),
        ("url", {"url": "stations.csv", "url_type": "upload"}),
        ("url", {"url": "file:///etc/passwd"}),
        ("url", {"url": "https://user:password@example.com/a.csv"}),
        ("url", {"url": "https://"}),
        ("url", {"url": "http://[::1/a.csv"}),
        ("url", {"url": "https://example.com/\\a.csv"}),
        ("url", {"url": "https://example.com/" + "a" * 2000}),
        ("url", {"url": ["https://example.com/"]}),
        ("file_id", {"file_id": "no-such-file"}),
    ])
    def test_what_cannot_be_taken_in_is_refused_by_field(self, world: World, field: str, resource: dict[str, Any]) -> None:
        entry = world.draft(resources=[{"name": "好的", "upload": attachment()}])
        assert set(refused(world, "resource_create", package_id=entry["id"], name="坏的", **resource)) == {field}
        (kept,) = world.call(world.editor, "package_show", id=entry["id"])["resources"]
        errors = refused(world, "package_update", entry=entry["id"], **{**entry, "resources": [kept, resource]})
        assert [set(one) for one in errors["resources"]] == [set(), {field}]

    @pytest.mark.parametrize("resources", ["a", {"url": "x"}, [1], ["a"]])
    def test_resources_are_a_list_of_objects(self, world: World, resources: Any) -> None:
        entry = world.draft()
        assert set(refused(world, "package_update", **{**entry, "resources": resources})) == {"resources"}

    def test_a_file_above_the_limit_is_refused(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "ckan.max_resource_size", 1)
        entry = world.draft()
        errors = refused(world, "resource_create", package_id=entry["id"], upload=attachment(b"x" * (2**20 + 1), "a.csv"))
        assert errors == {"upload": ["The file is bigger than 1 MB"]}

    def test_a_disk_that_takes_no_more_leaves_everything_as_it_was(self, world: World) -> None:
        entry = world.draft(resources=[{"name": "好的", "upload": attachment()}])
        with largest_file(2**20):
            errors = refused(world, "resource_create", package_id=entry["id"], upload=attachment(b"x" * 3 * 2**20, "a.csv"))
        assert set(errors) == {"upload"}
        assert world.call(world.editor, "package_show", id=entry["id"])["resources"] == entry["resources"]

    def test_a_storage_that_is_not_there_leaves_everything_as_it_was(
            self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = world.draft(resources=[{"name": "好的", "upload": attachment()}])
        with monkeypatch.context() as gone:
            gone.setitem(tk.config, "ckan.storage_path", "/dev/null")
            assert set(refused(world, "resource_create", package_id=entry["id"], upload=attachment())) == {"upload"}
        assert world.call(world.editor, "package_show", id=entry["id"])["resources"] == entry["resources"]

    def test_an_entry_that_is_refused_for_another_field_keeps_no_file(self, world: World) -> None:
        before = stored_files()
        with pytest.raises(tk.ValidationError):
            world.draft(title="", resources=[{"upload": attachment()}])
        assert sorted(stored_files()) == sorted(before)
        assert list(datafiles.waiting()) == []

    def test_a_file_of_another_entry_cannot_be_claimed(self, world: World) -> None:
        (foreign,) = world.draft(resources=[{"upload": attachment()}])["resources"]
        entry = world.draft(resources=[{"name": "一"}, {"name": "二", "upload": attachment()}])
        first, second = entry["resources"]
        for file_id in (foreign["file_id"], second["file_id"]):
            with pytest.raises(tk.ValidationError) as error:
                world.call(world.editor, "resource_patch", id=first["id"], file_id=file_id)
            assert set(error.value.error_dict) == {"file_id"}

    def test_facts_of_a_file_are_not_the_callers_to_say(self, world: World) -> None:
        claims = {"datastore_active": True, "hash": "0" * 64, "cache_url": "https://evil.example/", "size": 1,
                  "last_modified": "2020-01-01T00:00:00", "url_type": "datastore", "mimetype": "text/html",
                  "package_id": str(uuid.uuid4()), "state": "deleted"}
        entry = world.draft(resources=[{"name": "站点", "upload": attachment(), **claims}])
        (resource,) = entry["resources"]
        changed = world.call(world.editor, "resource_patch", id=resource["id"], name="改", **claims)
        for shown in (resource, changed):
            assert {name: shown[name] for name in ("datastore_active", "hash", "cache_url", "size", "last_modified")} == {
                "datastore_active": False, "hash": "", "cache_url": None, "size": None, "last_modified": None}
            assert (shown["url_type"], shown["package_id"], shown["state"]) == ("upload", entry["id"], "active")
            assert shown["mimetype"] != "text/html"

    def test_the_id_of_a_new_data_file_is_the_platforms(self, world: World) -> None:
        claimed = str(uuid.uuid4())
        (resource,) = world.draft(resources=[{"id": claimed, "name": "一"}])["resources"]
        assert resource["id"] != claimed


class TestEditing:
    def test_a_data_file_keeps_its_file_whatever_else_is_edited(self, world: World) -> None:
        entry = world.draft(resources=[{"name": "站点", "upload": attachment()}])
        (before,) = entry["resources"]
        for action, data in (
            ("resource_patch", {"id": before["id"], "name": "甲"}),
            ("resource_update", {"id": before["id"], "name": "乙"}),
            ("resource_update", {"id": before["id"], "name": "丙", "url": "data.csv"}),
            ("package_patch", {"id": entry["id"], "title": "改"}),
            ("package_update", {**entry, "resources": [{"id": before["id"], "name": "丁"}]}),
        ):
            world.call(world.editor, action, **data)
            (after,) = world.call(world.editor, "package_show", id=entry["id"])["resources"]
            assert (after["id"], after["file_id"], after["url"]) == (before["id"], before["file_id"], before["url"]), action
        assert len(datafiles.of_entry(entry["id"])) == 1

    def test_a_link_that_is_sent_again_is_not_fetched_again(self, world: World) -> None:
        entry = world.draft(resources=[{"name": "站点", "url": BACKEND}])
        (before,) = entry["resources"]
        (after,) = world.call(world.editor, "package_update", **{
            **entry, "resources": [{"id": before["id"], "name": "站点", "url": BACKEND}]})["resources"]
        assert after["file_id"] == before["file_id"]

    def test_a_file_can_be_removed(self, world: World) -> None:
        (before,) = world.draft(resources=[{"name": "站点", "upload": attachment()}])["resources"]
        after = world.call(world.editor, "resource_patch", id=before["id"], clear_upload="true", url="")
        assert ("file_id" in after, after["url"], after["url_type"]) == (False, "", "")

    def test_the_format_follows_the_file_unless_the_department_says_another(self, world: World) -> None:
        (before,) = world.draft(resources=[{"name": "站点", "upload": attachment()}])["resources"]
        after = world.call(world.editor, "resource_patch", id=before["id"], upload=attachment(TABLE, "a.xlsx"))
        assert after["format"] == "XLSX"
        said = world.call(world.editor, "resource_patch", id=before["id"], upload=attachment(TABLE, "a.csv"), format="TSV")
        assert said["format"] == "TSV"


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


class TestFromBefore:
    """Data files of CKAN's own, as they were saved before files were taken in."""

    @pytest.mark.parametrize(("old", "taken_in"), [
        ({"url": "https://old.example/a.csv", "url_type": None}, True), ({"url": "stations.csv", "url_type": "upload"}, False),
        ({"url": "/files/a.csv", "url_type": None}, False), ({"url": "", "url_type": None}, False),
    ])
    def test_they_are_shown_and_edited_and_approved(self, world: World, old: dict[str, Any], taken_in: bool) -> None:
        entry = world.approved(open_type="conditional", open_condition="实名", resources=[{"name": "旧"}])
        row = model.Resource.get(entry["resources"][0]["id"])
        row.url, row.url_type = old["url"], old["url_type"]
        model.Session.commit()
        assert world.call("", "package_show", id=entry["id"])["resources"][0]["id"] == row.id
        (after,) = world.change(entry, title="改")["resources"]
        assert (after["id"], len(datafiles.of_entry(entry["id"]))) == (row.id, int(taken_in))
        assert taken_in is (datafiles.current(row.id) is not None)


class TestNothingSecretInTheCatalogue:
    def test_no_file_name_and_no_address_is_in_the_entry_the_index_or_its_versions(self, world: World) -> None:
        entry = world.approved(open_type="conditional", open_condition="实名", resources=[
            {"name": "一", "upload": attachment(TABLE, NAME)}, {"name": "二", "url": BACKEND}])
        first, second = entry["resources"]
        world.upload(entry, LATER, f"again-{NAME}", id=first["id"], name="三")
        world.call(world.editor, "resource_patch", id=second["id"], url=f"{BACKEND}&again", name="四")
        indexed = search.make_connection().search(f'id:"{entry["id"]}"', rows=5).docs
        assert indexed
        told: list[Any] = [indexed, [row["content"] for row in catalog.versions(entry["id"])], catalog.get_draft(entry["id"])]
        for person in world.people().values():
            told += [world.call(person, "package_show", id=entry["id"]),
                     world.call(person, "package_search", fq=f'id:{entry["id"]}'),
                     world.call(person, "govshare_entry_version_list", id=entry["id"])]
        told += [world.call(world.editor, "govshare_entry_show", id=entry["id"])["differences"],
                 world.call(world.editor, "resource_show", id=second["id"])]
        text = json.dumps(told, ensure_ascii=False, default=str)
        for secret in ("7731", "intranet.example.com", NAME):
            assert secret not in text

    def test_which_file_a_draft_has_is_in_no_published_version(self, world: World) -> None:
        entry = world.approved()
        for content in (entry, *(row["content"] for row in catalog.versions(entry["id"]))):
            assert "file_id" not in json.dumps(content)


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

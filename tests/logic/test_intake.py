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

from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic.datafiles import storage
from ckanext.govshare.repository import catalog, datafiles

NAME = "内部编号7731.csv"
BACKEND = "https://intranet.example.com/export/secret-7731.csv?year=2026"
LATER = TABLE.replace(b"31", b"35")


def stored_files() -> list[Path]:
    return [path for path in (storage.root()).rglob("*") if path.is_file()]


def file_of(resource: dict[str, Any]) -> DataFile:
    found = datafiles.get(resource["file_id"])
    assert found is not None
    return found


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

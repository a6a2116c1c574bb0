"""Versions of data files: refreshed, known, compared, swept. The real reader and stores."""
from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from contents import CONDITIONAL, MORE, TABLE, codes, look, newest, refresh, served, shown, waiting
from world import World, attachment

from ckanext.govshare import clock
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic.datafiles import reading_job, storage, sweep
from ckanext.govshare.repository import datafiles, outbox, table_loading
from ckanext.govshare.repository import trace as history

Sweep = Callable[[], None]


@pytest.fixture
def resource(world: World) -> dict[str, Any]:
    """The data file of a published entry."""
    found: dict[str, Any] = world.published(TABLE)["resources"][0]
    return found


class TestRefresh:
    def test_a_verified_replacement_is_served_at_once_and_the_index_follows(
            self, world: World, resource: dict[str, Any]) -> None:
        old = served(resource)
        new = refresh(world, resource, MORE)
        assert (served(resource).id, new.number, look(old).state) == (
            new.id, 2, FileState.SUPERSEDED)
        answer = world.call("", "resource_show", id=resource["id"])
        assert (answer["size"], answer["datastore_active"]) == (len(MORE), True)
        assert answer["last_modified"] > resource["last_modified"]
        assert world.call("", "datastore_search", resource_id=resource["id"])["total"] == 4
        assert outbox.pending() == []
        assert [event["name"] for event in history.events("datafiles", new.id)] == ["data_file_read", "data_file_published"]

    def test_until_then_the_old_one_is_served(self, world: World, resource: dict[str, Any]) -> None:
        old = served(resource)
        world.upload({}, MORE, "新.csv", id=resource["id"])
        assert served(resource).id == old.id
        assert world.call("", "datastore_search", resource_id=resource["id"])["total"] == 3

    def test_a_refused_replacement_leaves_everything_as_it_was(self, world: World, resource: dict[str, Any]) -> None:
        old = served(resource)
        new = refresh(world, resource, b"%PDF-1.4 \x00 nothing")
        assert new.state is not FileState.CURRENT
        assert served(resource).id == old.id
        assert world.call("", "resource_show", id=resource["id"])["last_modified"] == resource["last_modified"]

    def test_other_columns_wait_for_a_review(self, world: World, resource: dict[str, Any]) -> None:
        old = served(resource)
        new = refresh(world, resource, "站点名称,日期,浓度\n东塔,2026-03-01,31.5\n".encode())
        assert (new.state, served(resource).id) == (FileState.VERIFIED, old.id)
        assert "columns_changed" in codes(new)

    def test_whole_numbers_fit_a_column_of_numbers(self, world: World, resource: dict[str, Any]) -> None:
        new = refresh(world, resource, "站点名称,日期,浓度,代码\n东塔,2026-03-05,31,007\n".encode())
        assert new.state is FileState.CURRENT

    def test_the_older_of_two_uploads_does_not_displace_the_newer(self, world: World, resource: dict[str, Any]) -> None:
        world.upload({}, MORE, "一.csv", id=resource["id"])
        world.upload({}, TABLE, "二.csv", id=resource["id"])
        second, first, _ = datafiles.of_resource(resource["id"])
        reading_job.read_file(second.id)
        reading_job.read_file(first.id)
        assert served(resource).id == second.id
        assert "overtaken" in codes(look(first))


class TestWhoKnows:
    def test_a_draft_is_its_departments_and_the_reviewers(self, world: World) -> None:
        file = waiting(world)
        knows = {name for name, user in world.people().items() if shown(world, user, file)}
        assert knows == {"own_member", "own_editor", "own_admin", "competent", "operator"}

    def test_of_closed_data_the_public_learns_no_name_and_no_column(self, world: World) -> None:
        entry = world.published(TABLE, "canary-名单.csv", **CONDITIONAL)
        file = served(entry["resources"][0])
        for user in ("", world.citizen, world.other_editor, world.operator):
            seen = shown(world, user, file)
            assert seen is not None
            assert (seen["filename"], seen["columns"], seen["findings"], seen["sha256"]) == ("", [], None, "")
        inside = shown(world, world.member, file)
        assert inside is not None
        assert (inside["filename"], len(inside["columns"])) == ("canary-名单.csv", 4)

    def test_the_list_holds_what_the_caller_knows(self, world: World, resource: dict[str, Any]) -> None:
        refresh(world, resource, "站点名称\n东塔\n".encode())
        assert [file["state"] for file in world.call("", "govshare_file_list", resource_id=resource["id"])] == ["current"]
        assert [file["state"] for file in world.call(world.editor, "govshare_file_list", resource_id=resource["id"])] == [
            "verified", "current"]

    def test_an_unknown_resource_has_no_list(self, world: World) -> None:
        for resource_id in ("nothing", "a\0b"[:1] + "b"):
            with pytest.raises(tk.ObjectNotFound):
                world.call("", "govshare_file_list", resource_id=resource_id)

    def test_only_its_editors_have_a_file_read_again(self, world: World) -> None:
        file = waiting(world)
        datafiles.change(file.id, state=FileState.REFUSED)
        model.Session.commit()
        for user in (world.reviewer, world.member, world.operator):
            with pytest.raises(tk.NotAuthorized):
                world.call(user, "govshare_file_retry", id=file.id)
        with pytest.raises(tk.ObjectNotFound):
            world.call(world.other_editor, "govshare_file_retry", id=file.id)

    def test_what_was_not_refused_is_not_read_again(self, world: World, resource: dict[str, Any]) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "govshare_file_retry", id=served(resource).id)
        assert "state" in refused.value.error_dict


class TestComparing:
    def test_rows_count_as_often_as_they_stand_there(self, world: World, resource: dict[str, Any]) -> None:
        before = served(resource)
        after = refresh(world, resource, TABLE.rsplit(b"\n", 2)[0] + "\n东塔,2026-03-03,30,007\n".encode())
        changes = world.call("", "govshare_file_compare", id=before.id, other=after.id)
        assert changes["columns"] == {"added": [], "removed": [], "retyped": []}
        assert changes["rows"] == {
            "columns": ["站点名称", "日期", "浓度", "代码"], "added": 1, "removed": 1,
            "added_sample": [["东塔", "2026-03-03", "30", "007"]], "removed_sample": [["苏仙", "2026-03-02", "28", "008"]]}

    def test_changed_columns_are_named_and_the_others_compared(self, world: World, resource: dict[str, Any]) -> None:
        before = served(resource)
        after = refresh(world, resource, "站点名称,浓度,备注\n东塔,高,x\n苏仙,28,y\n苏仙,28,z\n".encode())
        changes = world.call(world.editor, "govshare_file_compare", id=before.id, other=after.id)
        assert changes["columns"] == {"added": ["备注"], "removed": ["日期", "代码"], "retyped": [
            {"name": "浓度", "before": "numeric", "after": "text"}]}
        assert (changes["rows"]["added"], changes["rows"]["removed"]) == (1, 1)
        assert changes["rows"]["added_sample"] == [["东塔", "高"]]

    def test_a_sample_has_twenty_rows_at_most(self, world: World, resource: dict[str, Any]) -> None:
        before = served(resource)
        after = refresh(world, resource, TABLE + "".join(f"东塔,2026-04-01,{n},007\n" for n in range(50)).encode())
        rows = world.call("", "govshare_file_compare", id=before.id, other=after.id)["rows"]
        assert (rows["added"], len(rows["added_sample"])) == (50, 20)

    def test_only_who_may_fetch_both_compares_them(self, world: World) -> None:
        resource = world.published(TABLE, **CONDITIONAL)["resources"][0]
        before, after = served(resource), refresh(world, resource, MORE)
        for user in ("", world.citizen, world.other_editor, world.operator):
            with pytest.raises(tk.NotAuthorized):
                world.call(user, "govshare_file_compare", id=before.id, other=after.id)
        assert world.call(world.reviewer, "govshare_file_compare", id=before.id, other=after.id)["rows"]["added"] == 1

    def test_files_of_two_resources_are_not_compared(self, world: World, resource: dict[str, Any]) -> None:
        other = world.published(TABLE)["resources"][0]
        with pytest.raises(tk.ValidationError) as refused:
            world.call("", "govshare_file_compare", id=served(resource).id, other=served(other).id)
        assert "other" in refused.value.error_dict


class TestSweep:
    @pytest.fixture
    def sweep_later(self, monkeypatch: pytest.MonkeyPatch) -> Sweep:
        """Sweep as the portal does two days from now."""
        def sweep_in_two_days() -> None:
            later = clock.now() + timedelta(days=2)
            with monkeypatch.context() as then:
                then.setattr(clock, "now", lambda: later)
                sweep.sweep()
            model.Session.rollback()
        return sweep_in_two_days

    def test_what_is_served_or_in_a_draft_stays(self, world: World, resource: dict[str, Any], sweep_later: Sweep) -> None:
        draft = world.draft(resources=[{"name": "监测数据", "upload": attachment(TABLE)}])
        world.read_files()
        sweep_later()
        for file in (served(resource), newest(draft["resources"][0])):
            assert file.state in (FileState.CURRENT, FileState.VERIFIED)
            assert storage.path(file.location).exists()
            assert file.id in table_loading.tables()

    def test_a_dropped_drafts_files_go(self, world: World, sweep_later: Sweep) -> None:
        draft = world.draft(resources=[{"name": "监测数据", "upload": attachment(TABLE)}])
        world.read_files()
        world.call(world.editor, "govshare_entry_discard", id=draft["id"])
        self._is_swept(sweep_later, newest(draft["resources"][0]))

    def test_the_pending_change_of_a_published_entry_keeps_its_file(
            self, world: World, resource: dict[str, Any], sweep_later: Sweep) -> None:
        world.upload({}, MORE, "新.csv", id=resource["id"], name="改名")
        world.read_files()
        sweep_later()
        assert newest(resource).state is FileState.VERIFIED
        world.call(world.editor, "govshare_entry_discard", id=resource["package_id"])
        self._is_swept(sweep_later, newest(resource))

    def _is_swept(self, sweep_later: Sweep, file: DataFile) -> None:
        sweep_later()
        assert look(file).state is FileState.DROPPED
        assert not storage.path(file.location).exists()
        assert file.id not in table_loading.tables()

    def test_versions_beyond_those_kept_go_the_oldest_first(
            self, world: World, resource: dict[str, Any], sweep_later: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "govshare.kept_versions", 1)
        refresh(world, resource, MORE)
        refresh(world, resource, MORE + "东塔,2026-03-04,30,007\n".encode())
        sweep_later()
        assert [(file.number, file.state.value) for file in datafiles.of_resource(resource["id"])] == [
            (3, "current"), (2, "superseded"), (1, "dropped")]

    def test_leftovers_of_broken_work_go_after_a_day(self, world: World, resource: dict[str, Any]) -> None:
        old, fresh = storage.root() / "zz" / "zz-old.part", storage.root() / "zz" / "zz-new.part"
        old.parent.mkdir(parents=True)
        for path in (old, fresh):
            path.write_bytes(b"x")
        os.utime(old, (0, 0))
        sweep.sweep()
        assert (old.exists(), fresh.exists()) == (False, True)

"""Data files from upload to publication: read, loaded, judged, refreshed, compared, swept. The real reader and stores."""
from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from world import World, attachment

from ckanext.govshare import clock
from ckanext.govshare.domain import datafiles as life
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic.datafiles import loading, reader, reading_job, storage, sweep
from ckanext.govshare.repository import datafiles, outbox
from ckanext.govshare.repository import trace as history

Sweep = Callable[[], None]
TABLE = "站点名称,日期,浓度,代码\n东塔,2026-03-01,31.5,007\n苏仙,2026年3月2日,28,008\n苏仙,2026-03-02,28,008\n".encode()
CONDITIONAL = {"open_type": "conditional", "open_condition": "仅限科研机构申请使用", "open_basis": "《数据安全法》"}


def newest(resource: dict[str, Any]) -> DataFile:
    model.Session.rollback()
    return datafiles.of_resource(resource["id"])[0]


def served(resource: dict[str, Any]) -> DataFile:
    model.Session.rollback()
    file = datafiles.current(resource["id"])
    assert file is not None
    return file


def codes(file: DataFile) -> list[str]:
    return [found["code"] for found in file.findings]


@pytest.fixture
def resource(world: World) -> dict[str, Any]:
    """The data file of a published entry."""
    found: dict[str, Any] = world.published(TABLE)["resources"][0]
    return found


def refresh(world: World, resource: dict[str, Any], content: bytes, filename: str = "新.csv") -> DataFile:
    world.upload({}, content, filename, id=resource["id"])
    world.read_files()
    return newest(resource)


class TestLoading:
    def test_the_datastore_reads_what_was_loaded(self, world: World, resource: dict[str, Any]) -> None:
        found = world.call("", "datastore_search", resource_id=resource["id"])
        assert [(field["id"], field["type"]) for field in found["fields"]] == [
            ("_id", "int"), ("站点名称", "text"), ("日期", "date"), ("浓度", "numeric"), ("代码", "text")]
        assert found["records"][0] == {"_id": 1, "站点名称": "东塔", "日期": "2026-03-01", "浓度": 31.5, "代码": "007"}
        assert found["total"] == 3

    def test_headings_are_kept_as_the_datastore_keeps_them(self, world: World, resource: dict[str, Any]) -> None:
        fields = world.call("", "datastore_info", id=resource["id"])["fields"]
        assert [field["info"]["label"] for field in fields] == ["站点名称", "日期", "浓度", "代码"]

    @pytest.mark.parametrize("column", [
        {"id": "_id", "type": "text"}, {"id": 'a"b', "type": "text"}, {"id": "站" * 22, "type": "text"},
        {"id": "a", "type": "text); DROP TABLE x; --"}, {"id": "a\0", "type": "text"},
    ])
    def test_columns_that_cannot_be_are_refused(self, portal: None, tmp_path: Path, column: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="Not a column"):
            loading.load("never", [column], tmp_path / "table.csv", lambda _: None)

    def test_a_load_that_ends_early_leaves_no_table(self, world: World, tmp_path: Path) -> None:
        csv = tmp_path / "table.csv"
        csv.write_text("1\n2\nthree\n")
        with pytest.raises(Exception, match="three"):
            loading.load("broken", [{"id": "a", "type": "int8"}], csv, lambda _: None)
        assert "broken" not in loading.tables()


class TestReading:
    def test_a_draft_is_verified_with_its_table_and_on_the_record(self, world: World) -> None:
        entry = world.draft(resources=[{"name": "监测数据", "upload": attachment(TABLE)}])
        world.read_files()
        file = newest(entry["resources"][0])
        assert (file.state, file.rows, file.format, file.machine_readable) == (FileState.VERIFIED, 3, "csv", True)
        assert [(e["name"], e["payload"]["outcome"]) for e in history.events("datafiles", file.id)] == [
            ("data_file_read", "verified")]

    def test_a_refused_file_has_no_table_and_says_why(self, world: World) -> None:
        entry = world.draft(resources=[{"name": "监测数据", "upload": attachment(b"<html><body>x</body></html>")}])
        world.read_files()
        file = newest(entry["resources"][0])
        assert (file.state, file.has_table) == (FileState.REFUSED, False)
        assert file.id not in loading.tables()
        shown = world.call(world.editor, "govshare_file_show", id=file.id)
        assert shown["findings"][0]["severity"] == "error"
        assert shown["findings"][0]["message"]

    def test_columns_are_held_against_the_information_items(self, world: World) -> None:
        entry = world.draft(resources=[{"name": "监测数据", "upload": attachment(TABLE)}],
                            info_items=[{"name": "站点名称", "data_type": "C"}, {"name": "风速", "data_type": "N"}])
        world.read_files()
        assert {"missing_item", "extra_column"} <= set(codes(newest(entry["resources"][0])))

    def test_a_second_reader_leaves_a_file_alone_that_is_being_read(self, world: World) -> None:
        file = _waiting(world)
        with datafiles.reserved(file.id) as connection:
            assert connection is not None
            reading_job.read_file(file.id)
        assert datafiles.get(file.id).state is FileState.WAITING  # type: ignore[union-attr]

    def test_reading_twice_changes_nothing(self, world: World) -> None:
        file = _waiting(world)
        world.read_files()
        reading_job.read_file(file.id)
        assert len(history.events("datafiles", file.id)) == 1

    def test_a_file_that_brought_five_readers_down_is_refused_and_may_be_tried_again(self, world: World) -> None:
        file = _waiting(world)
        datafiles.change(file.id, state=FileState.READING, attempts=life.MOST_ATTEMPTS)
        model.Session.commit()
        world.read_files()
        assert codes(datafiles.get(file.id)) == ["reader_gave_up"]  # type: ignore[arg-type]
        world.call(world.editor, "govshare_file_retry", id=file.id)
        world.read_files()
        assert datafiles.get(file.id).state is FileState.VERIFIED  # type: ignore[union-attr]

    def test_a_table_that_does_not_fit_its_columns_is_refused(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        file = _waiting(world)
        checked = reader.reports.checked

        def lying(report: dict[str, Any]) -> dict[str, Any]:
            return {**checked(report), "columns": [{**c, "type": "int8"} for c in report["columns"]]}
        monkeypatch.setattr(reader.reports, "checked", lying)
        world.read_files()
        assert "not_loaded" in codes(datafiles.get(file.id))  # type: ignore[arg-type]

    def test_a_file_given_to_another_reader_stays_as_that_one_left_it(
            self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        file = _waiting(world)
        read = reader.read

        def slow(claimed: DataFile, tell: Any) -> Any:
            outcome = read(claimed, tell)
            datafiles.change(file.id, attempts=claimed.attempts + 1)
            model.Session.commit()
            return outcome
        monkeypatch.setattr(reader, "read", slow)
        reading_job.read_file(file.id)
        assert datafiles.get(file.id).state is FileState.READING  # type: ignore[union-attr]
        assert history.events("datafiles", file.id) == []


def _waiting(world: World) -> DataFile:
    entry = world.draft(resources=[{"name": "监测数据", "upload": attachment(TABLE)}])
    return newest(entry["resources"][0])


class TestRefresh:
    MORE = TABLE + "东塔,2026-03-03,30,007\n".encode()

    def test_a_verified_replacement_is_served_at_once_and_the_index_follows(
            self, world: World, resource: dict[str, Any]) -> None:
        old = served(resource)
        new = refresh(world, resource, self.MORE)
        assert (served(resource).id, new.number, datafiles.get(old.id).state) == (  # type: ignore[union-attr]
            new.id, 2, FileState.SUPERSEDED)
        shown = world.call("", "resource_show", id=resource["id"])
        assert (shown["size"], shown["datastore_active"]) == (len(self.MORE), True)
        assert shown["last_modified"] > resource["last_modified"]
        assert world.call("", "datastore_search", resource_id=resource["id"])["total"] == 4
        assert outbox.pending() == []
        assert [event["name"] for event in history.events("datafiles", new.id)] == ["data_file_read", "data_file_published"]

    def test_until_then_the_old_one_is_served(self, world: World, resource: dict[str, Any]) -> None:
        old = served(resource)
        world.upload({}, self.MORE, "新.csv", id=resource["id"])
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
        world.upload({}, self.MORE, "一.csv", id=resource["id"])
        world.upload({}, TABLE, "二.csv", id=resource["id"])
        second, first, _ = datafiles.of_resource(resource["id"])
        reading_job.read_file(second.id)
        reading_job.read_file(first.id)
        assert served(resource).id == second.id
        assert "overtaken" in codes(datafiles.get(first.id))  # type: ignore[arg-type]


class TestWhoKnows:
    def test_a_draft_is_its_departments_and_the_reviewers(self, world: World) -> None:
        file = _waiting(world)
        knows = {name for name, user in world.people().items() if _shown(world, user, file.id)}
        assert knows == {"own_member", "own_editor", "own_admin", "competent", "operator"}

    def test_of_closed_data_the_public_learns_no_name_and_no_column(self, world: World) -> None:
        entry = world.published(TABLE, "canary-名单.csv", **CONDITIONAL)
        file = served(entry["resources"][0])
        for user in ("", world.citizen, world.other_editor, world.operator):
            shown = _shown(world, user, file.id)
            assert shown is not None
            assert (shown["filename"], shown["columns"], shown["findings"], shown["sha256"]) == ("", [], [], "")
        inside = _shown(world, world.member, file.id)
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
        file = _waiting(world)
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


def _shown(world: World, user: str, file_id: str) -> dict[str, Any] | None:
    try:
        shown: dict[str, Any] = world.call(user, "govshare_file_show", id=file_id)
    except tk.ObjectNotFound:
        return None
    return shown


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
        before, after = served(resource), refresh(world, resource, TestRefresh.MORE)
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
            assert file.id in loading.tables()

    def test_a_dropped_drafts_files_go(self, world: World, sweep_later: Sweep) -> None:
        draft = world.draft(resources=[{"name": "监测数据", "upload": attachment(TABLE)}])
        world.read_files()
        world.call(world.editor, "govshare_entry_discard", id=draft["id"])
        self._is_swept(sweep_later, newest(draft["resources"][0]))

    def test_the_pending_change_of_a_published_entry_keeps_its_file(
            self, world: World, resource: dict[str, Any], sweep_later: Sweep) -> None:
        world.upload({}, TestRefresh.MORE, "新.csv", id=resource["id"], name="改名")
        world.read_files()
        sweep_later()
        assert newest(resource).state is FileState.VERIFIED
        world.call(world.editor, "govshare_entry_discard", id=resource["package_id"])
        self._is_swept(sweep_later, newest(resource))

    def _is_swept(self, sweep_later: Sweep, file: DataFile) -> None:
        sweep_later()
        assert datafiles.get(file.id).state is FileState.DROPPED  # type: ignore[union-attr]
        assert not storage.path(file.location).exists()
        assert file.id not in loading.tables()

    def test_versions_beyond_those_kept_go_the_oldest_first(
            self, world: World, resource: dict[str, Any], sweep_later: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "govshare.kept_versions", 1)
        refresh(world, resource, TestRefresh.MORE)
        refresh(world, resource, TestRefresh.MORE + "东塔,2026-03-04,30,007\n".encode())
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


class TestAsking:
    def test_what_waits_gets_a_job_and_a_pause_is_kept(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []
        first, second = _waiting(world), _waiting(world)
        monkeypatch.setattr(reading_job, "enqueue", asked.append)
        datafiles.change(second.id, progress={"not_before": (clock.now() + timedelta(minutes=1)).isoformat()})
        model.Session.commit()
        reading_job.jobs.get_queue(reading_job.QUEUE).empty()
        reading_job.enqueue_waiting()
        assert asked == [first.id]

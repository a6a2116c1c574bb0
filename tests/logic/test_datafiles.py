"""Data files from upload to verdict: fetched, read, loaded, judged. The real reader and stores."""
from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import jobs
from contents import TABLE, codes, look, newest, shown, waiting
from world import World, attachment

from ckanext.govshare import clock
from ckanext.govshare.domain import datafiles as life
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic.datafiles import reader, reading_job, reports, storage
from ckanext.govshare.repository import datafiles, table_loading
from ckanext.govshare.repository import trace as history


@pytest.fixture
def resource(world: World) -> dict[str, Any]:
    """The data file of a published entry."""
    found: dict[str, Any] = world.published(TABLE)["resources"][0]
    return found


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
            table_loading.load("never", [column], tmp_path / "table.csv", lambda _: None)

    def test_a_load_that_ends_early_leaves_no_table(self, world: World, tmp_path: Path) -> None:
        csv = tmp_path / "table.csv"
        csv.write_text("1\n2\nthree\n")
        with pytest.raises(Exception, match="three"):
            table_loading.load("broken", [{"id": "a", "type": "int8"}], csv, lambda _: None)
        assert "broken" not in table_loading.tables()


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
        assert file.id not in table_loading.tables()
        answer = world.call(world.editor, "govshare_file_show", id=file.id)
        assert answer["findings"][0]["severity"] == "error"
        assert answer["findings"][0]["message"]

    def test_columns_are_held_against_the_information_items(self, world: World) -> None:
        entry = world.draft(resources=[{"name": "监测数据", "upload": attachment(TABLE)}],
                            info_items=[{"name": "站点名称", "data_type": "C"}, {"name": "风速", "data_type": "N"}])
        world.read_files()
        assert {"missing_item", "extra_column"} <= set(codes(newest(entry["resources"][0])))

    def test_a_second_reader_leaves_a_file_alone_that_is_being_read(self, world: World) -> None:
        file = waiting(world)
        with datafiles.reserved(file.id) as connection:
            assert connection is not None
            reading_job.read_file(file.id)
        assert look(file).state is FileState.WAITING

    def test_reading_twice_changes_nothing(self, world: World) -> None:
        file = waiting(world)
        world.read_files()
        reading_job.read_file(file.id)
        assert len(history.events("datafiles", file.id)) == 1

    def test_a_file_that_brought_five_readers_down_is_refused_and_may_be_tried_again(self, world: World) -> None:
        file = waiting(world)
        datafiles.change(file.id, state=FileState.READING, attempts=life.MOST_ATTEMPTS)
        model.Session.commit()
        world.read_files()
        assert codes(look(file)) == ["reader_gave_up"]
        world.call(world.editor, "govshare_file_retry", id=file.id)
        world.read_files()
        assert look(file).state is FileState.VERIFIED

    def test_a_table_that_does_not_fit_its_columns_is_refused(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        file = waiting(world)
        checked = reports.checked

        def lying(report: dict[str, Any]) -> dict[str, Any]:
            return {**checked(report), "columns": [{**c, "type": "int8"} for c in report["columns"]]}
        monkeypatch.setattr(reports, "checked", lying)
        world.read_files()
        assert "not_loaded" in codes(look(file))

    def test_a_file_given_to_another_reader_stays_as_that_one_left_it(
            self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        file = waiting(world)
        read = reader.read

        def slow(claimed: DataFile, tell: Any) -> Any:
            outcome = read(claimed, tell)
            datafiles.change(file.id, attempts=claimed.attempts + 1)
            model.Session.commit()
            return outcome
        monkeypatch.setattr(reader, "read", slow)
        reading_job.read_file(file.id)
        assert look(file).state is FileState.READING
        assert history.events("datafiles", file.id) == []


class TestLinks:
    @pytest.fixture
    def site(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        """Another department's web site, which serves `data.csv`; its network is one that may be fetched from."""
        (tmp_path / "data.csv").write_bytes(TABLE)
        handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            Thread(target=server.serve_forever).start()
            monkeypatch.setitem(tk.config, "govshare.link_ports", [server.server_port])
            monkeypatch.setitem(tk.config, "govshare.link_allowed_networks", ["127.0.0.0/8"])
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()

    def test_a_link_is_fetched_read_and_kept(self, world: World, site: str) -> None:
        file = self._read(world, f"{site}/data.csv")
        assert (file.state, file.rows, file.filename, file.size) == (FileState.VERIFIED, 3, "data.csv", len(TABLE))
        assert storage.path(file.location).read_bytes() == TABLE

    def test_what_is_not_there_is_refused_and_found_at_the_next_try(self, world: World, site: str, tmp_path: Path) -> None:
        file = self._read(world, f"{site}/later.csv")
        assert (file.state, codes(file)[0][:5]) == (FileState.REFUSED, "link_")
        (tmp_path / "later.csv").write_bytes(TABLE)
        world.call(world.editor, "govshare_file_retry", id=file.id)
        world.read_files()
        model.Session.rollback()
        assert look(file).state is FileState.VERIFIED

    def test_only_its_department_sees_the_address(self, world: World, site: str) -> None:
        file = self._read(world, f"{site}/data.csv")
        seen = {name for name, user in world.people().items()
                if site in json.dumps(shown(world, user, file), ensure_ascii=False)}
        assert seen == {"own_member", "own_editor", "own_admin"}

    def _read(self, world: World, address: str) -> DataFile:
        entry = world.draft(resources=[{"name": "监测数据", "url": address}])
        world.read_files()
        return newest(entry["resources"][0])


class TestAsking:
    def test_what_waits_gets_a_job_and_a_pause_is_kept(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []
        first, second = waiting(world), waiting(world)
        monkeypatch.setattr(reading_job, "enqueue", asked.append)
        datafiles.change(second.id, progress={"not_before": (clock.now() + timedelta(minutes=1)).isoformat()})
        model.Session.commit()
        jobs.get_queue(reading_job.QUEUE).empty()
        reading_job.enqueue_waiting()
        assert asked == [first.id]

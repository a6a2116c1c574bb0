"""What is refused changes nothing else: files that take more than they may, links into the portal's network, failed uploads."""
from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import jobs
from hostile_files import NO_NAMES, large_object, large_workbook, long_xml
from reading import read_everything, rows_of
from werkzeug.datastructures import FileStorage
from world import TABLE, World, attachment

from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic.datafiles import reading_job
from ckanext.govshare.repository import datafiles, table_loading


class TestWhatTheOperatingSystemBounds:
    """A file that is none of the known tricks, and still takes more than it may."""

    @pytest.fixture
    def resource(self, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
        jobs.get_queue(reading_job.QUEUE).empty()
        monkeypatch.setitem(tk.config, "ckan.max_resource_size", 50)
        found: dict[str, Any] = world.published()["resources"][0]
        yield found
        for file in datafiles.of_resource(found["id"]):
            table_loading.drop(file.id)
        model.Session.rollback()

    @pytest.mark.parametrize(("name", "content", "settings", "code"), [
        ("a.xml", long_xml, {"govshare.reading_seconds": "1"}, "too_slow"),
        ("a.xml", long_xml, {"govshare.reading_output_mb": "1"}, "too_big"),
        ("a.json", large_object, {"govshare.reading_memory_mb": "200"}, "out_of_memory"),
        ("a.xlsx", large_workbook, {"govshare.reading_memory_mb": "100"}, "out_of_memory"),
    ], ids=["time", "output", "memory of Python", "memory of a library"])
    def test_it_is_refused_and_the_old_data_stays(self, world: World, resource: dict[str, Any], name: str,
                                                  content: Callable[[], bytes], settings: dict[str, str], code: str) -> None:
        served = datafiles.current(resource["id"])
        assert served
        shown = world.call(world.citizen, "package_show", id=resource["package_id"])
        world.upload({}, content(), name, id=resource["id"])
        read_everything(settings)
        new = datafiles.of_resource(resource["id"])[0]
        assert (new.state, [found["code"] for found in new.findings]) == (FileState.REFUSED, [code])
        assert datafiles.current(resource["id"]) == served
        assert world.call(world.citizen, "package_show", id=resource["package_id"]) == shown
        assert len(rows_of(served)) == 2


def test_a_link_into_the_portals_own_network_is_never_asked(world: World) -> None:
    jobs.get_queue(reading_job.QUEUE).empty()
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.setblocking(False)
        port = inside.getsockname()[1]
        entry = world.draft(resources=[{"name": "内", "url": f"http://127.0.0.1:{port}/secret.csv"}])
        read_everything({"govshare.link_ports": str(port)})
        with pytest.raises(BlockingIOError):
            inside.accept()
    refused = datafiles.of_entry(entry["id"])[0]
    assert (refused.state, [found["code"] for found in refused.findings]) == (FileState.REFUSED, ["link_not_public"])
    assert "127.0.0.1" not in str(world.call(world.editor, "package_show", id=entry["id"]))


class Everything(NamedTuple):
    """What an upload may change: the entry, the rows of files, the bytes on the disk, the DataStore."""

    entry: dict[str, Any]
    files: list[DataFile]
    bytes: set[Path]
    tables: set[str]


def everything(world: World, entry: dict[str, Any]) -> Everything:
    model.Session.rollback()
    found = Everything(
        world.call(world.editor, "package_show", id=entry["id"]), datafiles.of_entry(entry["id"]),
        {path for path in Path(tk.config["ckan.storage_path"]).rglob("*") if path.is_file()}, set(table_loading.tables()))
    model.Session.rollback()
    return found


class Breaking(BytesIO):
    """A connection that breaks off."""

    def read(self, *_: Any) -> bytes:
        raise OSError("connection lost")


class TestAFailedUpload:
    @pytest.fixture
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "ckan.max_resource_size", 1)

    def too_big(self) -> FileStorage:
        return attachment(b"1,2\n" * 300_000, "大.csv")

    def test_of_a_new_data_file_leaves_everything_as_it_was(self, world: World, small: None) -> None:
        entry = world.draft(resources=[{"name": "数据", "upload": attachment()}])
        before = everything(world, entry)
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "resource_create", package_id=entry["id"], name="大", upload=self.too_big())
        assert "upload" in str(refused.value.error_dict)
        assert everything(world, entry) == before

    def test_of_a_replacement_leaves_everything_as_it_was(self, world: World, small: None) -> None:
        entry = world.approved()
        before = everything(world, entry)
        with pytest.raises(tk.ValidationError):
            world.call(world.editor, "resource_patch", id=entry["resources"][0]["id"], upload=self.too_big())
        assert everything(world, entry) == before

    def test_one_of_two_files_refused_keeps_none(self, world: World, small: None) -> None:
        entry = world.draft()
        before = everything(world, entry)
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "package_patch", id=entry["id"], resources=[
                {"name": "好", "upload": attachment()}, {"name": "大", "upload": self.too_big()}])
        assert refused.value.error_dict["resources"][0] == {}
        assert "upload" in refused.value.error_dict["resources"][1]
        assert everything(world, entry) == before

    def test_of_a_connection_that_breaks_off_leaves_everything_as_it_was(self, world: World) -> None:
        entry = world.draft()
        before = everything(world, entry)
        with pytest.raises((tk.ValidationError, OSError)):
            world.call(world.editor, "resource_create", package_id=entry["id"], name="断",
                       upload=FileStorage(Breaking(), filename="a.csv"))
        assert everything(world, entry) == before

    @pytest.mark.parametrize("name", NO_NAMES, ids=range(len(NO_NAMES)))
    def test_of_a_file_without_a_name_leaves_everything_as_it_was(self, world: World, name: str) -> None:
        entry = world.draft()
        before = everything(world, entry)
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "resource_create", package_id=entry["id"], name="无", upload=attachment(TABLE, name))
        assert "upload" in refused.value.error_dict
        assert everything(world, entry) == before

    def test_of_no_bytes_leaves_everything_as_it_was(self, world: World) -> None:
        entry = world.draft()
        before = everything(world, entry)
        with pytest.raises(tk.ValidationError):
            world.call(world.editor, "resource_create", package_id=entry["id"], name="空", upload=attachment(b"", "a.csv"))
        assert everything(world, entry) == before

"""Hostile files before the real worker: each is refused or made harmless, the finding says why, and nothing else changes."""
from __future__ import annotations

import socket
import unicodedata
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import jobs
from ckanext.datastore.backend.postgres import get_write_engine
from hostile_files import (
    CASES,
    NAMES,
    NO_NAMES,
    REFUSED,
    VERIFIED,
    Hostile,
    large_object,
    large_workbook,
    long_xml,
)
from psycopg2 import sql
from werkzeug.datastructures import FileStorage
from worker import working
from world import TABLE, World, attachment

from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.domain.findings import FINDINGS, describe
from ckanext.govshare.logic.datafiles import loading, reading_job, storage
from ckanext.govshare.repository import datafiles

# Two gigabytes take no test's time: what bounds the reader is the same with smaller figures.
BOUNDS = {"govshare.reading_memory_mb": "512", "govshare.reading_seconds": "120", "govshare.reading_output_mb": "64"}
LONGEST = 600  # seconds for all files together
ROUNDS = 6


@pytest.fixture(scope="module")
def sent(reset_db: Callable[[], None]) -> Iterator[dict[str, DataFile]]:
    """Every hostile file, as the worker left it, by the id of its case or by the name that it was given."""
    from ckan import plugins

    if not plugins.plugin_loaded("govshare"):
        plugins.load_all()
    reset_db()
    jobs.get_queue(reading_job.QUEUE).empty()
    world = World()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tk.config, "ckan.max_resource_size", 250)
        entry = world.draft()
        ids = {case.id: send(world, entry, case.content(), case.filename) for case in CASES}
        ids |= {name: send(world, entry, TABLE, name) for name in NAMES}
    work()
    model.Session.rollback()
    found = {key: datafiles.get(file_id) for key, file_id in ids.items()}
    model.Session.rollback()
    yield {key: file for key, file in found.items() if file}
    for file in found.values():
        if file:
            storage.remove(file.location)
            loading.drop(file.id)


def send(world: World, entry: dict[str, Any], content: bytes, filename: str) -> str:
    resource = world.upload(entry, content, filename, name="数据")
    file_id: str = datafiles.of_resource(resource["id"])[0].id
    return file_id


def work(settings: dict[str, str] | None = None) -> None:
    """Let the worker read until nothing waits; the scheduler asks again for what a queue forgot."""
    for _ in range(ROUNDS):
        reading_job.enqueue_waiting()
        with working({**BOUNDS, **(settings or {})}, burst=True) as worker:
            assert worker.process.wait(LONGEST) == 0
        waits = datafiles.waiting()
        model.Session.remove()
        if not waits:
            return
    raise AssertionError("some files were never read")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_hostile_file_is_refused_or_made_harmless(sent: dict[str, DataFile], case: Hostile) -> None:
    file = sent[case.id]
    codes = {found["code"] for found in file.findings}
    assert file.state in ({case.state} if case.state else {REFUSED, VERIFIED}), file.findings
    assert not case.codes or codes & case.codes, file.findings
    assert file.has_table is (file.id in loading.tables())
    assert not (file.state == REFUSED and file.has_table)


@pytest.mark.parametrize("case", [case for case in CASES if case.state == REFUSED], ids=lambda case: case.id)
def test_a_refusal_says_what_is_wrong(sent: dict[str, DataFile], case: Hostile) -> None:
    worst = sent[case.id].findings[0]
    assert worst["severity"] == "error"
    assert worst["code"] in FINDINGS
    assert worst["code"] != "crashed"
    assert "{" not in str(describe(worst))


def test_nothing_is_left_of_the_reading(sent: dict[str, DataFile]) -> None:
    left = storage.reading_folder("x").parent
    assert not left.exists() or not [folder for folder in left.iterdir() if folder.name in {file.id for file in sent.values()}]


def test_formulas_are_kept_as_text(sent: dict[str, DataFile]) -> None:
    file = sent["formulas"]
    assert [column["type"] for column in file.columns] == ["text", "text"]
    assert "=cmd|'/c calc'!A1" in {row[0] for row in rows(file)}


def test_names_of_columns_are_only_names(sent: dict[str, DataFile]) -> None:
    file = sent["names of columns"]
    names = [column["id"] for column in file.columns]
    assert len(names) == len(set(names)) == 7
    assert all(len(name.encode()) <= 63 and not name.startswith("_") for name in names)
    assert [tuple(map(str, row)) for row in rows(file)] == [("1", "2", "3", "4", "5", "6", "7")]


def rows(file: DataFile) -> list[tuple[Any, ...]]:
    columns = sql.SQL(", ").join(sql.Identifier(column["id"]) for column in file.columns)
    connection = get_write_engine().raw_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT {} FROM {}").format(columns, sql.Identifier(file.id)))
            return list(cursor.fetchall())
    finally:
        connection.close()


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_only_a_name(sent: dict[str, DataFile], name: str) -> None:
    file = sent[name]
    assert file.location == f"datafiles/{file.id[:2]}/{file.id}"
    assert storage.path(file.location).read_bytes() == TABLE
    assert not {"/", "\\"} & set(file.filename)
    assert file.filename not in (".", "..")
    assert len(file.filename) <= 200
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") for char in file.filename)
    assert file.state == VERIFIED


def test_no_file_escaped(sent: dict[str, DataFile]) -> None:
    places = {Path("/tmp"), Path.cwd(), *Path(tk.config["ckan.storage_path"]).parents}  # noqa: S108
    assert not [place for place in places if (place / "govshare-escaped.csv").exists()]


class TestWhatTheOperatingSystemBounds:
    """A file that is none of the known tricks, and still takes more than it may."""

    @pytest.fixture
    def resource(self, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
        jobs.get_queue(reading_job.QUEUE).empty()
        monkeypatch.setitem(tk.config, "ckan.max_resource_size", 50)
        found: dict[str, Any] = world.published()["resources"][0]
        yield found
        for file in datafiles.of_resource(found["id"]):
            loading.drop(file.id)
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
        work(settings)
        new = datafiles.of_resource(resource["id"])[0]
        assert (new.state, [found["code"] for found in new.findings]) == (FileState.REFUSED, [code])
        assert datafiles.current(resource["id"]) == served
        assert world.call(world.citizen, "package_show", id=resource["package_id"]) == shown
        assert len(rows(served)) == 2


def test_a_link_into_the_portals_own_network_is_never_asked(world: World) -> None:
    jobs.get_queue(reading_job.QUEUE).empty()
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.setblocking(False)
        port = inside.getsockname()[1]
        entry = world.draft(resources=[{"name": "内", "url": f"http://127.0.0.1:{port}/secret.csv"}])
        work({"govshare.link_ports": str(port)})
        with pytest.raises(BlockingIOError):
            inside.accept()
    refused = datafiles.of_entry(entry["id"])[0]
    assert (refused.state, [found["code"] for found in refused.findings]) == (FileState.REFUSED, ["link_not_public"])
    assert "127.0.0.1" not in str(world.call(world.editor, "package_show", id=entry["id"]))


class Everything:
    """What an upload may change: the entry, the rows of files, the bytes on the disk, the DataStore."""

    def __init__(self, world: World, entry: dict[str, Any]) -> None:
        model.Session.rollback()
        self.entry = world.call(world.editor, "package_show", id=entry["id"])
        self.files = datafiles.of_entry(entry["id"])
        self.bytes = {path for path in Path(tk.config["ckan.storage_path"]).rglob("*") if path.is_file()}
        self.tables = set(loading.tables())
        model.Session.rollback()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Everything) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


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
        before = Everything(world, entry)
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "resource_create", package_id=entry["id"], name="大", upload=self.too_big())
        assert "upload" in str(refused.value.error_dict)
        assert Everything(world, entry) == before

    def test_of_a_replacement_leaves_everything_as_it_was(self, world: World, small: None) -> None:
        entry = world.approved()
        before = Everything(world, entry)
        with pytest.raises(tk.ValidationError):
            world.call(world.editor, "resource_patch", id=entry["resources"][0]["id"], upload=self.too_big())
        assert Everything(world, entry) == before

    def test_one_of_two_files_refused_keeps_none(self, world: World, small: None) -> None:
        entry = world.draft()
        before = Everything(world, entry)
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "package_patch", id=entry["id"], resources=[
                {"name": "好", "upload": attachment()}, {"name": "大", "upload": self.too_big()}])
        assert refused.value.error_dict["resources"][0] == {}
        assert "upload" in refused.value.error_dict["resources"][1]
        assert Everything(world, entry) == before

    def test_of_a_connection_that_breaks_off_leaves_everything_as_it_was(self, world: World) -> None:
        entry = world.draft()
        before = Everything(world, entry)
        with pytest.raises((tk.ValidationError, OSError)):
            world.call(world.editor, "resource_create", package_id=entry["id"], name="断",
                       upload=FileStorage(Breaking(), filename="a.csv"))
        assert Everything(world, entry) == before

    @pytest.mark.parametrize("name", NO_NAMES, ids=range(len(NO_NAMES)))
    def test_of_a_file_without_a_name_leaves_everything_as_it_was(self, world: World, name: str) -> None:
        entry = world.draft()
        before = Everything(world, entry)
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.editor, "resource_create", package_id=entry["id"], name="无", upload=attachment(TABLE, name))
        assert "upload" in refused.value.error_dict
        assert Everything(world, entry) == before

    def test_of_no_bytes_leaves_everything_as_it_was(self, world: World) -> None:
        entry = world.draft()
        before = Everything(world, entry)
        with pytest.raises(tk.ValidationError):
            world.call(world.editor, "resource_create", package_id=entry["id"], name="空", upload=attachment(b"", "a.csv"))
        assert Everything(world, entry) == before

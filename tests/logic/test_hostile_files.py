"""Hostile files before the real worker: each is refused or made harmless, the finding says why, and nothing else changes."""
from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import jobs
from hostile_files import (
    CASES,
    NAMES,
    REFUSED,
    VERIFIED,
    Hostile,
)
from reading import read_everything, rows_of
from world import TABLE, World

from ckanext.govshare.domain.datafiles import DataFile
from ckanext.govshare.domain.findings import FINDINGS, describe
from ckanext.govshare.logic.datafiles import reading_job, storage
from ckanext.govshare.repository import datafiles, table_loading


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
    read_everything()
    model.Session.rollback()
    found = {key: datafiles.get(file_id) for key, file_id in ids.items()}
    model.Session.rollback()
    yield {key: file for key, file in found.items() if file}
    for file in found.values():
        if file:
            storage.remove(file.location)
            table_loading.drop(file.id)


def send(world: World, entry: dict[str, Any], content: bytes, filename: str) -> str:
    resource = world.upload(entry, content, filename, name="数据")
    file_id: str = datafiles.of_resource(resource["id"])[0].id
    return file_id


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_hostile_file_is_refused_or_made_harmless(sent: dict[str, DataFile], case: Hostile) -> None:
    file = sent[case.id]
    codes = {found["code"] for found in file.findings}
    assert file.state in ({case.state} if case.state else {REFUSED, VERIFIED}), file.findings
    assert not case.codes or codes & case.codes, file.findings
    assert file.has_table is (file.id in table_loading.tables())
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
    assert "=cmd|'/c calc'!A1" in {row[0] for row in rows_of(file)}


def test_names_of_columns_are_only_names(sent: dict[str, DataFile]) -> None:
    file = sent["names of columns"]
    names = [column["id"] for column in file.columns]
    assert len(names) == len(set(names)) == 7
    assert all(len(name.encode()) <= 63 and not name.startswith("_") for name in names)
    assert [tuple(map(str, row)) for row in rows_of(file)] == [("1", "2", "3", "4", "5", "6", "7")]


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
    places = {Path("/tmp"), Path.cwd(), *Path(tk.config["ckan.storage_path"]).parents}  # noqa: S108 - looked into, not written to
    assert not [place for place in places if (place / "govshare-escaped.csv").exists()]

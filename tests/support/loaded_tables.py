"""Tables for tests in which the reading of files plays no part: loaded at once, every column text."""
from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from ckan import model
from world import World, attachment

from ckanext.govshare import clock
from ckanext.govshare.domain.datafiles import UNREAD, DataFile, FileState
from ckanext.govshare.logic.datafiles import storage
from ckanext.govshare.repository import datafiles, table_loading


def load_all(entry_id: str) -> list[DataFile]:
    """Let the unread files of an entry pass as read, and load their tables; the files."""
    unread = [file for file in datafiles.of_entry(entry_id) if file.state in UNREAD]
    for file in unread:
        _load(file)
    model.Session.commit()
    return unread


def _load(file: DataFile) -> None:
    header, *rows = csv.reader(io.StringIO(storage.path(file.location).read_text("utf-8")))
    columns = [{"id": name, "name": name, "type": "text"} for name in header]
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as table:
        csv.writer(table).writerows(rows)
        table.flush()
        table_loading.load(file.id, columns, Path(table.name), lambda _progress: None)
    datafiles.change(file.id, state=FileState.VERIFIED, format="csv", machine_readable=True, columns=columns, rows=len(rows),
                     reading={"encoding": "utf-8"}, read_at=clock.now())


def published(world: World, content: bytes, filename: str, **fields: Any) -> dict[str, Any]:
    """A published entry with one file and its table, as its editor reads it."""
    made = world.draft(resources=[{"name": "数据", "upload": attachment(content, filename)}], **fields)
    load_all(made["id"])
    world.call(world.editor, "govshare_entry_submit", id=made["id"])
    return world.approve(made)


def replace(world: World, entry: dict[str, Any], content: bytes, filename: str = "新.csv") -> DataFile:
    """Let another file take the place of the one that the entry's first resource serves; the new one."""
    world.upload(entry, content, filename, id=entry["resources"][0]["id"])
    (new,) = load_all(entry["id"])
    datafiles.make_current(new.id, clock.now())
    model.Session.commit()
    return new

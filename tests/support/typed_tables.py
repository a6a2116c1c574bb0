"""Published tables with columns of every type, for tests of what leaves by them; reading plays no part."""
from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ckan import model
from world import World, attachment

from ckanext.govshare import clock
from ckanext.govshare.domain.datafiles import UNREAD, FileState
from ckanext.govshare.repository import datafiles, table_loading

Columns = Sequence[tuple[str, str]]


def published(world: World, columns: Columns, rows: Iterable[Sequence[Any]], filename: str, **fields: Any) -> dict[str, Any]:
    """A published entry whose one file has the table of `columns` (name, type) and `rows`; as its editor reads it.

    A value is what PostgreSQL reads for the type; None is no value.
    """
    entry = world.draft(resources=[{"name": "数据", "upload": attachment(b"x", filename)}], **fields)
    [file] = [file for file in datafiles.of_entry(entry["id"]) if file.state in UNREAD]
    defined: list[Mapping[str, Any]] = [{"id": name, "name": name, "type": kind} for name, kind in columns]
    with _csv(rows) as path:
        count = table_loading.load(file.id, defined, path, lambda _progress: None)
    datafiles.change(file.id, state=FileState.VERIFIED, format="csv", machine_readable=True, columns=defined, rows=count,
                     read_at=clock.now())
    model.Session.commit()
    world.call(world.editor, "govshare_entry_submit", id=entry["id"])
    return world.approve(entry)


@contextmanager
def _csv(rows: Iterable[Sequence[Any]]) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
        file.writelines(",".join(map(_cell, row)) + "\n" for row in rows)
        file.flush()
        yield Path(file.name)


def _cell(value: Any) -> str:
    return "" if value is None else '"' + str(value).replace('"', '""') + '"'

"""Removing what nobody needs any more: contents of drafts that were dropped, old versions, and what broken work left behind.

Everything is decided from rows, and only what is older than a day is touched, so that no work in progress is disturbed.
"""
from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ckanext.govshare import clock, config
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic.datafiles import storage
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.repository import datafiles as repository
from ckanext.govshare.repository import table_loading

log = logging.getLogger(__name__)

LEFT_ALONE = timedelta(days=1)
_NEVER_SERVED = (FileState.WAITING, FileState.READING, FileState.VERIFIED, FileState.REFUSED)


def sweep() -> None:
    """Drop what no draft and no resource needs, and delete bytes and tables without a reason to be there."""
    before = clock.now() - LEFT_ALONE
    _drop(_unwanted(before))
    with transaction():
        outnumbered = repository.outnumbered(config.kept_versions())
    _drop(outnumbered)
    _delete_bytes(before)
    _delete_tables()


def _unwanted(before: datetime) -> list[DataFile]:
    """Files never served that no draft names; a refresh stays until its resource gets something newer."""
    with transaction():
        named = repository.named_by_drafts()
        candidates = repository.in_states(_NEVER_SERVED, before)
        return [file for file in candidates
                if file.id not in named and not (file.refresh and repository.is_newest(file))]


def _drop(files: Iterable[DataFile]) -> None:
    """The row stays, with what is known of the content."""
    for file in files:
        with transaction():
            stored = repository.get(file.id, lock=True)
            if stored is not None and stored.state is file.state:
                repository.change(file.id, state=FileState.DROPPED, progress={})
        log.info("Data file %s was %s, and is dropped", file.id, file.state)


def _delete_bytes(before: datetime) -> None:
    with transaction():
        kept = repository.kept_ids()
    for path in list(_old(before)):
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            log.info("Removed %s from the storage", path.name)


def _old(before: datetime) -> Iterator[Path]:
    """What lies in the folders of the storage and was not written since; bytes of a dropped file are old enough, too."""
    for path in storage.root().glob("*/*"):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            yield path


def _delete_tables() -> None:
    """No other program makes tables in the DataStore. A file's row is there before its table: so tables are listed first."""
    names = table_loading.tables()
    with transaction():
        kept = repository.ids_with_table()
    for name in names:
        if name not in kept:
            table_loading.drop(name)
            log.info("Removed table %s from the DataStore", name)

"""Reading a data file: what the worker of the queue `files` does with each file that waits.

Fetched if it is a link, read by a child process with limits, loaded, then judged in one transaction. Whatever ends the
worker in between, the file's row says that it waits, and the next attempt begins anew; nothing is half published.
"""
from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import psycopg2
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs
from redis.exceptions import RedisError

from ckanext.govshare import clock, config, fetching, subscriptions
from ckanext.govshare.domain import datafiles as life
from ckanext.govshare.domain import structure
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.domain.findings import Finding, finding, refuses
from ckanext.govshare.logic import review
from ckanext.govshare.logic.datafiles import loading, publishing_refresh, sandbox, storage
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.repository import datafiles as repository

log = logging.getLogger(__name__)

QUEUE = "files"
# What the platform's own stores do to a file that is not to blame: a full disk, a database that restarts.
_FAILURES = (OSError, psycopg2.OperationalError, psycopg2.InterfaceError, sa.exc.OperationalError, sa.exc.InterfaceError)
_BETWEEN_TELLINGS = 1.0  # seconds

Findings = Sequence[Mapping[str, Any]]


def enqueue(file_id: str) -> None:
    """Have the file read soon. Where this fails, the scheduler finds what waits."""
    try:
        # A job that nobody takes within a minute is dropped: the scheduler asks again.
        tk.enqueue_job(read_file, [file_id], title=f"read {file_id}", queue=QUEUE,
                       rq_kwargs={"timeout": config.reading_timeout(), "ttl": 60})
    except RedisError as error:
        log.error("%s is read when the scheduler asks for it: %s", file_id, error)


def enqueue_waiting() -> None:
    """Ask for all files that wait. A queue that is not empty is left alone: its worker has not come to its end yet."""
    waiting = repository.waiting(now=clock.now())
    model.Session.remove()
    if waiting and not jobs.get_queue(QUEUE).count:
        for file_id in waiting:
            enqueue(file_id)


def read_file(file_id: str) -> None:
    """Read the file, load its table and judge it; a refresh is published. Nothing happens where nothing is left to do."""
    with repository.reserved(file_id) as reader:
        if reader is None:
            return
        file = _claim(file_id)
        if file is None:
            return
        try:
            file, findings, report = _read(file, Telling(reader, file_id))
        except _FAILURES as failure:
            log.exception("%s could not be read now", file_id)
            _postpone(file, failure)
        else:
            _settle(file, report, findings)


class Telling:
    """Writes the progress to the file's row, not more often than people look."""

    def __init__(self, reader: sa.Connection, file_id: str) -> None:
        self._reader, self._file_id = reader, file_id
        self._last: tuple[str, float] = ("", 0.0)

    def __call__(self, progress: Mapping[str, Any]) -> None:
        """`progress`: `{step, done, total}`. Raises where the file is lost to this reader."""
        step, now = str(progress["step"]), time.monotonic()
        if step == self._last[0] and now - self._last[1] < _BETWEEN_TELLINGS:
            return
        self._last = (step, now)
        repository.tell_progress(self._reader, self._file_id, progress)


def _claim(file_id: str) -> DataFile | None:
    with transaction():
        stored = repository.get(file_id, lock=True)
        claimed = life.claim(stored) if stored else None
        if claimed is None or claimed.state is FileState.READING:
            if claimed:
                repository.save(claimed)
            return claimed
    _give_up(claimed)
    return None


def _give_up(refused: DataFile) -> None:
    """Refuse a file that no reader ever finished."""
    with transaction():
        publishing_refresh.lock_entry(refused)
        repository.save(replace(refused, read_at=clock.now()))
        publishing_refresh.record_read(refused)
    loading.drop(refused.id)


def _read(file: DataFile, tell: Telling) -> tuple[DataFile, Findings, Mapping[str, Any]]:
    """The file with its bytes, what was found, and the report of its reading; its table is loaded unless it is refused."""
    with _folder(file.id) as folder:
        try:
            file = _fetch(file, folder, tell)
            report = sandbox.run(storage.path(file.location), folder, file.filename, tell)
        except fetching.FetchRefused as refused:
            return file, [finding(refused.code, **refused.params)], {}
        except sandbox.ReadingStopped as stopped:
            return file, [finding(stopped.code)], {}
        findings: list[Mapping[str, Any]] = [*report["findings"], *_agreement(file, report["columns"])]
        if report["columns"] and not refuses(findings):
            report, failed = _load(file, report, folder / "table.csv", tell)
            findings += failed
    return file, findings, report


@contextmanager
def _folder(file_id: str) -> Iterator[Path]:
    """An empty folder on the disk of the files, gone afterwards."""
    folder = storage.reading_folder(file_id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fetch(file: DataFile, folder: Path, tell: Telling) -> DataFile:
    """The file with its bytes in place: those of a link are fetched once, and kept for further attempts."""
    if file.kind != "link" or file.location:
        return file
    part = folder / "fetched"
    fetched = fetching.fetch(file.source, part, fetching.limits(), tell)
    file = replace(file, location=storage.adopt(part, file.id), filename=fetched.filename, size=fetched.size,
                   sha256=fetched.sha256)
    with transaction():
        repository.change(file.id, location=file.location, filename=file.filename, size=file.size, sha256=file.sha256)
    return file


def _agreement(file: DataFile, columns: Findings) -> list[Finding]:
    """What the columns have to do with the information items that the department compiled (001 第十条)."""
    entry = review.load(file.entry_id)
    context = {"ignore_auth": True, "user": ""}
    package = publishing_refresh.published(file.entry_id) if file.refresh else review.current(context, entry)
    model.Session.rollback()
    return structure.agreement(columns, package.get("info_items") or ()) if columns else []


def _load(file: DataFile, report: Mapping[str, Any], csv_path: Path,
          tell: Telling) -> tuple[Mapping[str, Any], list[Finding]]:
    """The report with the columns and rows that are now in the DataStore, or the finding that says why none are."""
    served = repository.current(file.resource_id)
    model.Session.rollback()
    columns = life.fitted(report["columns"], report["rows"], served.columns if served else ())
    try:
        rows = loading.load(file.id, columns, csv_path, tell)
    except (psycopg2.DataError, ValueError) as error:
        log.exception("The table of %s does not fit its columns", file.id)
        return report, [finding("not_loaded", reason=str(error).splitlines()[0])]
    return {**report, "columns": columns, "rows": rows}, []


def _postpone(file: DataFile, failure: BaseException) -> None:
    """Give the file back; where not even that is possible, it stays with its attempt counted."""
    model.Session.rollback()
    with transaction():
        stored = repository.get(file.id, lock=True)
        if stored is not None and life.is_held_by(stored, file):
            repository.save(life.postpone(replace(file, progress=stored.progress), clock.now()))


def _settle(file: DataFile, report: Mapping[str, Any], findings: Findings) -> None:
    """Judge the file and let a refresh take its place: state, findings, package, history and trace in one transaction."""
    done = life.finish(file, report, findings, clock.now())
    with transaction():
        publishing_refresh.lock_entry(file)
        stored = repository.get(file.id, lock=True)
        kept = stored is not None and life.is_held_by(stored, file)
        if kept:
            repository.save(done)
            publishing_refresh.settle(done)
    if not kept or not done.has_table:
        # Dropped in the meantime, or refused: an earlier attempt may have left a table.
        if not kept and repository.get(file.id) is not None and stored.state in life.UNREAD:
            return
        loading.drop(file.id)
    if kept and done.refresh:
        subscriptions.deliver_index(file.entry_id)

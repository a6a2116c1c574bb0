"""Reading a data file: what the worker of the queue `files` does with each file that waits.

Fetched if it is a link, read by a child process with limits, loaded, then judged in one transaction. Whatever ends the
worker in between, the file's row says that it waits, and the next attempt begins anew; nothing is half published.
"""
from __future__ import annotations

import logging
from dataclasses import replace

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import jobs
from redis.exceptions import RedisError

from ckanext.govshare import clock, config, subscriptions
from ckanext.govshare.domain import datafiles as life
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic.datafiles import publishing_refresh, reader
from ckanext.govshare.logic.datafiles.reader import Outcome
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.repository import datafiles as repository
from ckanext.govshare.repository import failures

log = logging.getLogger(__name__)

QUEUE = "files"
# What the platform's own stores do to a file that is not to blame: a full disk, a database that restarts.
_FAILURES: tuple[type[Exception], ...] = (OSError, *failures.AWAY)


def enqueue(file_id: str) -> None:
    """Have the file read soon. Where this fails, the scheduler finds what waits."""
    try:
        # A job that nobody takes within a minute is dropped: the scheduler asks again.
        tk.enqueue_job(read_file, [file_id], title=f"read {file_id}", queue=QUEUE,
                       rq_kwargs={"timeout": config.reading_job_seconds(), "ttl": 60})
    except RedisError as error:
        log.error("%s is read when the scheduler asks for it: %s", file_id, error)


def enqueue_waiting() -> None:
    """Ask for all files that wait. A queue that is not empty is left alone: its worker has not come to its end yet."""
    try:
        waiting = repository.waiting(now=clock.now())
    finally:
        model.Session.remove()
    if waiting and not jobs.get_queue(QUEUE).count:
        for file_id in waiting:
            enqueue(file_id)


def read_file(file_id: str) -> None:
    """Read the file, load its table and judge it; a refresh is published. Nothing happens where nothing is left to do."""
    with repository.reserved(file_id) as connection:
        if connection is None:
            return
        file = _claim(file_id)
        if file is None:
            return
        try:
            outcome = reader.read(file, reader.Telling(connection, file_id))
        except failures.CANCELED:
            raise  # the job's own time is over
        except _FAILURES:
            log.exception("%s could not be read now", file_id)
            _postpone(file)
        else:
            _settle(outcome)


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


def _postpone(file: DataFile) -> None:
    """Give the file back; where not even that is possible, it stays with its attempt counted."""
    model.Session.rollback()
    with transaction():
        stored = repository.get(file.id, lock=True)
        if stored is not None and life.is_held_by(stored, file):
            repository.save(life.postpone(stored, file, clock.now()))


def _settle(outcome: Outcome) -> None:
    """Judge the file and let a refresh take its place: state, findings, package, history and trace in one transaction.

    A file that was dropped or given to another reader in the meantime stays as that one left it.
    """
    done = life.finish(outcome.file, outcome.report, outcome.findings, clock.now())
    with transaction():
        publishing_refresh.lock_entry(done)
        stored = repository.get(done.id, lock=True)
        if stored is not None and life.is_held_by(stored, outcome.file):
            repository.save(done)
            publishing_refresh.settle(done)
    if done.refresh:
        subscriptions.deliver_index(done.entry_id)

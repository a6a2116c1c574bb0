"""Letting the real worker read whatever waits, with smaller bounds, and looking at what it made of a file."""
from __future__ import annotations

from typing import Any

from ckan import model
from ckanext.datastore.backend.postgres import get_write_engine
from psycopg2 import sql
from worker import working

from ckanext.govshare.domain.datafiles import DataFile
from ckanext.govshare.logic.datafiles import reading_job
from ckanext.govshare.repository import datafiles

# Two gigabytes take no test's time: what bounds the reader is the same with smaller figures.
BOUNDS = {"govshare.reading_memory_mb": "512", "govshare.reading_seconds": "120", "govshare.reading_output_mb": "64"}
LONGEST = 600  # seconds for all files together
ROUNDS = 6


def read_everything(settings: dict[str, str] | None = None) -> None:
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


def rows_of(file: DataFile) -> list[tuple[Any, ...]]:
    """What stands in the table of a file."""
    columns = sql.SQL(", ").join(sql.Identifier(column["id"]) for column in file.columns)
    connection = get_write_engine().raw_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT {} FROM {}").format(columns, sql.Identifier(file.id)))
            return list(cursor.fetchall())
    finally:
        connection.close()

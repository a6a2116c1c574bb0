"""Reading one file to the end: its bytes, what they hold, and its table; what was found is judged by the caller."""
from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ckan import model

from ckanext.govshare import config
from ckanext.govshare.domain import datafiles as life
from ckanext.govshare.domain import structure
from ckanext.govshare.domain.datafiles import DataFile
from ckanext.govshare.domain.findings import finding, refuses
from ckanext.govshare.logic import review
from ckanext.govshare.logic.datafiles import links, publishing_refresh, reports, sandbox, storage
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.repository import datafiles as repository
from ckanext.govshare.repository import table_loading

log = logging.getLogger(__name__)

_BETWEEN_TELLINGS = 1.0  # seconds


@dataclass(frozen=True)
class Outcome:
    """What reading gave: the file with its bytes, the report of what they hold (empty if none came), and the findings."""

    file: DataFile
    findings: Sequence[Mapping[str, Any]]
    report: Mapping[str, Any]


class Telling:
    """Writes the progress to the file's row, not more often than people look."""

    def __init__(self, reader: repository.Reservation, file_id: str) -> None:
        self._reader, self._file_id = reader, file_id
        self._last: tuple[str, float] = ("", 0.0)

    def __call__(self, progress: Mapping[str, Any]) -> None:
        """`progress`: `{step, done, total}`. Raises where the file is lost to this reader."""
        step, now = str(progress["step"]), time.monotonic()
        if step == self._last[0] and now - self._last[1] < _BETWEEN_TELLINGS:
            return
        self._last = (step, now)
        repository.tell_progress(self._reader, self._file_id, progress)


def read(file: DataFile, tell: Telling) -> Outcome:
    """Fetch the file if it is a link, read it, and load its table unless it is refused. Raises where a store fails."""
    with _folder(file.id) as folder:
        try:
            file = _fetch(file, folder, tell)
            report = reports.checked(sandbox.run(storage.path(file.location), folder, file.filename, tell))
        except links.FetchRefused as refused:
            return Outcome(file, [finding(refused.code, **refused.params)], {})
        except sandbox.ReadingStopped as stopped:
            log.warning("%s was not read: %s", file.id, stopped)
            return Outcome(file, [finding(stopped.code)], {})
        except reports.Malformed as malformed:
            log.error("%s was not read: %s", file.id, malformed)
            return Outcome(file, [finding("crashed")], {})
        findings: list[Mapping[str, Any]] = [*report["findings"], *_agreement(file, report["columns"])]
        if report["columns"] and not refuses(findings):
            loaded, failed = _load(file, report, folder / sandbox.TABLE, tell)
            return Outcome(file, findings + failed, loaded)
    return Outcome(file, findings, report)


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
    fetched = links.fetch(file.source, part, _limits(), tell)
    file = replace(file, location=storage.adopt(part, file.id), filename=fetched.filename, size=fetched.size,
                   sha256=fetched.sha256)
    with transaction():
        repository.change(file.id, location=file.location, filename=file.filename, size=file.size, sha256=file.sha256)
    return file


def _limits() -> links.Limits:
    return links.Limits(size=config.max_upload_bytes(), seconds=config.link_seconds(), ports=config.link_ports(),
                           networks=config.link_allowed_networks())


def _agreement(file: DataFile, columns: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What the columns have to do with the information items that the department compiled (001 第十条)."""
    entry = review.load(file.entry_id)
    context = {"ignore_auth": True, "user": ""}
    package = publishing_refresh.published(file.entry_id) if file.refresh else review.current(context, entry)
    model.Session.rollback()
    return list(structure.check(columns, package.get("info_items") or ())) if columns else []


def _load(file: DataFile, report: Mapping[str, Any], csv_path: Path,
          tell: Telling) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """The report with the columns and rows that are now in the DataStore, or the finding that says why none are."""
    served = repository.current(file.resource_id)
    model.Session.rollback()
    columns = life.fitted(report["columns"], report["rows"], served.columns if served else ())
    try:
        rows = table_loading.load(file.id, columns, csv_path, tell)
    except table_loading.DoesNotFit as refusal:
        log.exception("The table of %s does not fit its columns", file.id)
        return report, [finding(refusal.code, reason=str(refusal))]
    return {**report, "columns": columns, "rows": rows}, []

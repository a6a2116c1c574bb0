"""The bytes of attached files: below CKAN's storage directory, in whole or not at all (ADR 087)."""
from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO
from uuid import uuid4

import ckan.plugins.toolkit as tk
from ckan import model
from werkzeug.datastructures import FileStorage

from ckanext.govshare import clock, config
from ckanext.govshare.domain import application_events as events
from ckanext.govshare.domain import attachments
from ckanext.govshare.domain.attachments import Attachment
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic.record import Case, once_kept, record
from ckanext.govshare.logic.wording import translate
from ckanext.govshare.repository import attachments as repository

_FOLDER = "attachments"
_CHUNK = 2**20
_LEFT_ALONE = timedelta(days=1)


def root() -> Path:
    """The folder of all attachments; it may not exist yet."""
    return config.storage_path() / _FOLDER


def path(attachment_id: str) -> Path:
    """Where the bytes of a file lie."""
    return root() / attachment_id[:2] / attachment_id


def drop(case: Case, actor: str, now: datetime) -> None:
    """Remove the files of a case that nobody will read, in the caller's transaction; their bytes once that is committed."""
    found = repository.of_case(case.kind, case.id)
    for one in found:
        repository.remove(one.id)
        record(case, events.AttachmentRemoved(one.id, one.sha256), actor, now)
    once_kept(partial(erase, found))


def erase(dropped: list[Attachment]) -> None:
    """Delete the bytes of files whose rows are gone; what a killed process leaves, `sweep` deletes."""
    for one in dropped:
        path(one.id).unlink(missing_ok=True)


def sweep() -> int:
    """Delete bytes that a killed process left without a row; how many files. Work in progress is younger than a day."""
    before = clock.now() - _LEFT_ALONE
    old = [place for place in root().glob("*/*") if datetime.fromtimestamp(place.stat().st_mtime, UTC) < before]
    stray = [place for place in old if repository.get(place.name) is None]
    for place in stray:
        place.unlink(missing_ok=True)
    model.Session.rollback()
    return len(stray)


def refused(why: Message) -> tk.ValidationError:
    """What is said of a file that is not taken."""
    return tk.ValidationError({"upload": [translate(why)]})


def keep(upload: FileStorage, case_kind: str, case_id: str) -> Attachment:
    """Write the bytes to their place, durably. Raises ValidationError, and then nothing stays."""
    attachment_id, name = str(uuid4()), attachments.tidy_name(upload.filename or "")
    place = path(attachment_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        size, sha256 = _write(upload.stream, place, name)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return Attachment(attachment_id, case_kind, case_id, name, size, sha256)


def _write(stream: IO[bytes], place: Path, name: str) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with place.open("wb") as target:
        while chunk := stream.read(_CHUNK):
            if size == 0 and (error := attachments.content_error(name, chunk)):
                raise refused(error)
            size += len(chunk)
            if size > attachments.MAX_BYTES:
                raise refused(attachments.TOO_BIG)
            digest.update(chunk)
            target.write(chunk)
        if not size:
            raise refused(attachments.EMPTY)
        target.flush()
        os.fsync(target.fileno())
    return size, digest.hexdigest()

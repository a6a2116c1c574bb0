"""Where the bytes of data files lie: below CKAN's storage directory, apart from what CKAN itself serves from there.

A file appears in its place whole and written to the disk, or not at all.
"""
from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ckanext.govshare import config

_FOLDER = "datafiles"
# Longer than the two letters of the other folders, so that no file's folder can have its name.
_READING = "reading"
_CHUNK = 2**20


class TooBig(Exception):
    """There are more bytes than allowed; nothing was kept."""


class Empty(Exception):
    """There is no byte; nothing was kept."""


@dataclass(frozen=True)
class Stored:
    """What was kept: `location` below the storage directory, `size` in bytes, `sha256` in hexadecimal."""

    location: str
    size: int
    sha256: str


def root() -> Path:
    """The folder of all data files; it may not exist yet."""
    return config.storage_path() / _FOLDER


def location(file_id: str) -> str:
    """Where a file's bytes belong, as `DataFile.location` keeps it."""
    return f"{_FOLDER}/{file_id[:2]}/{file_id}"


def path(location: str) -> Path:
    """The absolute path of a `DataFile.location`."""
    return config.storage_path() / location


def reading_folder(file_id: str) -> Path:
    """Where a file is read. Always the same one, so that the next attempt clears what a killed worker left."""
    return root() / _READING / file_id


def keep(stream: BinaryIO, file_id: str, limit: int) -> Stored:
    """Keep what `stream` gives, at most `limit` bytes. Raises TooBig, Empty, or OSError where the disk does not take it."""
    digest, size = hashlib.sha256(), 0
    with _part(file_id) as part:
        with part.open("wb") as target:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > limit:
                    raise TooBig
                digest.update(chunk)
                target.write(chunk)
        if not size:
            raise Empty
        return Stored(adopt(part, file_id), size, digest.hexdigest())


@contextmanager
def _part(file_id: str) -> Iterator[Path]:
    """A path beside the file's place, for bytes that are not complete yet; nothing stays there."""
    place = path(location(file_id))
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f"{file_id}.part")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def adopt(part: Path, file_id: str) -> str:
    """Move a complete file of the storage directory to its place, durably; its location."""
    place = path(location(file_id))
    place.parent.mkdir(parents=True, exist_ok=True)
    _sync(part)
    part.replace(place)
    _sync(place.parent)
    return location(file_id)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(location: str) -> None:
    """Delete a file's bytes if there are any."""
    if location:
        path(location).unlink(missing_ok=True)

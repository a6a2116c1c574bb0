"""Files that people attach to a case: how many, how large, and of what content (ACC-1). Pure.

What a file is its first bytes say; its name has to agree. They are never shown in a page, only saved.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from ckanext.govshare.domain.wording import Message

MOST, MAX_BYTES, MB = 10, 20 * 2**20, 2**20
HEAD = 16  # bytes that tell what a file is
MAX_NAME = 200

_BY_CONTENT: Mapping[bytes, frozenset[str]] = {magic: frozenset(names.split()) for magic, names in {
    b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg jpeg", b"II*\0": "tif tiff", b"MM\0*": "tif tiff",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "doc xls ppt wps et dps",
    b"PK\x03\x04": "zip docx xlsx pptx odt ods odp ofd"}.items()}
NAMES = tuple(sorted(frozenset().union(*_BY_CONTENT.values())))


@dataclass(frozen=True)
class Attachment:
    """A file that was taken in. `size` in bytes, `sha256` in hexadecimal."""

    id: str
    case_kind: str
    case_id: str
    filename: str
    size: int
    sha256: str


def tidy_name(given: str) -> str:
    """The file's name without folders and control characters, its ending kept; "attachment" where nothing is left."""
    name = "".join(char for char in given.replace("\\", "/").rsplit("/", 1)[-1]
                   if not unicodedata.category(char).startswith("C")).strip()
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:MAX_NAME]}{dot}{ending[:10]}" if stem else name[:MAX_NAME] or "attachment"


def content_error(filename: str, head: bytes) -> Message | None:
    """Why a file of this name that begins with `head` is not taken, or None."""
    fitting = next((names for magic, names in _BY_CONTENT.items() if head.startswith(magic)), None)
    if fitting is None:
        return Message("Only files of these kinds are taken: {names}", names=", ".join(NAMES))
    if PurePath(filename).suffix.lower().lstrip(".") not in fitting:
        return Message("The file is not what its name says; expected an ending such as {names}", names=", ".join(sorted(fitting)))
    return None


TOO_MANY = Message("At most {most} files; remove one first", most=MOST)
TOO_BIG = Message("At most {most} MB a file", most=MAX_BYTES // MB)
EMPTY = Message("The file is empty")

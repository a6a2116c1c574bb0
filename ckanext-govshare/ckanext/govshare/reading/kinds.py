"""What a file is by its content; its name is only compared with that (a name is the clerk's, or an attacker's)."""
from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from ckanext.govshare.reading.report import Refused, Source

HEAD = 65536

_MAGIC: Sequence[tuple[bytes, str]] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"%PDF-", "pdf"), (b"\x89PNG\r\n", "png"), (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"), (b"BM", "bmp"), (b"II*\0", "tiff"), (b"MM\0*", "tiff"), (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"), (b"\x7fELF", "program"), (b"MZ", "program"),
)
_ARCHIVES = frozenset(("zip", "rar", "7z", "gzip", "bzip2", "xz"))
_PARTS = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "word/document.xml": "docx", "ppt/presentation.xml": "pptx",
          "content.xml": "ods"}
_NAMES: Mapping[str, frozenset[str]] = {format: frozenset(names.split()) for format, names in {
    "csv": "csv txt", "tsv": "tsv txt tab csv", "jpeg": "jpg jpeg", "tiff": "tif tiff", "json": "json jsonl ndjson geojson",
    "geojson": "json geojson", "xlsx": "xlsx xlsm", "xls": "xls et", "rdf": "rdf xml owl ttl nt n3 jsonld json"}.items()}
_ROOT = re.compile(rb"<(?:\w+:)?([A-Za-z][\w.-]*)")
_PROLOGUE = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE)
_HTML = frozenset((b"html", b"head", b"body", b"script", b"table", b"div", b"meta", b"style", b"iframe", b"img", b"p"))
_COMMENTS = re.compile(rb"(?:#[^\n]*\n|\s)*+")
_TURTLE = re.compile(rb"(?:@prefix|@base|PREFIX|BASE)\s+[\w.-]*:?\s*<|<[a-z]+:[^<>\"\s]+>\s+<[a-z]+:[^<>\"\s]+>\s")


def open_source(path: Path, name: str) -> Source:
    """The file with its kind. Raises Refused for an empty file."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise Refused("empty_file")
    return Source(path=path, name=name, size=path.stat().st_size, head=head, kind=kind_of_content(path, head))


def kind_of_content(path: Path, head: bytes) -> str:
    """xlsx, ole, json, xml, html, svg, rdf, pdf, …; `text` for whatever may be delimited text; `binary` for what cannot."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    for magic, kind in _MAGIC:
        if head.startswith(magic) and not (len(magic) == 2 and b"\0" not in head and kind != "gzip"):
            return kind
    return _text_kind(head)


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {info.filename for info in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "damaged zip"
    return next((kind for part, kind in _PARTS.items() if part in names), "zip")


def _text_kind(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _markup(head.decode("utf-16", "replace").encode("utf-8", "replace"))
    return _markup(head.removeprefix(b"\xef\xbb\xbf"))


def _markup(head: bytes) -> str:
    start = head.lstrip()
    if start[:1] in (b"{", b"["):
        return "json"
    if (comments := _COMMENTS.match(start)) and _TURTLE.match(start, comments.end()):
        return "turtle"
    if start[:1] != b"<":
        return "text"
    while prologue := _PROLOGUE.match(start):
        if re.match(rb"\s*<!doctype\s+html", prologue[0], re.IGNORECASE):
            return "html"
        start = start[prologue.end():]
    root = _ROOT.match(start.lstrip())
    name = root[1].lower() if root else b""
    if name in _HTML:
        return "html"
    return {b"svg": "svg", b"rdf": "rdf"}.get(name, "xml")


def claimed_kind(name: str) -> str:
    """The extension of a file's name, in small letters, without the dot; empty if there is none."""
    return PurePath(name.replace("\\", "/")).suffix.lower().lstrip(".")[:10]


def agrees(claimed: str, format: str) -> bool:
    """Whether a name with this extension leads nobody astray about this format."""
    return not claimed or claimed in _NAMES.get(format, {format})


def is_archive(kind: str) -> bool:
    return kind in _ARCHIVES

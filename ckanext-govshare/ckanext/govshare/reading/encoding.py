"""Finds a text's encoding by decoding all of it: what cannot be decoded is told with its line, never guessed or replaced."""
from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ckanext.govshare.reading.report import Refused, Source

CHUNK = 1 << 20
MAX_LINE = 8 * CHUNK  # bytes without an end of line: no table has such rows
ENOUGH = 5  # valid multi-byte characters of UTF-8 before a wrong one: chance does not make so many

# Characters that GB 18030 of 2000 placed in the private use area, and where Unicode has them since (GB 18030-2022, appendix D).
_PRIVATE = (
    "\ue78d\ufe10\ue78e\ufe12\ue78f\ufe11\ue790\ufe13\ue791\ufe14\ue792\ufe15\ue793\ufe16\ue794\ufe17\ue795\ufe18\ue796\ufe19"
    "\ue7c7\u1e3f\ue81e\u9fb4\ue826\u9fb5\ue82b\u9fb6\ue82c\u9fb7\ue832\u9fb8\ue843\u9fb9\ue854\u9fba\ue864\u9fbb"
    "\ue816\U00020087\ue817\U00020089\ue818\U000200cc\ue831\U000215d7\ue83b\U0002298f\ue855\U000241fe"
)
UNICODE_OF: Mapping[int, str] = dict(zip(map(ord, _PRIVATE[::2]), _PRIVATE[1::2], strict=True))
_IN_PRIVATE_AREA = re.compile("[\ue000-\uf8ff]")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Encoding:
    """`codec`: Python's name of it; `name`: what people call it; `old_private`: characters of `UNICODE_OF` may occur;
    `quotes`: there are quotation marks; `odd_quotes`: one of them is without a second.
    """

    codec: str
    name: str
    old_private: bool = False
    odd_quotes: bool = False
    quotes: bool = False


@dataclass
class _Decoded:
    line: int = 1
    multibyte: int = 0  # characters beyond ASCII
    quotes: int = 0
    private: bool = False
    failed: bool = False


def detect(source: Source, max_line: int = MAX_LINE) -> Encoding:
    """The encoding in which every byte of the source is text. `max_line`: bytes allowed without an end of line.

    Raises Refused: undecodable, nul_bytes, line_too_long.
    """
    if codec := next((codec for bom, codec in _BOMS if source.head.startswith(bom)), _without_bom(source.head)):
        return _encoding(codec, _must_decode(source.path, codec, max_line))
    _refuse_nuls(source.path, max_line)
    utf8 = _decode(source.path, "utf-8", max_line)
    if not utf8.failed:
        return _encoding("utf-8", utf8)
    if utf8.multibyte >= ENOUGH:
        raise Refused("undecodable", row=utf8.line, encoding="UTF-8")
    return _encoding("gb18030", _must_decode(source.path, "gb18030", max_line))


def _encoding(codec: str, decoded: _Decoded) -> Encoding:
    names = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 (BOM)", "gb18030": "GB18030"}
    return Encoding(codec, names.get(codec, codec.upper()), decoded.private and codec == "gb18030", decoded.quotes % 2 == 1,
                    decoded.quotes > 0)


def _without_bom(head: bytes) -> str | None:
    """UTF-16 without its mark: every second byte of ASCII characters is NUL, the others never are; and it has line ends."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    enough = max(4, len(head) // 50)
    codec = "utf-16-le" if odd > enough and not even else "utf-16-be" if even > enough and not odd else None
    return codec if codec and "\n" in head.decode(codec, "ignore") else None


def _refuse_nuls(path: Path, max_line: int) -> None:
    line, run = 1, 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if (at := chunk.find(0)) >= 0:
                raise Refused("nul_bytes", row=line + chunk.count(b"\n", 0, at))
            run = 0 if b"\n" in chunk or b"\r" in chunk else run + len(chunk)
            if run >= max_line:
                raise Refused("line_too_long", row=line, limit=max_line)
            line += chunk.count(b"\n")


def _must_decode(path: Path, codec: str, max_line: int) -> _Decoded:
    decoded = _decode(path, codec, max_line)
    if decoded.failed:
        raise Refused("undecodable", row=decoded.line, encoding={"gb18030": "UTF-8, GBK or GB18030"}.get(codec, codec.upper()))
    return decoded


def _decode(path: Path, codec: str, max_line: int) -> _Decoded:
    decoder, result, run = codecs.getincrementaldecoder(codec)(), _Decoded(), 0
    with path.open("rb") as file:
        chunk = b"first"
        while chunk:
            chunk = file.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                result.failed = True
                text = error.object[:error.start].decode(codec.removesuffix("-sig"), "ignore")
            _look_at(text, result)
            run = 0 if "\n" in text or "\r" in text else run + len(chunk)
            if run >= max_line:
                raise Refused("line_too_long", row=result.line, limit=max_line)
            if result.failed:
                break
    return result


def _look_at(text: str, result: _Decoded) -> None:
    result.line += text.count("\n")
    result.quotes += text.count('"')
    if result.multibyte < ENOUGH and not text.isascii():
        result.multibyte += sum(not char.isascii() for char in text)
    if not result.private and _IN_PRIVATE_AREA.search(text):
        result.private = True
    if "\0" in text:
        raise Refused("nul_bytes", row=result.line)

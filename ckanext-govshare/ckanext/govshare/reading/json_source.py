"""JSON from a file, an element at a time: memory is bounded by the largest element, not by the file."""
from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

import ijson

from ckanext.govshare.reading import encoding
from ckanext.govshare.reading.report import Refused, Source

MAX_CELL = 1_000_000  # characters of a value; a long boundary of a region has as many
MAX_EXPONENT = 300
MAX_RUN = 8 * 2**20  # bytes without a quotation mark
BUFFER = 2**20
_EXPLAINED = 32 * 2**20  # bytes up to which a faulty file is read once more, to tell where the fault is
MAX_DIGITS = 1000  # of a number; Python takes whole numbers of a few thousand at most, PostgreSQL likewise
_LONG_NUMBER = re.compile(b"[-+0-9.eE]{1000}")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|(?P<number>[-+0-9.eE]+)|"', re.DOTALL)
_HUGE = re.compile(r"[eE][-+]?\d{7}")
_NAME = re.compile(r'"([^"\n]{0,200})"\s*:[\s\[]*\Z')


@dataclass(frozen=True)
class Json:
    """A source whose encoding is known. Each way of reading it begins anew."""

    source: Source
    encoding: encoding.Encoding

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """The text as UTF-8 bytes. Inside, faults of the JSON become refusals."""
        with self.source.path.open("rb") as raw:
            try:
                yield _Utf8(raw, self.encoding.codec, self._refuse_long_number)
            except (ijson.JSONError, UnicodeDecodeError) as error:
                raise self._fault(str(error)) from None
            except RecursionError:
                raise Refused("nested_too_deep") from None
            except (ValueError, ArithmeticError):  # what Python does not take for a number
                self._refuse_long_number()
                raise Refused("number_too_large") from None

    def elements(self, prefix: str, several: bool = False) -> Iterator[tuple[int, Any]]:
        """What lies at `prefix`, numbered from 1. `several`: the file is JSON values one after another."""
        with self.opened() as stream:
            yield from enumerate(ijson.items(stream, prefix, multiple_values=several, buf_size=BUFFER), start=1)

    def _refuse_long_number(self) -> None:
        """Raise Refused for the first number that is too long, with its line and the name before it."""
        line, rest = 1, ""
        with self.source.path.open(encoding=self.encoding.codec, errors="ignore") as text:
            while piece := text.read(BUFFER):
                rest += piece
                done = 0
                for found in _TOKEN.finditer(rest):
                    number, done = found["number"] or "", found.start()
                    if len(number) > MAX_DIGITS or _HUGE.search(number):
                        named = _NAME.search(rest, max(0, done - 1000), done)
                        raise Refused("number_too_large", row=line + rest.count("\n", 0, done),
                                      column=named[1] if named else None)
                    if found[0] == '"' or found.end() == len(rest):
                        break  # a text or number that goes on in what follows
                    done = found.end()
                line += rest.count("\n", 0, done)
                rest = rest[done:]

    def _fault(self, reason: str) -> Refused:
        if self.source.size <= _EXPLAINED:
            try:
                json.loads(self.source.path.read_text(encoding=self.encoding.codec))
            except json.JSONDecodeError as error:
                return Refused("json_invalid", row=error.lineno, position=error.colno, reason=error.msg)
            except (RecursionError, ValueError):
                pass  # what the reader itself said stands
        return Refused("json_invalid", position="?", reason=reason.splitlines()[0])


class _Utf8:
    """A file of any encoding, read as UTF-8. A string that never ends is refused early: the parser reads it over and over."""

    def __init__(self, raw: BinaryIO, codec: str, refuse_long_number: Callable[[], None]) -> None:
        self._refuse = refuse_long_number
        self._end: bytes | None = b""  # of what was read before; None: all of the file has been looked through
        self._raw, self._decoder = raw, None if codec == "utf-8" else codecs.getincrementaldecoder(codec)()
        self._run = 0  # bytes since the last quotation mark

    def read(self, size: int = -1) -> bytes:
        while chunk := self._raw.read(size):
            text = self._decoder.decode(chunk).encode() if self._decoder else chunk
            if text:
                self._measure(text)
                return text
        return self._decoder.decode(b"", final=True).encode() if self._decoder else b""

    def _measure(self, text: bytes) -> None:
        # The parser in C does not survive millions of digits; texts may hold them, which the exact look tells.
        if self._end is not None and _LONG_NUMBER.search(self._end + text):
            self._refuse()
            self._end = None
        elif self._end is not None:
            self._end = text[-MAX_DIGITS:]
        first, last = text.find(b'"'), text.rfind(b'"')
        if self._run + (first if first >= 0 else len(text)) > MAX_RUN:
            raise Refused("value_too_long", limit=MAX_CELL)
        self._run = len(text) - last - 1 if last >= 0 else self._run + len(text)


def open_json(source: Source) -> Json:
    """Raises Refused where the bytes are no text."""
    return Json(source, encoding.detect(source, max_line=source.size + 1))


def cell(value: Any, row: int, column: str) -> Any:
    """A value as a cell: what is nested becomes JSON text. Raises Refused for what no table can show."""
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    if isinstance(value, str) and len(value) > MAX_CELL:
        raise Refused("value_too_long", row=row, column=column, limit=MAX_CELL)
    if isinstance(value, Decimal) and _too_long(value):
        raise Refused("number_too_large", row=row, column=column)
    return value


def _too_long(number: Decimal) -> bool:
    return not number.is_finite() or abs(number.adjusted()) > MAX_EXPONENT or len(number.as_tuple().digits) > MAX_DIGITS


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) and math.isfinite(float(value)) else str(value)

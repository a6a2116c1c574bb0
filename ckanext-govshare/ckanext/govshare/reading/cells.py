"""Cells of any Python type as text, a column of a batch at a time: most of a table's cells never meet Python code alone."""
from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from ckanext.govshare.reading.types import BEIJING

_CONTROLS, _PRIVATES = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff", "\ue000-\uf8ff"
_CONTROL, _PRIVATE, _UNUSUAL = (re.compile(f"[{chars}]") for chars in (_CONTROLS, _PRIVATES, _CONTROLS + _PRIVATES))


def texts_of(values: Sequence[Any]) -> list[str]:
    """The texts of a column's cells; None is empty."""
    if not set(map(type, values)) <= {str}:
        return [value if type(value) is str else text_of(value) for value in values]
    return list(values)


def text_of(value: Any) -> str:
    """The text of one cell. Floats have the 15 digits that spreadsheets show; midnight is a date."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return _float(value)
        case datetime():
            return _time(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return _duration(value)
        case Decimal():
            return format(value, "f")
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def _float(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return format(Decimal(format(value, ".15g")), "f")


def _time(value: datetime) -> str:
    if value.tzinfo is not None:
        value = value.astimezone(BEIJING).replace(tzinfo=None)
    return value.date().isoformat() if value.time() == time() else value.isoformat()


def _duration(value: timedelta) -> str:
    """Hours, minutes and seconds as a spreadsheet counts them: 30:05:00."""
    minutes, seconds = divmod(abs(value), timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    fraction = f".{seconds.microseconds:06}".rstrip("0") if seconds.microseconds else ""
    return f"{'-' if value < timedelta() else ''}{hours}:{minutes:02}:{seconds.seconds:02}{fraction}"


def unusual(texts: list[str]) -> tuple[list[str], int | None, int | None]:
    """`texts` without characters that no format can carry; the index of the first that had one, and of the first with a character
    of the private use area, whose meaning differs from computer to computer.
    """
    if _UNUSUAL.search("".join(texts)) is None:
        return texts, None, None
    control = next((index for index, text in enumerate(texts) if _CONTROL.search(text)), None)
    private = next((index for index, text in enumerate(texts) if _PRIVATE.search(text)), None)
    return texts if control is None else [clean(text) for text in texts], control, private


def clean(text: str) -> str:
    """The text without control characters."""
    return _CONTROL.sub("", text).strip()

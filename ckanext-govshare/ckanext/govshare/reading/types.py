"""What kind of value a cell's text is, and its form in the table. Pure functions of one text, already stripped."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum

MAX_DIGITS = 15  # longer whole numbers are codes, and spreadsheets and JavaScript cannot hold them
BEIJING = timezone(timedelta(hours=8))
PLACEHOLDERS = frozenset(("-", "--", "---", "—", "——", "–", "/", "\\", "无", "暂无", "空", "不详", "…", "...", "*", "N/A", "n/a",
                          "NA", "#N/A", "NULL", "null", "None", "NaN", "nan"))


class Kind(IntEnum):
    BLANK = 0
    PLACEHOLDER = 1   # says that there is no value
    TEXT = 2
    CODE = 3          # no quantity: leading zeros, more than MAX_DIGITS, +8613…
    INTEGER = 4
    COMPACT_DATE = 5  # 20210305: a whole number, or a date where the header says so
    DECIMAL = 6
    GROUPED = 7       # 1,234.50 or ¥5: a number once its marks are taken away
    GROUPED_INTEGER = 8
    SCIENTIFIC = 9    # 4.31E+17 as spreadsheets write it
    PERCENT = 10
    BOOL = 11
    ISO_DATE = 12
    DATE = 13         # 2021年3月5日, 2021/3/5, 2021.3.5
    ISO_TIMESTAMP = 14
    TIMESTAMP = 15
    ZONED_TIMESTAMP = 16
    EXPONENT = 17     # 1.5e3, 2E-05: a number
    EXPONENT_CODE = 18  # 1E2: the code of a seat, unless it stands among decimals
    LOOSE_INTEGER = 19  # +5, -0: the database writes it otherwise, and so
    LOOSE_DECIMAL = 20  # 1., .5, +2.50
    LOOSE_BOOL = 21   # TRUE


_STARTS = frozenset("0123456789+-−.¥￥tTfF")
_INTEGER = re.compile(r"0|-?[1-9]\d{0,14}", re.ASCII)
_LOOSE_INTEGER = re.compile(r"[+-](?:0|[1-9]\d{0,14})", re.ASCII)
_DECIMAL = re.compile(r"(?!-0\.0+\Z)-?(?:0|[1-9]\d{0,30})\.\d{1,30}", re.ASCII)
_LOOSE_DECIMAL = re.compile(r"[+-]?(?:0|[1-9]\d{0,30})?\.\d{1,30}|[+-]?(?:0|[1-9]\d{0,30})\.", re.ASCII)
_NUMBER_FORMS = ((_INTEGER, Kind.INTEGER), (_DECIMAL, Kind.DECIMAL), (_LOOSE_INTEGER, Kind.LOOSE_INTEGER),
                 (_LOOSE_DECIMAL, Kind.LOOSE_DECIMAL))
_EXPONENT = re.compile(r"[+-]?\d(?:\.\d{1,30})?[eE][+-]?\d{1,2}", re.ASCII)
_DIALLED = re.compile(r"\+\d{7,}", re.ASCII)
_EXPONENT_CODE = re.compile(r"\d{1,15}[eE]\d{1,2}", re.ASCII)
_GROUPED = re.compile(r"[+−-]?[¥￥]? ?[+−-]?(?:[1-9]\d{0,2}(?:[,，]\d{3}){1,4}|0|[1-9]\d{0,14})(\.\d{1,30})?", re.ASCII)
_PERCENT = re.compile(r"[+−-]?(?:\d{1,15})(?:\.\d{1,20})? ?[%％]", re.ASCII)
_DATE = re.compile(r"([12]\d{3})(?:([-/.])(\d{1,2})\2(\d{1,2})| ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?[日号])", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?:[:：](\d{1,2})(?:[:：](\d{1,2})(\.\d{1,9})?)?| ?[时点] ?(?:(\d{1,2}) ?分 ?(?:(\d{1,2}) ?秒)?)?)"
                    r" ?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_MARKS = str.maketrans({",": None, "，": None, "¥": None, "￥": None, " ": None, "−": "-", "%": None, "％": None})


def kind_of(text: str) -> Kind:
    """The kind of a stripped cell text."""
    if not text:
        return Kind.BLANK
    if text[0] not in _STARTS:
        return Kind.PLACEHOLDER if text in PLACEHOLDERS else Kind.TEXT
    if text.isdigit() and text.isascii():
        if len(text) > MAX_DIGITS or (text[0] == "0" and len(text) > 1):
            return Kind.CODE
        return Kind.COMPACT_DATE if len(text) == 8 and text[:2] in ("19", "20") and compact_date(text) else Kind.INTEGER
    return _other_kind(text)


def _other_kind(text: str) -> Kind:
    if text in PLACEHOLDERS:
        return Kind.PLACEHOLDER
    if text[0] in "tTfF":
        return Kind.BOOL if text in ("true", "false") else Kind.LOOSE_BOOL if text.lower() in ("true", "false") else Kind.TEXT
    if _DIALLED.fullmatch(text):
        return Kind.CODE
    if _EXPONENT_CODE.fullmatch(text):
        return Kind.EXPONENT_CODE
    for form, kind in _NUMBER_FORMS:
        if form.fullmatch(text):
            return kind
    if _EXPONENT.fullmatch(text):
        return Kind.SCIENTIFIC if "E+" in text and int(text.partition("+")[2]) >= 11 else Kind.EXPONENT
    if grouped := _GROUPED.fullmatch(text):
        return Kind.GROUPED if grouped[1] else Kind.GROUPED_INTEGER
    if _PERCENT.fullmatch(text):
        return Kind.PERCENT
    return _time_kind(text)


def _time_kind(text: str) -> Kind:
    if (found := _DATE.match(text)) is None or (day := _day(found)) is None:
        return Kind.TEXT
    rest = text[found.end():]
    if not rest:
        return Kind.ISO_DATE if text == day else Kind.DATE
    clock = _CLOCK.fullmatch(rest.lstrip("T ").rstrip())
    if clock is None or _stamp(day, clock) is None:
        return Kind.TEXT
    if clock[7]:
        return Kind.ZONED_TIMESTAMP
    return Kind.ISO_TIMESTAMP if text == _stamp(day, clock) else Kind.TIMESTAMP


def _day(found: re.Match[str]) -> str | None:
    try:
        return date(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6])).isoformat()
    except ValueError:
        return None


def _stamp(day: str, clock: re.Match[str]) -> str | None:
    minute, second = clock[2] or clock[5] or "0", clock[3] or clock[6] or "0"
    text = f"{day}T{int(clock[1]):02}:{int(minute):02}:{int(second):02}{(clock[4] or '')[:7]}"
    try:
        time = datetime.fromisoformat(text + (clock[7] or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    try:
        return (time.astimezone(BEIJING).replace(tzinfo=None) if time.tzinfo else time).isoformat()
    except OverflowError:
        return None


def compact_date(text: str) -> str | None:
    """20210305 as an ISO date; None if there is no such day."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    except ValueError:
        return None


def as_number(text: str) -> str:
    """A number without its thousands separators, currency mark and needless signs; 12.5% is 0.125."""
    plain = text.translate(_MARKS)
    if text[-1] in "%％":
        plain = format(Decimal(plain).scaleb(-2), "f")
    whole, _, fraction = plain.lstrip("+-").partition(".")
    number = f"{whole or '0'}.{fraction}" if fraction else whole
    return f"-{number}" if plain[0] == "-" and number.strip("0.") else number


def as_timestamp(text: str) -> str:
    """A date or time of any form as an ISO date and time in Beijing."""
    found = _DATE.match(text)
    day = _day(found) if found else compact_date(text)
    clock = _CLOCK.fullmatch(text[found.end():].lstrip("T ").rstrip()) if found else None
    return (_stamp(day or "", clock) or "") if clock else f"{day}T00:00:00"


def as_date(text: str) -> str:
    """A date of any form as an ISO date."""
    return as_timestamp(text)[:10]


CONVERTERS: Mapping[str, Callable[[str], str]] = {
    "int8": as_number, "numeric": as_number, "date": as_date, "timestamp": as_timestamp, "bool": str.lower}
# Kinds whose text PostgreSQL takes as it is, by column type.
PLAIN: Mapping[str, frozenset[Kind]] = {
    "int8": frozenset((Kind.INTEGER, Kind.COMPACT_DATE)),
    "numeric": frozenset((Kind.INTEGER, Kind.COMPACT_DATE, Kind.DECIMAL, Kind.SCIENTIFIC, Kind.EXPONENT,
                          Kind.EXPONENT_CODE)),
    "date": frozenset((Kind.ISO_DATE,)),
    "timestamp": frozenset((Kind.ISO_TIMESTAMP,)),
    "bool": frozenset((Kind.BOOL,)),
}

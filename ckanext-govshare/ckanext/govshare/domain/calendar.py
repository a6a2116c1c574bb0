"""Counting working days by the State Council's yearly holiday notices, day by day and with reasons.

Pure: the calendar is passed in. Public holidays are off, the weekend days worked in exchange (调休) are on. The day of
the event is not counted (民法典 第二百零一条); a limit ends at 24:00 of its last day, Shanghai time. Years without an
announced calendar are counted on weekends alone, and what runs into one is provisional.
"""
from __future__ import annotations

import calendar as months
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import msgspec

from ckanext.govshare.domain.regulations import AppliedLimit
from ckanext.govshare.domain.wording import Message

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_START, LAST_START = date(1990, 1, 1), date(2199, 12, 31)
_ONE_DAY = timedelta(days=1)

HOLIDAYS = {
    "New Year's Day": Message("New Year's Day"),
    "Spring Festival": Message("Spring Festival"),
    "Tomb-sweeping Day": Message("Tomb-sweeping Day"),
    "Labour Day": Message("Labour Day"),
    "Dragon Boat Festival": Message("Dragon Boat Festival"),
    "Mid-autumn Festival": Message("Mid-autumn Festival"),
    "National Day": Message("National Day"),
    "Anti-Fascist 70th Day": Message("Anti-Fascist 70th Day"),
}


_CHINESE_NAMES = {holiday.chinese: holiday.value for holiday in chinese_calendar.Holiday}


class CalendarError(ValueError):
    """The calendar extension is wrong, or a start lies outside what can be counted; the text names the key."""


class DayKind(StrEnum):
    START = "start"
    WORKING_DAY = "working_day"
    MAKE_UP_DAY = "make_up_day"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


WORKED = frozenset({DayKind.WORKING_DAY, DayKind.MAKE_UP_DAY})


@dataclass(frozen=True)
class Calendar:
    """Holidays and make-up working days by date with the holiday's name, and the years that are announced."""

    holidays: Mapping[date, str]
    make_up_days: Mapping[date, str]
    years: frozenset[int]
    version: str

    def kind(self, day: date) -> DayKind:
        if day in self.make_up_days:
            return DayKind.MAKE_UP_DAY
        if day in self.holidays:
            return DayKind.HOLIDAY
        return DayKind.WEEKEND if day.weekday() > 4 else DayKind.WORKING_DAY

    def announced(self, day: date) -> bool:
        return day.year in self.years


@dataclass(frozen=True)
class Day:
    """One day of a count: its number among the working days counted, None where it does not count, and why."""

    date: date
    kind: DayKind
    number: int | None
    reason: Message
    provisional: bool


@dataclass(frozen=True)
class Deadline:
    """When a limit ends and how that was counted. `days` runs from the start, which never counts, to `due`."""

    profile: str
    rule: str
    start: date
    due: date
    working_days: int | None
    article: str | None
    law: bool
    provisional: bool
    calendar_version: str
    days: tuple[Day, ...] = ()

    @property
    def ends_at(self) -> datetime:
        """The instant at which the limit has passed: 24:00 of the due day in Shanghai."""
        return datetime.combine(self.due + _ONE_DAY, time.min, tzinfo=SHANGHAI)

    def is_overdue(self, now: datetime) -> bool:
        """Whether the limit has passed at `now`, an aware time."""
        return now >= self.ends_at

    def as_dict(self) -> dict[str, Any]:
        """What is stored and shown of the deadline, in JSON's types; without the days, which are counted again."""
        return {
            "profile": self.profile, "rule": self.rule, "start": self.start.isoformat(), "due": self.due.isoformat(),
            "working_days": self.working_days, "article": self.article, "law": self.law,
            "provisional": self.provisional, "calendar_version": self.calendar_version,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Deadline:
        """The deadline that `as_dict` gave."""
        return msgspec.convert(stored, cls)


def compute(limit: AppliedLimit, start: date | datetime, calendar: Calendar) -> Deadline:
    """The deadline of `limit` for an event on `start`.

    An aware time is taken as its date in Shanghai; a naive one is refused with ValueError, because nothing says whose
    clock it is. A limit in months ends on the next such day, the start day included. Raises CalendarError for a start
    outside 1990 to 2199.
    """
    first = shanghai_date(start)
    if not FIRST_START <= first <= LAST_START:
        raise CalendarError(f"the start must lie between {FIRST_START} and {LAST_START}")
    if limit.month_end is not None:
        days = _until(first, _next_month_end(first, limit.month_end), calendar)
        provisional = False
    else:
        days = _count(first, limit.working_days or 0, calendar)
        provisional = any(day.provisional for day in days)
    return Deadline(limit.profile, limit.rule, first, days[-1].date, limit.working_days, limit.article, limit.law,
                    provisional, calendar.version, days)


def recompute(stored: Deadline, calendar: Calendar) -> Deadline | None:
    """The deadline as `calendar` now gives it, or None where nothing changes.

    Only a provisional deadline moves: a final one was told to people, and stays as it was computed. The limit's length
    is the stored one, as a profile may have changed since.
    """
    if not stored.provisional or stored.working_days is None:
        return None
    days = _count(stored.start, stored.working_days, calendar)
    provisional = any(day.provisional for day in days)
    if provisional and days[-1].date == stored.due:
        return None
    return replace(stored, due=days[-1].date, provisional=provisional, calendar_version=calendar.version, days=days)


def shanghai_date(moment: date | datetime) -> date:
    """The date of `moment` in Shanghai. Raises ValueError for a time without zone."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone")
    return moment.astimezone(SHANGHAI).date()


def _count(start: date, working_days: int, calendar: Calendar) -> tuple[Day, ...]:
    days, number = [_start_day(start)], 0
    for day in _days_after(start):
        kind = calendar.kind(day)
        number += kind in WORKED
        days.append(_day(day, kind, number if kind in WORKED else None, calendar))
        if number == working_days:
            break
    return tuple(days)


def _until(start: date, due: date, calendar: Calendar) -> tuple[Day, ...]:
    following = (_day(d, calendar.kind(d), None, calendar) for d in _days_after(start, due))
    return (_start_day(start), *following)


def _days_after(start: date, end: date | None = None) -> Iterator[date]:
    day = start
    while end is None or day < end:
        day += _ONE_DAY
        yield day


def _start_day(start: date) -> Day:
    why = Message("The day of the event is not counted (Civil Code, article 201)")
    return Day(start, DayKind.START, None, why, False)


def _day(day: date, kind: DayKind, number: int | None, calendar: Calendar) -> Day:
    return Day(day, kind, number, _reason(day, kind, calendar), not calendar.announced(day))


def _reason(day: date, kind: DayKind, calendar: Calendar) -> Message:
    if kind is DayKind.HOLIDAY:
        return Message("Public holiday: {name}", name=_holiday_name(calendar.holidays[day]))
    if kind is DayKind.MAKE_UP_DAY:
        return Message("Weekend day worked in exchange for {name}", name=_holiday_name(calendar.make_up_days[day]))
    if not calendar.announced(day):
        return (Message("Weekend; the calendar of {year} is not announced yet", year=day.year)
                if kind is DayKind.WEEKEND else
                Message("Working day; the calendar of {year} is not announced yet", year=day.year))
    return Message("Weekend") if kind is DayKind.WEEKEND else Message("Working day")


def _holiday_name(name: str) -> Message | str:
    """The holiday to translate; a name that only an extension file knows is shown as it stands there."""
    return HOLIDAYS.get(_CHINESE_NAMES.get(name, name), name)


def _next_month_end(start: date, month: int) -> date:
    for year in (start.year, start.year + 1):
        end = date(year, month, months.monthrange(year, month)[1])
        if end >= start:
            return end
    raise AssertionError("one of two years' month ends follows")


class _Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One yearly notice: its number, and dates by holiday."""

    notice: str
    holidays: dict[str, list[date]]
    make_up_days: dict[str, list[date]] = {}


def build_calendar(extension: object = None, file: str = "calendar") -> Calendar:
    """The calendar of the chinesecalendar package and of `extension`, a parsed calendar file.

    A year in the extension replaces the package's, because the State Council has changed a year after announcing it.
    Raises CalendarError naming `file` and the key.
    """
    holidays: dict[date, str] = dict(chinese_calendar.holidays)
    make_up_days: dict[date, str] = dict(chinese_calendar.workdays)
    years = {day.year for day in holidays}
    version = f"chinesecalendar {chinese_calendar.__version__}"
    added = _parse_years(extension, file)
    for year, notice in sorted(added.items()):
        holidays = {d: name for d, name in holidays.items() if d.year != year} | _by_date(notice.holidays)
        make_up_days = {d: name for d, name in make_up_days.items() if d.year != year} | _by_date(notice.make_up_days)
    if added:
        text = msgspec.json.encode(sorted(added.items()), order="deterministic")
        version += f"+{hashlib.sha256(text).hexdigest()[:12]}"
    return Calendar(holidays, make_up_days, frozenset(years | set(added)), version)


def _parse_years(extension: object, file: str) -> dict[int, _Year]:
    if extension is None:
        return {}
    if not isinstance(extension, Mapping) or set(extension) != {"years"} or not isinstance(extension["years"], Mapping):
        raise CalendarError(f"{file}: a mapping with the one key 'years' is expected")
    return {_year_number(year, file): _parse_year(year, data, file) for year, data in extension["years"].items()}


def _year_number(year: object, file: str) -> int:
    if not isinstance(year, int) or not FIRST_START.year <= year <= LAST_START.year:
        raise CalendarError(f"{file}: years.{year}: a year such as 2027 is expected")
    return year


def _parse_year(year: int, data: object, file: str) -> _Year:
    where = f"{file}: years.{year}"
    try:
        notice = msgspec.convert(data, _Year)
    except msgspec.ValidationError as error:
        raise CalendarError(f"{where}: {error}") from error
    off, worked = _by_date(notice.holidays), _by_date(notice.make_up_days)
    if not off:
        raise CalendarError(f"{where}.holidays: a year without a holiday is not an announced year")
    if stray := [d for d in (*off, *worked) if d.year != year and (d.year, d.month) != (year - 1, 12)]:
        raise CalendarError(f"{where}: {stray[0]} lies in another year")
    if both := off.keys() & worked.keys():
        raise CalendarError(f"{where}: {min(both)} is both a holiday and a make-up day")
    if weekdays := [d for d in worked if d.weekday() < 5]:
        raise CalendarError(f"{where}.make_up_days: {weekdays[0]} is no Saturday or Sunday")
    return notice


def _by_date(dates: Mapping[str, list[date]]) -> dict[date, str]:
    return {day: name for name, days in dates.items() for day in days}

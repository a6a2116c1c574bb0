"""Tables of days: the State Council's working days, solar terms, the lunar calendar, sunrise in Chenzhou."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
from astral import LocationInfo
from astral.sun import sun
from lunar_python import Lunar, Solar

FIRST_WORKDAY_YEAR, LAST_WORKDAY_YEAR = 2004, 2026
_WEEKDAYS = "一二三四五六日"
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_CHENZHOU = LocationInfo("郴州", "湖南", "Asia/Shanghai", 25.77, 113.01)


def _between(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _working_years() -> Iterator[date]:
    return _between(date(FIRST_WORKDAY_YEAR, 1, 1), date(LAST_WORKDAY_YEAR, 12, 31))


def _festival(day: date) -> str:
    name = chinese_calendar.get_holiday_detail(day)[1]
    return str(chinese_calendar.Holiday(name).chinese) if name else ""


def _kind(day: date) -> str:
    """工作日, 周末, 法定节假日 or 调休上班: what the yearly notice makes of the day."""
    working = chinese_calendar.is_workday(day)
    if working:
        return "调休上班" if day.weekday() >= 5 else "工作日"
    return "法定节假日" if day in chinese_calendar.constants.holidays else "周末"


def _weekday(day: date) -> str:
    return f"星期{_WEEKDAYS[day.weekday()]}"


def days() -> Iterator[list[Any]]:
    """Every day with whether it is a working day, and which one of its year."""
    for year, of_year in groupby(_working_years(), key=lambda day: day.year):
        count = 0
        for day in of_year:
            working = chinese_calendar.is_workday(day)
            count += working
            yield [day.isoformat(), year, day.month, _weekday(day), "是" if working else "否", _kind(day), _festival(day),
                   count if working else ""]


def months() -> Iterator[list[Any]]:
    """Working days, days off, holidays and make-up days of every month."""
    for (year, month), of_month in groupby(_working_years(), key=lambda day: (day.year, day.month)):
        kinds = [_kind(day) for day in of_month]
        working = kinds.count("工作日") + kinds.count("调休上班")
        yield [year, month, len(kinds), working, len(kinds) - working, kinds.count("法定节假日"), kinds.count("调休上班")]


def holidays() -> Iterator[list[Any]]:
    """The days off and the make-up days of every year's notice."""
    for day in _working_years():
        kind = _kind(day)
        if kind in ("法定节假日", "调休上班"):
            in_lieu = kind == "法定节假日" and chinese_calendar.is_in_lieu(day)
            yield [day.isoformat(), _weekday(day), "放假" if kind == "法定节假日" else "调休上班", _festival(day),
                   "是" if in_lieu else "否"]


def solar_terms(first: int = 2000, last: int = 2050) -> Iterator[list[Any]]:
    """The 24 solar terms of each year with their moments in Beijing time."""
    for year in range(first, last + 1):
        table = Lunar.fromYmd(year, 6, 1).getJieQiTable()
        moments = [(name, moment) for name, moment in table.items() if not name.isascii()]
        moments.append(("冬至", table["DONG_ZHI"]))
        for name, moment in moments:
            if moment.getYear() == year:
                lunar = moment.getLunar()
                yield [year, name, moment.toYmd(), moment.toYmdHms(), lunar.toString(), lunar.getDayInGanZhi()]


def lunar_days(first: int = 2021, last: int = 2030) -> Iterator[list[Any]]:
    """Every day's date in the lunar calendar, with its year's name, its solar term and its traditional festivals."""
    for day in _between(date(first, 1, 1), date(last, 12, 31)):
        lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
        yield [day.isoformat(), lunar.toString(), lunar.getYearInGanZhi(), lunar.getYearShengXiao(), lunar.getJieQi(),
               "、".join(lunar.getFestivals())]


def sunrise(first: int = 2026, last: int = 2027) -> Iterator[list[Any]]:
    """Civil twilight, sunrise, noon and sunset in the city of Chenzhou."""
    for day in _between(date(first, 1, 1), date(last, 12, 31)):
        moments = sun(_CHENZHOU.observer, date=day, tzinfo=_SHANGHAI)
        shown = [moments[name].strftime("%H:%M") for name in ("dawn", "sunrise", "noon", "sunset", "dusk")]
        yield [day.isoformat(), *shown, round((moments["sunset"] - moments["sunrise"]).total_seconds() / 60)]

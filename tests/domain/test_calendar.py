"""Counting days, each test a sentence of the holiday notices, of 民法典 第二百零一条, or of requirements' "Counting days"."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ckanext.govshare.domain.calendar import (
    Calendar,
    CalendarError,
    Day,
    DayKind,
    Deadline,
    build_calendar,
    compute,
    recompute,
    shanghai_date,
)
from ckanext.govshare.domain.profiles import Overdue, Rule
from ckanext.govshare.domain.regulations import AppliedLimit, Citation
from ckanext.govshare.domain.wording import Message

PACKAGE = build_calendar()
# The package's calendar as it was before 2027 was announced, whatever a later release of it knows.
CALENDAR = replace(
    PACKAGE, years=frozenset(year for year in PACKAGE.years if year < 2027),
    holidays={day: name for day, name in PACKAGE.holidays.items() if day.year < 2027},
    make_up_days={day: name for day, name in PACKAGE.make_up_days.items() if day.year < 2027})
SOURCE = Citation("chenzhou-2022", "郴政发〔2022〕2号", "第二十一条", "10个工作日内")
# A year as an operator would enter it; made up, since only the State Council's notice could say.
NOTICE_2027 = {
    "notice": "示例通知",
    "holidays": {
        "元旦": ["2027-01-01", "2027-01-02", "2027-01-03"],
        "春节": ["2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11"],
    },
    "make_up_days": {"春节": ["2027-01-30", "2027-02-13"]},
}


def limit(working_days: int | None = None, month_end: int | None = None) -> AppliedLimit:
    return AppliedLimit("chenzhou-2022", Rule.SHARING_REPLY, working_days, month_end, False, Overdue.REPORT, SOURCE)


def due(start: date | datetime, working_days: int, calendar: Calendar = CALENDAR) -> date:
    return compute(limit(working_days), start, calendar).due


def day(deadline: Deadline, when: date) -> Day:
    return next(item for item in deadline.days if item.date == when)


def with_2027(**changes: Any) -> Calendar:
    return build_calendar({"years": {2027: NOTICE_2027 | changes}}, "calendar.yaml")


def test_the_day_of_the_event_is_not_counted() -> None:
    found = compute(limit(1), date(2026, 3, 2), CALENDAR)
    assert found.due == date(2026, 3, 3)
    assert (found.days[0].date, found.days[0].kind, found.days[0].number) == (date(2026, 3, 2), DayKind.START, None)


def test_weekends_are_not_counted() -> None:
    assert due(date(2026, 3, 6), 1) == date(2026, 3, 9)
    assert due(date(2026, 3, 2), 10) == date(2026, 3, 16)


def test_the_spring_festival_of_2026_is_off_and_its_make_up_days_are_on() -> None:
    found = compute(limit(10), date(2026, 2, 11), CALENDAR)
    assert found.due == date(2026, 3, 3)
    assert [d.date.isoformat() for d in found.days if d.number] == [
        "2026-02-12", "2026-02-13", "2026-02-14", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27", "2026-02-28",
        "2026-03-02", "2026-03-03"]
    assert day(found, date(2026, 2, 14)).kind is DayKind.MAKE_UP_DAY
    assert day(found, date(2026, 2, 17)).kind is DayKind.HOLIDAY


def test_the_national_day_of_2026_is_off_and_its_make_up_days_are_on() -> None:
    assert due(date(2026, 9, 18), 1) == date(2026, 9, 20)
    assert due(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert due(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert due(date(2026, 9, 30), 4) == date(2026, 10, 12)


def test_the_mid_autumn_holiday_of_2026_is_off() -> None:
    assert due(date(2026, 9, 24), 1) == date(2026, 9, 28)


@pytest.mark.parametrize(("start", "expected"), [
    (date(2026, 10, 3), date(2026, 10, 8)),
    (date(2026, 10, 4), date(2026, 10, 8)),
    (date(2026, 2, 28), date(2026, 3, 2)),
])
def test_a_limit_may_start_on_a_holiday_a_sunday_or_a_make_up_day(start: date, expected: date) -> None:
    assert due(start, 1) == expected


def test_each_day_says_why_it_counts_or_not() -> None:
    found = compute(limit(3), date(2026, 9, 30), CALENDAR)
    assert day(found, date(2026, 9, 30)).reason == Message(
        "The day of the event is not counted (Civil Code, article 201)")
    assert day(found, date(2026, 10, 1)).reason == Message("Public holiday: {name}", name=Message("National Day"))
    assert day(found, date(2026, 10, 8)).reason == Message("Working day")
    assert day(found, date(2026, 10, 10)).reason == Message(
        "Weekend day worked in exchange for {name}", name=Message("National Day"))
    assert day(compute(limit(1), date(2026, 3, 6), CALENDAR), date(2026, 3, 7)).reason == Message("Weekend")


def test_the_days_run_without_gap_from_the_start_to_the_due_day() -> None:
    found = compute(limit(10), date(2026, 9, 24), CALENDAR)
    dates = [d.date for d in found.days]
    assert dates == [date(2026, 9, 24) + timedelta(days=n) for n in range(len(dates))]
    assert [d.number for d in found.days if d.number] == list(range(1, 11))
    assert dates[-1] == found.due


def test_a_limit_ends_at_24_00_of_its_last_day_in_shanghai() -> None:
    found = compute(limit(1), date(2026, 3, 2), CALENDAR)
    assert found.ends_at == datetime(2026, 3, 3, 16, 0, tzinfo=UTC)
    assert not found.is_overdue(datetime(2026, 3, 3, 15, 59, 59, tzinfo=UTC))
    assert found.is_overdue(datetime(2026, 3, 3, 16, 0, tzinfo=UTC))


def test_an_event_at_night_in_utc_falls_on_the_next_day_of_shanghai() -> None:
    assert shanghai_date(datetime(2026, 3, 2, 16, 0, tzinfo=UTC)) == date(2026, 3, 3)
    assert due(datetime(2026, 3, 2, 15, 59, tzinfo=UTC), 1) == date(2026, 3, 3)
    assert due(datetime(2026, 3, 2, 16, 0, tzinfo=UTC), 1) == date(2026, 3, 4)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        compute(limit(1), datetime(2026, 3, 2, 9, 0), CALENDAR)  # noqa: DTZ001 - the fault that is tested


def test_a_limit_within_announced_years_is_final() -> None:
    assert not compute(limit(10), date(2025, 12, 25), CALENDAR).provisional
    assert due(date(2025, 12, 31), 1) == date(2026, 1, 4)


def test_a_limit_into_a_year_without_calendar_counts_weekends_alone_and_is_provisional() -> None:
    found = compute(limit(10), date(2026, 12, 28), CALENDAR)
    assert found.provisional
    assert found.due == date(2027, 1, 11)
    assert day(found, date(2027, 1, 1)).reason == Message(
        "Working day; the calendar of {year} is not announced yet", year=2027)
    assert day(found, date(2027, 1, 2)).reason == Message(
        "Weekend; the calendar of {year} is not announced yet", year=2027)


def test_a_limit_that_ends_on_the_last_announced_day_is_final() -> None:
    found = compute(limit(1), date(2026, 12, 30), CALENDAR)
    assert (found.due, found.provisional) == (date(2026, 12, 31), False)


def test_a_year_in_the_calendar_file_is_announced() -> None:
    found = compute(limit(10), date(2026, 12, 28), with_2027())
    assert (found.due, found.provisional) == (date(2027, 1, 12), False)
    assert day(found, date(2027, 1, 1)).reason == Message("Public holiday: {name}", name=Message("New Year's Day"))


def test_a_holiday_that_only_the_file_knows_keeps_its_name() -> None:
    calendar = with_2027(holidays={"抗战胜利纪念日": ["2027-09-03"]}, make_up_days={})
    found = compute(limit(1), date(2027, 9, 2), calendar)
    assert day(found, date(2027, 9, 3)).reason == Message("Public holiday: {name}", name="抗战胜利纪念日")


def test_a_year_in_the_calendar_file_replaces_the_package_s() -> None:
    changed = build_calendar({"years": {2026: {"notice": "更正", "holidays": {"国庆节": ["2026-10-01"]}}}})
    assert due(date(2026, 9, 30), 1, changed) == date(2026, 10, 2)


def test_the_version_is_the_digest_of_the_years_in_their_order_whatever_order_the_file_has() -> None:
    years = {2028: {"notice": "通知", "holidays": {"元旦": ["2028-01-01"], "春节": ["2028-01-26"]}}, 2027: NOTICE_2027}
    turned = {2027: dict(reversed(NOTICE_2027.items())),
              2028: {"holidays": {"春节": ["2028-01-26"], "元旦": ["2028-01-01"]}, "notice": "通知"}}
    versions = {build_calendar({"years": given}).version.partition("+")[2] for given in (years, turned)}
    assert versions == {"e08e52701318"}


def test_make_up_days_of_other_years_stay_where_one_year_is_replaced() -> None:
    changed = build_calendar({"years": {2025: {"notice": "更正", "holidays": {"国庆节": ["2025-10-01"]}}}})
    assert changed.kind(date(2026, 9, 20)) is DayKind.MAKE_UP_DAY
    assert [changed.kind(date(2025, 9, 28)), PACKAGE.kind(date(2025, 9, 28))] == [DayKind.WEEKEND, DayKind.MAKE_UP_DAY]


def test_errors_of_a_calendar_without_a_file_name_the_calendar() -> None:
    with pytest.raises(CalendarError, match=r"^calendar: "):
        build_calendar([])


def test_the_days_of_a_limit_in_months_say_what_they_are() -> None:
    found = compute(limit(month_end=1), date(2027, 1, 29), with_2027())
    assert [(each.kind, each.number, each.provisional) for each in found.days] == [
        (DayKind.START, None, False), (DayKind.MAKE_UP_DAY, None, False), (DayKind.WEEKEND, None, False)]


def test_the_calendar_version_tells_the_package_and_the_file() -> None:
    plain, extended, other = CALENDAR.version, with_2027().version, with_2027(notice="其他").version
    assert plain.startswith("chinesecalendar ")
    assert extended.startswith(f"{plain}+")
    assert extended == with_2027().version != other


@pytest.mark.parametrize(("extension", "message"), [
    ([], "the one key 'years'"),
    ({"years": {}, "extra": 1}, "the one key 'years'"),
    ({"years": {"soon": NOTICE_2027}}, "years.soon"),
    ({"years": {2027: {}}}, "years.2027.*notice"),
    ({"years": {2027: NOTICE_2027 | {"holiday": {}}}}, "years.2027.*holiday"),
    ({"years": {2027: NOTICE_2027 | {"holidays": {}}}}, "years.2027.holidays"),
    ({"years": {2027: NOTICE_2027 | {"holidays": {"春节": ["2027-02-30"]}}}}, "years.2027"),
    ({"years": {2027: NOTICE_2027 | {"holidays": {"春节": ["2028-02-05"]}}}}, "2028-02-05 lies in another year"),
    ({"years": {2027: NOTICE_2027 | {"make_up_days": {"春节": ["2027-02-06"]}}}}, "both a holiday and a make-up day"),
    ({"years": {2027: NOTICE_2027 | {"make_up_days": {"春节": ["2027-02-15"]}}}}, "no Saturday or Sunday"),
])
def test_a_wrong_calendar_file_is_refused_by_name_and_key(extension: object, message: str) -> None:
    with pytest.raises(CalendarError, match=f"calendar.yaml: .*{message}"):
        build_calendar(extension, "calendar.yaml")


def test_a_notice_may_name_days_of_the_december_before() -> None:
    calendar = with_2027(holidays={"元旦": ["2026-12-31", "2027-01-01"]}, make_up_days={"元旦": ["2026-12-26"]})
    assert due(date(2026, 12, 25), 1, calendar) == date(2026, 12, 26)
    assert due(date(2026, 12, 30), 1, calendar) == date(2027, 1, 4)


def test_a_provisional_limit_is_computed_again_when_its_calendar_arrives() -> None:
    stored = compute(limit(10), date(2026, 12, 28), CALENDAR)
    new = recompute(stored, with_2027())
    assert new is not None
    assert (new.due, new.provisional, new.calendar_version) == (date(2027, 1, 12), False, with_2027().version)
    assert (new.start, new.article, new.law) == (stored.start, stored.article, stored.law)
    assert new.days == compute(limit(10), date(2026, 12, 28), with_2027()).days


def test_a_provisional_limit_becomes_final_even_where_its_date_stands() -> None:
    stored = compute(limit(1), date(2027, 1, 6), CALENDAR)
    new = recompute(stored, with_2027())
    assert new is not None
    assert (new.due, new.provisional) == (stored.due, False)


def test_nothing_is_computed_again_without_the_calendar_or_for_a_final_limit() -> None:
    assert recompute(compute(limit(10), date(2026, 12, 28), CALENDAR), CALENDAR) is None
    changed = build_calendar({"years": {2026: {"notice": "更正", "holidays": {"国庆节": ["2026-10-01"]}}}})
    assert recompute(compute(limit(1), date(2026, 9, 30), CALENDAR), changed) is None


def test_a_stored_deadline_comes_back_as_it_was_and_can_be_computed_again() -> None:
    given = compute(limit(10), date(2026, 12, 28), CALENDAR)
    back = Deadline.from_dict(given.as_dict())
    assert back.as_dict() == given.as_dict()
    new = recompute(back, with_2027())
    assert new is not None
    assert new.due == date(2027, 1, 12)


@pytest.mark.parametrize(("start", "month", "expected"), [
    (date(2026, 11, 21), 1, date(2027, 1, 31)),
    (date(2027, 1, 31), 1, date(2027, 1, 31)),
    (date(2027, 2, 1), 1, date(2028, 1, 31)),
    (date(2028, 2, 1), 2, date(2028, 2, 29)),
])
def test_a_limit_in_months_ends_on_the_next_such_day(start: date, month: int, expected: date) -> None:
    found = compute(limit(month_end=month), start, CALENDAR)
    assert (found.due, found.working_days, found.provisional) == (expected, None, False)
    assert found.days[-1].date == expected


@pytest.mark.parametrize("start", [date(1, 1, 1), date(1989, 12, 31), date(9999, 12, 31)])
def test_a_start_outside_what_can_be_counted_is_refused(start: date) -> None:
    with pytest.raises(CalendarError, match="start"):
        compute(limit(10), start, CALENDAR)


@pytest.mark.parametrize("start", [date(1990, 1, 1), date(2199, 12, 31)])
def test_the_first_and_the_last_day_that_can_be_counted_from_are(start: date) -> None:
    assert compute(limit(1), start, CALENDAR).start == start


@pytest.mark.parametrize("year", [1989, 2200, 0, True, "2027", 2027.0, None])
def test_a_year_of_a_calendar_file_is_one_that_can_be_counted(year: object) -> None:
    with pytest.raises(CalendarError, match=f"calendar.yaml: years.{year}: a year such as 2027 is expected"):
        build_calendar({"years": {year: NOTICE_2027}}, "calendar.yaml")


@pytest.mark.parametrize("year", [1990, 2199])
def test_a_calendar_file_may_be_of_the_first_and_of_the_last_year(year: int) -> None:
    notice = {"notice": "通知", "holidays": {"元旦": [f"{year}-01-01"]}}
    assert build_calendar({"years": {year: notice}}).announced(date(year, 6, 1))


@pytest.mark.parametrize("day", ["2026-11-30", "2028-01-01", "2025-12-31", "2028-12-31", "2026-01-01"])
def test_a_notice_names_days_of_no_other_year_but_the_december_before(day: str) -> None:
    for field in ("holidays", "make_up_days"):
        with pytest.raises(CalendarError, match=f"calendar.yaml: years.2027: {day} lies in another year"):
            build_calendar({"years": {2027: {**NOTICE_2027, field: {"元旦": [day]}}}}, "calendar.yaml")


@pytest.mark.parametrize("day", ["2026-12-01", "2026-12-31", "2027-01-01", "2027-12-31"])
def test_a_notice_names_days_of_its_year_and_of_the_december_before(day: str) -> None:
    calendar = build_calendar({"years": {2027: {"notice": "通知", "holidays": {"节": [day]}}}})
    assert calendar.kind(date.fromisoformat(day)) is DayKind.HOLIDAY


@pytest.mark.parametrize(("day", "wrong"), [
    ("2027-02-19", True), ("2027-02-20", False), ("2027-02-21", False), ("2027-02-22", True)])
def test_only_saturdays_and_sundays_are_made_up_for(day: str, wrong: bool) -> None:
    extension = {"years": {2027: {**NOTICE_2027, "make_up_days": {"春节": [day]}}}}
    if wrong:
        with pytest.raises(CalendarError, match=f"{day} is no Saturday or Sunday"):
            build_calendar(extension)
    else:
        assert build_calendar(extension).kind(date.fromisoformat(day)) is DayKind.MAKE_UP_DAY


def test_a_deadline_carries_what_gave_it() -> None:
    found = compute(limit(10), date(2026, 3, 2), CALENDAR)
    assert (found.profile, found.rule, found.article, found.law, found.working_days) == (
        "chenzhou-2022", "sharing_reply", "郴政发〔2022〕2号 第二十一条", True, 10)

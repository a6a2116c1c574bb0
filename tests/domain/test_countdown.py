"""How near a due date is, in working days: holidays and make-up days counted as they are."""
from __future__ import annotations

from datetime import date

import pytest

from ckanext.govshare.domain.calendar import build_calendar
from ckanext.govshare.domain.common_reasons import COMMON_REASONS, joined
from ckanext.govshare.domain.countdown import Urgency, urgency, words, working_days_left

CALENDAR = build_calendar()


@pytest.mark.parametrize(("today", "due", "left", "expected"), [
    ("2026-03-02", "2026-03-16", 10, Urgency.LATER),
    ("2026-03-10", "2026-03-16", 4, Urgency.LATER),
    ("2026-03-11", "2026-03-16", 3, Urgency.SOON),
    ("2026-03-13", "2026-03-16", 1, Urgency.SOON),
    ("2026-03-16", "2026-03-16", 0, Urgency.TODAY),
    ("2026-03-17", "2026-03-16", -1, Urgency.OVERDUE),
    ("2026-03-14", "2026-03-13", -1, Urgency.OVERDUE),  # a Saturday: no working day passed, yet it is overdue
    ("2026-09-24", "2026-09-28", 1, Urgency.SOON),  # the Mid-Autumn Festival and the week-end after it
    ("2026-09-19", "2026-09-21", 2, Urgency.SOON),  # a Sunday that is made up for
])
def test_working_days_are_counted_to_the_due_date(today: str, due: str, left: int, expected: Urgency) -> None:
    day, end = date.fromisoformat(today), date.fromisoformat(due)
    assert working_days_left(end, day, CALENDAR) == left
    assert urgency(left, end, day) is expected


def test_the_words_say_how_many_days() -> None:
    day = date(2026, 3, 16)
    assert words(-2, date(2026, 3, 12), day).params == {"days": 2}
    assert words(4, date(2026, 3, 20), day).params == {"days": 4}


def test_the_last_day_is_not_told_as_none_left() -> None:
    day = date(2026, 3, 16)
    assert words(0, day, day).params == {}


def test_ticked_and_typed_reasons_are_paragraphs_and_blanks_are_none() -> None:
    assert joined(["甲", " "], " 乙 ") == "甲\n乙"
    assert joined([], "  ") == ""


def test_common_reasons_are_offered_wherever_a_reason_is_required() -> None:
    assert set(COMMON_REASONS) == {"return", "reject", "suspend", "resume", "terminate"}

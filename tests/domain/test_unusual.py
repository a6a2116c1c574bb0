"""What is shown to a department as unusual (001 第十九条)."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ckanext.govshare.domain.unusual import KEPT_ADDRESSES, Pattern, at_night, proposals, shown_since

DAY = date(2026, 3, 2)
USUAL = Pattern(rows=3000, addresses=1, habit_days=10, habit_rows=30_000)


@pytest.mark.parametrize("pattern", [
    USUAL,
    replace(USUAL, rows=10_000, habit_rows=10),
    replace(USUAL, rows=15_000),
    Pattern(rows=5_000_000, addresses=1),
    replace(USUAL, addresses=3),
    replace(USUAL, night_calls=500, habit_night_calls=1),
    Pattern(night_calls=500),
], ids=["as ever", "few rows", "five times", "the first day", "three addresses", "always at night", "a first night"])
def test_nothing_is_said_of_ordinary_use(pattern: Pattern) -> None:
    assert proposals(pattern, DAY) == []


@pytest.mark.parametrize(("pattern", "words"), [
    (replace(USUAL, rows=15_001), "15001 rows"),
    (replace(USUAL, addresses=4), "4 addresses"),
    (replace(USUAL, addresses=KEPT_ADDRESSES), "20+ addresses"),
    (replace(USUAL, night_calls=21), "21 requests"),
])
def test_what_differs_from_the_holders_habit_is_named(pattern: Pattern, words: str) -> None:
    assert [words in str(text) and "2026-03-02" in str(text) for text in proposals(pattern, DAY)] == [True]


@pytest.mark.parametrize(("pattern", "params"), [
    (replace(USUAL, rows=16_000, habit_rows=25_004), {"day": "2026-03-02", "rows": 16_000, "times": 5, "mean": 2500}),
    (replace(USUAL, rows=10_001, habit_rows=10), {"day": "2026-03-02", "rows": 10_001, "times": 5, "mean": 1}),
    (replace(USUAL, addresses=19), {"day": "2026-03-02", "count": "19"}),
    (replace(USUAL, addresses=21), {"day": "2026-03-02", "count": "20+"}),
    (replace(USUAL, habit_days=1, night_calls=21), {"day": "2026-03-02", "count": 21})])
def test_what_is_unusual_is_told_in_numbers(pattern: Pattern, params: dict[str, object]) -> None:
    (message,) = proposals(pattern, DAY)
    assert message.params == params


def test_all_that_is_unusual_is_told() -> None:
    assert len(proposals(replace(USUAL, rows=50_000, addresses=9, night_calls=99), DAY)) == 3
    assert proposals(replace(USUAL, night_calls=20), DAY) == []


def test_a_saturday_is_still_shown_on_the_friday_after_it() -> None:
    assert shown_since(date(2026, 3, 6)) == date(2026, 2, 28)


@pytest.mark.parametrize(("hour", "night"), [(15, False), (16, True), (21, True), (22, False)])
def test_night_is_shanghais(hour: int, night: bool) -> None:
    assert at_night(datetime(2026, 3, 2, hour, tzinfo=UTC)) is night

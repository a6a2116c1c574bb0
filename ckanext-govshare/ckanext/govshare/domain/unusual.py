"""Use of a grant that is not like its holder's: shown to the department, which decides (ACC-5: 001 第十九条第三款).

A proposal and no more: nobody loses access because a rule of thumb says so. Pure.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ckanext.govshare.domain.calendar import SHANGHAI
from ckanext.govshare.domain.wording import Message

HABIT_DAYS = 30  # how far back a holder's habit is looked for
SHOWN_DAYS = 7  # today included: what happens at night or on a Saturday is seen on a working day
MANY_ROWS, TIMES = 10_000, 5
MANY_ADDRESSES = 3
MANY_NIGHT_CALLS = 20
KEPT_ADDRESSES = 20  # of a day: more than these say nothing new
_NIGHT_ENDS = 6  # o'clock in Shanghai; it begins at midnight, so that a night belongs to one day


@dataclass(frozen=True)
class Pattern:
    """A grant's use of one day beside its habit, which is of the days with a fetch among the HABIT_DAYS before it."""

    rows: int = 0
    addresses: int = 0
    night_calls: int = 0
    habit_days: int = 0
    habit_rows: int = 0
    habit_night_calls: int = 0


def at_night(now: datetime) -> bool:
    """Whether `now`, an aware time, is at night in Shanghai."""
    return now.astimezone(SHANGHAI).hour < _NIGHT_ENDS


def shown_since(today: date) -> date:
    """The first of the days whose unusual use is shown on `today`."""
    return today - timedelta(days=SHOWN_DAYS - 1)


def proposals(pattern: Pattern, day: date) -> list[Message]:
    """What is unusual in the use of `day`, a sentence each; a grant without habit is measured by its addresses alone."""
    found, named = [], day.isoformat()
    mean = pattern.habit_rows / pattern.habit_days if pattern.habit_days else None
    if mean is not None and pattern.rows > MANY_ROWS and pattern.rows > TIMES * mean:
        found.append(Message("{day}: {rows} rows were fetched, more than {times} times the {mean} of a usual day",
                             day=named, rows=pattern.rows, times=TIMES, mean=round(mean)))
    if pattern.addresses > MANY_ADDRESSES:
        count = f"{KEPT_ADDRESSES}+" if pattern.addresses >= KEPT_ADDRESSES else str(pattern.addresses)
        found.append(Message("{day}: requests came from {count} addresses", day=named, count=count))
    if pattern.habit_days and not pattern.habit_night_calls and pattern.night_calls > MANY_NIGHT_CALLS:
        found.append(Message("{day}: {count} requests came at night, and none at night in the days before",
                             day=named, count=pattern.night_calls))
    return found

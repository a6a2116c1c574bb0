"""How near a due date is, in the working days that its limit is counted in (ACC-4: 001 第二十七条). Pure."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from ckanext.govshare.domain.calendar import WORKED, Calendar
from ckanext.govshare.domain.wording import Message

_SOON = 3  # working days: when the department is first warned


class Urgency(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"


def working_days_left(due: date, today: date, calendar: Calendar) -> int:
    """Working days after `today` up to and with `due`; below zero for those that passed since, at least one if any day did."""
    if due < today:
        return -max(1, _worked(due, today, calendar))
    return _worked(today, due, calendar)


def _worked(start: date, end: date, calendar: Calendar) -> int:
    return sum(calendar.kind(day) in WORKED for day in _days_after(start, end))


def _days_after(start: date, end: date) -> Iterator[date]:
    return (start + timedelta(days=number) for number in range(1, (end - start).days + 1))


def urgency(left: int, due: date, today: date) -> Urgency:
    """How pressing a limit is with `left` working days."""
    if due < today:
        return Urgency.OVERDUE
    if left == 0:
        return Urgency.TODAY
    return Urgency.SOON if left <= _SOON else Urgency.LATER


def words(left: int, due: date, today: date) -> Message:
    """`left` as people say it."""
    match urgency(left, due, today):
        case Urgency.OVERDUE:
            return Message("Overdue by {days} working days", days=-left)
        case Urgency.TODAY:
            return Message("Due today")
    return Message("{days} working days left", days=left)

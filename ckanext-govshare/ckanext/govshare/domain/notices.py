"""Whom messages are for, and when people are told of days that come near (ACC-3 to ACC-6: 001 第二十七条).

Pure. A reminder is the last step of a plan whose moment has come: after a pause of the clock nobody gets the ones before it.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from ckanext.govshare.domain.calendar import SHANGHAI, WORKED, Calendar, Deadline, shanghai_date
from ckanext.govshare.domain.events import Event

_DAY = timedelta(days=1)
# People are told on the morning of a day, not at its midnight.
_MORNING = time(8, tzinfo=SHANGHAI)
REPLY_WARNINGS = (3, 1, 0)  # working days before a reply is due
END_WARNINGS = (30, 7, 1)  # days before a grant ends
CLOSE_OUT_WARNINGS = (10, 20)  # working days after the end was told: the agreement asks for the statement within ten
SIGNATURE_WARNINGS = (3, 10)  # days after the agreement was offered


class Audience(StrEnum):
    """Who is told, seen from the case."""

    PERSON = "person"  # applicant, holder or appellant
    ASSIGNEE = "assignee"
    HANDLERS = "handlers"  # editors and administrators of the department
    COMPETENT = "competent"


Told = tuple[tuple[Audience, str], ...]


@dataclass(frozen=True)
class DeadlineMissed(Event):
    """A limit passed without a decision (ACC-4); the competent department was told. `due` is an ISO date."""

    rule: str
    due: str


@dataclass(frozen=True)
class Step:
    """What is said from `at` on, until the next step's moment; `key` says so once for all."""

    key: str
    at: datetime
    told: Told


def step_at(steps: Sequence[Step], now: datetime) -> Step | None:
    """The step whose moment came last, or None before the first."""
    return max((step for step in steps if step.at <= now), key=lambda step: step.at, default=None)


def reply_steps(warned: Told, overdue: Told, deadline: Deadline, calendar: Calendar) -> list[Step]:
    """Warnings before a reply is due, and the report when it is overdue, of a limit of which somebody is warned."""
    if not warned:
        return []
    steps = []
    for left in REPLY_WARNINGS:
        day = _working_day_before(deadline.due, left, calendar)
        if day > deadline.start:
            told = tuple((audience, kind + ("_soon" if left else "_today")) for audience, kind in warned)
            steps.append(Step(f"due_in_{left}:{deadline.due}", datetime.combine(day, _MORNING), told))
    return [*steps, Step(f"{OVERDUE}:{deadline.due}", deadline.ends_at, overdue)]


OVERDUE = "overdue"


def grant_end_steps(ends_at: datetime, since: datetime) -> list[Step]:
    """Reminders before a grant ends; none whose moment was before `since`, when it was given."""
    last_day = last_day_of(ends_at)
    mornings = {days: datetime.combine(last_day - days * _DAY, _MORNING) for days in END_WARNINGS}
    return [Step(f"ends_in_{days}:{last_day}", at, ((Audience.PERSON, "grant_ends_soon"),))
            for days, at in mornings.items() if at > since]


def close_out_steps(asked_at: datetime, calendar: Calendar) -> list[Step]:
    """Reminders that a statement on the data is missing after the end; the last one goes to the department, too.

    Each comes on the morning after its working days are over: until then the statement is in time.
    """
    asked = shanghai_date(asked_at)
    first, last = (datetime.combine(_working_day_after(asked, days, calendar) + _DAY, _MORNING) for days in CLOSE_OUT_WARNINGS)
    person: Told = ((Audience.PERSON, "close_out_missing"),)
    return [Step(f"close_out_1:{asked}", first, person),
            Step(f"close_out_2:{asked}", last, (*person, (Audience.HANDLERS, "close_out_missing_report")))]


def unusual_step(day: date) -> Step:
    """What a department is told of unusual use on `day`, as soon as it is seen, and once."""
    return Step(f"unusual:{day}", datetime.combine(day, time(tzinfo=SHANGHAI)), ((Audience.HANDLERS, "grant_unusual"),))


def signature_steps(state: str, offered_at: datetime, replaces: str = "") -> list[Step]:
    """Reminders that an agreement awaits a signature, by its state. `replaces`: the one in force that it is to replace."""
    audience, kind = ((Audience.PERSON, "signature_missing") if state == "offered" else
                      (Audience.HANDLERS, "countersignature_missing"))
    told: Told = ((audience, kind + ("_again" if replaces else "")),)
    return [Step(f"{state}_{days}", datetime.combine(shanghai_date(offered_at) + days * _DAY, _MORNING), told)
            for days in SIGNATURE_WARNINGS]


def last_day_of(ends_at: datetime) -> date:
    """The last day, in Shanghai, of a period whose first moment outside is `ends_at`."""
    return shanghai_date(ends_at - timedelta(microseconds=1))


def _working_day_before(due: date, number: int, calendar: Calendar) -> date:
    day = due
    while number:
        day -= _DAY
        number -= calendar.kind(day) in WORKED
    return day


def _working_day_after(day: date, number: int, calendar: Calendar) -> date:
    while number:
        day += _DAY
        number -= calendar.kind(day) in WORKED
    return day

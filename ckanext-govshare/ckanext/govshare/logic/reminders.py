"""What the clock tells people: what is due or overdue, grants that end or are used unusually, what is missing.

All of it is derived from rows, and each notice is noted when it is given: however often the clock looks, and however long it
stood still, each is given once (design principle 7).
"""
from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ckanext.govshare import regulations
from ckanext.govshare.domain import countdown, notices, processes, unusual
from ckanext.govshare.domain.calendar import Deadline, shanghai_date
from ckanext.govshare.domain.notices import Step
from ckanext.govshare.logic.notices import give
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.repository import grant_lists
from ckanext.govshare.repository import notices as repository

log = logging.getLogger(__name__)

# Nobody is reminded of what ended longer ago: when the portal was away for so long, or moved here with its history.
_LONG_AGO = timedelta(days=90)


@dataclass(frozen=True)
class Waiting:
    """A notice whose moment has come. `deadline`: the due date that it speaks of, if it speaks of one."""

    kind: str
    case_id: str
    step: Step
    params: Mapping[str, Any] = field(default_factory=dict)
    deadline: Deadline | None = None


def remind(now: datetime) -> int:
    """Give every notice whose moment has come and that was not given before; how many. Commits each by itself.

    What goes wrong with one case is logged, and tried again at the next turn.
    """
    waiting = [*_replies(now), *_ends(now), *_statements(now), *_signatures(now), *_unusual(now)]
    given = {(kind, *row) for kind in {one.kind for one in waiting}
             for row in repository.given(kind, [one.case_id for one in waiting if one.kind == kind])}
    return sum(_give_logged(one, now) for one in waiting if (one.kind, one.case_id, one.step.key) not in given)


def _replies(now: datetime) -> Iterator[Waiting]:
    known = regulations.calendar()
    for kind in processes.watched():
        for case_id, deadline in repository.running_deadlines(kind).items():
            step = notices.step_at(processes.reply_steps(kind, deadline, known), now)
            if step:
                left = countdown.working_days_left(deadline.due, shanghai_date(now), known)
                yield Waiting(kind, case_id, step, {"due": deadline.due.isoformat(), "days": left}, deadline)


def _ends(now: datetime) -> Iterator[Waiting]:
    for case, ends_at, since in repository.ending_grants(now, now + timedelta(days=max(notices.END_WARNINGS) + 1)):
        step = notices.step_at(notices.grant_end_steps(ends_at, since), now)
        if step:
            left = (notices.last_day_of(ends_at) - shanghai_date(now)).days
            yield Waiting(case.kind, case.id, step, {"days": left})


def _statements(now: datetime) -> Iterator[Waiting]:
    known = regulations.calendar()
    # The holder was asked for the statement when the end was recorded, which a stopped worker does late.
    for case, recorded_at in repository.unclosed_grants(now - _LONG_AGO):
        step = notices.step_at(notices.close_out_steps(recorded_at, known), now)
        if step and case.ends_at:
            last_day = min(notices.last_day_of(case.ends_at), shanghai_date(recorded_at))
            yield Waiting(case.kind, case.id, step, {"last_day": last_day.isoformat()})


def _signatures(now: datetime) -> Iterator[Waiting]:
    for case, state, offered_at, replaces in repository.unsigned_agreements(now):
        step = notices.step_at(notices.signature_steps(state, offered_at, replaces), now)
        if step:
            yield Waiting(case.kind, case.id, step)


def _unusual(now: datetime) -> Iterator[Waiting]:
    since = unusual.shown_since(shanghai_date(now))
    for grant_id, days in grant_lists.patterns(grant_lists.much_used(None, since), since).items():
        for day, pattern in days:
            if unusual.proposals(pattern, day):
                yield Waiting("grants", grant_id, notices.unusual_step(day), {"day": day.isoformat()})


def _give_logged(waiting: Waiting, now: datetime) -> bool:
    try:
        with transaction():
            return give(waiting.kind, waiting.case_id, waiting.step, now, waiting.deadline, **waiting.params)
    except Exception:
        log.exception("Notice %s of %s %s failed; it is tried again", waiting.step.key, waiting.kind, waiting.case_id)
        return False

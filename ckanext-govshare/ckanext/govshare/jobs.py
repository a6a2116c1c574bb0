"""What runs in the job worker. Each job is idempotent and derives its work from rows (design principle 7)."""
from __future__ import annotations

import logging

from ckanext.govshare import clock, regulations, subscriptions
from ckanext.govshare.domain import calendar, events
from ckanext.govshare.logic import agreements, applications, attachment_files, grants, reminders
from ckanext.govshare.logic.datafiles import sweep
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.repository import catalog as entries
from ckanext.govshare.repository import deadlines, notices
from ckanext.govshare.repository.cases import KINDS

log = logging.getLogger(__name__)

SYSTEM = "system"


def drain_outbox() -> None:
    """Deliver the side effects that are due."""
    subscriptions.deliver_due()


def recompute_deadlines() -> int:
    """Compute provisional due dates again; each that the arrived calendar settles or moves is recorded. How many were."""
    known = regulations.calendar()
    changed = 0
    with transaction():
        for row in deadlines.provisional():
            new = calendar.recompute(row["computed"], known)
            if new is None:
                continue
            before = row["computed"].due.isoformat()
            deadlines.save(row["case_kind"], row["case_id"], new)
            record(_case(row["case_kind"], row["case_id"]), events.DeadlineRecomputed(
                new.rule, before, new.due.isoformat(), new.provisional, new.calendar_version), SYSTEM, clock.now())
            changed += 1
    return changed


def deem() -> int:
    """Consent by silence, where the profile of an application says so and its limit has passed; how many."""
    return applications.deem_overdue(clock.now())


def expire() -> int:
    """Record that agreed periods are over, of grants and of agreements; access ended by itself. How many."""
    now = clock.now()
    return grants.expire_due(now) + agreements.lapse_due(now)


def remind() -> int:
    """Give the reminders and reports whose moment has come; how many."""
    return reminders.remind(clock.now())


def _case(kind: str, case_id: str) -> Case:
    found = notices.case(kind, case_id) if kind in KINDS else entries.get(case_id)
    return Case(kind, case_id, found.department if found else "")


def sweep_files() -> None:
    """Remove bytes and tables that nobody needs."""
    sweep.sweep()
    attachment_files.sweep()


def warn_of_ending_regulations() -> None:
    """Tell the operator's log of texts in force here that end soon or have ended."""
    for message in regulations.warnings():
        log.warning("%s", message)

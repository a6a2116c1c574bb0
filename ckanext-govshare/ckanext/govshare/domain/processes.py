"""All kinds of cases, by their names in histories: what is asked of whichever there are is asked here. Pure."""
from __future__ import annotations

from typing import Any

from ckanext.govshare.domain import agreements, appeals, applications, catalog, grants
from ckanext.govshare.domain.calendar import Calendar, Deadline
from ckanext.govshare.domain.cases import Limit, Process
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.grant_events import GrantExpired, GrantTerminated
from ckanext.govshare.domain.notices import Audience, Step, Told
from ckanext.govshare.domain.notices import reply_steps as steps_of

PROCESSES: dict[str, Process[Any, Any, Any]] = {
    "applications": applications.PROCESS, "agreements": agreements.PROCESS, "grants": grants.PROCESS,
    "appeals": appeals.PROCESS, "catalog": catalog.PROCESS,
}

# Said by another message of the same moment, or no step that anybody waits for.
SILENT = frozenset({
    "application_saved", "application_overturned", "attachment_added", "attachment_removed", "entry_form_changed",
    "agreement_countersigned", "agreement_replaced", "agreement_terminated", "agreement_reinstated", "agreement_lapsed",
    "agreement_template_changed",
    "grant_opened", "grant_activated", "grant_agreement_replaced", "deadline_missed",
})


def watched() -> dict[str, Limit[Any]]:
    """The limits of which people are warned, by the kind of case."""
    return {kind: process.limit for kind, process in PROCESSES.items() if process.limit and process.limit.warned}


def on_event() -> dict[str, Told]:
    """Who is told what, by the name of the event."""
    return {name: told for process in PROCESSES.values() for name, told in process.told.items()}


def of_event(event: Event, replaces: str = "") -> Told:
    """Who is told what of `event`. `replaces`: the agreement whose place an offered one is to take, empty for none."""
    match event:  # what never left pending_agreement never gave access
        case GrantExpired(before="pending_agreement"):
            return ((Audience.PERSON, "grant_expired_unsigned"),)
        case GrantExpired(renewed_by=later) if later:
            return ((Audience.PERSON, "grant_continued"),)
        case GrantTerminated(before="pending_agreement"):
            return ((Audience.PERSON, "grant_terminated_unsigned"), (Audience.COMPETENT, "grant_terminated_report"))
        case Event(name="agreement_offered") if replaces:
            return ((Audience.PERSON, "agreement_to_sign_again"),)
    return on_event().get(event.name, ())


def reply_steps(kind: str, deadline: Deadline, calendar: Calendar) -> list[Step]:
    """Warnings before a reply is due in a case of the kind, and the report when it is overdue; none where nobody is warned."""
    limit = watched().get(kind)
    return steps_of(limit.warned, limit.overdue, deadline, calendar) if limit else []

"""Applications as actions show them: who, which data, where it stands, and what the caller may do now."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ckanext.govshare import clock
from ckanext.govshare.domain import applications, reading
from ckanext.govshare.domain.application_events import ApplicationWithdrawn
from ckanext.govshare.domain.applications import Application, Part
from ckanext.govshare.domain.calendar import Deadline
from ckanext.govshare.domain.reading import Matter
from ckanext.govshare.logic import named
from ckanext.govshare.logic.cases import history
from ckanext.govshare.repository import applications as repository
from ckanext.govshare.repository import attachments, deadlines, trace

CASE = "applications"
# Who sees what the applicant changes after a return.
_WRITING = frozenset({Part.APPLICANT, Part.SYSTEM})


def moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def short(application: Application, running: Deadline | None, followers: Mapping[str, str]) -> dict[str, Any]:
    """An application in a list, without what the applicant wrote."""
    return {
        "id": application.id,
        "dataset": named.dataset(application.entry_id), "organization": named.organization(application.department),
        "state": application.state.value, "renews": application.renews, "assignee": named.account(application.assignee),
        "created_at": moment(application.created_at), "submitted_at": moment(application.submitted_at),
        "decided_at": moment(application.decided_at), "deadline": running.as_dict() if running else None,
        "overdue": bool(running and running.is_overdue(clock.now())),
        "agreement_id": followers.get("agreement_id"), "grant_id": followers.get("grant_id"),
        "appeal": followers.get("appeal"),
    }


def personal(application: Application, own: bool) -> dict[str, Any]:
    """Who applies, as lists show it to whoever may read the application; `own`: to the applicant."""
    form = application.form if own else application.submitted_form
    return {"applicant": named.account(application.applicant), "applicant_name": form.applicant_name,
            "applicant_kind": form.applicant_kind, "period_start": form.period_start, "period_end": form.period_end}


def page(found: list[Application], readable: bool, own: bool) -> list[dict[str, Any]]:
    """Applications in a list; `readable`: the caller may know who applies and who works on it, `own`: as the applicant."""
    ids = [application.id for application in found]
    running, followers = deadlines.running(CASE, ids), repository.followers(ids)
    return [short(one, running.get(one.id), followers.get(one.id, {})) | (personal(one, own) if readable else {})
            | ({"assignee": None} if own or not readable else {}) for one in found]


def whole(application: Application, held: frozenset[Part], actor: str) -> dict[str, Any]:
    """All that somebody of the parts `held` sees of an application."""
    followers = repository.followers([application.id]).get(application.id, {})
    running = deadlines.running(CASE, [application.id]).get(application.id)
    readable, handling = reading.reads(Matter.WORDS, held), reading.reads(Matter.STAFF, held)
    own = bool(_WRITING & held)
    return {
        **short(application, running, followers),
        # Which of its clerks works on a case is the department's affair.
        "assignee": named.account(application.assignee) if handling else None,
        "applicant": named.account(application.applicant) if readable else None,
        **_content(application, readable, own),
        "attachments": attachments.as_dicts(CASE, application.id, None if own else application.submitted_at) if readable else [],
        "commands": [command.value for command in applications.PROCESS.allowed(application, held, actor)],
        "history": history.shown(
            trace.events(CASE, application.id), held, {application.applicant}, lambda row: _words(application, row)),
    }


def _content(application: Application, readable: bool, own: bool) -> dict[str, Any]:
    """What was written; what the applicant changes after a return is the applicant's alone until it is handed in again."""
    if not readable:
        return {"form": None, "questions": [], "terms": None, "decision": None, "reason": ""}
    return repository.plain(application if own else replace(application, form=application.submitted_form))


def _words(application: Application, row: Mapping[str, Any]) -> str:
    """What was said at a step; what the applicant wrote is in the case and not in the history."""
    return application.reason if row["name"] == ApplicationWithdrawn.name else row["payload"].get("reason", "")

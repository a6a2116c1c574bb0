"""Applications as actions show them: who, which data, where it stands, and what the caller may do now."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ckanext.govshare.display import case_rows
from ckanext.govshare.display.case_rows import moment
from ckanext.govshare.domain import reading
from ckanext.govshare.domain.application_events import ApplicationWithdrawn
from ckanext.govshare.domain.applications import Application, Part
from ckanext.govshare.domain.reading import Matter
from ckanext.govshare.logic import named
from ckanext.govshare.logic.applications import MACHINE
from ckanext.govshare.repository import applications as repository
from ckanext.govshare.repository import attachments

# Who sees what the applicant changes after a return.
_WRITING = frozenset({Part.APPLICANT, Part.SYSTEM})


def _own(application: Application, followers: Mapping[str, str]) -> dict[str, Any]:
    """What a list tells of an application beside what every kind of case has, without what the applicant wrote."""
    return {
        "renews": application.renews, "assignee": named.account(application.assignee),
        "created_at": moment(application.created_at), "submitted_at": moment(application.submitted_at),
        "decided_at": moment(application.decided_at),
        **{name: followers.get(name) for name in ("agreement_id", "grant_id", "appeal")},
    }


def personal(application: Application, own: bool) -> dict[str, Any]:
    """Who applies, as lists show it to whoever may read the application; `own`: to the applicant."""
    form = application.form if own else application.submitted_form
    return {"applicant": named.account(application.applicant), "applicant_name": form.applicant_name,
            "applicant_kind": form.applicant_kind, "period_start": form.period_start, "period_end": form.period_end}


def page(found: list[Application], readable: bool, own: bool) -> list[dict[str, Any]]:
    """Applications in a list; `readable`: the caller may know who applies and who works on it, `own`: as the applicant."""
    followers = repository.followers([application.id for application in found])
    return [row | _own(one, followers.get(one.id, {})) | (personal(one, own) if readable else {})
            | ({"assignee": None} if own or not readable else {})
            for one, row in zip(found, case_rows.rows(MACHINE, found), strict=True)]


def whole(application: Application, held: frozenset[Part], actor: str) -> dict[str, Any]:
    """All that somebody of the parts `held` sees of an application."""
    readable, handling = reading.reads(Matter.WORDS, held), reading.reads(Matter.STAFF, held)
    own = bool(_WRITING & held)
    return {
        **page([application], readable=False, own=own)[0],
        # Which of its clerks works on a case is the department's affair.
        "assignee": named.account(application.assignee) if handling else None,
        "applicant": named.account(application.applicant) if readable else None,
        **_content(application, readable, own),
        "attachments": attachments.as_dicts(
            MACHINE.kind, application.id, None if own else application.submitted_at) if readable else [],
        **case_rows.steps(MACHINE, application, held, actor, words=lambda row: _words(application, row)),
    }


def _content(application: Application, readable: bool, own: bool) -> dict[str, Any]:
    """What was written; what the applicant changes after a return is the applicant's alone until it is handed in again."""
    if not readable:
        return {"form": None, "questions": [], "terms": None, "decision": None, "reason": ""}
    return repository.plain(application if own else replace(application, form=application.submitted_form))


def _words(application: Application, row: Mapping[str, Any]) -> str:
    """What was said at a step; what the applicant wrote is in the case and not in the history."""
    return application.reason if row["name"] == ApplicationWithdrawn.name else row["payload"].get("reason", "")

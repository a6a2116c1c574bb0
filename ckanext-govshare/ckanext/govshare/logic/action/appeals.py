"""Appeals to the competent department: thin actions over `domain.appeals` (ACC-6)."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.domain import appeals
from ckanext.govshare.domain.appeals import Appeal, Command, Kind, State
from ckanext.govshare.domain.calendar import Deadline
from ckanext.govshare.domain.reading import Matter, reads
from ckanext.govshare.logic import appeals as logic
from ckanext.govshare.logic import named, parts, roles
from ckanext.govshare.logic.cases import history as steps
from ckanext.govshare.logic.schema import appeals as schema
from ckanext.govshare.repository import appeals as repository
from ckanext.govshare.repository import deadlines, departments
from ckanext.govshare.repository import trace as history

__all__ = [
    "govshare_appeal_decide", "govshare_appeal_file", "govshare_appeal_list", "govshare_appeal_show",
    "govshare_appeal_withdraw",
]

_DECISIONS = {State.UPHELD.value: Command.UPHOLD, State.OVERTURNED.value: Command.OVERTURN}


@validate(schema.appeal_file)
def govshare_appeal_file(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a refusal, a suspension or a termination to the competent department.

    :param application_id: the refused application, or
    :param grant_id: the suspended or terminated grant: exactly one of the two
    :param reason: why the decision is wrong, at most 5,000 characters
    :returns: ``id`` and ``state`` of the appeal
    :raises NotFound: also for cases that the caller may not know of
    :raises NotAuthorized: the caller is not the applicant
    :raises ValidationError: ``state`` where nothing can be appealed against now, else the fields that are missing or wrong
    """
    kind, subject_id = _subject(data_dict)
    logic.visible_subject(context, kind, subject_id)
    tk.check_access("govshare_appeal_file", context, {"kind": kind, "id": subject_id})
    return _brief(logic.file(context, kind, subject_id, data_dict["reason"]))


def _subject(data_dict: DataDict) -> tuple[Kind, str]:
    given = [(kind, data_dict[f"{kind}_id"]) for kind in Kind if data_dict[f"{kind}_id"]]
    if len(given) != 1:
        message = tk._("Give either application_id or grant_id")
        raise tk.ValidationError({"application_id": [message], "grant_id": [message]})
    return given[0]


@validate(schema.appeal_decide)
def govshare_appeal_decide(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Decide an appeal; overturning acts on the case at once.

    :param id: of the appeal
    :param outcome: upheld (the department's decision stands) or overturned
    :param reason: of the decision, at most 5,000 characters
    :returns: ``id`` and the new ``state``
    :raises NotFound: also for appeals that the caller may not know of
    :raises NotAuthorized: the caller is not of the competent department, or took part in the case
    :raises ValidationError: ``state`` where it is decided already, or the fields that are missing or wrong
    """
    return _command(context, data_dict, "decide", _DECISIONS[data_dict["outcome"]], data_dict["reason"])


@validate(schema.appeal_ref)
def govshare_appeal_withdraw(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take an appeal back that is not decided; answers and errors as those of govshare_appeal_decide."""
    return _command(context, data_dict, "withdraw", Command.WITHDRAW)


def _command(context: Context, data_dict: DataDict, action: str, command: Command, reason: str = "") -> dict[str, Any]:
    found = logic.visible(context, data_dict["id"])
    tk.check_access(f"govshare_appeal_{action}", context, {"id": found.id})
    return _brief(logic.give(context, found.id, command, reason))


def _brief(appeal: Appeal) -> dict[str, Any]:
    return {"id": appeal.id, "state": appeal.state.value}


@tk.side_effect_free
@validate(schema.appeal_ref)
def govshare_appeal_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One appeal: the decision that it is about, where it stands, and what the caller may do now.

    ``against`` is rejection, suspension or termination; ``decision`` the ``reason`` that the department gave
    and the ``state`` in which its case is now; ``deadline`` the due date of
    a running appeal; ``remedy`` what overturning did (approve, resume, reinstate, none). The operator gets no texts and no
    names of people.

    :param id: of the appeal
    :raises NotFound: also for callers who have no part in it
    """
    found = logic.visible(context, data_dict["id"])
    tk.check_access("govshare_appeal_show", context, {"id": found.id})
    held = parts.of(context, found.department, found.appellant)
    subject, user = logic.subject_of(found), roles.user_of(context)
    events = history.events(logic.CASE, found.id)
    shown = _row(found, deadlines.running(logic.CASE, [found.id]).get(found.id)) | {
        "commands": [command.value for command in appeals.PROCESS.allowed(found, held, user.id if user else "", subject)],
        "remedy": next((row["payload"]["remedy"] for row in events if "remedy" in row["payload"]), None),
        "decision": {"state": subject.state, "reason": repository.decision_reason(found)},
        "history": steps.shown(events, held, {found.appellant}),
    }
    return shown if reads(Matter.WORDS, held) else _without_words(shown)


def _without_words(shown: dict[str, Any]) -> dict[str, Any]:
    return shown | {
        "appellant": None, "reason": "", "decision_reason": "", "decision": {**shown["decision"], "reason": ""}}


def _row(appeal: Appeal, deadline: Deadline | None) -> dict[str, Any]:
    is_grant = appeal.subject_kind is Kind.GRANT
    return {
        "id": appeal.id, "against": appeal.against.value, "state": appeal.state.value,
        "application_id": None if is_grant else appeal.subject_id, "grant_id": appeal.subject_id if is_grant else None,
        "dataset": named.dataset(appeal.entry_id), "organization": named.organization(appeal.department),
        "appellant": named.person(appeal.appellant), "reason": appeal.reason, "decision_reason": appeal.decision_reason,
        "filed_at": appeal.filed_at.isoformat(), "decided_at": appeal.decided_at.isoformat() if appeal.decided_at else None,
        "deadline": deadline.as_dict() if deadline else None,
        "overdue": bool(deadline and deadline.is_overdue(clock.now())),
    }


@tk.side_effect_free
@validate(schema.appeal_list)
def govshare_appeal_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Appeals as govshare_appeal_show has them, without history and commands; open ones oldest first where one state is asked.

    :param role: appellant (the caller's own, the default), department (on decisions of the caller's departments) or
        competent (all)
    :param state: filed, upheld, overturned or withdrawn (optional)
    :param organization: name or id of the department that decided (optional)
    :param q: part of the entry's title (optional)
    :param offset, limit: paging; at most 100 a page
    :returns: ``count`` and ``results``
    :raises NotAuthorized: the list is not the caller's
    """
    tk.check_access("govshare_appeal_list", context, data_dict)
    user = roles.user_of(context)
    own, user_id = (list(roles.capacities(user)), user.id) if user else ([], "")
    state = data_dict.get("state")
    count, found = repository.search(
        _departments(data_dict, own), user_id if data_dict["role"] == "appellant" else None,
        [state] if state else [known.value for known in State], data_dict["q"], data_dict["offset"], data_dict["limit"],
        oldest_first=state == State.FILED)
    running = deadlines.running(logic.CASE, [appeal.id for appeal in found])
    rows = [_row(appeal, running.get(appeal.id)) for appeal in found]
    if user and user.sysadmin and data_dict["role"] != "appellant":
        rows = [row | {"appellant": None, "reason": "", "decision_reason": ""} for row in rows]
    return {"count": count, "results": rows}


def _departments(data_dict: DataDict, own: Sequence[str]) -> list[str] | None:
    """The departments to list for; None: all."""
    scope = own if data_dict["role"] == "department" else None
    if not data_dict.get("organization"):
        return None if scope is None else list(scope)
    group = departments.find(data_dict["organization"])
    return [group.id] if group and (scope is None or group.id in scope) else []

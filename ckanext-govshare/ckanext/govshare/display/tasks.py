"""What the department's pages ask for: how near a due date is, and the words that handlers are offered."""
from __future__ import annotations

from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govshare import clock, regulations
from ckanext.govshare.domain import countdown
from ckanext.govshare.domain.calendar import shanghai_date
from ckanext.govshare.domain.common_reasons import COMMON_REASONS
from ckanext.govshare.logic.schema.applications import REPLIES
from ckanext.govshare.logic.wording import translate
from ckanext.govshare.repository import tasks


def gs_countdown(deadline: dict[str, Any] | None) -> dict[str, Any] | None:
    """Working days to a due date: `left`, `urgency` (overdue, today, soon, later) and `text`; None where none runs."""
    if not deadline:
        return None
    due, today = date.fromisoformat(str(deadline["due"])[:10]), shanghai_date(clock.now())
    left = countdown.working_days_left(due, today, regulations.calendar())
    return {"left": left, "urgency": countdown.urgency(left, due, today).value,
            "text": translate(countdown.words(left, due, today))}


def gs_reasons(command: str, department: str) -> list[dict[str, str]]:
    """The reasons offered for a command: `title` and `text`, the department's own canned replies first."""
    own = _ask("govshare_canned_reply_list", organization=department, command=command) if command in REPLIES else []
    common = [translate(message) for message in COMMON_REASONS.get(command, ())]
    return [{"title": reply["title"], "text": reply["text"]} for reply in own] + [
        {"title": "", "text": text} for text in common]


def gs_application_form(dataset_id: str) -> dict[str, Any]:
    """What an entry asks beyond the common form, and what it grants by default; empty where the caller may not know."""
    return _ask("govshare_entry_form_show", dataset_id=dataset_id) or {}


def gs_handlers(departments: list[str]) -> list[dict[str, str]]:
    """Who may be given a case of `departments` (ids): `id`, `name` and `display_name`."""
    return [{"id": row["id"], "name": row["name"], "display_name": row["fullname"] or row["name"]}
            for row in tasks.handlers(departments)]


def _ask(action: str, **data: Any) -> Any:
    """The answer of an action in the caller's name; an empty list where the caller may not ask."""
    try:
        return tk.get_action(action)({"user": tk.g.user, "auth_user_obj": tk.g.userobj}, data)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return []

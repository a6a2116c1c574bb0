"""What the pages of applications, agreements, grants and appeals share."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page
from ckan.types import Context
from werkzeug.wrappers import Response

from ckanext.govshare.views import paging


def context() -> Context:
    """The caller, for an action."""
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)


def log_in_first() -> Response | None:
    """Cases belong to people with an account; who has logged in comes back to the same page."""
    if tk.current_user.is_authenticated:
        return None
    # The full path keeps the question mark's part. A form that was sent is not sent again.
    return tk.redirect_to("user.login", next=tk.request.full_path.rstrip("?") if tk.request.method == "GET" else "/")


def show(action: str, case_id: str) -> dict[str, Any]:
    """The case, or the page for what does not exist: forbidden and absent are not told apart (ADR 041)."""
    found = find(action, case_id)
    return found if found is not None else tk.abort(404)


def find(action: str, case_id: str) -> dict[str, Any] | None:
    """The case as the caller may see it, None where they may not or there is none."""
    try:
        found: dict[str, Any] = tk.get_action(action)(context(), {"id": case_id})
    except (tk.ObjectNotFound, tk.NotAuthorized, tk.ValidationError):  # the last: nothing could have this id
        return None
    return found


def is_own(person: Mapping[str, Any] | None) -> bool:
    """Whether a case's person is the caller; None where the caller may not know who it is."""
    return person is not None and bool(person["name"] == tk.current_user.name)


def page_of(action: str, endpoint: str, role: str, **filters: str) -> Page:
    """One page of a list action; filters left blank are not sent."""
    chosen = {name: value for name, value in filters.items() if value}
    number = paging.number()
    found = tk.get_action(action)(context(), {**chosen, "role": role, **paging.span(number)})
    return paging.paged(found, number, endpoint, chosen)


def sentences(errors: Mapping[str, Any]) -> str:
    """All that is wrong in one text."""
    lists = (texts if isinstance(texts, list) else [texts] for texts in errors.values())
    return " ".join(str(text) for texts in lists for text in texts)


def refused(error: Exception) -> str:
    """Why a command was not carried out, for a message on the page that follows."""
    if isinstance(error, tk.ValidationError):
        return sentences(error.error_dict)
    return str(getattr(error, "message", "") or tk._("You may not do this with this case."))

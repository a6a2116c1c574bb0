"""Pages of the review: the clerk's list, the competent department's queue, one entry, and its commands."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page
from flask import Blueprint
from werkzeug.wrappers import Response

from ckanext.govshare.domain.catalog import State
from ckanext.govshare.views import paging

blueprint = Blueprint("govshare_catalog", __name__, url_prefix="/entry")

# The words of a command that a form sends, beside the entry's id.
WORDS: Mapping[str, tuple[str, ...]] = {
    "submit": ("narrowing_basis",), "withdraw": (), "approve": ("reason",), "return": ("reason",), "discard": (),
}
TABS = (State.DRAFT, State.RETURNED, State.SUBMITTED, State.APPROVED)


def _context() -> dict[str, Any]:
    return {"user": tk.current_user.name, "auth_user_obj": tk.current_user}


def _done(command: str) -> str:
    return {
        "submit": tk._("Submitted to the competent department for review."),
        "withdraw": tk._("Withdrawn. The entry is a draft again, and you can go on editing it."),
        "approve": tk._("Approved. The entry is published with this version."),
        "return": tk._("Returned to the department with your reasons."),
        "discard": tk._("The draft was discarded."),
    }[command]


@blueprint.before_request
def log_in_first() -> Response | None:
    """Nobody but people with an account has anything to do here."""
    if tk.current_user.is_authenticated:
        return None
    # The full path keeps the question mark's part, so that a filtered list comes back as it was.
    return tk.redirect_to("user.login", next=tk.request.full_path.rstrip("?"))


def _page_of(action: str, endpoint: str, **filters: str) -> Page:
    """One page of a list action; filters left blank are not sent."""
    chosen = {name: value for name, value in filters.items() if value}
    number = paging.number()
    found = tk.get_action(action)(_context(), {**chosen, **paging.span(number)})
    return paging.paged(found, number, f"govshare_catalog.{endpoint}", chosen)


def index() -> str | tuple[str, int]:
    """The clerk's list: entries of the caller's departments, newest change first."""
    state = tk.request.args.get("state", "")
    q = tk.request.args.get("q", "").strip()
    if state not in TABS:
        state = ""
    try:
        page = _page_of("govshare_entry_list", "index", state=state, q=q)
    except tk.NotAuthorized:
        return tk.render("govshare/catalog/no_department.html"), 403
    return tk.render("govshare/catalog/index.html", {"page": page, "state": state, "q": q, "tabs": TABS})


def queue() -> str:
    """The competent department's queue, oldest submission first. For everybody else it does not exist."""
    organization = tk.request.args.get("organization", "").strip()
    try:
        page = _page_of("govshare_entry_queue", "queue", organization=organization)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return tk.abort(404)
    return tk.render("govshare/catalog/queue.html", {"page": page, "organization": organization})


def _show(entry_id: str) -> dict[str, Any]:
    """The entry, or the page for what does not exist: the two are not told apart."""
    try:
        entry: dict[str, Any] = tk.get_action("govshare_entry_show")(_context(), {"id": entry_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return tk.abort(404)
    return entry


def _review_page(entry: dict[str, Any], errors: Mapping[str, Any], words: Mapping[str, str], command: str) -> str:
    return tk.render("govshare/catalog/read.html", {"entry": entry, "errors": errors, "words": words, "command": command})


def read(entry_id: str) -> str:
    """The review's page of one entry."""
    return _review_page(_show(entry_id), {}, {}, "")


def give(entry_id: str, command: str) -> Response | tuple[str, int]:
    """Carry out one command of the review.

    command: one of WORDS. What is wrong with the words is shown beside them, with status 422; a refusal says why on the
    entry's page.
    """
    if command not in WORDS:
        return tk.abort(404)
    words = {name: tk.request.form.get(name, "") for name in WORDS[command]}
    try:
        tk.get_action(f"govshare_entry_{command}")(_context(), {"id": entry_id, **words})
    except tk.ValidationError as error:
        return _review_page(_show(entry_id), error.error_dict, words, command), 422
    except tk.ObjectNotFound:
        return tk.abort(404)
    except tk.NotAuthorized as error:
        _show(entry_id)
        tk.h.flash_error(error.message or tk._("You may not do this with this entry."))
        return tk.redirect_to("govshare_catalog.read", entry_id=entry_id)
    tk.h.flash_success(_done(command))
    return tk.redirect_to(*_next(entry_id))


def _next(entry_id: str) -> tuple[str, ...]:
    """Where to go after a command: a discarded draft that was never published has no page any more."""
    try:
        tk.get_action("govshare_entry_show")(_context(), {"id": entry_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return (tk.url_for("govshare_catalog.index"),)
    return (tk.url_for("govshare_catalog.read", entry_id=entry_id),)


ROUTES: tuple[tuple[str, str, Callable[..., Any], list[str]], ...] = (
    ("/", "index", index, ["GET"]),
    ("/queue", "queue", queue, ["GET"]),
    ("/<entry_id>", "read", read, ["GET"]),
    ("/<entry_id>/<command>", "give", give, ["POST"]),
)
for rule, endpoint, view, methods in ROUTES:
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)

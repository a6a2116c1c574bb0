"""Pages of appeals: the appellant's, those of the department that decided, and the competent department's queue (ACC-6)."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from werkzeug.wrappers import Response

from ckanext.govshare.domain.appeals import State
from ckanext.govshare.views import case_pages as pages

blueprint = Blueprint("govshare_appeals", __name__, url_prefix="/appeal")
blueprint.before_request(pages.log_in_first)

# By the word in the address: the action, and the words that its form sends.
COMMANDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "decide": ("govshare_appeal_decide", ("outcome", "reason")),
    "withdraw": ("govshare_appeal_withdraw", ()),
}


def _done(state: str) -> str:
    return {
        "upheld": tk._("The decision is upheld. The appellant and the department were told your reasons."),
        "overturned": tk._("The decision is overturned, and what follows from it was carried out on the case at once."),
        "withdrawn": tk._("The appeal is withdrawn; the department's decision stands."),
    }[state]


def _list(role: str, endpoint: str) -> str:
    """One of the three lists; for whoever it is not theirs it does not exist."""
    state, q = tk.request.args.get("state", ""), tk.request.args.get("q", "").strip()[:200]
    state = state if state in list(State) else ""
    try:
        page = pages.page_of("govshare_appeal_list", f"govshare_appeals.{endpoint}", role, state=state, q=q)
    except tk.NotAuthorized:
        return tk.abort(404)
    return tk.render("govshare/appeals/index.html", {
        "page": page, "role": role, "endpoint": f"govshare_appeals.{endpoint}", "state": state, "q": q, "tabs": list(State)})


def mine() -> str:
    """The caller's own appeals."""
    return _list("appellant", "mine")


def department() -> str:
    """Appeals against decisions of the caller's departments."""
    return _list("department", "department")


def queue() -> str:
    """All appeals, for the competent department."""
    return _list("competent", "queue")


def read(appeal_id: str) -> str:
    """One appeal, for everybody who has a part in it."""
    return _page(_show(appeal_id), {}, {})


def _show(appeal_id: str) -> dict[str, Any]:
    return pages.show("govshare_appeal_show", appeal_id)


def _page(appeal: Mapping[str, Any], errors: Mapping[str, Any], words: Mapping[str, str]) -> str:
    return tk.render("govshare/appeals/read.html", {
        "appeal": appeal, "errors": errors, "words": words, "own": pages.is_own(appeal["appellant"])})


def give(appeal_id: str, command: str) -> Response | tuple[str, int]:
    """Carry out one of COMMANDS. What is wrong with the words is shown beside them, with status 422."""
    if command not in COMMANDS:
        return tk.abort(404)
    action, names = COMMANDS[command]
    words = {name: tk.request.form.get(name, "").strip() for name in names}
    try:
        after = tk.get_action(action)(pages.context(), {"id": appeal_id, **words})
    except tk.ValidationError as error:
        return _page(_show(appeal_id), error.error_dict, words), 422
    except tk.ObjectNotFound:
        return tk.abort(404)
    except tk.NotAuthorized as error:
        tk.h.flash_error(pages.refused(error))
        return tk.redirect_to("govshare_appeals.read", appeal_id=appeal_id)
    tk.h.flash_success(_done(after["state"]))
    return tk.redirect_to("govshare_appeals.read", appeal_id=appeal_id)


ROUTES: tuple[tuple[str, str, Callable[..., Any], list[str]], ...] = (
    ("/", "mine", mine, ["GET"]),
    ("/department", "department", department, ["GET"]),
    ("/queue", "queue", queue, ["GET"]),
    ("/<appeal_id>", "read", read, ["GET"]),
    ("/<appeal_id>/<command>", "give", give, ["POST"]),
)
for rule, endpoint, view, methods in ROUTES:
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)

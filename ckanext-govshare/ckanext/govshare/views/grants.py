"""Pages of whoever was granted conditional data: what may be fetched, until when, how, and how much was so far (ACC-2, ACC-3).

A grant's page is the department's, too: its commands stand in a snippet of their own and are given elsewhere.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from werkzeug.wrappers import Response

from ckanext.govshare.views import case_pages as pages
from ckanext.govshare.views import paging

blueprint = Blueprint("govshare_grants", __name__)
blueprint.before_request(pages.log_in_first)

TABS = ("pending_agreement", "active", "suspended", "expired", "terminated", "surrendered")
USAGE_DAYS = 30
FETCHES = 50  # a page
# By the word in the address: the action, and the words that its form sends.
COMMANDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "surrender": ("govshare_grant_surrender", ("reason",)),
    "close-out": ("govshare_grant_close_out", ("statement",)),
    "appeal": ("govshare_appeal_file", ("reason",)),
}


def _done(command: str) -> str:
    return {
        "surrender": tk._("The grant is given up. If you have fetched the data, delete it and its copies, and state so below."),
        "close-out": tk._("Your statement is recorded."),
        "appeal": tk._("Your appeal is with the competent department."),
    }[command]


def mine() -> str:
    """My grants, the newest first."""
    state = tk.request.args.get("state", "")
    state = state if state in TABS else ""
    page = pages.page_of("govshare_grant_list", "govshare_grants.mine", "holder", state=state)
    return tk.render("govshare/grants/mine.html", {"page": page, "state": state, "tabs": TABS})


def read(grant_id: str) -> str:
    """A grant: what it is worth now, how to fetch, what was fetched, and what its holder may do with it."""
    return grant_page(_show(grant_id), {}, {}, "")


def grant_page(grant: Mapping[str, Any], errors: Mapping[str, Any], words: Mapping[str, Any], command: str) -> str:
    """The grant's page; `errors`, `words` and `command`: of a command that was refused."""
    number = paging.number()
    usage = tk.get_action("govshare_grant_usage")(
        pages.context(), {"id": grant["id"], "days": USAGE_DAYS, **paging.span(number, FETCHES)})
    fetches = {"count": usage["count"], "results": usage["fetches"]}
    return tk.render("govshare/grants/read.html", {
        "grant": grant, "usage": usage, "errors": errors, "words": words, "command": command,
        "own": pages.is_own(grant["holder"]), "page": paging.paged(
            fetches, number, "govshare_grants.read", {"grant_id": grant["id"], "_anchor": "fetches"}, FETCHES),
    })


def give(grant_id: str, command: str) -> Response | tuple[str, int]:
    """Carry out one of COMMANDS. What is wrong with the words is shown beside them, with status 422."""
    if command not in COMMANDS:
        return tk.abort(404)
    action, names = COMMANDS[command]
    words = {name: tk.request.form.get(name, "").strip() for name in names}
    case = {"grant_id": grant_id} if command == "appeal" else {"id": grant_id}
    try:
        tk.get_action(action)(pages.context(), {**case, **words})
    except tk.ValidationError as error:
        return grant_page(_show(grant_id), error.error_dict, words, command), 422
    except tk.ObjectNotFound:
        return tk.abort(404)
    except tk.NotAuthorized as error:
        tk.h.flash_error(pages.refused(error))
        return tk.redirect_to("govshare_grants.read", grant_id=grant_id)
    tk.h.flash_success(_done(command))
    return tk.redirect_to("govshare_grants.read", grant_id=grant_id)


def _show(grant_id: str) -> dict[str, Any]:
    return pages.show("govshare_grant_show", grant_id)


ROUTES: tuple[tuple[str, str, Callable[..., Any], list[str]], ...] = (
    ("/my/grants", "mine", mine, ["GET"]),
    ("/grant/<grant_id>", "read", read, ["GET"]),
    ("/grant/<grant_id>/<command>", "give", give, ["POST"]),
)
for rule, endpoint, view, methods in ROUTES:
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)

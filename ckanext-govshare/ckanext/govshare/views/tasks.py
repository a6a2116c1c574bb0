"""What waits for the caller's departments (待办): applications with their countdown, agreements to countersign, unusual use."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page
from flask import Blueprint
from werkzeug.wrappers import Response

from ckanext.govshare.domain.applications import State
from ckanext.govshare.views import case_pages as pages
from ckanext.govshare.views import paging

blueprint = Blueprint("govshare_tasks", __name__, url_prefix="/department/tasks")
blueprint.before_request(pages.log_in_first)

# Of those, drafts are their applicants' own.
STATES = tuple(state for state in State if state is not State.DRAFT)
WAITING, ALL = "waiting", "all"
FILTERS = ("q", "state", "assignee", "organization", "overdue")


def _filters() -> dict[str, str]:
    """The chosen filters, those left blank left out. Without a choice the page shows what has to be handled."""
    given = tk.request.args
    chosen = {name: given.get(name, "").strip() for name in FILTERS}
    chosen["state"] = given.get("state", WAITING)
    if chosen["state"] not in (*STATES, WAITING):
        chosen["state"] = ALL
    return {name: value for name, value in chosen.items() if value}


def _page(filters: dict[str, str]) -> Page:
    """One page of the list; its links keep the filters, also the choice of all states, which the action does not know."""
    number = paging.number()
    asked = {name: value for name, value in filters.items() if (name, value) != ("state", ALL)}
    found = tk.get_action("govshare_application_list")(
        pages.context(), {**asked, "role": "department", **paging.span(number)})
    return paging.paged(found, number, "govshare_tasks.index", filters)


@blueprint.route("")
def index() -> str | tuple[str, int]:
    """The list, soonest due first."""
    try:
        tasks = tk.get_action("govshare_task_show")(pages.context(), {})
    except tk.NotAuthorized:
        return tk.render("govshare/catalog/no_department.html"), 403
    filters, errors = _filters(), {}
    try:
        page = _page(filters)
    except tk.ValidationError as error:
        filters, errors = {"state": WAITING}, error.error_dict
        page = _page(filters)
    return tk.render("govshare/tasks/index.html", {
        "page": page, "tasks": tasks, "filters": filters, "errors": errors, "states": STATES, "unusual": _unusual()})


def _unusual() -> list[dict[str, Any]]:
    """Grants whose use is unusual: proposals, nothing was done."""
    found = tk.get_action("govshare_grant_list")(
        pages.context(), {"role": "department", "state": "active", "unusual": True, "limit": 20})
    unusual: list[dict[str, Any]] = found["results"]
    return unusual


@blueprint.route("/assign", methods=["POST"])
def assign() -> Response:
    """Give the ticked applications to somebody, or to nobody."""
    ids, user = tk.request.form.getlist("ids"), tk.request.form.get("user", "")
    try:
        tk.get_action("govshare_application_assign")(pages.context(), {"ids": ids, "user": user})
    except tk.ValidationError as error:
        tk.h.flash_error(pages.sentences(error.error_dict))
    except (tk.NotAuthorized, tk.ObjectNotFound):
        tk.h.flash_error(tk._("Nothing was assigned: not all of these applications are yours to handle. Load the list again."))
    else:
        tk.h.flash_success(tk._("Assigned.") if user else tk._("The assignment was cleared."))
    return tk.redirect_to(_back())


def _back() -> str:
    """The list as it was filtered; the address is the page's own, whatever was sent."""
    known = {name: value for name, value in tk.request.args.items() if name in (*FILTERS, "page")}
    return str(tk.url_for("govshare_tasks.index", **known))

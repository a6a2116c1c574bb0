"""The competent department's board: what is overdue, appealed and reported, by department (ACC-4 to ACC-6)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page
from flask import Blueprint

from ckanext.govshare.views import case_pages as pages

blueprint = Blueprint("govshare_board", __name__, url_prefix="/board")
blueprint.before_request(pages.log_in_first)

SHOWN = 10  # rows of each list on the board itself; the rest is on a page of its own


def _organization() -> str:
    return tk.request.args.get("organization", "").strip()[:100]


def _asked(action: str, **data: Any) -> dict[str, Any]:
    """The action's answer; the board does not exist for anybody else."""
    chosen = {name: value for name, value in data.items() if value != ""}
    try:
        found: dict[str, Any] = tk.get_action(action)(pages.context(), chosen)
    except (tk.NotAuthorized, tk.ValidationError):
        return tk.abort(404)
    return found


@blueprint.route("")
def index() -> str:
    """The board: the first rows of each list, and the counts by department."""
    organization = _organization()
    board = _asked("govshare_board_show", organization=organization, limit=SHOWN)
    return tk.render("govshare/board/index.html", {"board": board, "organization": organization})


def _list(action: str, endpoint: str, template: str) -> str:
    organization, number = _organization(), int(tk.h.get_page_number(tk.request.args))
    found = _asked(action, organization=organization, offset=(number - 1) * pages.PER_PAGE, limit=pages.PER_PAGE)

    def url(page: int, **_: Any) -> str:
        return str(tk.url_for(endpoint, page=page, organization=organization or None))

    page = Page(collection=found["results"], page=number, url=url, item_count=found["count"], items_per_page=pages.PER_PAGE)
    page.items = found["results"]
    return tk.render(template, {"page": page, "organization": organization})


@blueprint.route("/overdue")
def overdue() -> str:
    """All that is overdue, the longest first."""
    return _list("govshare_board_overdue_list", "govshare_board.overdue", "govshare/board/overdue.html")


@blueprint.route("/reports")
def reports() -> str:
    """All suspensions and terminations, the newest first (001 第十九条)."""
    return _list("govshare_board_report_list", "govshare_board.reports", "govshare/board/reports.html")

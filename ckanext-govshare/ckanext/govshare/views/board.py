"""The competent department's board: what is overdue, appealed and reported, by department (ACC-4 to ACC-6)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.govshare.views import case_pages as pages
from ckanext.govshare.views import paging

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
    organization, number = _organization(), paging.number()
    found = _asked(action, organization=organization, **paging.span(number))
    page = paging.paged(found, number, endpoint, {"organization": organization})
    return tk.render(template, {"page": page, "organization": organization})


@blueprint.route("/overdue")
def overdue() -> str:
    """All that is overdue, the longest first."""
    return _list("govshare_board_overdue_list", "govshare_board.overdue", "govshare/board/overdue.html")


@blueprint.route("/reports")
def reports() -> str:
    """All suspensions and terminations, the newest first (001 第十九条)."""
    return _list("govshare_board_report_list", "govshare_board.reports", "govshare/board/reports.html")

"""The open list as pages and as a workbook, of a department or of the whole portal (OPN-1: 001 第二十六条)."""
from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from ckanext.govshare import config
from ckanext.govshare.domain.calendar import shanghai_date
from ckanext.govshare.exports.xlsx import Table, write_book
from ckanext.govshare.views import paging

blueprint = Blueprint("govshare_open_list", __name__)

PER_PAGE = 50
CHUNK = 1000
IN_MEMORY_BYTES = 5_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = (26, 44, 28, 14, 48, 12, 18, 14, 60)
_UPDATED = 7  # the column of days


def _list(department: str, offset: int, limit: int) -> dict[str, Any]:
    """A part of the list; a department that does not exist has no page."""
    try:
        found: dict[str, Any] = tk.get_action("govshare_open_list")(
            {"user": tk.current_user.name}, {"organization": department, "offset": offset, "limit": limit})
    except (tk.ObjectNotFound, tk.ValidationError):
        return tk.abort(404)
    return found


@blueprint.route("/open-list", defaults={"department": ""})
@blueprint.route("/open-list/<department>")
def index(department: str) -> str | Response:
    """The list, fifty lines a page; `?organization=` from the chooser leads to the department's own address."""
    chosen = tk.request.args.get("organization")
    if chosen is not None:
        address = {"department": chosen} if chosen else {}
        return tk.redirect_to("govshare_open_list.index", **address)
    number = paging.number()
    found = _list(department, **paging.span(number, PER_PAGE))
    page = paging.paged(found, number, "govshare_open_list.index", {"department": department}, PER_PAGE)
    return tk.render("govshare/open_list/index.html", {"found": found, "page": page, "first": (number - 1) * PER_PAGE})


@blueprint.route("/open-list.xlsx", defaults={"department": ""})
@blueprint.route("/open-list/<department>.xlsx")
def workbook(department: str) -> Response:
    """The whole list as a workbook: the lines, and a sheet that says of whom, as of when and on what basis."""
    found = _list(department, 0, CHUNK)
    lines = ([_values(line)] for line in _all_lines(department, found))
    stored = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - the response closes it
    stored.writelines(write_book([Table(_columns(), lines, tk._("Open list"), WIDTHS), _about(found)]))
    stored.seek(0)
    name = tk._("{department} open list {day}").format(department=_whose(found), day=found["as_of"])
    return send_file(stored, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx", max_age=0)


def _all_lines(department: str, first: dict[str, Any]) -> Iterator[dict[str, Any]]:
    results, offset = first["results"], 0
    while results:
        yield from results
        offset += CHUNK
        results = _list(department, offset, CHUNK)["results"] if len(results) == CHUNK else []


def _columns() -> list[dict[str, str]]:
    label = tk.h.gs_field_label
    headings = [label("catalog_code"), label("title"), label("owner_org"), label("open_type"), label("open_condition"),
                label("update_frequency"), tk._("Formats"), tk._("Last updated"), tk._("Address")]
    return [{"id": heading, "type": "date" if position == _UPDATED else "words"} for position, heading in enumerate(headings)]


def _values(line: dict[str, Any]) -> tuple[str | date, ...]:
    label = tk.h.gs_label
    return (
        line["catalog_code"], line["title"], line["organization"]["title"], label("open_type", line["open_type"]),
        line["conditions"], label("update_frequency", line["update_frequency"]), ", ".join(line["formats"]),
        shanghai_date(datetime.fromisoformat(line["updated"]).replace(tzinfo=UTC)), line["url"],
    )


def _whose(found: dict[str, Any]) -> str:
    return str(found["organization"]["title"] if found["organization"] else config.site_title())


def _about(found: dict[str, Any]) -> Table:
    """Of whom the list is, as of when and on what basis."""
    basis = tk.h.gs_cite("open_list")
    rows = [
        (tk._("As of"), found["as_of"]), (tk._("Entries"), str(found["count"])),
        (tk._("Basis"), f"{basis.document} {basis.article}" if basis else ""),
        (tk._("Terms of use"), tk._("Data users may not transfer the data without permission, change its purpose or scope of "
                                    "use, or use it for unlawful or criminal activities (Chenzhou Measures, Article 40).")),
    ]
    columns = [{"id": tk._("Open list of"), "type": "name"}, {"id": _whose(found), "type": "words"}]
    return Table(columns, [rows], tk._("About this list"), (20, 80))

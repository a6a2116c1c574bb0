"""The page of a data file: access, its table with filter, sorting and paging in plain addresses. In place of CKAN's."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context
from flask import make_response
from werkzeug.wrappers import Response

from ckanext.govshare.display import tables
from ckanext.govshare.domain.access import Reason
from ckanext.govshare.logic.gate.accounting import LimitReached
from ckanext.govshare.security.headers import keep_to_yourself
from ckanext.govshare.views.case_pages import context


def read(id: str, resource_id: str, **_of_the_route: str) -> Response:
    """What a data file is, whether the visitor may have it and why not, and the part of its table that the address asks for.

    Whoever looks at rows fetches them: `govshare_table_show` counts it, before anything of the page is made. A page with
    rows that are not for everyone is kept by no proxy and no browser.
    """
    entry, resource = _found(id, resource_id)
    access = _ask("govshare_access_show", resource_id=resource_id)
    allowed = bool(access and access["allowed"])
    files = _ask("govshare_file_list", resource_id=resource_id)
    file = tables.current(files)
    shown = _table(entry, resource) if allowed and file and file["columns"] else None
    # Counted after the look at the table, which is one more.
    counts = _ask("govshare_fetch_counts", resource_id=resource_id, days=30) if file else None
    page = make_response(tk.render("package/resource_read.html", {
        "package": entry, "resource": resource, "access": access, "allowed": allowed, "file": file, "table": shown,
        "versions": tables.numbered(files), "fetches": tables.fetches(counts)}))
    if allowed and access["reason"] != Reason.OPEN:
        keep_to_yourself(page)
    return page


def _found(entry_id: str, resource_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The entry and its data file, or the page for what does not exist."""
    try:
        entry: dict[str, Any] = tk.get_action("package_show")(Context(context(), for_view=True), {"id": entry_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404)
    found = next((one for one in entry["resources"] if one["id"] == resource_id), None)
    return (entry, found) if found else tk.abort(404)


def _ask(action: str, **data: Any) -> Any:
    """The answer, or None where the caller may not have it or there is none; that a limit is reached is said above the page."""
    try:
        return tk.get_action(action)(context(), data)
    except (tk.ObjectNotFound, tk.NotAuthorized) as refusal:
        if isinstance(refusal, LimitReached):
            tk.h.flash_notice(refusal.message)
        return None


def _table(entry: Mapping[str, Any], resource: Mapping[str, Any]) -> dict[str, Any] | None:
    """The part of the table that the address asks for; where the address is wrong, what is wrong and the whole table."""
    args, errors = tk.request.args, []
    asked: dict[str, Any] = {"filter": args.getlist("filter"), "sort": [s for s in args.getlist("sort") if s],
                             "q": args.get("q", ""), "fields": args.getlist("fields")}
    limit = _natural(args.get("limit", ""), tables.PAGE_SIZES[0]) or tables.PAGE_SIZES[0]
    number = _natural(args.get("page", ""), 1) or 1
    try:
        found = _ask("govshare_table_show", resource_id=resource["id"], limit=limit, offset=(number - 1) * limit, **asked)
    except tk.ValidationError as error:
        errors = [str(text) for texts in error.error_dict.values() for text in texts]
        found, number = _ask("govshare_table_show", resource_id=resource["id"], limit=limit), 1
    return tables.table(entry, resource, found, number, errors) if found else None


def _natural(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default

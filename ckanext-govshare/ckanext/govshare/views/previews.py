"""The form above a table: what people fill in becomes one stable address of the data file's page."""
from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from flask import Blueprint
from werkzeug.wrappers import Response

from ckanext.govshare.domain.table_queries import WITHOUT_VALUE, Filter, Query, to_args

blueprint = Blueprint("govshare_previews", __name__)


@blueprint.route("/dataset/<id>/resource/<resource_id>/ask")
def ask(id: str, resource_id: str) -> Response:
    """Add the filters of the form to those that hold already, and show the table by its address.

    The form names columns by their place (`o0`, `v0` …): with their names an empty form would be too long an address.
    """
    args = tk.request.args
    kept: dict[str, Any] = {name: [value for value in args.getlist(name) if value] for name in ("filter", "sort", "fields", "q")}
    kept["filter"] += _added(resource_id, kept["fields"])
    kept["limit"] = args.get("limit", "")
    params = {name: value for name, value in kept.items() if value}
    address = tk.url_for("dataset_resource.read", id=id, resource_id=resource_id)
    return tk.redirect_to(f"{address}?{urlencode(params, doseq=True)}#gs-data")


def _added(resource_id: str, fields: list[str]) -> list[str]:
    """The filters that were filled in. Where the caller may not fetch the data there are none; the page says why."""
    args = tk.request.args
    filled = {name[1:] for name, value in args.items() if name[:1] == "v" and value.strip()}
    filled |= {name[1:] for name, value in args.items() if name[:1] == "o" and value in WITHOUT_VALUE}
    if not filled:
        return []
    try:
        found = tk.get_action("govshare_table_show")(
            {"user": tk.current_user.name, "auth_user_obj": tk.current_user},
            {"resource_id": resource_id, "fields": fields, "limit": 0})
    except (tk.ObjectNotFound, tk.NotAuthorized, tk.ValidationError):
        return []
    asked = [Filter(column["id"], args.get(f"o{place}", ""), args.get(f"v{place}", "").strip())
             for place, column in enumerate(found["columns"]) if str(place) in filled]
    return to_args(Query(filters=tuple(asked))).get("filter", [])

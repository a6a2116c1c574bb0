"""Pages on the regulations: the texts, one text with its limits, and a date explained day by day."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.govshare import clock
from ckanext.govshare.display import regulations as display
from ckanext.govshare.domain.calendar import shanghai_date

blueprint = Blueprint("govshare_regulations", __name__, url_prefix="/regulation")


@blueprint.route("/")
def index() -> str:
    """The texts, and which is in force here. The operator is told when one of them ends."""
    warnings = display.warnings_for(tk.g.userobj)
    profiles = tk.get_action("govshare_regulation_list")({}, {})
    return tk.render("govshare/regulations/index.html", {"profiles": profiles, "warnings": warnings})


@blueprint.route("/<profile>")
def show(profile: str) -> str:
    """One text: each limit with its article, words and source."""
    found = _profile(profile)
    fallbacks = {name: _profile(name) for name in found["chain"][1:]}
    return tk.render("govshare/regulations/show.html", {
        "profile": found, "texts": fallbacks | {profile: found}, "length": display.length, "value_text": display.value_text,
    })


@blueprint.route("/<profile>/<rule>")
def explain(profile: str, rule: str) -> str | tuple[str, int]:
    """The days of one limit from a chosen start."""
    found = _profile(profile)
    limit = next((item for item in found["limits"] if item["rule"] == rule), None)
    if limit is None:
        return tk.abort(404, tk._("There is no such rule under this text"))
    start = tk.request.args.get("start") or shanghai_date(clock.now()).isoformat()
    page: dict[str, Any] = {"profile": found, "limit": limit, "start": start, "length": display.length(limit), "errors": {},
                            "deadline": None, "weekday": display.weekday}
    try:
        page["deadline"] = tk.get_action("govshare_deadline_compute")(
            {}, {"profile": profile, "rule": rule, "start": start})
    except tk.ValidationError as error:
        return tk.render("govshare/regulations/explain.html", page | {"errors": error.error_dict}), 400
    return tk.render("govshare/regulations/explain.html", page | {"start": page["deadline"]["start"]})


def _profile(profile: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = tk.get_action("govshare_regulation_show")({}, {"profile": profile})
    except tk.ValidationError:
        return tk.abort(404, tk._("There is no such regulation profile"))
    return found

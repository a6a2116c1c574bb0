"""Pages on the regulations: the texts, one text with its limits, and a date explained day by day."""
from __future__ import annotations

from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
from babel.dates import format_date, get_month_names
from ckan.lib.i18n import get_lang
from flask import Blueprint

from ckanext.govshare import clock, regulations
from ckanext.govshare.domain.calendar import shanghai_date
from ckanext.govshare.domain.rule_texts import VALUE_TEXTS
from ckanext.govshare.logic.messages import translate

blueprint = Blueprint("govshare_regulations", __name__, url_prefix="/regulation")


@blueprint.route("/")
def index() -> str:
    """The texts, and which is in force here. The operator is told when one of them ends."""
    warnings = [translate(message) for message in regulations.warnings()] if _is_operator() else []
    profiles = tk.get_action("govshare_regulation_list")({}, {})
    return tk.render("govshare/regulations/index.html", {"profiles": profiles, "warnings": warnings})


@blueprint.route("/<profile>")
def show(profile: str) -> str:
    """One text: each limit with its article, words and source."""
    found = _profile(profile)
    fallbacks = {name: _profile(name) for name in found["chain"][1:]}
    return tk.render("govshare/regulations/show.html", {
        "profile": found, "texts": fallbacks | {profile: found}, "length": _length, "value_text": _value_text,
    })


@blueprint.route("/<profile>/<rule>")
def explain(profile: str, rule: str) -> str | tuple[str, int]:
    """The days of one limit from a chosen start."""
    found = _profile(profile)
    limit = next((item for item in found["limits"] if item["rule"] == rule), None)
    if limit is None:
        return tk.abort(404, tk._("There is no such rule under this text"))
    start = tk.request.args.get("start") or shanghai_date(clock.now()).isoformat()
    page: dict[str, Any] = {"profile": found, "limit": limit, "start": start, "length": _length(limit), "errors": {},
                            "deadline": None, "weekday": _weekday}
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


def _is_operator() -> bool:
    user = tk.g.userobj
    return bool(user and user.sysadmin)


def _length(limit: dict[str, Any]) -> str:
    """The limit as people say it: so many working days, or the end of a month."""
    if limit["month_end"]:
        month = get_month_names("abbreviated", context="stand-alone", locale=get_lang())[limit["month_end"]]
        return str(tk._("By the end of {month}").format(month=month))
    text = tk._("At most {days} working days") if limit["maximum"] else tk._("{days} working days")
    return str(text.format(days=limit["working_days"]))


def _value_text(value: Any) -> str:
    """A provision's value in words; what has none of its own is shown as the text has it."""
    if isinstance(value, list | tuple):
        return ", ".join(_value_text(item) for item in value)
    return translate(VALUE_TEXTS[value]) if value in VALUE_TEXTS else str(value)


def _weekday(day: str) -> str:
    return str(format_date(date.fromisoformat(day), "EEEE", locale=get_lang()))

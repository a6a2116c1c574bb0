"""The department's commands on applications and grants, as its forms send them (ACC-4, ACC-5: 001 第二十七条).

The forms stand on the case's page, which is the applicant's, too.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from ckanext.govshare.domain import common_reasons
from ckanext.govshare.domain.entry_forms import COUNTS
from ckanext.govshare.views import applications, grants
from ckanext.govshare.views import case_pages as pages

blueprint = Blueprint("govshare_handling", __name__, url_prefix="/department")
blueprint.before_request(pages.log_in_first)

APPLICATION_COMMANDS = ("take", "return", "approve", "reject", "assign")
GRANT_COMMANDS = ("suspend", "resume", "terminate")


def _done(kind: str, command: str) -> str:
    return {
        ("application", "take"): tk._("You are handling this application now."),
        ("application", "return"): tk._("Returned to the applicant. The reply limit stands still until it is submitted again."),
        ("application", "approve"): tk._("Approved. The applicant was told."),
        ("application", "reject"): tk._("Rejected. The applicant was told the reasons and that an appeal is possible."),
        ("application", "assign"): tk._("Assigned."),
        ("grant", "suspend"): tk._("Suspended. Nothing can be fetched from now on; the competent department was told."),
        ("grant", "resume"): tk._("Resumed. The data can be fetched again."),
        ("grant", "terminate"): tk._("Terminated. Nothing can be fetched from now on; the competent department was told."),
    }[kind, command]


def reason(form: MultiDict[str, str]) -> str:
    """The ticked reasons and the typed one, as one."""
    return common_reasons.joined(form.getlist("common"), form.get("reason", ""))


def limits(form: MultiDict[str, str]) -> dict[str, Any]:
    """The agreed way of use; what is no number is left for the action to refuse, with the field's name."""
    found: dict[str, Any] = {"formats": form.getlist("limits.formats")}
    found |= {name: number(form.get(f"limits.{name}", "")) for name in COUNTS}
    found["addresses"] = form.get("limits.addresses", "").replace(",", " ").replace("，", " ").split()
    return {name: value for name, value in found.items() if value not in ([], "", 0)}


def number(text: str) -> int | str:
    """A whole number; other text as it is."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 13 else text


def decision(form: MultiDict[str, str]) -> dict[str, Any]:
    """What an approval says: the period, the conditions, whether an agreement is signed first, the limits."""
    said = {name: form.get(name, "").strip() for name in ("period_start", "period_end", "conditions")}
    return {**{name: value for name, value in said.items() if value}, "limits": limits(form),
            "agreement_required": form.get("agreement_required") == "yes"}


def _words(command: str, form: MultiDict[str, str]) -> dict[str, Any]:
    if command == "approve":
        return {**decision(form), "reason": reason(form)}
    return {"reason": reason(form)} if command in ("return", "reject", *GRANT_COMMANDS) else {}


def application(application_id: str, command: str) -> Response | tuple[str, int]:
    """Carry out one of APPLICATION_COMMANDS."""
    if command not in APPLICATION_COMMANDS:
        return tk.abort(404)
    form = tk.request.form
    if command == "assign":
        data: dict[str, Any] = {"ids": [application_id], "user": form.get("user", "")}
    else:
        data = {"id": application_id, **_words(command, form)}
    return _give("application", application_id, command, data, applications.case_page)


def grant(grant_id: str, command: str) -> Response | tuple[str, int]:
    """Carry out one of GRANT_COMMANDS."""
    if command not in GRANT_COMMANDS:
        return tk.abort(404)
    return _give("grant", grant_id, command, {"id": grant_id, **_words(command, tk.request.form)}, grants.grant_page)


def _give(kind: str, case_id: str, command: str, data: Mapping[str, Any],
          page: Callable[..., str]) -> Response | tuple[str, int]:
    """Carry out a command. What is wrong is shown on the case's page with what was typed, with status 422."""
    address = tk.url_for(f"govshare_{kind}s.read", **{f"{kind}_id": case_id})
    try:
        tk.get_action(f"govshare_{kind}_{command}")(pages.context(), dict(data))
    except tk.ValidationError as error:
        return page(pages.show(f"govshare_{kind}_show", case_id), error.error_dict, tk.request.form, command), 422
    except tk.ObjectNotFound:
        return tk.abort(404)
    except tk.NotAuthorized as error:
        pages.show(f"govshare_{kind}_show", case_id)
        tk.h.flash_error(pages.refused(error))
        return tk.redirect_to(address)
    tk.h.flash_success(_done(kind, command))
    return tk.redirect_to(address)


blueprint.add_url_rule("/application/<application_id>/<command>", "application", application, methods=["POST"])
blueprint.add_url_rule("/grant/<grant_id>/<command>", "grant", grant, methods=["POST"])

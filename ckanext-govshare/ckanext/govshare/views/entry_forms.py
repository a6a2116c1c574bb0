"""What an entry asks of applicants beyond the common form, edited by its department as rows (ACC-1: 001 第二十七条).

It works without script: adding and removing a row are submissions that store nothing.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from ckanext.govshare.domain.entry_forms import MAX_QUESTIONS
from ckanext.govshare.logic import form_pages
from ckanext.govshare.views import case_pages as pages
from ckanext.govshare.views.handling import limits, number

blueprint = Blueprint("govshare_entry_forms", __name__, url_prefix="/dataset/<dataset_id>/application-form")
blueprint.before_request(pages.log_in_first)

_FIELD = re.compile(r"questions\.(\d{1,3})\.label", re.ASCII)
_GENERATED = re.compile(r"q(\d{1,6})", re.ASCII)


def type_names() -> dict[str, str]:
    """The types of questions, in the caller's words."""
    return {
        "text": tk._("One line of text"), "long_text": tk._("Longer text"), "number": tk._("Number"), "date": tk._("Date"),
        "choice": tk._("One of several answers"), "choices": tk._("Any of several answers"), "yes_no": tk._("Yes or no"),
    }


def questions(form: MultiDict[str, str]) -> list[dict[str, Any]]:
    """The rows as they stand; what is blank is left out. A row without an id gets one that no other has, for good."""
    rows = [_question(form, number) for number in sorted(int(found[1]) for found in map(_FIELD.fullmatch, form) if found)]
    taken = [int(found[1]) for row in rows if (found := _GENERATED.fullmatch(row["id"]))]
    following = max(taken, default=0)
    kept = [row for row in rows if row["label"] or row["options"] or row["help"]]
    for row in kept:
        if not row["id"]:
            following += 1
            row["id"] = f"q{following}"
    return kept


def _question(form: MultiDict[str, str], row: int) -> dict[str, Any]:
    def field(name: str) -> str:
        return form.get(f"questions.{row}.{name}", "").strip()
    lines = [line.strip() for line in field("options").splitlines()]
    return {"id": field("id"), "label": field("label"), "type": field("type") or "text", "required": field("required") == "yes",
            "options": [line for line in lines if line], "help": field("help")}


def content(form: MultiDict[str, str]) -> dict[str, Any]:
    """What the form says, as `govshare_entry_form_update` takes it."""
    return {
        "questions": questions(form), "agreement_required": form.get("agreement_required") == "yes",
        "longest_period_days": number(form.get("longest_period_days", "")) or 0, "note": form.get("note", "").strip(),
        "limits": limits(form),
    }


def _entry(dataset_id: str) -> dict[str, Any]:
    """The entry, for those of its department who compile it; for all others there is no such page."""
    try:
        entry: dict[str, Any] = tk.get_action("package_show")(pages.context(), {"id": dataset_id})
        form_pages.admit(pages.context(), "govshare_entry_form_update", {"dataset_id": entry["id"]})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return tk.abort(404)
    return entry


def _page(entry: Mapping[str, Any], asked: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    return tk.render("govshare/tasks/entry_form.html", {
        "entry": entry, "asked": asked, "errors": errors, "types": type_names(), "most": MAX_QUESTIONS})


@blueprint.route("")
def edit(dataset_id: str) -> str:
    """The questions as they are asked now."""
    entry = _entry(dataset_id)
    asked = tk.get_action("govshare_entry_form_show")(pages.context(), {"dataset_id": entry["id"]})
    return _page(entry, asked, {})


@blueprint.route("", methods=["POST"])
def save(dataset_id: str) -> Response | str | tuple[str, int]:
    """Store a new version, or show the form with a row more or less."""
    entry, form = _entry(dataset_id), tk.request.form
    said = content(form)
    if "add" in form or "remove" in form:
        return _page(entry, _changed(said, form), {})
    try:
        tk.get_action("govshare_entry_form_update")(pages.context(), {"dataset_id": entry["id"], **said})
    except tk.ValidationError as error:
        return _page(entry, said, error.error_dict), 422
    tk.h.flash_success(tk._("Saved. New applications are asked this; those under way keep what they were asked."))
    return tk.redirect_to("govshare_entry_forms.edit", dataset_id=entry["name"])


def _changed(said: dict[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    """The form with a blank row at its end, or without the row that a button named by its id."""
    if "add" in form:
        blank = {"id": "", "label": "", "type": "text", "required": False, "options": [], "help": ""}
        return {**said, "questions": [*said["questions"], blank]}
    return {**said, "questions": [row for row in said["questions"] if row["id"] != form["remove"]]}

"""Pages of whoever applies for conditional data: the form, my applications, and the case (ACC-1: 001 第二十七条).

The page of the case is the department's, too: its commands stand in a snippet of their own and are given elsewhere.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from werkzeug.wrappers import Response

from ckanext.govshare import clock
from ckanext.govshare.domain.calendar import shanghai_date
from ckanext.govshare.domain.profiles import Rule
from ckanext.govshare.views import application_forms as forms
from ckanext.govshare.views import case_pages as pages

blueprint = Blueprint("govshare_applications", __name__)
blueprint.before_request(pages.log_in_first)

TABS = ("draft", "returned", "submitted", "under_review", "approved", "rejected", "withdrawn")
# By the word in the address: the action, and the words that its form sends. Those of the department: views of its own.
COMMANDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "submit": ("govshare_application_submit", ()),
    "withdraw": ("govshare_application_withdraw", ("reason",)),
    "appeal": ("govshare_appeal_file", ("reason",)),
}


def _done(command: str) -> str:
    return {
        "submit": tk._("Submitted. The department replies by the day shown below at the latest."),
        "withdraw": tk._("Withdrawn. You may apply again at any time."),
        "appeal": tk._("Your appeal is with the competent department."),
    }[command]


def mine() -> str:
    """My applications, the newest change first."""
    state = tk.request.args.get("state", "")
    state = state if state in TABS else ""
    page = pages.page_of("govshare_application_list", "govshare_applications.mine", "applicant", state=state)
    return tk.render("govshare/applications/mine.html", {"page": page, "state": state, "tabs": TABS})


def apply(dataset_id: str) -> Response | str | tuple[str, int]:
    """A new application for an entry; `renews` in the address names the grant that it is to continue."""
    entry = _entry(dataset_id)
    renews = tk.request.values.get("renews", "").strip()
    if entry["open_type"] != "conditional":
        tk.h.flash_notice(tk._("This data is not opened on application; this page says how it is opened."))
        return tk.redirect_to("dataset.read", id=entry["name"])
    questions = _entry_form(entry["id"])["questions"]
    if tk.request.method == "GET":
        return _form_page(entry, None, _prefilled(renews), {}, renews)
    form = forms.read(tk.request.form, questions)
    try:
        made = tk.get_action("govshare_application_create")(
            pages.context(), {"dataset_id": entry["id"], **form, **({"renews": renews} if renews else {})})
    except tk.ValidationError as error:
        return _form_page(entry, None, form, error.error_dict, renews), 422
    except tk.NotAuthorized as error:
        tk.h.flash_error(pages.refused(error))
        return tk.redirect_to("dataset.read", id=entry["name"])
    return _go_on(made["id"])


def edit(application_id: str) -> Response | str | tuple[str, int]:
    """A draft, or what was returned for a supplement. Whatever is typed is saved before anything else is done with it."""
    application = _show(application_id)
    if "save" not in application["commands"]:
        return tk.redirect_to("govshare_applications.read", application_id=application_id)
    entry = _entry(application["dataset"]["name"])
    if tk.request.method == "GET":
        return _form_page(entry, application, application["form"], {}, application["renews"])
    form = forms.read(tk.request.form, _entry_form(entry["id"])["questions"])
    try:
        tk.get_action("govshare_application_update")(pages.context(), {"id": application_id, **form})
    except tk.ValidationError as error:
        return _form_page(entry, application, form, error.error_dict, application["renews"]), 422
    except tk.NotAuthorized as error:
        return _refused(application_id, error)
    return _go_on(application_id)


def _go_on(application_id: str) -> Response | tuple[str, int]:
    """What was saved is followed by its files, then by what the pressed button says."""
    errors = _attached(application_id)
    wanted = tk.request.form.get("then", "")
    if removed := tk.request.form.get("remove"):
        errors |= _tried("govshare_attachment_remove", {"id": removed}, "attachments")
    elif wanted == "submit" and not errors:
        errors = _tried("govshare_application_submit", {"id": application_id})
    if errors:
        application = _show(application_id)
        entry = _entry(application["dataset"]["name"])
        return _form_page(entry, application, application["form"], errors, application["renews"], saved=True), 422
    if removed or wanted == "attach":
        return tk.redirect_to(tk.url_for("govshare_applications.edit", application_id=application_id) + "#group-attachments")
    tk.h.flash_success(_done("submit") if wanted == "submit" else _saved(_show(application_id)))
    return tk.redirect_to("govshare_applications.read", application_id=application_id)


def _saved(application: Mapping[str, Any]) -> str:
    if application["submitted_at"]:
        return str(tk._("Saved. The department sees the changes once you submit again."))
    return str(tk._("The draft is saved. Nobody but you sees it yet."))


def _attached(application_id: str) -> dict[str, list[str]]:
    errors: list[str] = []
    for file in forms.uploads(tk.request.files):
        found = _tried("govshare_attachment_add", {"application_id": application_id, "upload": file})
        errors += [f"{file.filename}{tk._(': ')}{text}" for texts in found.values() for text in texts]
    return {"attachments": errors} if errors else {}


def _tried(action: str, data: Mapping[str, Any], field: str = "") -> dict[str, Any]:
    """What is wrong with a command, by field; empty where it was carried out. `field`: what everything else is about."""
    try:
        tk.get_action(action)(pages.context(), dict(data))
    except tk.ValidationError as error:
        return dict(error.error_dict)
    except tk.ObjectNotFound:
        return {field: [tk._("This was removed before.")]}
    except tk.NotAuthorized as error:
        return {field: [pages.refused(error)]}
    return {}


def read(application_id: str) -> str:
    """The case: where it stands, what comes next and by when, what was applied for, and what happened so far."""
    return case_page(_show(application_id), {}, {}, "")


def case_page(application: Mapping[str, Any], errors: Mapping[str, Any], words: Mapping[str, Any], command: str) -> str:
    """The case's page; `errors`, `words` and `command`: of a command that was refused."""
    related = {kind: _related(kind, application.get(f"{kind}_id")) for kind in ("agreement", "grant")}
    return tk.render("govshare/applications/read.html", {
        "application": application, "errors": errors, "words": words, "command": command, **related,
        "own": pages.is_own(application["applicant"]), "questions": _questions(application),
    })


def _questions(application: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the department asked in addition when the case was handed in; before that, what it asks now."""
    if application["submitted_at"]:
        return list(application["questions"] or [])
    return list(_entry_form(application["dataset"]["id"])["questions"])


def give(application_id: str, command: str) -> Response | tuple[str, int]:
    """Carry out one of COMMANDS. What is wrong is shown on the case's page, with status 422."""
    if command not in COMMANDS:
        return tk.abort(404)
    action, names = COMMANDS[command]
    application = _show(application_id)
    words = {name: tk.request.form.get(name, "").strip() for name in names}
    case = {"application_id": application_id} if command == "appeal" else {"id": application_id}
    try:
        tk.get_action(action)(pages.context(), {**case, **words})
    except tk.ValidationError as error:
        if command == "submit":
            entry = _entry(application["dataset"]["name"])
            return _form_page(entry, application, application["form"], error.error_dict, application["renews"], saved=True), 422
        return case_page(_show(application_id), error.error_dict, words, command), 422
    except tk.ObjectNotFound:
        return tk.abort(404)
    except tk.NotAuthorized as error:
        return _refused(application_id, error)
    tk.h.flash_success(_done(command))
    return tk.redirect_to("govshare_applications.read", application_id=application_id)


def _refused(application_id: str, error: Exception) -> Response:
    tk.h.flash_error(pages.refused(error))
    return tk.redirect_to("govshare_applications.read", application_id=application_id)


def _show(application_id: str) -> dict[str, Any]:
    return pages.show("govshare_application_show", application_id)


def _related(kind: str, case_id: str | None) -> dict[str, Any] | None:
    return pages.find(f"govshare_{kind}_show", case_id) if case_id else None


def _entry(dataset_id: str) -> dict[str, Any]:
    return pages.show("package_show", dataset_id)


def _entry_form(dataset_id: str) -> dict[str, Any]:
    found: dict[str, Any] = tk.get_action("govshare_entry_form_show")(pages.context(), {"dataset_id": dataset_id})
    return found


def _prefilled(renews: str) -> dict[str, Any]:
    """What need not be typed twice: for a renewal all that was said for the grant, otherwise who applies."""
    today = shanghai_date(clock.now()).isoformat()
    blank: dict[str, Any] = {"period_start": today, "contact_name": tk.current_user.fullname or "",
             "contact_email": tk.current_user.email or "", "answers": {}}
    if renews:
        grant = pages.find("govshare_grant_show", renews)
        former = pages.find("govshare_application_show", grant["application_id"]) if grant else None
        if former and former["form"]:
            return {**former["form"], "period_start": today, "period_end": ""}
    last = tk.get_action("govshare_application_list")(pages.context(), {"role": "applicant", "limit": 1})["results"]
    former = pages.find("govshare_application_show", last[0]["id"]) if last else None
    known = {name: former["form"][name] for name in forms.IDENTITY if former["form"].get(name)} if former else {}
    return {**blank, **known}


def _form_page(entry: Mapping[str, Any], application: Mapping[str, Any] | None, form: Mapping[str, Any],
               errors: Mapping[str, Any], renews: str, saved: bool = False) -> str:
    """The form; `saved`: what is shown is stored, though it could not be submitted."""
    reply = tk.get_action("govshare_deadline_compute")(
        {}, {"rule": Rule.APPLICATION_REPLY.value, "start": shanghai_date(clock.now()).isoformat()})
    return tk.render("govshare/applications/form.html", {
        "entry": entry, "application": application, "form": form, "errors": errors, "renews": renews, "saved": saved,
        "asked": _entry_form(entry["id"]), "reply": reply,
    })


ROUTES: tuple[tuple[str, str, Callable[..., Any], list[str]], ...] = (
    ("/dataset/<dataset_id>/apply", "apply", apply, ["GET", "POST"]),
    ("/my/applications", "mine", mine, ["GET"]),
    ("/application/<application_id>", "read", read, ["GET"]),
    ("/application/<application_id>/edit", "edit", edit, ["GET", "POST"]),
    ("/application/<application_id>/<command>", "give", give, ["POST"]),
)
for rule, endpoint, view, methods in ROUTES:
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)

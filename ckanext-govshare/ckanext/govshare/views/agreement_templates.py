"""The editor of agreement templates: of the site, of a department, of one entry."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from werkzeug.wrappers import Response

from ckanext.govshare.display import agreements as agreement_display
from ckanext.govshare.domain import agreement_texts
from ckanext.govshare.logic.wording import error_dict
from ckanext.govshare.views import case_pages as pages

blueprint = Blueprint("govshare_agreement_templates", __name__)
blueprint.before_request(pages.log_in_first)


def _page(scope: str, scope_id: str, errors: dict[str, Any], words: dict[str, str], preview: str = "") -> str:
    """The editor; what does not exist and what is not the caller's are one page."""
    try:
        template = tk.get_action("govshare_agreement_template_show")(pages.context(), {"scope": scope, "scope_id": scope_id})
    except (tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError):
        return tk.abort(404)
    return tk.render("govshare/agreements/template.html", {
        "template": template, "errors": errors, "words": words, "preview": preview,
        "address": tk.request.path, "shown": {**template, **words}})


def _editor(scope: str, scope_id: str) -> str | Response | tuple[str, int]:
    if tk.request.method == "GET":
        return _page(scope, scope_id, {}, {})
    form = tk.request.form
    words = {name: form.get(name, "") for name in ("title", "body")}
    again = form.get("sign_again") == "yes"
    if "preview" in form:
        found = error_dict(agreement_texts.check(**words))
        filled = {name: f"〔{name}〕" for name in agreement_texts.FIELDS}
        shown = "" if found else str(agreement_display.as_html(agreement_texts.render(words["body"], filled)))
        return _page(scope, scope_id, found, words, shown)
    try:
        made = tk.get_action("govshare_agreement_template_update")(
            pages.context(), {"scope": scope, "scope_id": scope_id, **words, "sign_again": again})
    except tk.ValidationError as error:
        return _page(scope, scope_id, error.error_dict, words), 422
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return tk.abort(404)
    tk.h.flash_success(tk._("Version {number} is in force: agreements are offered with it from now on.").format(
        number=made["version"]))
    return tk.redirect_to(tk.request.path)


@blueprint.route("/agreement-template", methods=["GET", "POST"])
def site() -> str | Response | tuple[str, int]:
    """The site's template, which holds where a department has none of its own."""
    return _editor("site", "")


@blueprint.route("/department/<organization>/agreement-template", methods=["GET", "POST"])
def department(organization: str) -> str | Response | tuple[str, int]:
    """A department's template."""
    return _editor("department", organization)


@blueprint.route("/dataset/<dataset_id>/agreement-template", methods=["GET", "POST"])
def entry(dataset_id: str) -> str | Response | tuple[str, int]:
    """The template of one entry."""
    return _editor("entry", dataset_id)

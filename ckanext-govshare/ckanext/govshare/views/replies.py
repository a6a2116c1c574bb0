"""Reply texts of a department (canned replies): what its handlers say often, said once and well."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from werkzeug.wrappers import Response

from ckanext.govshare.views import case_pages as pages

blueprint = Blueprint("govshare_replies", __name__, url_prefix="/department/<organization>/replies")
blueprint.before_request(pages.log_in_first)

FIELDS = ("command", "title", "text")


def command_names() -> dict[str, str]:
    """What a reply text is for, in the caller's words."""
    return {
        "return": tk._("Return for supplement"), "approve": tk._("Approve the application"),
        "reject": tk._("Reject the application"), "suspend": tk._("Suspend"), "terminate": tk._("Terminate"),
    }


def _page(organization: str, errors: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    """The editor; what does not exist and what is not the caller's are one page."""
    department = tk.h.gs_department(organization)
    try:
        replies = tk.get_action("govshare_canned_reply_list")(pages.context(), {"organization": organization})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return tk.abort(404)
    if department is None:
        return tk.abort(404)
    return tk.render("govshare/tasks/replies.html", {
        "department": department, "replies": replies, "errors": errors, "words": words, "commands": command_names()})


@blueprint.route("")
def index(organization: str) -> str:
    """All reply texts, each in a form of its own, and an empty one."""
    return _page(organization, {}, {})


@blueprint.route("", methods=["POST"])
def save(organization: str) -> Response | tuple[str, int]:
    """Add a text, or change or delete the one whose id is sent."""
    form = tk.request.form
    words = {name: form.get(name, "").strip() for name in FIELDS}
    reply, deleting = form.get("id", ""), "delete" in form
    try:
        if deleting:
            tk.get_action("govshare_canned_reply_delete")(pages.context(), {"id": reply})
        elif reply:
            tk.get_action("govshare_canned_reply_update")(pages.context(), {"id": reply, **words})
        else:
            tk.get_action("govshare_canned_reply_create")(pages.context(), {"organization": organization, **words})
    except tk.ValidationError as error:
        return _page(organization, error.error_dict, {**words, "id": reply}), 422
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return tk.abort(404)
    tk.h.flash_success(tk._("The reply text is deleted.") if deleting else tk._("The reply text is saved."))
    return tk.redirect_to("govshare_replies.index", organization=organization)

"""The inbox as a page: messages with the way to their case, and how else to be told of them."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint
from werkzeug.wrappers import Response

from ckanext.govshare.display import helpers
from ckanext.govshare.logic import inbox
from ckanext.govshare.views import paging
from ckanext.govshare.views.case_pages import context, log_in_first, refused

blueprint = Blueprint("govshare_messages", __name__, url_prefix="/messages")
blueprint.before_request(log_in_first)


@blueprint.route("/")
def index() -> str:
    """The caller's messages, `?unread=1` those alone that were not read."""
    unread = tk.request.args.get("unread") == "1"
    number = paging.number()
    found = tk.get_action("govshare_message_list")(context(), {"unread": unread, **paging.span(number)})
    page = paging.paged(found, number, "govshare_messages.index", {"unread": "1" if unread else ""})
    settings = tk.get_action("govshare_message_settings_show")(context(), {})
    languages = {code: helpers.LANGUAGES.get(code, code) for code in settings["languages"]}
    return tk.render("govshare/messages/index.html", {
        "page": page, "unread": found["unread"], "only_unread": unread, "settings": settings, "languages": languages})


@blueprint.route("/<int:message_id>")
def follow(message_id: int) -> Response:
    """Go where a message leads; it counts as read from then on. Somebody else's is none."""
    try:
        address = inbox.address(context(), message_id)
    except tk.ObjectNotFound:
        return tk.abort(404)
    tk.get_action("govshare_message_read")(context(), {"ids": [message_id]})
    return tk.redirect_to(tk.h.url_for(address))


@blueprint.route("/read", methods=["POST"])
def read() -> Response:
    """Mark one message (`id`) as read, or all."""
    chosen = tk.request.form.get("id")
    try:
        tk.get_action("govshare_message_read")(context(), {"ids": [chosen]} if chosen else {"all": True})
    except tk.ValidationError as error:
        tk.h.flash_error(refused(error))
    return tk.redirect_to("govshare_messages.index", unread=tk.request.form.get("unread") or None)


@blueprint.route("/settings", methods=["POST"])
def settings() -> Response:
    """Keep how the caller wants to be told."""
    given = {"mail": "mail" in tk.request.form, "language": tk.request.form.get("language", "")}
    try:
        tk.get_action("govshare_message_settings_update")(context(), given)
    except tk.ValidationError as error:
        tk.h.flash_error(refused(error))
    else:
        tk.h.flash_success(tk._("Your settings were saved."))
    return tk.redirect_to("govshare_messages.index")

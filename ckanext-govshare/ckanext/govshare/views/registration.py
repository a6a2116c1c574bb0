"""Registering, and giving one's account another address: each by a link that the address itself gets (ADR 101)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.views import user as user_views
from flask import Blueprint
from redis.exceptions import RedisError
from werkzeug.wrappers import Response

from ckanext.govshare import config
from ckanext.govshare.domain.account_links import ADDRESS, REGISTRATION
from ckanext.govshare.logic import account_links, form_pages
from ckanext.govshare.security import sessions
from ckanext.govshare.security.refusals import Unavailable
from ckanext.govshare.views.case_pages import context, log_in_first

blueprint = Blueprint("govshare_account", __name__, url_prefix="/account")


def register() -> str | Response:
    """The form for the address; with the key of a link that for all else."""
    if tk.current_user.is_authenticated:
        return str(tk.render("user/logout_first.html", {}))
    try:
        form_pages.admit(context(), "govshare_registration_request", {})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("People cannot register themselves here. Ask the platform's operator for an account."))
    key = tk.request.args.get("key")
    return _ask() if key is None else _complete(key)


def _ask() -> str:
    email, errors = tk.request.form.get("email", ""), {}
    if tk.request.method == "POST":
        try:
            tk.get_action("govshare_registration_request")(context(), {"email": email})
            return str(tk.render("user/registration_asked.html", {"email": email.strip(), "hours": config.reset_link_hours()}))
        except tk.ValidationError as error:
            errors = error.error_dict
    return str(tk.render("user/new.html", {"email": email, "errors": errors}))


def _complete(key: str) -> str | Response:
    link = account_links.opened(REGISTRATION, key)
    if link is None:
        return _ask_again()
    form, errors = tk.request.form, {}
    if tk.request.method == "POST":
        given = {name: form.get(name, "") for name in ("name", "fullname", "password1", "password2")}
        try:
            tk.get_action("govshare_registration_complete")(context(), {"key": key, **given})
            return _begin(link.account)
        except tk.ValidationError as error:
            if "key" in error.error_dict:
                return _ask_again()
            errors = error.error_dict
    return str(tk.render("user/registration_complete.html", {"email": link.address, "data": form, "errors": errors}))


def _begin(account: str) -> Response:
    """Whoever registered is logged in; without Redis they log in later."""
    try:
        sessions.begin(model.User.get(account))
    except RedisError as error:
        raise Unavailable from error
    user_views.rotate_token()
    tk.h.flash_success(tk._("Your account is registered."))
    return tk.redirect_to("user.me")


def _ask_again() -> Response:
    tk.h.flash_error(tk._("This link was used, is too old or is not complete. If you registered with it, log in; else ask for "
                          "another."))
    return tk.redirect_to("user.register")


@blueprint.route("/address", methods=["GET", "POST"])
def address() -> str | Response:
    """Confirm by a button, which no program that reads mail presses, that the address of a link is to be the account's."""
    if answer := log_in_first():
        return answer
    key = tk.request.args.get("key", "")
    link = account_links.opened(ADDRESS, key)
    if link is None or link.account != tk.current_user.id:
        return _leads_nowhere()
    if tk.request.method != "POST":
        return str(tk.render("user/confirm_address.html", {"email": link.address}))
    try:
        confirmed: dict[str, Any] = tk.get_action("govshare_address_confirm")(context(), {"key": key})
    except tk.ValidationError:
        return _leads_nowhere()
    tk.h.flash_success(tk._("The address of your account is now {email}.").format(email=confirmed["email"]))
    return tk.redirect_to("user.read", id=tk.current_user.name)


def _leads_nowhere() -> Response:
    tk.h.flash_error(tk._("This link was used, is too old, is not complete or is for another account. The address that your "
                          "account has now stands below; to change it, enter the new one."))
    return tk.redirect_to("user.edit", id=tk.current_user.name)

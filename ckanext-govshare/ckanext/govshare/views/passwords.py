"""CKAN's pages for a forgotten password, with one answer whether the account exists or not (ADR 097)."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from werkzeug.wrappers import Response

from ckanext.govshare.domain.account_links import PASSWORD
from ckanext.govshare.logic import account_links
from ckanext.govshare.views.case_pages import context, refused


def request_reset() -> str | Response:
    """Ask for the link."""
    if tk.request.method == "POST":
        try:
            tk.get_action("govshare_password_reset_request")(context(), {"user": tk.request.form.get("user", "")})
        except tk.ValidationError as error:
            tk.h.flash_error(refused(error))
            return tk.redirect_to("user.request_reset")
        tk.h.flash_success(tk._(
            "If there is such an account, a link to choose a new password is on its way to its e-mail address."))
        return tk.redirect_to("user.login")
    return str(tk.render("user/request_reset.html", {}))


def perform_reset(id: str) -> str | Response:
    """Choose a password by the link."""
    key = tk.request.args.get("key", "")
    link = account_links.opened(PASSWORD, key, named=id)
    user = link.user if link else None
    if user is None or user.id != id:
        return _ask_again()
    errors: dict[str, list[str]] = {}
    summary: dict[str, str] = {}
    if tk.request.method == "POST":
        form = tk.request.form
        given = {"key": key, "password1": form.get("password1", ""), "password2": form.get("password2", "")}
        try:
            tk.get_action("govshare_password_reset")(context(), given)
        except tk.ValidationError as error:
            if "key" in error.error_dict:
                return _ask_again()
            errors, summary = error.error_dict, error.error_summary
        else:
            tk.h.flash_success(tk._("Your new password is set. Log in with it."))
            return tk.redirect_to("user.login")
    return str(tk.render("user/perform_reset.html", {
        "user_dict": {"name": user.name, "state": user.state}, "errors": errors, "error_summary": summary}))


def _ask_again() -> Response:
    tk.h.flash_error(tk._("This link was used, is too old or is not complete. Ask for a new one."))
    return tk.redirect_to("user.request_reset")

"""Logging in and out, and the page that each role works with (in place of CKAN's bare account pages)."""
from __future__ import annotations

from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan import model, plugins
from ckan.lib import authenticator
from ckan.views import user as user_views
from flask import make_response
from redis.exceptions import RedisError
from werkzeug.wrappers import Response

from ckanext.govshare.display import landing
from ckanext.govshare.security import refusals, sessions
from ckanext.govshare.security.refusals import TooManyAttempts, Unavailable

# What the box of the form sends; nothing else that is sent under its name means anything.
REMEMBER = "yes"
# Nobody wants to come back to these.
_PASSING = ("/user/login", "/user/_logout", "/user/logged_out_redirect", "/user/register", "/user/reset")


def log_in() -> Response | str | tuple[str, int]:
    """The form, and who is let in with it: to where they came from, or to the list of their role."""
    for plugin in plugins.PluginImplementations(plugins.IAuthenticator):
        if response := plugin.login():
            return response
    if tk.current_user.is_authenticated:
        return tk.redirect_to(_destination(tk.current_user))
    if tk.request.method != "POST":
        return _form()
    try:
        user = authenticator.ckan_authenticator({
            "login": tk.request.form.get("login", ""), "password": tk.request.form.get("password", "")})
        if user is None:
            return _form(tk._("Login failed. Bad username or password."))
        sessions.begin(user, remembered=tk.request.form.getlist("remember") == [REMEMBER])
    except TooManyAttempts as refusal:
        return refusals.come_back_later(make_response(_form(refusal.sentence())), refusal)
    except RedisError as error:
        raise Unavailable from error
    user_views.rotate_token()
    return tk.redirect_to(_destination(user))


def _form(error: str = "") -> str:
    return tk.render("user/login.html", {
        "error_summary": {"login": error} if error else {}, "login": tk.request.form.get("login", ""), "remember": REMEMBER})


def log_out() -> Response | str:
    """Asks on GET, which a link or a picture anywhere can send; logs out on POST, which needs the page's token."""
    for plugin in plugins.PluginImplementations(plugins.IAuthenticator):
        if response := plugin.logout():
            return response
    if not tk.current_user.is_authenticated:
        return tk.redirect_to("user.login")
    if tk.request.method != "POST":
        return tk.render("user/confirm_logout.html", {})
    try:
        sessions.end()
    except RedisError as error:
        raise Unavailable from error
    return tk.redirect_to(_local(tk.request.args.get("came_from", "")) or "user.logged_out_page")


def me() -> Response:
    """To the list that the caller works with."""
    if not tk.current_user.is_authenticated:
        return tk.redirect_to("user.login")
    return tk.redirect_to(landing.home_of(tk.current_user))


def _destination(user: model.User) -> str:
    return _local(tk.request.args.get("next", tk.request.args.get("came_from", ""))) or landing.home_of(user)


def _local(target: str) -> str:
    r"""`target` if it is a page of this site to come back to, by its path; else nothing.

    Browsers read a backslash as a slash and leave out control characters: `/\t/host` is another host's address.
    """
    if not target or "\\" in target or any(ord(character) < 32 for character in target) or not tk.h.url_is_local(target):
        return ""
    parts = urlsplit(target)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    passing = any(parts.path.rstrip("/").endswith(page) for page in _PASSING)
    return path if path.startswith("/") and not path.startswith("//") and not passing else ""

"""Whether a password is right: the one place that asks, for logging in, signing and the change of a password."""
from __future__ import annotations

from functools import cache
from typing import Any

from ckan import model
from ckan.lib import authenticator, signals
from passlib.hash import pbkdf2_sha512

from ckanext.govshare.repository import logins
from ckanext.govshare.security import throttle

LONGEST = 4096  # characters; the library that checks passwords refuses longer ones with an error


def is_right(name: Any, user: model.User | None, password: Any) -> bool:
    """Whether `password` is that of `user`, whom somebody called `name`.

    It takes as long where there is no such account. Raises TooManyAttempts without a look at the password, and Unavailable.
    """
    attempt = throttle.Attempt(throttle.PASSWORD, throttle.plain(name), throttle.address())
    attempt.begin()
    if _matches(user, password):
        attempt.succeeded()
        return True
    attempt.failed()
    return False


def _matches(user: model.User | None, password: Any) -> bool:
    known = isinstance(password, str) and 0 < len(password) <= LONGEST and "\0" not in password
    if user is None or not known or not user.is_active or not user.password:
        pbkdf2_sha512.verify("nobody's", _nobodys())
        return False
    return bool(user.validate_password(password))


@cache
def _nobodys() -> str:
    return str(pbkdf2_sha512.hash("somebody's"))


def authenticate(identity: dict[str, Any]) -> model.User | None:
    """In place of CKAN's `default_authenticate`: the account of ``login``, a name or address, if ``password`` is its own."""
    name = identity.get("login")
    user = logins.find(name)
    if is_right(name, user, identity.get("password")):
        return user
    signals.failed_login.send(name)
    return None


def install() -> None:
    """Let every question for a password pass here, also of CKAN's own views. May be called again."""
    authenticator.default_authenticate = authenticate

"""What the operator may change of somebody else's account: whether it is usable, and whether it is an operator's. Pure.

All else is the person's own. Whoever could set a password or an address could sign in, and sign, as that person.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.govshare.domain.account_events import ACTIVE, DELETED, STATE, SYSADMIN
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.wording import Message

PASSWORDS = ("password", "password1", "password2", "password_hash")
# Fields of an account that CKAN would save.
PERSONAL = ("name", "fullname", "email", "about", "image_url", "image_upload",
            "plugin_extras", "apikey", "reset_key")
# What people change of their own accounts; of anything else that is sent nothing is saved.
OWN = frozenset({"id", "name", "fullname", "email", "about", "image_url", "image_upload", "clear_upload", "plugin_extras",
                 "password", "password1", "password2", "old_password"})
TEXTS = ("name", "fullname", "email", "about", "image_url", "password", "password1", "password2", "old_password")
_TEXT = Message("Must be a text")
_ADDRESS = Message("Give your e-mail address")
_CHOSEN = Message(
    "Only the person chooses this password: it is set by the link that an invitation or “Forgot your password?” sends")
_OWN = Message("Only the person may change this")
_STATES = Message("Choose active or deleted")
_TRUTH = Message("Expected true or false")


def leads_in(given: Mapping[str, Any], email: str | None) -> bool:
    """Whether a change of one's own account gives whoever makes it a way to log in: another password, another address.

    :param given: fields as they were sent.
    :param email: the account's address now.
    """
    return any(given.get(name) for name in PASSWORDS) or ("email" in given and (given["email"] or "") != (email or ""))


def of_oneself(given: Mapping[str, Any], email: str | None) -> dict[str, Any]:
    """What somebody changes of their own account.

    :param given: fields as they were sent.
    :param email: the account's address now: once there is one, it gives way to another alone.
    :raises Invalid: for each text that is none, and for an address that is to be blank.
    """
    errors = {name: [_TEXT] for name in TEXTS if given.get(name) is not None and not isinstance(given[name], str)}
    if "email" in given and "email" not in errors and email and not (given["email"] or "").strip():
        errors["email"] = [_ADDRESS]
    if errors:
        raise Invalid(errors)
    return {name: value for name, value in given.items() if name in OWN}


def of_another(given: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the operator changes of somebody else's account.

    :param given: fields as the operator sent them; those that say what is stored already are no change.
    :param stored: the account's fields.
    :returns: `state` and `sysadmin`, where they differ.
    :raises Invalid: for each field that is the person's own, and for values that these two cannot have.
    """
    errors = {name: [_CHOSEN] for name in PASSWORDS if given.get(name)}
    errors |= {name: [_OWN] for name in PERSONAL if name in given and (given[name] or None) != (stored.get(name) or None)}
    if given.get(STATE, stored[STATE]) not in (stored[STATE], ACTIVE, DELETED):
        errors[STATE] = [_STATES]
    if given.get(SYSADMIN, False) not in (True, False):
        errors[SYSADMIN] = [_TRUTH]
    if errors:
        raise Invalid(errors)
    return {name: given[name] for name in (STATE, SYSADMIN) if name in given and given[name] != stored[name]}

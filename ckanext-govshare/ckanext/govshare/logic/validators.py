"""Validators that the schemas name. They turn input into stored values; what may be said is decided in `domain`.

An entry is checked as a whole before CKAN looks at single fields: its errors then stand beside CKAN's own, all at once.
"""
from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.govshare import config, regulations
from ckanext.govshare.domain import attributes, codes, entry_input, passwords, slugs
from ckanext.govshare.domain.attributes import AttributeRules
from ckanext.govshare.domain.plain_text import is_blank, text_error
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic import drafts
from ckanext.govshare.logic.wording import translate
from ckanext.govshare.repository import accounts
from ckanext.govshare.repository import attributes as repository

__all__ = ["email_is_unique", "govshare_entry", "govshare_json_output", "govshare_name", "govshare_plain_text", "govshare_uscc",
           "user_both_passwords_entered", "user_name_validator", "user_password_validator", "user_passwords_match"]

# Kept by CKAN in columns of its own, with validators of its own.
_CORE = ("title", "notes")


def govshare_entry(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Read the entry's fields, refuse what is malformed or contradictory by field, and leave the values to store.

    What is only missing is accepted: a draft may be incomplete, its submission may not.
    """
    entry = entry_input.read({field: _given(data, field) for field in entry_input.FIELDS})
    found = attributes.check(entry, AttributeRules.of(regulations.current()), complete=False)
    for field, messages in found.items():
        errors[(field,)].extend(translate(message) for message in messages)
    for field in entry_input.FIELDS:
        data[(field,)] = _stored(entry[field]) if field in entry and field not in found else tk.missing
    for field in _CORE:
        if field in found:
            data[(field,)] = ""
    data[("catalog_code",)] = _catalog_code(data, context)


def _given(data: FlattenDataDict, field: str) -> Any:
    value = data.get((field,))
    return None if value is tk.missing else value


def _stored(value: Any) -> Any:
    """CKAN keeps extra fields as text: lists as JSON, flags as `true` and `false`."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _catalog_code(data: FlattenDataDict, context: Context) -> Any:
    """The code in force: assigned at approval, never said by a caller (001 第九条)."""
    if context.get(drafts.PUBLISHING):
        return data.get(("catalog_code",), tk.missing)
    package = context.get("package")
    return (package.extras.get("catalog_code") if package else None) or tk.missing


def govshare_json_output(value: Any) -> Any:
    """A stored list or flag as JSON gives it; anything else as it is."""
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value


def govshare_name(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Where no name is given: the name it has, else one made of the title's pinyin that no other entry has."""
    if not is_blank(_given(data, "name")):
        return
    package = context.get("package")
    title = _given(data, "title")
    if package:
        data[key] = package.name
    elif isinstance(title, str) and not is_blank(title):
        data[key] = repository.free_name(slugs.slug(title))


def govshare_plain_text(limit: int) -> Callable[[Any], Any]:
    """A validator of text of at most `limit` characters without control characters; blank becomes missing."""
    def validator(value: Any) -> Any:
        if error := text_error(value, limit):
            raise tk.Invalid(translate(error))
        return value.strip()
    return validator


def govshare_uscc(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """A department's 统一社会信用代码, right by its check character and no other department's (GB 32100)."""
    value = data[key]
    value = value.strip().upper() if isinstance(value, str) else value
    if error := codes.uscc_error(value):
        raise tk.Invalid(translate(error))
    group = context.get("group")
    if repository.uscc_is_taken(value, group.id if group else None):
        raise tk.Invalid(translate(Message("Another department has this code")))
    data[key] = value


def user_password_validator(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """In place of CKAN's, which asks for eight characters: wherever a password is set, it is not one that is easily guessed."""
    value = _given(data, key[-1])
    if value is None or value == "":
        return
    if not isinstance(value, str):
        errors[key].append(tk._("Passwords must be strings"))
        return
    user: Any = context.get("user_obj")
    known = [_given(data, field) or getattr(user, field, None) for field in ("name", "fullname", "email")]
    if weak := passwords.weakness(value, [text[:255] for text in known if isinstance(text, str)]):
        errors[key].append(translate(weak))


def user_name_validator(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """In place of CKAN's, which tells those who may not change their account's name whether somebody has the new one."""
    name = data[key]
    if not isinstance(name, str):
        raise tk.Invalid(tk._("User names must be strings"))
    user: Any = context.get("user_obj")
    if user and name == user.name:
        return
    caller: Any = context.get("auth_user_obj") or model.User.get(context.get("user") or "")
    may = context.get("ignore_auth") or bool(caller and caller.sysadmin)
    if user and not may and user.state != model.State.PENDING:
        errors[key].append(tk._("That login name can not be modified."))
    elif model.User.get(name) is not None:
        errors[key].append(tk._("The username is already associated with another account. Please use a different username."))


def user_both_passwords_entered(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """In place of CKAN's, which complains at a field that no form has."""
    if not _given(data, "password1"):
        errors[("password1",)].append(tk._("Please enter both passwords"))


def user_passwords_match(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """In place of CKAN's, which complains at the first of the two fields."""
    first, second = _given(data, "password1"), _given(data, "password2")
    if first == second:
        data[("password",)] = first
    elif first or second:
        errors[("password2",)].append(tk._("The passwords you entered do not match"))


def email_is_unique(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """In place of CKAN's, to which an address with `_` or `%` is a pattern that those of others match."""
    taken = accounts.holders(str(data[key]), states=config.states_with_an_address())
    own = {_given(data, "id"), _given(data, "name")}
    if any(not own & {user.id, user.name} for user in taken):
        raise tk.Invalid(tk._("The email address '{email}' belongs to a registered user.").format(email=data[key].lower()))

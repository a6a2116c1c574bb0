"""Parameters of the actions by which people register or change their address."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import schema as core
from ckan.types import DataDict, Schema

from ckanext.govshare.logic.schema.passwords import LONGEST

_CHOSEN = ("name", "fullname", "password1", "password2")


def address(data_dict: DataDict) -> str:
    """The e-mail address that somebody typed. Raises ValidationError where there is none, too long a one, or something else."""
    given = data_dict.get("email")
    text = given.strip() if isinstance(given, str) else ""
    if not text:
        raise tk.ValidationError({"email": [tk._("Give your e-mail address")]})
    if len(text) > LONGEST:
        raise tk.ValidationError({"email": [tk._("At most {limit} characters").format(limit=LONGEST)]})
    if not is_address(text):
        raise tk.ValidationError({"email": [tk._("This is no e-mail address: write it like name@example.com")]})
    return text


def is_address(text: str) -> bool:
    """Whether CKAN takes `text` for an e-mail address."""
    try:
        tk.get_validator("email_validator")(text, {})
    except tk.Invalid:
        return False
    return bool(text)


def chosen(data_dict: DataDict) -> dict[str, Any]:
    """What whoever registers says themselves; all else comes from the link."""
    return {name: data_dict.get(name) or "" for name in _CHOSEN}


def registered() -> Schema:
    """CKAN's of an account that somebody makes for themselves."""
    made: Schema = core.user_new_form_schema()
    return made


def with_address_as_it_is(schema: Schema | None) -> Schema:
    """`schema`, CKAN's where it is None, of a change of an account by which its address stays."""
    return {**(schema or core.default_update_user_schema()), "email": [tk.get_validator("ignore")]}

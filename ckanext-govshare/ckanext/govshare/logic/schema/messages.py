"""Parameters of the actions on messages."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.govshare.logic.schema.fields import FLAG, MAX_PAGE, page, parameters
from ckanext.govshare.notifications import preferences

_LARGEST_ID = 2**63 - 1


def message_ids(value: object) -> list[int]:
    """A list of at most a page of message ids, as numbers or their digits."""
    given = value if isinstance(value, list) else [value]
    if len(given) > MAX_PAGE:
        raise tk.Invalid(tk._("At most {limit} at once").format(limit=MAX_PAGE))
    ids = []
    for one in given:
        text = str(one)
        if isinstance(one, bool) or not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > _LARGEST_ID:
            raise tk.Invalid(tk._("Expected numbers of messages"))
        ids.append(int(text))
    return ids


def offered_language(value: object) -> str:
    """One of the languages that the portal offers."""
    if value not in preferences.offered():
        raise tk.Invalid(tk._("Choose one of the languages that the portal offers"))
    return str(value)


message_list = parameters(unread=FLAG, **page())


@validator_args
def message_read(ignore_missing: Validator, default: ValidatorFactory, boolean_validator: Validator) -> Schema:
    return {"ids": [ignore_missing, message_ids], "all": [default(False), boolean_validator]}


@validator_args
def message_settings_update(ignore_missing: Validator, boolean_validator: Validator) -> Schema:
    return {"mail": [ignore_missing, boolean_validator], "language": [ignore_missing, offered_language]}

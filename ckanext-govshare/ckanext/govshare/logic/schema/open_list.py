"""Parameters of the open list's action."""
from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator

from ckanext.govshare.logic.schema.fields import page, text_up_to

MAX_PAGE = 1000


@validator_args
def open_list(ignore_missing: Validator) -> Schema:
    return {
        "organization": [ignore_missing, text_up_to(100)],
        **page(100, MAX_PAGE),
    }

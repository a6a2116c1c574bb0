"""Parameters of the open list's action."""
from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.govshare.logic.schema.fields import MAX_OFFSET, at_most, text_up_to

MAX_PAGE = 1000


@validator_args
def open_list(ignore_missing: Validator, default: ValidatorFactory, natural_number_validator: Validator) -> Schema:
    return {
        "organization": [ignore_missing, text_up_to(100)],
        "offset": [default(0), natural_number_validator, at_most(MAX_OFFSET)],
        "limit": [default(100), natural_number_validator, at_most(MAX_PAGE)],
    }

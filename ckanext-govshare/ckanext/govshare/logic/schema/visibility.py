"""Parameters of the lists that `logic/action/visibility.py` answers in CKAN's place."""
from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.govshare.logic.schema.fields import MAX_OFFSET, at_most


@validator_args
def tags(ignore_missing: Validator, unicode_safe: Validator, natural_number_validator: Validator, default: ValidatorFactory,
         ignore: Validator, boolean_validator: Validator) -> Schema:
    return {
        "q": [ignore_missing],
        "query": [ignore_missing],
        "vocabulary_id": [ignore_missing, unicode_safe],
        "all_fields": [default(False), boolean_validator],
        "offset": [default(0), natural_number_validator, at_most(MAX_OFFSET)],
        "limit": [ignore_missing, natural_number_validator, at_most(MAX_OFFSET)],
        "__extras": [ignore],
    }

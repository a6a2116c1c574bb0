"""Parameters of the action that shows the first rows of a data file."""
from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.govshare.logic.schema.fields import at_most

MOST_ROWS = 20


@validator_args
def file_sample(not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory,
                natural_number_validator: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "limit": [default(8), natural_number_validator, at_most(MOST_ROWS)]}

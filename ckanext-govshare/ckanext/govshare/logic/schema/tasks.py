"""Parameters of the actions about what waits for a department."""
from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.govshare.logic.schema.fields import MAX_PAGE, at_most


@validator_args
def task_show(natural_number_validator: Validator, default: ValidatorFactory) -> Schema:
    return {"limit": [default(20), natural_number_validator, at_most(MAX_PAGE)]}

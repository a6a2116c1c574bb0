"""Parameters of the trace's actions."""
from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

MAX_LEAVES = 1000


@validator_args
def trace_list(ignore_missing: Validator, natural_number_validator: Validator, default: ValidatorFactory) -> Schema:
    return {"from": [default(1), natural_number_validator], "to": [ignore_missing, natural_number_validator]}

"""Parameters of the gate's actions."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

MOST_DAYS = 366


def _days(value: object) -> object:
    if isinstance(value, int) and not 1 <= value <= MOST_DAYS:
        raise tk.Invalid(tk._("Must be a number from 1 to {most}").format(most=MOST_DAYS))
    return value


@validator_args
def access_show(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"resource_id": [not_empty, unicode_safe]}


@validator_args
def fetch_counts(not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory,
                 int_validator: Validator) -> Schema:
    return {"resource_id": [not_empty, unicode_safe], "days": [default(30), int_validator, _days]}

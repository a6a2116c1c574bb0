"""Parameters of the actions on grants."""
from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.govshare.domain.grants import State
from ckanext.govshare.logic.schema.catalog import MAX_OFFSET, MAX_PAGE, MAX_TEXT, at_most, text_up_to

MAX_ID = 100
MAX_DAYS = 400
ROLES = ("holder", "department", "competent")


@validator_args
def grant_ref(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text_up_to(MAX_ID)]}


@validator_args
def grant_reason(not_empty: Validator, default: ValidatorFactory) -> Schema:
    return {"id": [not_empty, text_up_to(MAX_ID)], "reason": [default(""), text_up_to(MAX_TEXT)]}


@validator_args
def grant_statement(not_empty: Validator, default: ValidatorFactory) -> Schema:
    return {"id": [not_empty, text_up_to(MAX_ID)], "statement": [default(""), text_up_to(MAX_TEXT)]}


@validator_args
def grant_usage(not_empty: Validator, default: ValidatorFactory, natural_number_validator: Validator) -> Schema:
    return {
        "id": [not_empty, text_up_to(MAX_ID)],
        "days": [default(30), natural_number_validator, at_most(MAX_DAYS)],
        "offset": [default(0), natural_number_validator, at_most(MAX_OFFSET)],
        "limit": [default(50), natural_number_validator, at_most(MAX_PAGE)],
    }


@validator_args
def grant_list(ignore_missing: Validator, default: ValidatorFactory, natural_number_validator: Validator,
               one_of: ValidatorFactory, boolean_validator: Validator) -> Schema:
    return {
        "role": [default("holder"), one_of(list(ROLES))],
        "state": [ignore_missing, one_of([state.value for state in State])],
        "organization": [ignore_missing, text_up_to(MAX_ID)],
        "q": [default(""), text_up_to(200)],
        "unusual": [default(False), boolean_validator],
        "offset": [default(0), natural_number_validator, at_most(MAX_OFFSET)],
        "limit": [default(20), natural_number_validator, at_most(MAX_PAGE)],
    }

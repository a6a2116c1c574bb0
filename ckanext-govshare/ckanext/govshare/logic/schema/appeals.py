"""Parameters of the actions of appeals and of the competent department's board."""
from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.govshare.domain.appeals import MAX_REASON, State
from ckanext.govshare.logic.schema.catalog import MAX_OFFSET, MAX_PAGE, at_most, text_up_to

ROLES = ("appellant", "department", "competent")
OUTCOMES = (State.UPHELD.value, State.OVERTURNED.value)
_ID = text_up_to(100)


@validator_args
def appeal_file(default: ValidatorFactory) -> Schema:
    return {"application_id": [default(""), _ID], "grant_id": [default(""), _ID],
            "reason": [default(""), text_up_to(MAX_REASON)]}


@validator_args
def appeal_ref(not_empty: Validator) -> Schema:
    return {"id": [not_empty, _ID]}


@validator_args
def appeal_decide(not_empty: Validator, one_of: ValidatorFactory, default: ValidatorFactory) -> Schema:
    return {"id": [not_empty, _ID], "outcome": [not_empty, one_of(list(OUTCOMES))],
            "reason": [default(""), text_up_to(MAX_REASON)]}


@validator_args
def appeal_list(ignore_missing: Validator, one_of: ValidatorFactory, default: ValidatorFactory,
                natural_number_validator: Validator) -> Schema:
    return {
        "role": [default("appellant"), one_of(list(ROLES))],
        "state": [ignore_missing, one_of([state.value for state in State])],
        "organization": [ignore_missing, _ID],
        "q": [default(""), text_up_to(200)],
        "offset": [default(0), natural_number_validator, at_most(MAX_OFFSET)],
        "limit": [default(20), natural_number_validator, at_most(MAX_PAGE)],
    }


@validator_args
def board_list(ignore_missing: Validator, default: ValidatorFactory, natural_number_validator: Validator) -> Schema:
    return {
        "organization": [ignore_missing, _ID],
        "offset": [default(0), natural_number_validator, at_most(MAX_OFFSET)],
        "limit": [default(20), natural_number_validator, at_most(MAX_PAGE)],
    }

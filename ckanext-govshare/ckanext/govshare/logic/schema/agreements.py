"""Parameters of the actions on agreements and their templates."""
from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.govshare import signing
from ckanext.govshare.domain.agreement_texts import MAX_BODY, MAX_TITLE, Scope
from ckanext.govshare.domain.agreements import MAX_NAME
from ckanext.govshare.logic.schema.catalog import text_up_to

MAX_ID = 100
MAX_GIVEN = 100_000  # characters of what a signer asks for: a signature with its certificates


@validator_args
def agreement_ref(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text_up_to(MAX_ID)]}


@validator_args
def agreement_sign(not_empty: Validator, default: ValidatorFactory) -> Schema:
    """What the signer in use asks for is among the parameters."""
    return {
        "id": [not_empty, text_up_to(MAX_ID)],
        "signature_name": [default(""), text_up_to(MAX_NAME)],
        "text_hash": [default(""), text_up_to(MAX_ID)],
        **{field: [default(""), text_up_to(MAX_GIVEN)] for field in signing.current().fields},
    }


@validator_args
def agreement_verify(not_empty: Validator) -> Schema:
    return {"hash": [not_empty, text_up_to(200)]}


@validator_args
def template_ref(not_empty: Validator, default: ValidatorFactory, one_of: ValidatorFactory) -> Schema:
    return {"scope": [not_empty, one_of([scope.value for scope in Scope])], "scope_id": [default(""), text_up_to(200)]}


@validator_args
def template_update(not_empty: Validator, default: ValidatorFactory, one_of: ValidatorFactory,
                    boolean_validator: Validator) -> Schema:
    return {
        "scope": [not_empty, one_of([scope.value for scope in Scope])], "scope_id": [default(""), text_up_to(200)],
        "title": [default(""), text_up_to(MAX_TITLE)], "body": [default(""), text_up_to(MAX_BODY)],
        "sign_again": [default(False), boolean_validator],
    }

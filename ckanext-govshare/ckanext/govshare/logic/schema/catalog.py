"""Parameters of the catalogue's actions."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.govshare.domain.catalog import State

MAX_TEXT = 5000
MAX_PAGE = 100
MAX_OFFSET = 10**9  # further than any list goes, and near enough for PostgreSQL's numbers


def text_up_to(limit: int) -> Validator:
    """Text of at most `limit` characters, without NUL, which PostgreSQL cannot hold."""
    def validate(value: object) -> str:
        if not isinstance(value, str):
            raise tk.Invalid(tk._("Expected text"))
        if len(value) > limit:
            raise tk.Invalid(tk._("{length} characters; at most {limit} are allowed").format(length=len(value), limit=limit))
        if "\0" in value:
            raise tk.Invalid(tk._("Contains a character that cannot be stored"))
        return value
    return validate


def at_most(limit: int) -> Validator:
    """A larger number counts as `limit`; what is no number was refused before, and CKAN goes on with the next validator."""
    def clamp(value: object) -> object:
        return min(value, limit) if isinstance(value, int) else value
    return clamp


@validator_args
def entry_ref(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def entry_submit(not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory) -> Schema:
    return {"id": [not_empty, unicode_safe], "narrowing_basis": [default(""), text_up_to(MAX_TEXT)]}


@validator_args
def entry_reason(not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory) -> Schema:
    return {"id": [not_empty, unicode_safe], "reason": [default(""), text_up_to(MAX_TEXT)]}


@validator_args
def entry_list(ignore_missing: Validator, unicode_safe: Validator, default: ValidatorFactory,
               natural_number_validator: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "organization": [ignore_missing, unicode_safe],
        "state": [ignore_missing, one_of([state.value for state in State])],
        "q": [default(""), text_up_to(200)],
        "offset": [default(0), natural_number_validator, at_most(MAX_OFFSET)],
        "limit": [default(20), natural_number_validator, at_most(MAX_PAGE)],
    }

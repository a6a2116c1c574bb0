"""Parameters of the actions on data files."""
from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator

from ckanext.govshare.logic.schema.fields import text_up_to

_ID = 100


@validator_args
def file_ref(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text_up_to(_ID)]}


@validator_args
def file_list(not_empty: Validator) -> Schema:
    return {"resource_id": [not_empty, text_up_to(_ID)]}


@validator_args
def file_compare(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text_up_to(_ID)], "other": [not_empty, text_up_to(_ID)]}

"""Parameters of the actions on what entries ask of applicants; the content is checked in `domain.entry_forms`."""
from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator

from ckanext.govshare.logic.schema.fields import text_up_to

_ID = 100


@validator_args
def entry_form_ref(not_empty: Validator) -> Schema:
    return {"dataset_id": [not_empty, text_up_to(_ID)]}


@validator_args
def entry_form_update(not_empty: Validator, ignore_missing: Validator) -> Schema:
    return {"dataset_id": [not_empty, text_up_to(_ID)], "questions": [ignore_missing], "agreement_required": [ignore_missing],
            "limits": [ignore_missing], "longest_period_days": [ignore_missing], "note": [ignore_missing]}

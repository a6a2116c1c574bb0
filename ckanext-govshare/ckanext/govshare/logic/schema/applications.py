"""Parameters of the actions on applications, on what entries ask, on attachments and on canned replies."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.govshare.domain import application_forms
from ckanext.govshare.domain.application_cases import State
from ckanext.govshare.logic.schema.catalog import MAX_OFFSET, MAX_PAGE, MAX_TEXT, at_most, text_up_to

# Beside the states: those in which the department has to act.
WAITING = "waiting"
ROLES = ("applicant", "department", "competent")
# The commands that departments keep sentences for.
REPLIES = ("return", "approve", "reject", "suspend", "terminate")
MAX_ASSIGNED = 200
_ID, _DATE = 100, 10


def json_object(value: Any) -> dict[str, Any]:
    """An object as JSON has it; its content is checked where its meaning is known."""
    if not isinstance(value, dict):
        raise tk.Invalid(tk._("Expected an object"))
    return value


def _ids(value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values or not all(isinstance(one, str) and len(one) <= _ID for one in values):
        raise tk.Invalid(tk._("Expected a list of ids"))
    if len(values) > MAX_ASSIGNED:
        raise tk.Invalid(tk._("At most {limit} at once").format(limit=MAX_ASSIGNED))
    return list(dict.fromkeys(values))


def _form_fields(ignore_missing: Validator) -> Schema:
    limits = {**application_forms.REQUIRED, **application_forms.OPTIONAL, "period_start": _DATE, "period_end": _DATE,
              "applicant_kind": 40}
    fields: Schema = {name: [ignore_missing, text_up_to(limit)] for name, limit in limits.items()}
    return fields | {"answers": [ignore_missing, json_object], "renews": [ignore_missing, text_up_to(_ID)]}


@validator_args
def application_ref(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text_up_to(_ID)]}


@validator_args
def application_create(not_empty: Validator, ignore_missing: Validator) -> Schema:
    return {"dataset_id": [not_empty, text_up_to(_ID)], **_form_fields(ignore_missing)}


@validator_args
def application_update(not_empty: Validator, ignore_missing: Validator) -> Schema:
    return {"id": [not_empty, text_up_to(_ID)], **_form_fields(ignore_missing)}


@validator_args
def application_reason(not_empty: Validator, default: ValidatorFactory) -> Schema:
    return {"id": [not_empty, text_up_to(_ID)], "reason": [default(""), text_up_to(MAX_TEXT)]}


@validator_args
def application_approve(not_empty: Validator, default: ValidatorFactory, ignore_missing: Validator,
                        ignore_empty: Validator, boolean_validator: Validator) -> Schema:
    return {
        "id": [not_empty, text_up_to(_ID)],
        "period_start": [ignore_empty, text_up_to(_DATE)], "period_end": [ignore_empty, text_up_to(_DATE)],
        "conditions": [default(""), text_up_to(MAX_TEXT)], "reason": [default(""), text_up_to(MAX_TEXT)],
        "agreement_required": [ignore_missing, boolean_validator], "limits": [ignore_missing, json_object],
    }


@validator_args
def application_assign(not_empty: Validator, default: ValidatorFactory) -> Schema:
    return {"ids": [not_empty, _ids], "user": [default(""), text_up_to(_ID)]}


@validator_args
def application_list(ignore_empty: Validator, default: ValidatorFactory, one_of: ValidatorFactory,
                     boolean_validator: Validator, natural_number_validator: Validator) -> Schema:
    return {
        "role": [default("applicant"), text_up_to(20), one_of(list(ROLES))],
        "state": [ignore_empty, text_up_to(20), one_of([*(state.value for state in State), WAITING])],
        "q": [default(""), text_up_to(200)],
        "organization": [ignore_empty, text_up_to(_ID)],
        "assignee": [ignore_empty, text_up_to(_ID)],
        "overdue": [ignore_empty, boolean_validator],
        "offset": [default(0), natural_number_validator, at_most(MAX_OFFSET)],
        "limit": [default(20), natural_number_validator, at_most(MAX_PAGE)],
    }


@validator_args
def dataset_ref(not_empty: Validator) -> Schema:
    return {"dataset_id": [not_empty, text_up_to(_ID)]}


@validator_args
def attachment_add(not_empty: Validator, not_missing: Validator) -> Schema:
    return {"application_id": [not_empty, text_up_to(_ID)], "upload": [not_missing]}


@validator_args
def canned_reply_list(not_empty: Validator, ignore_empty: Validator, one_of: ValidatorFactory) -> Schema:
    return {"organization": [not_empty, text_up_to(_ID)], "command": [ignore_empty, text_up_to(20), one_of(list(REPLIES))]}


@validator_args
def canned_reply_create(not_empty: Validator, one_of: ValidatorFactory) -> Schema:
    return {"organization": [not_empty, text_up_to(_ID)], "command": [not_empty, text_up_to(20), one_of(list(REPLIES))],
            "title": [not_empty, text_up_to(200)], "text": [not_empty, text_up_to(MAX_TEXT)]}


@validator_args
def canned_reply_update(not_empty: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {"id": [not_empty, text_up_to(_ID)], "command": [ignore_missing, text_up_to(20), one_of(list(REPLIES))],
            "title": [ignore_missing, not_empty, text_up_to(200)], "text": [ignore_missing, not_empty, text_up_to(MAX_TEXT)]}

"""Parameters of the actions on applications, on what entries ask, on attachments and on canned replies."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.navl.validators import ignore_empty, ignore_missing, not_empty, not_missing
from ckan.logic.validators import boolean_validator, one_of

from ckanext.govshare.domain import application_forms
from ckanext.govshare.domain.application_cases import State
from ckanext.govshare.logic.schema.fields import (
    FILTER,
    MAX_ID,
    MAX_TEXT,
    chosen,
    listing,
    parameters,
    required,
    text,
    text_up_to,
)

# Beside the states: those in which the department has to act.
WAITING = "waiting"
# The commands that departments keep sentences for.
REPLIES = ("return", "approve", "reject", "suspend", "terminate")
MAX_ASSIGNED = 200
_DATE = 10


def json_object(value: Any) -> dict[str, Any]:
    """An object as JSON has it; its content is checked where its meaning is known."""
    if not isinstance(value, dict):
        raise tk.Invalid(tk._("Expected an object"))
    return value


def _ids(value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values or not all(isinstance(one, str) and len(one) <= MAX_ID for one in values):
        raise tk.Invalid(tk._("Expected a list of ids"))
    if len(values) > MAX_ASSIGNED:
        raise tk.Invalid(tk._("At most {limit} at once").format(limit=MAX_ASSIGNED))
    return list(dict.fromkeys(values))


_LIMITS = {**application_forms.REQUIRED, **application_forms.OPTIONAL, "period_start": _DATE, "period_end": _DATE,
           "applicant_kind": 40, "renews": MAX_ID}
_OBJECT = [ignore_missing, json_object]
_FORM = {name: [ignore_missing, text_up_to(limit)] for name, limit in _LIMITS.items()} | {"answers": _OBJECT}
_REPLY = [text_up_to(20), one_of(list(REPLIES))]
_CHANGED = [ignore_missing, not_empty]

application_create = parameters(dataset_id=required(), **_FORM)
application_update = parameters(id=required(), **_FORM)
application_approve = parameters(
    id=required(), period_start=[ignore_empty, text_up_to(_DATE)], period_end=[ignore_empty, text_up_to(_DATE)],
    conditions=text(), reason=text(), agreement_required=[ignore_missing, boolean_validator], limits=_OBJECT)
application_assign = parameters(ids=[not_empty, _ids], user=text(MAX_ID))
application_list = listing(("applicant", "department", "competent"), [*State, WAITING], assignee=FILTER,
                           overdue=[ignore_empty, boolean_validator])
dataset_ref = parameters(dataset_id=required())
attachment_add = parameters(application_id=required(), upload=[not_missing])
canned_reply_list = parameters(organization=required(), command=chosen(REPLIES))
canned_reply_create = parameters(
    organization=required(), command=[not_empty, *_REPLY], title=required(200), text=required(MAX_TEXT))
canned_reply_update = parameters(
    id=required(), command=[ignore_missing, *_REPLY], title=[*_CHANGED, text_up_to(200)], text=[*_CHANGED, text_up_to(MAX_TEXT)])

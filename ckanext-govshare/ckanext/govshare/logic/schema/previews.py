"""Parameters of the preview of a table."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.govshare.logic.schema.fields import page, text_up_to

MOST_ROWS = 200
LONGEST = 2000


def texts(value: object) -> list[str]:
    """A list of texts; one text stands for a list of one. How many there may be is the question's own rule."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list):
        raise tk.Invalid(tk._("Expected a list of texts"))
    check = text_up_to(LONGEST)
    return [check(one) for one in values]


@validator_args
def table_show(not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory, ignore_missing: Validator) -> Schema:
    return {
        "resource_id": [not_empty, unicode_safe],
        "q": [default(""), text_up_to(LONGEST)],
        "filter": [ignore_missing, texts],
        "sort": [ignore_missing, texts],
        "fields": [ignore_missing, texts],
        **page(most=MOST_ROWS),
    }

"""What the schemas of actions are made of: each parameter's validators, and the parameters that lists have in common."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.navl.validators import default, ignore_empty, not_empty
from ckan.logic.validators import boolean_validator, natural_number_validator, one_of
from ckan.types import Schema, Validator

MAX_ID = 100
MAX_TEXT = 5000
MAX_QUERY = 200
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


def text(limit: int = MAX_TEXT) -> list[Any]:
    """A text that may be left out."""
    return [default(""), text_up_to(limit)]


def required(limit: int = MAX_ID) -> list[Any]:
    """A text that has to be there."""
    return [not_empty, text_up_to(limit)]


def chosen(values: Iterable[str], otherwise: str | None = None) -> list[Any]:
    """One of `values`; where it is left out `otherwise`, or nothing."""
    given = ignore_empty if otherwise is None else default(otherwise)
    return [given, text_up_to(MAX_ID), one_of([str(value) for value in values])]


def number(otherwise: int, most: int) -> list[Any]:
    """A natural number; larger ones count as `most`."""
    return [default(otherwise), natural_number_validator, at_most(most)]


FLAG: Sequence[Any] = (default(False), boolean_validator)
FILTER: Sequence[Any] = (ignore_empty, text_up_to(MAX_ID))


def parameters(**fields: Sequence[Any]) -> Callable[[], Schema]:
    """A schema for `ckan.logic.validate`: the validators of each parameter."""
    return lambda: {name: list(validators) for name, validators in fields.items()}


def page(limit: int = 20, most: int = MAX_PAGE) -> dict[str, list[Any]]:
    """`offset` and `limit`, where so many are given at a time."""
    return {"offset": number(0, MAX_OFFSET), "limit": number(limit, most)}


def listing(roles: Sequence[str], states: Iterable[str], **more: Sequence[Any]) -> Callable[[], Schema]:
    """The parameters of a list of cases. `roles`: as what one may list them; the first where nothing is said."""
    role = {"role": chosen(roles, roles[0])} if roles else {}
    return parameters(**role, state=chosen(states), organization=FILTER, q=text(MAX_QUERY), **page(), **more)


reference = parameters(id=required())
with_reason = parameters(id=required(), reason=text())

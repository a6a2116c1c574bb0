"""CKAN's actions that store something, with `domain.text_limits` and `group_fields` before each: for the API and forms alike."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Action, Context, DataDict

from ckanext.govshare import config
from ckanext.govshare.domain import group_fields, text_limits
from ckanext.govshare.logic.around import Guard, around
from ckanext.govshare.logic.wording import error_dict


def bound(actions: Mapping[str, Action]) -> dict[str, Action]:
    """`actions`, and CKAN's others that store, with the check before each."""
    return {**actions, **{name: around(name, actions.get(name), _guard(name)) for name in text_limits.STORED}}


def _guard(name: str) -> Guard:
    @contextmanager
    def bounded(context: Context, data_dict: DataDict) -> Iterator[None]:
        _check(name, context, data_dict)
        yield
    return bounded


def _check(name: str, context: Context, data_dict: DataDict) -> None:
    found = text_limits.errors(name, data_dict)
    if not found and name in group_fields.ACTIONS and not context.get("ignore_auth"):
        found = group_fields.errors(data_dict, _stored(data_dict), config.site_url())
    if found:
        raise tk.ValidationError(error_dict(found))


def _stored(data_dict: DataDict) -> dict[str, Any]:
    """What a department's or theme's page says now."""
    group = model.Group.get(str(data_dict.get("id") or ""))
    if group is None:
        return {}
    extras = [{"key": key, "value": value} for key, value in sorted(group.extras.items())]
    return {**group.extras, "image_url": group.image_url, "extras": extras}

"""CKAN's actions that store something, with `domain.text_limits` and `group_fields` before each: for the API and forms alike."""
from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Action, Context, DataDict

from ckanext.govshare import config
from ckanext.govshare.domain import group_fields, text_limits
from ckanext.govshare.logic.messages import error_dict


def bound(actions: Mapping[str, Action]) -> dict[str, Action]:
    """`actions`, and CKAN's others that store, with the check before each."""
    return {**actions, **{name: _bounded(name, actions.get(name)) for name in text_limits.STORED}}


def _bounded(name: str, ours: Action | None) -> Action:
    if ours is not None and not getattr(ours, "chained_action", False):
        @wraps(ours)
        def replacing(context: Context, data_dict: DataDict) -> Any:
            _check(name, context, data_dict)
            return ours(context, data_dict)
        return replacing

    def chained(original: Action, context: Context, data_dict: DataDict) -> Any:
        _check(name, context, data_dict)
        return ours(original, context, data_dict) if ours else original(context, data_dict)
    chained.__name__, chained.__doc__ = name, getattr(ours, "__doc__", None)
    vars(chained).update(vars(ours) if ours else {})
    return tk.chained_action(chained)


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

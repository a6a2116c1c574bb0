"""CKAN's actions that store something, with the lengths of `domain.text_limits` before each: for the API and forms alike."""
from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

from ckanext.govshare.domain import text_limits
from ckanext.govshare.logic.messages import error_dict


def bound(actions: Mapping[str, Action]) -> dict[str, Action]:
    """`actions`, and CKAN's others that store, with the check before each."""
    return {**actions, **{name: _bounded(name, actions.get(name)) for name in text_limits.STORED}}


def _bounded(name: str, ours: Action | None) -> Action:
    if ours is not None and not getattr(ours, "chained_action", False):
        @wraps(ours)
        def replacing(context: Context, data_dict: DataDict) -> Any:
            _check(name, data_dict)
            return ours(context, data_dict)
        return replacing

    def chained(original: Action, context: Context, data_dict: DataDict) -> Any:
        _check(name, data_dict)
        return ours(original, context, data_dict) if ours else original(context, data_dict)
    chained.__name__, chained.__doc__ = name, getattr(ours, "__doc__", None)
    vars(chained).update(vars(ours) if ours else {})
    return tk.chained_action(chained)


def _check(name: str, data_dict: DataDict) -> None:
    if found := text_limits.errors(name, data_dict):
        raise tk.ValidationError(error_dict(found))

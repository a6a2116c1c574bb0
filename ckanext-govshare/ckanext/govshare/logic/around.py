"""What goes before or around an action, whether the action is ours or CKAN's own."""
from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

Guard = Callable[[Context, DataDict], AbstractContextManager[None]]


def around(name: str, ours: Action | None, guard: Guard) -> Action:
    """The action `name`, done within `guard`, which may refuse it by raising.

    ours: what the extension puts in place of CKAN's action or chains to it; None for CKAN's as it is.
    """
    if ours is not None and not getattr(ours, "chained_action", False):
        @wraps(ours)
        def replacing(context: Context, data_dict: DataDict) -> Any:
            with guard(context, data_dict):
                return ours(context, data_dict)
        return replacing

    def chained(original: Action, context: Context, data_dict: DataDict) -> Any:
        with guard(context, data_dict):
            return ours(original, context, data_dict) if ours else original(context, data_dict)
    chained.__name__, chained.__doc__ = name, getattr(ours, "__doc__", None)
    vars(chained).update(vars(ours) if ours else {})
    return tk.chained_action(chained)

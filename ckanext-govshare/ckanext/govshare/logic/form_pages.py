"""Who is shown the page of a form: whom its action would serve. The action asks again when the form is sent."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context


def admit(context: Context, action: str, about: Mapping[str, Any]) -> None:
    """Raises as `action` would: NotAuthorized for who may not call it, ObjectNotFound where what it is about is not there for
    the caller.

    about: what of the action's parameters is known before anything is filled in.
    """
    tk.check_access(action, Context(user=context["user"], auth_user_obj=context["auth_user_obj"]), dict(about))

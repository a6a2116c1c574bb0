"""No answer holds what opens an account: hashes of passwords, keys for resets and for the API, what plugins keep of a person.

CKAN gives them to sysadmins, and adds the API key to whatever shows one's own account.
"""
from __future__ import annotations

from functools import wraps
from typing import Any

from ckan.lib.dictization import model_dictize

SECRETS = ("apikey", "password", "password_hash", "plugin_extras", "reset_key")
_SHOWN = model_dictize.user_dictize


@wraps(_SHOWN)
def _without_secrets(user: Any, context: Any, *_flags: Any, **_more: Any) -> dict[str, Any]:
    shown: dict[str, Any] = _SHOWN(user, context)
    return {name: value for name, value in shown.items() if name not in SECRETS}


def install() -> None:
    """Take them out of every dictionary that CKAN makes of a user. May be called again."""
    model_dictize.user_dictize = _without_secrets

"""The messages of a person, one by one; the list of them is an action's."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.govshare.logic import roles
from ckanext.govshare.repository import notices as repository

_LARGEST_ID = 2**63 - 1


def address(context: Context, message_id: int) -> str:
    """The path of the page to which a message of the caller leads. Raises ObjectNotFound for anybody else's, and for none."""
    message = repository.get(message_id) if message_id <= _LARGEST_ID else None
    if message is None or message["user_id"] != roles.actor_of(context):
        raise tk.ObjectNotFound
    return str(message["address"])

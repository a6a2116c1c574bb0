"""Everybody with an account has an inbox, which is theirs alone: the actions know no other."""
from __future__ import annotations

from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.govshare.logic import roles

__all__ = ["govshare_message_list", "govshare_message_read", "govshare_message_settings_show", "govshare_message_settings_update"]


def govshare_message_list(context: Context, data_dict: DataDict) -> AuthResult:
    user = roles.user_of(context)
    return {"success": user is not None and user.state == model.State.ACTIVE}


govshare_message_read = govshare_message_settings_show = govshare_message_settings_update = govshare_message_list

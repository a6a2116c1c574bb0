"""Whose replies they are: members of a department read them, its editors write them. Others learn of none."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.logic import roles
from ckanext.govshare.repository import canned_replies, departments

__all__ = ["govshare_canned_reply_create", "govshare_canned_reply_delete", "govshare_canned_reply_list",
           "govshare_canned_reply_update"]


def _held(context: Context, reference: str) -> frozenset[Role]:
    found = departments.find(reference)
    return roles.of(context, found.id) if found else frozenset()


@tk.auth_sysadmins_check
def govshare_canned_reply_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Members of the department."""
    return {"success": bool({Role.OWN_EDITOR, Role.OWN_MEMBER} & _held(context, data_dict["organization"]))}


@tk.auth_sysadmins_check
def govshare_canned_reply_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Editors of the department."""
    return {"success": Role.OWN_EDITOR in _held(context, data_dict["organization"])}


def _of_reply(name: str) -> AuthFunction:
    def auth(context: Context, data_dict: DataDict) -> AuthResult:
        reply = canned_replies.get(data_dict["id"])
        held = _held(context, reply["department"]) if reply else frozenset()
        if not {Role.OWN_EDITOR, Role.OWN_MEMBER} & held:
            raise tk.ObjectNotFound(tk._("Reply not found"))
        return {"success": Role.OWN_EDITOR in held}
    auth.__name__, auth.__doc__ = name, "Editors of the department whose reply it is; for strangers there is none."
    return tk.auth_sysadmins_check(auth)


govshare_canned_reply_update = _of_reply("govshare_canned_reply_update")
govshare_canned_reply_delete = _of_reply("govshare_canned_reply_delete")

"""Who takes over from a data file: those who compile its entry."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare import access
from ckanext.govshare.domain import catalog
from ckanext.govshare.domain.catalog import Command
from ckanext.govshare.domain.errors import NotYours
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.messages import translate

__all__ = ["govshare_file_adopt", "govshare_items_take_over"]


def _compilers(name: str, about: str) -> AuthFunction:
    def auth(context: Context, data_dict: DataDict) -> AuthResult:
        package = access.known_file(context, data_dict["id"]).package
        try:
            catalog.PROCESS.authorise(Command.SAVE, roles.of(context, package.owner_org or ""))
        except NotYours as refusal:
            return {"success": False, "msg": translate(refusal.message)}
        return {"success": True}
    auth.__name__, auth.__doc__ = name, f"{about} Raises NotFound for a file that the caller does not know of."
    return tk.auth_sysadmins_check(tk.auth_allow_anonymous_access(auth))


govshare_file_adopt = _compilers("govshare_file_adopt", "Puts a file into the draft.")
govshare_items_take_over = _compilers("govshare_items_take_over", "Writes the draft's information items.")

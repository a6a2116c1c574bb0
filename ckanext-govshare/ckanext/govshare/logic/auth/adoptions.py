"""Who takes over from a data file: those who compile its entry."""
from __future__ import annotations

from ckan.types import Context, DataDict

from ckanext.govshare.domain.catalog import PROCESS, Command, Role
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.auth.commands import of_command
from ckanext.govshare.logic.gate import access

__all__ = ["govshare_file_adopt", "govshare_items_take_over"]


def _roles(context: Context, data_dict: DataDict) -> frozenset[Role]:
    """Raises NotFound for a file that the caller does not know of."""
    return roles.of(context, access.known_file(context, data_dict["id"]).package.owner_org or "")


govshare_file_adopt = of_command(PROCESS, Command.SAVE, "govshare_file_adopt", _roles)
govshare_items_take_over = of_command(PROCESS, Command.SAVE, "govshare_items_take_over", _roles)

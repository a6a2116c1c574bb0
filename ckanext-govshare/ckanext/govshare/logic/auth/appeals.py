"""Who may file appeals, by the table `domain.appeals.TRANSITIONS`, and who looks at them and at the board."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.domain.appeals import PROCESS, Command
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.logic import parts, roles
from ckanext.govshare.logic.auth.commands import of_command, of_list
from ckanext.govshare.repository import appeals as repository

__all__ = [
    "govshare_appeal_file", "govshare_appeal_list", "govshare_board_overdue_list", "govshare_board_report_list",
    "govshare_board_show",
]


def _parts_in_subject(context: Context, data_dict: DataDict) -> frozenset[Part]:
    found = repository.subject(data_dict["kind"], data_dict["id"])
    return parts.of(context, found.department, found.applicant) if found else frozenset({Part.STRANGER})


govshare_appeal_file = of_command(PROCESS, Command.FILE, "govshare_appeal_file", _parts_in_subject)
govshare_appeal_list = of_list("govshare_appeal_list")


def _board(action: str) -> AuthFunction:
    def auth(context: Context, data_dict: DataDict) -> AuthResult:
        return {"success": roles.is_competent(roles.user_of(context)),
                "msg": tk._("The board is for members of the competent department")}
    auth.__name__ = action
    auth.__doc__ = "The competent department alone: reports name reasons that concern people."
    return tk.auth_sysadmins_check(auth)


govshare_board_show = _board("govshare_board_show")
govshare_board_overdue_list = _board("govshare_board_overdue_list")
govshare_board_report_list = _board("govshare_board_report_list")

"""Who may file and decide appeals, by the table `domain.appeals.TRANSITIONS`, and who looks at the board."""
from __future__ import annotations

from functools import partial

import ckan.plugins.toolkit as tk
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.domain.appeals import PROCESS, Command
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.reading import Matter, reads
from ckanext.govshare.logic import appeals, parts, roles
from ckanext.govshare.logic.auth.commands import of_command, parts_in
from ckanext.govshare.repository import appeals as repository

__all__ = [
    "govshare_appeal_decide", "govshare_appeal_file", "govshare_appeal_list", "govshare_appeal_show",
    "govshare_appeal_withdraw", "govshare_board_overdue_list", "govshare_board_report_list", "govshare_board_show",
]


_parts = partial(parts_in, appeals.MACHINE)


def _parts_in_subject(context: Context, data_dict: DataDict) -> frozenset[Part]:
    found = repository.subject(data_dict["kind"], data_dict["id"])
    return parts.of(context, found.department, found.applicant) if found else frozenset({Part.STRANGER})


govshare_appeal_decide = of_command(PROCESS, Command.OVERTURN, "govshare_appeal_decide", _parts)
govshare_appeal_withdraw = of_command(PROCESS, Command.WITHDRAW, "govshare_appeal_withdraw", _parts)
govshare_appeal_file = of_command(PROCESS, Command.FILE, "govshare_appeal_file", _parts_in_subject)


def govshare_appeal_show(context: Context, data_dict: DataDict) -> AuthResult:
    """The appellant, the department whose decision it is about, the competent department, and the operator."""
    return {"success": reads(Matter.STANDING, _parts(context, data_dict))}


@tk.auth_sysadmins_check
def govshare_appeal_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody has a list of their own appeals; that of a department is its members', that of all the competent one's."""
    user = roles.user_of(context)
    role = data_dict.get("role", "appellant")
    if user is None or (role == "department" and not roles.capacities(user)) or (
            role == "competent" and not (user.sysadmin or roles.is_competent(user))):
        return {"success": False}
    return {"success": True}


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

"""Who may file and decide appeals, by the table `domain.appeals.TRANSITIONS`, and who looks at the board."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.domain import appeals as domain
from ckanext.govshare.domain.appeals import Command
from ckanext.govshare.domain.errors import NotYours
from ckanext.govshare.logic import appeals, parts, roles
from ckanext.govshare.logic.messages import translate
from ckanext.govshare.repository import appeals as repository

__all__ = [
    "govshare_appeal_decide", "govshare_appeal_file", "govshare_appeal_list", "govshare_appeal_show",
    "govshare_appeal_withdraw", "govshare_board_overdue_list", "govshare_board_report_list", "govshare_board_show",
]


def _by_table(command: Command, department: str, applicant: str, context: Context) -> AuthResult:
    try:
        domain.PROCESS.authorise(command, parts.of(context, department, applicant))
    except NotYours as refusal:
        return {"success": False, "msg": translate(refusal.message)}
    return {"success": True}


def _command(action: str, command: Command) -> AuthFunction:
    def auth(context: Context, data_dict: DataDict) -> AuthResult:
        found = repository.get(data_dict["id"])
        return _by_table(command, found.department, found.appellant, context) if found else {"success": False}
    auth.__name__ = f"govshare_appeal_{action}"
    auth.__doc__ = f"Who may {command} an appeal, by the table; a sysadmin like anybody else."
    return tk.auth_sysadmins_check(auth)


govshare_appeal_decide = _command("decide", Command.OVERTURN)
govshare_appeal_withdraw = _command("withdraw", Command.WITHDRAW)


@tk.auth_sysadmins_check
def govshare_appeal_file(context: Context, data_dict: DataDict) -> AuthResult:
    """The applicant or holder of the case that the parameters name: `kind` and `id`."""
    subject = repository.subject(data_dict["kind"], data_dict["id"])
    return _by_table(Command.FILE, subject.department, subject.applicant, context) if subject else {"success": False}


def govshare_appeal_show(context: Context, data_dict: DataDict) -> AuthResult:
    """The appellant, the department whose decision it is about, the competent department, and the operator."""
    found = repository.get(data_dict["id"])
    return {"success": bool(found and appeals.INSIDERS & parts.of(context, found.department, found.appellant))}


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

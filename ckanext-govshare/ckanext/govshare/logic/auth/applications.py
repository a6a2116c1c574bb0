"""Who may do what with applications. The table is `domain.applications.TRANSITIONS`; here it meets CKAN's users.

Whoever has no part in a case is told that there is none (NotFound); a part that does not suffice is NotAuthorized.
"""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.domain import applications as rules
from ckanext.govshare.domain.applications import Command
from ckanext.govshare.domain.errors import NotYours
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.logic import applications, attachments, parts, review, roles
from ckanext.govshare.logic.messages import translate

__all__ = [
    "govshare_application_approve", "govshare_application_assign", "govshare_application_create", "govshare_application_list",
    "govshare_application_reject", "govshare_application_return", "govshare_application_show",
    "govshare_application_submit", "govshare_application_summary", "govshare_application_take",
    "govshare_application_update", "govshare_application_withdraw", "govshare_attachment_add",
    "govshare_attachment_remove", "govshare_attachment_show",
]


def _may(command: Command, held: frozenset[Part]) -> AuthResult:
    try:
        rules.PROCESS.authorise(command, held)
    except NotYours as refusal:
        return {"success": False, "msg": translate(refusal.message)}
    return {"success": True}


def _command(command: Command, name: str, field: str = "id") -> AuthFunction:
    def auth(context: Context, data_dict: DataDict) -> AuthResult:
        return _may(command, applications.known(context, data_dict[field])[1])
    auth.__name__, auth.__doc__ = name, f"Who may {command} an application, by the table; a sysadmin like anybody else."
    return tk.auth_sysadmins_check(tk.auth_allow_anonymous_access(auth))


govshare_application_update = _command(Command.SAVE, "govshare_application_update")
govshare_application_submit = _command(Command.SUBMIT, "govshare_application_submit")
govshare_application_take = _command(Command.TAKE, "govshare_application_take")
govshare_application_return = _command(Command.RETURN, "govshare_application_return")
govshare_application_approve = _command(Command.APPROVE, "govshare_application_approve")
govshare_application_reject = _command(Command.REJECT, "govshare_application_reject")
govshare_application_withdraw = _command(Command.WITHDRAW, "govshare_application_withdraw")
govshare_attachment_add = _command(Command.SAVE, "govshare_attachment_add", "application_id")


@tk.auth_sysadmins_check
@tk.auth_allow_anonymous_access
def govshare_attachment_remove(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may change the application that it is attached to."""
    found = attachments.known(data_dict["id"])
    return _may(Command.SAVE, applications.known(context, found.case_id)[1])


@tk.auth_sysadmins_check
def govshare_application_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody with an account may apply, but the operator, who acts in nobody's name, and members of the department."""
    user = roles.user_of(context)
    if user is None or user.state != model.State.ACTIVE:
        return {"success": False, "msg": tk._("Log in to apply for data")}
    if user.sysadmin:
        return {"success": False, "msg": tk._("The platform's operator does not apply for data")}
    package = review.visible_package(context, data_dict["dataset_id"])
    if {Part.HANDLER, Part.DEPARTMENT_MEMBER} & parts.of(context, package.owner_org or "", ""):
        return {"success": False, "msg": tk._("Members of the department that provides the data have it without applying")}
    return {"success": True}


@tk.auth_sysadmins_check
@tk.auth_allow_anonymous_access
def govshare_application_assign(context: Context, data_dict: DataDict) -> AuthResult:
    """Handlers of each application's department say who works on it."""
    verdicts = [_may(Command.ASSIGN, applications.known(context, one)[1]) for one in data_dict["ids"]]
    return next((verdict for verdict in verdicts if not verdict["success"]), {"success": True})


@tk.auth_sysadmins_check
@tk.auth_allow_anonymous_access
def govshare_application_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever has a part in it; what of it they see, the action decides."""
    applications.known(context, data_dict["id"])
    return {"success": True}


@tk.auth_sysadmins_check
@tk.auth_allow_anonymous_access
def govshare_attachment_show(context: Context, data_dict: DataDict) -> AuthResult:
    """The applicant, the department and the competent department read what was attached; the operator does not."""
    return {"success": applications.may_read(applications.known(context, data_dict["application_id"])[1])}


@tk.auth_sysadmins_check
def govshare_application_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Each sees the own ones, a department its own, the competent department all; the operator looks over all states."""
    user = roles.user_of(context)
    if user is None or user.state != model.State.ACTIVE:
        return {"success": False}
    match data_dict["role"]:
        case "department":
            return {"success": bool(roles.capacities(user))}
        case "competent":
            return {"success": bool(user.sysadmin or roles.is_competent(user))}
    return {"success": True}


@tk.auth_allow_anonymous_access
def govshare_application_summary(context: Context, data_dict: DataDict) -> AuthResult:
    """The figures of an entry are for whoever may know of the entry."""
    return tk.check_access("package_show", context, {"id": data_dict["dataset_id"]}) and {"success": True}

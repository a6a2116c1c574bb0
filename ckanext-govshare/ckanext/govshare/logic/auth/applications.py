"""Who may begin, change and assign applications and who looks at them; commands are by `domain.applications.TRANSITIONS`."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.govshare.domain.applications import PROCESS, Command
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.reading import Matter, reads
from ckanext.govshare.logic import attachments, parts, review, roles
from ckanext.govshare.logic.applications import MACHINE
from ckanext.govshare.logic.auth.commands import of_command, of_list, verdict
from ckanext.govshare.logic.cases import kernel

__all__ = [
    "govshare_application_assign", "govshare_application_create", "govshare_application_list", "govshare_application_summary",
    "govshare_application_update", "govshare_attachment_add", "govshare_attachment_remove", "govshare_attachment_show",
]


def _parts(context: Context, data_dict: DataDict) -> frozenset[Part]:
    return kernel.known(MACHINE, context, data_dict.get("application_id") or data_dict["id"])[1]


def _parts_by_attachment(context: Context, data_dict: DataDict) -> frozenset[Part]:
    return kernel.known(MACHINE, context, attachments.load(data_dict["id"]).case_id)[1]


govshare_application_update = of_command(PROCESS, Command.SAVE, "govshare_application_update", _parts)
govshare_attachment_add = of_command(PROCESS, Command.SAVE, "govshare_attachment_add", _parts)
govshare_attachment_remove = of_command(PROCESS, Command.SAVE, "govshare_attachment_remove", _parts_by_attachment)
govshare_application_list = of_list("govshare_application_list")


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
    verdicts = [verdict(PROCESS, Command.ASSIGN, _parts(context, {"id": one})) for one in data_dict["ids"]]
    return next((one for one in verdicts if not one["success"]), {"success": True})


@tk.auth_sysadmins_check
@tk.auth_allow_anonymous_access
def govshare_attachment_show(context: Context, data_dict: DataDict) -> AuthResult:
    """The applicant, the department and the competent department read what was attached; the operator does not."""
    return {"success": reads(Matter.WORDS, _parts(context, data_dict))}


@tk.auth_allow_anonymous_access
def govshare_application_summary(context: Context, data_dict: DataDict) -> AuthResult:
    """The figures of an entry are for whoever may know of the entry."""
    return tk.check_access("package_show", context, {"id": data_dict["dataset_id"]}) and {"success": True}

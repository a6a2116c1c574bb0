"""Who may give a command, by the table of its process: where the domain's parts meet CKAN's authorisation functions."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.domain.cases import Process
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.cases.kernel import Machine
from ckanext.govshare.logic.wording import translate


def of(machine: Machine[Any]) -> dict[str, AuthFunction]:
    """The authorisation functions of a kind's own actions, by name: for each command that it offers, and for showing a case."""
    made = [of_command(machine.process, offer.command, f"govshare_{machine.one}_{name}", parts_of(machine))
            for name, offer in machine.offers.items()]
    return {auth.__name__: auth for auth in (_show(machine), *made)}


def verdict(process: Process[Any, Any, Any], command: Any, held: frozenset[Any]) -> AuthResult:
    """Whether somebody of the parts `held` may give `command`, whatever the state; else with what they are told."""
    refusal = process.barred(command, held)
    return {"success": False, "msg": translate(refusal.message)} if refusal else {"success": True}


def parts_of(machine: Machine[Any]) -> Callable[[Context, DataDict], frozenset[Any]]:
    """The caller's parts in the case whose `id` is given; a stranger's where there is none or none to know."""
    def held(context: Context, data_dict: DataDict) -> frozenset[Any]:
        case = machine.get(str(data_dict.get("id") or ""), False)
        found = machine.parts_in(context, case) if case else frozenset()
        return found if case and found & machine.seen_by(case) else frozenset({Part.STRANGER})
    return held


def of_command(process: Process[Any, Any, Any], command: Any, name: str,
               held: Callable[[Context, DataDict], frozenset[Any]]) -> AuthFunction:
    """The authorisation function `name`: who may give `command`, a sysadmin like anybody else.

    held: the caller's parts in the case that the parameters name; it may raise NotFound.
    """
    def auth(context: Context, data_dict: DataDict) -> AuthResult:
        return verdict(process, command, held(context, data_dict))
    auth.__name__, auth.__doc__ = name, f"Who may give the command {command}, by the table of its process."
    return tk.auth_sysadmins_check(tk.auth_allow_anonymous_access(auth))


def _show(machine: Machine[Any]) -> AuthFunction:
    held = parts_of(machine)

    def auth(context: Context, data_dict: DataDict) -> AuthResult:
        return {"success": held(context, data_dict) != {Part.STRANGER}}
    auth.__name__, auth.__doc__ = f"govshare_{machine.one}_show", "Whoever may know of the case; what of it, the action decides."
    return tk.auth_sysadmins_check(tk.auth_allow_anonymous_access(auth))


def of_list(name: str, overseen: bool = True) -> AuthFunction:
    """The authorisation function of a list: each has one of their own cases, a department of its own, the competent one of all.

    overseen: the operator looks over all, too.
    """
    def auth(context: Context, data_dict: DataDict) -> AuthResult:
        user = roles.user_of(context)
        if user is None or user.state != model.State.ACTIVE:
            return {"success": False}
        match data_dict.get("role"):
            case "department":
                return {"success": bool(roles.capacities(user)) and (overseen or not user.sysadmin)}
            case "competent":
                return {"success": roles.is_competent(user) or (overseen and user.sysadmin)}
        return {"success": True}
    auth.__name__, auth.__doc__ = name, "One's own, one's departments', or all of them."
    return tk.auth_sysadmins_check(auth)

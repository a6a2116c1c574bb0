"""Who may give a command, by the table of its process: where the domain's parts meet CKAN's authorisation functions."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from ckanext.govshare.domain.cases import Process
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.cases.kernel import Machine
from ckanext.govshare.logic.wording import translate


def verdict(process: Process[Any, Any, Any], command: Any, held: frozenset[Any]) -> AuthResult:
    """Whether somebody of the parts `held` may give `command`, whatever the state; else with what they are told."""
    refusal = process.barred(command, held)
    return {"success": False, "msg": translate(refusal.message)} if refusal else {"success": True}


def parts_in(machine: Machine[Any], context: Context, data_dict: DataDict) -> frozenset[Part]:
    """The caller's parts in the case whose id the parameters give; those of a stranger where there is none."""
    case = machine.get(str(data_dict.get("id") or ""), False)
    return kernel.parts_in(machine, context, case) if case else frozenset({Part.STRANGER})


def of_command(process: Process[Any, Any, Any], command: Any, name: str,
               parts_of: Callable[[Context, DataDict], frozenset[Any]]) -> AuthFunction:
    """The authorisation function `name`: who may give `command`, a sysadmin like anybody else.

    parts_of: the caller's parts in the case that the parameters name; it may raise NotFound.
    """
    def auth(context: Context, data_dict: DataDict) -> AuthResult:
        return verdict(process, command, parts_of(context, data_dict))
    auth.__name__, auth.__doc__ = name, f"Who may give the command {command}, by the table of its process."
    return tk.auth_sysadmins_check(tk.auth_allow_anonymous_access(auth))

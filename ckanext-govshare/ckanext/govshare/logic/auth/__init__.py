"""All auth functions, by feature: who may, never whether it is valid."""
from __future__ import annotations

from ckan.types import AuthFunction

from ckanext.govshare.logic.auth import (
    access,
    accounts,
    adoptions,
    agreements,
    appeals,
    applications,
    canned_replies,
    catalog,
    closed,
    commands,
    datafiles,
    datastore,
    entry_forms,
    grants,
    messages,
    open_list,
    registration,
    regulations,
    tasks,
    trace,
    visibility,
)
from ckanext.govshare.logic.cases.machines import MACHINES

_MODULES = (access, accounts, adoptions, agreements, appeals, applications, canned_replies, catalog, closed, datafiles, datastore,
            entry_forms, grants, messages, open_list, registration, regulations, tasks, trace, visibility)


def get_auth_functions() -> dict[str, AuthFunction]:
    of_cases = {name: auth for machine in MACHINES.values() for name, auth in commands.of(machine).items()}
    return of_cases | {name: getattr(module, name) for module in _MODULES for name in module.__all__}

"""All actions, by feature; each module names its own in `__all__`."""
from __future__ import annotations

from ckan.types import Action

from ckanext.govshare.logic import absence, bounds
from ckanext.govshare.logic.accounts import under_their_names
from ckanext.govshare.logic.action import (
    access,
    accounts,
    adoptions,
    agreement_templates,
    agreements,
    appeals,
    applications,
    attachments,
    board,
    canned_replies,
    catalog,
    commands,
    datafiles,
    datastore,
    entry_forms,
    file_samples,
    grants,
    messages,
    open_list,
    packages,
    passwords,
    previews,
    registration,
    regulations,
    resources,
    search,
    tasks,
    trace,
    visibility,
)
from ckanext.govshare.logic.cases.machines import MACHINES

_MODULES = (access, accounts, adoptions, agreement_templates, agreements, appeals, applications, attachments, board,
            canned_replies, catalog, datafiles, datastore, entry_forms, file_samples, grants, messages, open_list, packages,
            passwords, previews, registration, regulations, resources, search, tasks, trace, visibility)


def get_actions() -> dict[str, Action]:
    of_cases = {name: action for machine in MACHINES.values() for name, action in commands.of(machine).items()}
    ours = of_cases | {name: getattr(module, name) for module in _MODULES for name in module.__all__}
    return under_their_names(bounds.bound(absence.hide_the_hidden(ours)))

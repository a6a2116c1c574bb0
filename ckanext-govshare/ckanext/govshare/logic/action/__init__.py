"""All actions, by feature; each module names its own in `__all__`."""
from __future__ import annotations

from ckan.types import Action

from ckanext.govshare.logic import absence
from ckanext.govshare.logic.action import (
    access,
    agreement_templates,
    agreements,
    appeals,
    applications,
    attachments,
    board,
    canned_replies,
    catalog,
    datafiles,
    datastore,
    entry_forms,
    file_samples,
    grants,
    intake,
    messages,
    open_list,
    packages,
    previews,
    regulations,
    resources,
    search,
    tasks,
    trace,
    visibility,
)

_MODULES = (access, agreement_templates, agreements, appeals, applications, attachments, board, canned_replies, catalog,
            datafiles, datastore, entry_forms, file_samples, grants, intake, messages, open_list, packages, previews,
            regulations, resources, search, tasks, trace, visibility)


def get_actions() -> dict[str, Action]:
    return absence.hide_the_hidden({name: getattr(module, name) for module in _MODULES for name in module.__all__})

"""All auth functions, by feature: who may, never whether it is valid."""
from __future__ import annotations

from ckan.types import AuthFunction

from ckanext.govshare.logic.auth import (
    access,
    appeals,
    applications,
    catalog,
    closed,
    datafiles,
    datastore,
    grants,
    intake,
    messages,
    open_list,
    regulations,
    trace,
    visibility,
)

_MODULES = (access, appeals, applications, catalog, closed, datafiles, datastore, grants, intake, messages, open_list,
            regulations, trace, visibility)


def get_auth_functions() -> dict[str, AuthFunction]:
    return {name: getattr(module, name) for module in _MODULES for name in module.__all__}

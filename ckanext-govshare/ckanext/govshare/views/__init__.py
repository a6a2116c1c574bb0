"""All blueprints, by feature, and the views of CKAN's that ours take the place of."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint

from ckanext.govshare.views import (
    accounts,
    agreement_templates,
    agreements,
    appeals,
    applications,
    attachments,
    board,
    catalog,
    datafiles,
    downloads,
    entry_forms,
    exports,
    file_forms,
    file_pages,
    grants,
    handling,
    messages,
    open_list,
    passwords,
    portal,
    previews,
    profile,
    registration,
    regulations,
    replies,
    search,
    tasks,
)

if TYPE_CHECKING:
    from ckan.types import CKANApp


def get_blueprints() -> list[Blueprint]:
    modules = (portal, agreement_templates, agreements, appeals, applications, attachments, board, catalog, datafiles,
               downloads, entry_forms, exports, grants, handling, messages, open_list, previews, registration, regulations,
               replies, search, tasks)
    return [module.blueprint for module in modules]


DOWNLOAD = "resource.download"
# By endpoint, under CKAN's own addresses: those that hand out data ask the gate first, those that take it in show its check.
# Who looks at a table fetches it: the view of its page calls the action that counts it, before a template is rendered.
# Who logs in gets a session of ours, and a list of theirs.
# Whether somebody has an account is told neither by the form for a forgotten password nor by that of registration.
# Who administers a department is no business of the public, which CKAN tells, in a page that nothing links to.
IN_PLACE_OF: Mapping[str, Callable[..., Any]] = {
    "dataset_resource.new": file_forms.new,
    "dataset_resource.edit": file_forms.edit,
    "dataset_resource.read": file_pages.read,
    "datastore.dump": exports.dump,
    "file.download": downloads.gone,
    "file.public_download": downloads.gone,
    "file.trusted_download": downloads.gone,
    "group.admins": downloads.gone,
    "organization.admins": downloads.gone,
    "dashboard.datasets": accounts.me,
    "dashboard.groups": accounts.me,
    "dashboard.organizations": accounts.me,
    "user.edit": profile.edit,
    "user.login": accounts.log_in,
    "user.logout": accounts.log_out,
    "user.me": accounts.me,
    "user.perform_reset": passwords.perform_reset,
    "user.register": registration.register,
    "user.request_reset": passwords.request_reset,
}


def take_over(app: CKANApp) -> CKANApp:
    """Put our views in the place of CKAN's. Raises KeyError where CKAN has no such view any more.

    The download has an endpoint for each type of dataset.
    """
    for endpoint in [name for name in app.view_functions if name.endswith(DOWNLOAD)]:
        app.view_functions[endpoint] = downloads.resource
    for endpoint, view in IN_PLACE_OF.items():
        if endpoint not in app.view_functions:
            raise KeyError(endpoint)
        app.view_functions[endpoint] = view
    return app

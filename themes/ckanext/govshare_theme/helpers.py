"""Template helpers that only the theme uses."""
from __future__ import annotations

import ckan.plugins.toolkit as tk

__all__ = ["gs_light_page"]

LIGHT_BLUEPRINTS = frozenset({
    "govshare_account", "govshare_applications", "govshare_catalog", "govshare_datafiles", "govshare_grants", "govshare_messages",
    "govshare_open_list", "govshare_portal", "govshare_regulations",
})
LIGHT_ENDPOINTS = frozenset({
    "home.index", "home.about",
    "dataset.search", "dataset.read", "dataset.new", "dataset.edit", "dataset.resources", "dataset.delete",
    "dataset_resource.read", "dataset_resource.new", "dataset_resource.edit", "dataset_resource.delete",
    "organization.index", "organization.read", "organization.about",
    "group.index", "group.read", "group.about",
    "dashboard.datasets", "user.read",
    "user.login", "user.logged_out_page", "user.request_reset", "user.perform_reset", "user.register",
})


def gs_light_page() -> bool:
    """Whether the page needs none of CKAN's own style sheet and scripts.

    Public pages, the entry's forms and the review's pages are written for the theme's 30 KB alone; administration of
    departments, accounts and the site keeps CKAN's bundles, whose modules (autocomplete, upload, confirm) it uses. An
    address that does not exist is light.
    """
    endpoint = tk.request.endpoint
    if endpoint is None:
        return True
    return endpoint in LIGHT_ENDPOINTS or endpoint.split(".")[0] in LIGHT_BLUEPRINTS

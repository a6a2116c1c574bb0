"""Forbidden and absent look alike: one page for every 404, whatever the reason was.

CKAN's pages differ in their text (“Dataset not found”, “The dataset x could not be found”, “Resource not found”),
which tells a visitor how far a request went, and so whether a hidden entry has the name that was tried.
"""
from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from ckan import logic
from ckan.lib import base
from ckan.plugins import toolkit

if TYPE_CHECKING:
    from ckan.types import CKANApp


def _absent(_error: Exception) -> tuple[str, int]:
    page = base.render("error_document_template.html", {
        "code": HTTPStatus.NOT_FOUND.value,
        "name": toolkit._("Not found"),
        "content": toolkit._("There is no such page, or it is not public."),
        "show_login_redirect_link": False,
    })
    return page, HTTPStatus.NOT_FOUND


def install(app: CKANApp) -> None:
    """Answer every 404, and a NotFound that a view let pass, with the same page."""
    app.register_error_handler(HTTPStatus.NOT_FOUND, _absent)
    app.register_error_handler(logic.NotFound, _absent)

"""Forbidden and absent look alike: one page for every 404, whatever the reason was.

CKAN's pages differ in their text (“Dataset not found”, “The dataset x could not be found”, “Resource not found”),
which tells a visitor how far a request went, and so whether a hidden entry has the name that was tried.
"""
from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from ckan import logic
from ckan.common import current_user
from ckan.lib import base
from ckan.plugins import toolkit

if TYPE_CHECKING:
    from ckan.types import CKANApp

# CKAN's samples of forms for developers, open to everybody in production.
DEVELOPMENT = ("util.primer", "util.custom_form_fields")


def _page(status: HTTPStatus, name: str, content: str) -> tuple[str, int]:
    page = base.render("error_document_template.html", {
        "code": status.value, "name": name, "content": content,
        "show_login_redirect_link": status is HTTPStatus.FORBIDDEN and current_user.is_anonymous,
    })
    return page, status


def _absent(_error: Exception) -> tuple[str, int]:
    return _page(HTTPStatus.NOT_FOUND, toolkit._("Not found"), toolkit._("There is no such page, or it is not public."))


def _forbidden(_error: Exception) -> tuple[str, int]:
    return _page(HTTPStatus.FORBIDDEN, toolkit._("Forbidden"), toolkit._("Your account may not do this."))


def install(app: CKANApp) -> None:
    """Answer every 404 with the same page, and what a view let pass (NotFound, NotAuthorized) as what it is."""
    app.register_error_handler(HTTPStatus.NOT_FOUND, _absent)
    app.register_error_handler(logic.NotFound, _absent)
    app.register_error_handler(logic.NotAuthorized, _forbidden)
    for endpoint in DEVELOPMENT:
        app.view_functions[endpoint] = _gone


def _gone() -> None:
    toolkit.abort(HTTPStatus.NOT_FOUND)

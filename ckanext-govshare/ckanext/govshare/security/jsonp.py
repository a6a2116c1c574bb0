"""No JSONP: `?callback=` would let any page that smuggles a script element in run words of its choice from our address."""
from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from ckan.common import request
from ckan.plugins import toolkit

from ckanext.govshare.security.csrf import API_BLUEPRINT

if TYPE_CHECKING:
    from ckan.types import CKANApp


def install(app: CKANApp) -> None:
    """Refuse requests for JSONP with 400."""
    @app.before_request
    def refuse() -> None:
        if request.blueprint == API_BLUEPRINT and "callback" in request.values:
            toolkit.abort(HTTPStatus.BAD_REQUEST, toolkit._("callback: the API answers in JSON alone"))

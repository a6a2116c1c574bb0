"""What a request may say at most, whatever it is for: the backstop behind the lengths that schemas name (docs/adr/098)."""
from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ckan.common import g, request
from ckan.plugins import toolkit

from ckanext.govshare.domain import text_limits
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic.wording import translate
from ckanext.govshare.security import json_numbers, refusals
from ckanext.govshare.security.csrf import API_BLUEPRINT

if TYPE_CHECKING:
    from ckan.types import CKANApp

_ROWS = "datastore_"


def install(app: CKANApp) -> None:
    """Refuse larger ones with 400, naming the field, before a view or an action reads them."""
    @app.before_request
    def refuse() -> Any:
        try:
            excess = _excess()
        except ValueError as error:
            return refusals.refusal(HTTPStatus.BAD_REQUEST, toolkit._("JSON Error: %s") % error)
        return refusals.refusal(HTTPStatus.BAD_REQUEST, translate(excess)) if excess else None


def _excess() -> Message | None:
    action = (request.view_args or {}).get("logic_function", "") if request.blueprint == API_BLUEPRINT else ""
    size = text_limits.ROWS if action.startswith(_ROWS) else text_limits.ANY
    for given in (request.args.to_dict(flat=False), request.form.to_dict(flat=False), said()):
        if excess := text_limits.too_much(given, size):
            return excess
    return None


def said() -> Any:
    """What the JSON of the request says, parsed once; None: there is none. Of what is no JSON CKAN says so.

    Of the API's bodies, whatever type they name, and of a form's only field, whose name is JSON as curl sends it.
    Raises ValueError for JSON whose numbers or nesting nobody can keep.
    """
    if "govshare_said" not in g:
        g.govshare_said = _parsed()
    return g.govshare_said


def _parsed() -> Any:
    if not refusals.for_api():
        return request.get_json(silent=True) if request.is_json else None
    if len(request.form) == 1:
        try:
            return json_numbers.loads(next(iter(request.form)))
        except json.JSONDecodeError:
            return None
    return None if request.form else request.get_json(force=True, silent=True)

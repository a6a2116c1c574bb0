"""What a request may say at most, whatever it is for: the backstop behind the lengths that schemas name (docs/adr/098)."""
from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ckan.common import request
from ckan.plugins import toolkit
from flask import jsonify

from ckanext.govshare.domain import text_limits
from ckanext.govshare.domain.messages import Message
from ckanext.govshare.logic.messages import translate
from ckanext.govshare.security import json_numbers
from ckanext.govshare.security.csrf import API_BLUEPRINT

if TYPE_CHECKING:
    from ckan.types import CKANApp

_ROWS = "datastore_"
_TOO_DEEP = Message("The JSON nests more lists and objects than can be read")


def install(app: CKANApp) -> None:
    """Refuse larger ones with 400, naming the field, before a view or an action reads them."""
    @app.before_request
    def refuse() -> Any:
        try:
            excess = _excess()
        except ValueError as error:
            return _answer(toolkit._("JSON Error: %s") % error)
        return _answer(translate(excess)) if excess else None


def _excess() -> Message | None:
    api = request.blueprint == API_BLUEPRINT
    action = (request.view_args or {}).get("logic_function", "") if api else ""
    size = text_limits.ROWS if action.startswith(_ROWS) else text_limits.ANY
    for given in (request.args, request.form):
        if excess := text_limits.too_much(given.to_dict(flat=False), size):
            return excess
    if not api or request.method not in ("POST", "PUT"):
        return None
    try:
        return text_limits.too_much(_json(), size)
    except RecursionError:
        return _TOO_DEEP


def _json() -> Any:
    """What the API reads: the body, or the name of a form's only field, as curl sends it. The body's is parsed once.

    Raises ValueError for JSON whose numbers or nesting nobody can keep; of what is no JSON CKAN says so.
    """
    if len(request.form) == 1:
        try:
            return json_numbers.loads(next(iter(request.form)))
        except json.JSONDecodeError:
            return None
    return None if request.form else request.get_json(force=True, silent=True)


def _answer(text: str) -> Any:
    if request.blueprint != API_BLUEPRINT:
        toolkit.abort(HTTPStatus.BAD_REQUEST, text)
    return jsonify(help="", success=False, error={"__type": "Validation Error", "message": text}), HTTPStatus.BAD_REQUEST

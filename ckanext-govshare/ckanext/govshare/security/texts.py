"""What a request's texts may not hold: NUL, which PostgreSQL cannot keep, control characters, bytes that are no UTF-8."""
from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from ckan.common import request
from ckan.lib import base
from ckan.plugins import toolkit
from flask import jsonify

from ckanext.govshare.security.csrf import API_BLUEPRINT

if TYPE_CHECKING:
    from ckan.types import CKANApp

# Tabs and line ends belong to texts of several lines; half a surrogate pair is no character.
UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# A name or an address has one line.
UNFIT_IN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def install(app: CKANApp) -> None:
    """Refuse such requests with 400 that names the field: a page, or JSON from the API."""
    @app.before_request
    def refuse() -> Any:
        field = _unfit_address() or _unfit_field()
        return refusal(field, toolkit._("Holds characters that no text may hold")) if field else None


def refusal(field: str, text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Any:
    """The answer to a request whose `field` is wrong, because of `text`."""
    named = field.encode("unicode_escape").decode("ascii") if UNFIT_IN_LINE.search(field) else field
    if request.path.startswith("/api/") or request.blueprint == API_BLUEPRINT:
        error = {"__type": "Validation Error", "message": f"{named}: {text}", named: [text]}
        return jsonify(help="", success=False, error=error), status
    page = base.render("error_document_template.html", {
        "code": status.value, "name": toolkit._("Bad request"), "content": f"{named}: {text}"})
    return page, status


def _unfit_address() -> str:
    """`path` or `query` if that part of the address is wrong."""
    path, query = request.environ.get("PATH_INFO", "").encode("latin-1"), request.environ.get("QUERY_STRING", "")
    if not _is_fit(path, UNFIT_IN_LINE):
        return "path"
    return "" if _is_fit(unquote_to_bytes(query.encode("latin-1")), UNFIT) else _of_query() or "query"


def _of_query() -> str:
    return next((name for name, values in request.args.lists() if any(map(UNFIT.search, (name, *values)))), "")


def _is_fit(raw: bytes, unfit: re.Pattern[str]) -> bool:
    try:
        return not unfit.search(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _unfit_field() -> str:
    """The name of the form's or the JSON object's field that is wrong; empty: none is."""
    if request.method in ("GET", "HEAD", "OPTIONS") and not request.content_length:
        return ""
    for name, values in request.form.lists():
        if any(map(UNFIT.search, (name, *values))):
            return str(name)
    for name, file in request.files.items(multi=True):
        if UNFIT.search(name) or UNFIT_IN_LINE.search(f"{file.filename or ''}{file.mimetype}"):
            return str(name)
    body = request.get_json(silent=True) if request.is_json else None
    return next(_unfit_of_json(body, "body"), "")


def _unfit_of_json(value: Any, name: str) -> Iterator[str]:
    """The name of each first-level field with a text, however deep, that is unfit."""
    waiting = [(str(key), item) for key, item in value.items()] if isinstance(value, dict) else [(name, value)]
    while waiting:
        field, item = waiting.pop()
        if isinstance(item, dict):
            waiting += [(field, inner) for inner in (*item, *item.values())]
        elif isinstance(item, list):
            waiting += [(field, inner) for inner in item]
        elif isinstance(item, str) and UNFIT.search(item):
            yield field
        if UNFIT.search(field):
            yield field

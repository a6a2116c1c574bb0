"""What a request's texts may not hold: NUL, which PostgreSQL cannot keep, control characters, bytes that are no UTF-8."""
from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from ckan.common import g, request
from ckan.plugins import toolkit
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from ckanext.govshare.security import refusals, request_parts
from ckanext.govshare.security.refusals import UNFIT_IN_LINE

if TYPE_CHECKING:
    from ckan.types import CKANApp

# Tabs and line ends belong to texts of several lines; half a surrogate pair is no character.
UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def install(app: CKANApp) -> None:
    """Refuse such requests with 400 that names the field: a page, or JSON from the API."""
    # Before whoever looks for a token among the names, and before a page could be made.
    app.before_request_funcs.setdefault(None, []).insert(0, _set_nameless_apart)

    @app.before_request
    def refuse() -> Any:
        if g.pop("govshare_nameless", False):
            return refusals.wrong("form", toolkit._("A part of the form has no name"))
        field = _unfit_address() or _unfit_field()
        return refusals.wrong(field, toolkit._("Holds characters that no text may hold")) if field else None


def _set_nameless_apart() -> None:
    """A part of a form may come without a name, which nobody expects; the others stay."""
    try:
        parts = {"form": request.form, "files": request.files}
    except RequestEntityTooLarge:
        return  # so it is for whoever looks next, when a page can be made
    if any(None in given for given in parts.values()):
        g.govshare_nameless = True
        vars(request._get_current_object()).update({
            name: ImmutableMultiDict([one for one in given.items(multi=True) if one[0] is not None])
            for name, given in parts.items()})


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
    with suppress(ValueError):  # `request_parts` says so
        return next(_unfit_of_json(request_parts.said(), "body"), "")
    return ""


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

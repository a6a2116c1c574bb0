"""Answers that refuse a request: why, in plain words, as JSON from the API, else as a page. Other modules say what is wrong.

Come back later is one of them: 429 and 503 with `Retry-After`.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from math import ceil
from typing import TYPE_CHECKING, Any

from ckan.common import g, request
from ckan.lib import base
from ckan.plugins import toolkit as tk
from flask import has_request_context, jsonify, make_response
from werkzeug.exceptions import HTTPException, ServiceUnavailable, TooManyRequests

from ckanext.govshare.security.csrf import API_BLUEPRINT

if TYPE_CHECKING:
    from ckan.types import CKANApp, Response

AWAY_SECONDS = 10
INVALID = "Validation Error"
# A name or an address has one line.
UNFIT_IN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LONGEST_NAME = 100


class TooManyAttempts(TooManyRequests):
    """Somebody tried too often. `seconds`: how long to wait."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, ceil(seconds))
        super().__init__(retry_after=self.seconds)
        _note(self)

    def sentence(self) -> str:
        """What to do, in the caller's language."""
        return str(tk._("Too many attempts. Wait {time}, then try again.")).format(time=_duration(self.seconds))


class Unavailable(ServiceUnavailable):
    """Who is logged in, or how often somebody tried, cannot be found out at the moment."""

    def __init__(self) -> None:
        super().__init__(retry_after=AWAY_SECONDS)
        _note(self)

    def sentence(self) -> str:
        """What to do, in the caller's language."""
        return str(tk._("Logging in, and pages for which you are logged in, are not available at the moment. You stay logged in; "
                        "wait a few seconds and try again."))


def _duration(seconds: int) -> str:
    if seconds < 60:
        return str(tk.ungettext("{n} second", "{n} seconds", seconds)).format(n=seconds)
    minutes = ceil(seconds / 60)
    return str(tk.ungettext("{n} minute", "{n} minutes", minutes)).format(n=minutes)


def for_api() -> bool:
    """Whether the answer is for a program."""
    return request.blueprint == API_BLUEPRINT or request.path.startswith("/api/")


def refusal(status: HTTPStatus, text: str, fields: Mapping[str, str] | None = None, kind: str = INVALID,
            page: Callable[[HTTPStatus, str], str] | None = None) -> Response:
    """The answer with `status` that says `text`.

    fields: what is wrong with each field, for programs. kind: what programs know the refusal by. page: makes the page in place
    of the usual one for errors.
    """
    if for_api():
        error = {name: [reason] for name, reason in (fields or {}).items()}
        made = jsonify(help="", success=False, error={**error, "__type": kind, "message": text})
    else:
        made = make_response((page or _page)(status, text))
    made.status_code = status
    return made


def wrong(field: str, text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Response:
    """The answer to a request whose `field` is wrong, because of `text`."""
    shown = field[:_LONGEST_NAME]
    named = shown.encode("unicode_escape").decode("ascii") if UNFIT_IN_LINE.search(shown) else shown
    return refusal(status, f"{named}: {text}", {named: text})


def _page(status: HTTPStatus, text: str) -> str:
    return base.render("error_document_template.html", {"code": status.value, "content": text})


def answer(error: TooManyAttempts | Unavailable) -> Response:
    """The whole answer to whoever is to come back later."""
    status = HTTPStatus(error.code)
    return come_back_later(refusal(status, error.sentence(), kind=status.phrase), error)


def come_back_later(response: Response, error: HTTPException) -> Response:
    """`response` with the status of `error` and the time after which to try again."""
    response.status_code = error.code or HTTPStatus.SERVICE_UNAVAILABLE
    response.headers["Retry-After"] = str(getattr(error, "retry_after", AWAY_SECONDS))
    response.headers["Cache-Control"] = "no-store"
    return response


def install(app: CKANApp) -> None:
    """Answer the two wherever they are raised."""
    def handle(error: Any) -> Response:
        return answer(error)

    for error in (TooManyAttempts, Unavailable):
        app.register_error_handler(error, handle)

    @app.after_request
    def explain(response: Response) -> Response:
        """CKAN's API makes a 500 of each exception that it does not know."""
        error = g.pop("govshare_refusal", None)
        return answer(error) if error and response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR else response


def _note(error: TooManyAttempts | Unavailable) -> None:
    if has_request_context():
        g.govshare_refusal = error

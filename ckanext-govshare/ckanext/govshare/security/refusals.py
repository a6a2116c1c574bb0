"""Come back later: 429 and 503 with `Retry-After` and plain words, as a page, or as JSON from the API."""
from __future__ import annotations

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


def answer(refusal: TooManyAttempts | Unavailable) -> Response:
    """The whole answer: a page, or JSON for whoever called the API."""
    status, text = HTTPStatus(refusal.code), refusal.sentence()
    if request.blueprint == API_BLUEPRINT:
        made = jsonify(help="", success=False, error={"__type": status.phrase, "message": text})
    else:
        name = tk._("Please wait") if status is HTTPStatus.TOO_MANY_REQUESTS else tk._("Not available at the moment")
        made = make_response(base.render("error_document_template.html", {
            "code": status.value, "name": name, "content": text}))
    return told(made, refusal)


def told(response: Response, refusal: HTTPException) -> Response:
    """`response` with the status of `refusal` and the time after which to try again."""
    response.status_code = refusal.code or HTTPStatus.SERVICE_UNAVAILABLE
    response.headers["Retry-After"] = str(getattr(refusal, "retry_after", AWAY_SECONDS))
    response.headers["Cache-Control"] = "no-store"
    return response


def install(app: CKANApp) -> None:
    """Answer the two wherever they are raised."""
    def handle(refusal: Any) -> Response:
        return answer(refusal)

    for refusal in (TooManyAttempts, Unavailable):
        app.register_error_handler(refusal, handle)

    @app.after_request
    def explain(response: Response) -> Response:
        """CKAN's API makes a 500 of each exception that it does not know."""
        refusal = g.pop("govshare_refusal", None)
        return answer(refusal) if refusal and response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR else response


def _note(refusal: TooManyAttempts | Unavailable) -> None:
    if has_request_context():
        g.govshare_refusal = refusal

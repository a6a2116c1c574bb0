"""A store that is away: 503 with plain words while it is, and nothing of it is left behind when it is back.

CKAN removes the database session at the end of an answer; of a request that fails on the way there, the session stays with
its thread in a transaction that no longer is, and each request that the thread gets from then on fails on that.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import redis
from ckan import model
from ckan.common import g, request
from ckan.lib.search.common import SolrConnectionError
from ckan.plugins import toolkit
from flask import Response, current_app, has_request_context
from werkzeug.exceptions import InternalServerError

from ckanext.govshare.repository import failures
from ckanext.govshare.security import refusals
from ckanext.govshare.security.proxies import WSGIApp

if TYPE_CHECKING:
    from ckan.types import CKANApp

log = logging.getLogger(__name__)

# What a caller is asked to wait, in seconds: PostgreSQL is back after a crash within about one.
RETRY_AFTER = 5
# A database, queue or index that is not there, or has ended what was under way.
AWAY: tuple[type[Exception], ...] = (
    *failures.AWAY, *failures.BROKEN, redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, SolrConnectionError,
)


class CleanSession:
    """Gives each request a database session of its own, whatever became of the one before on the same thread."""

    def __init__(self, app: WSGIApp) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        failures.release()
        try:
            return self.app(environ, start_response)
        finally:
            failures.release()


def install(app: CKANApp) -> None:
    """Answer what fails because a store is away with 503 and `Retry-After`: a page, or JSON from the API."""
    app.wsgi_app = CleanSession(app.wsgi_app)
    for kind in AWAY:
        app.register_error_handler(kind, _unavailable)
    failed = app.error_handler_spec[None][HTTPStatus.INTERNAL_SERVER_ERROR][InternalServerError]
    app.register_error_handler(InternalServerError, lambda error: _failed(error, failed))
    failures.on_lost_connection(note)
    # The last registered looks first: before those that ask who the caller is.
    app.after_request(_explain)
    # Right before CKAN's, which gives the session back last of all, and fails where that fails.
    app.after_request_funcs[None].insert(1, _give_back)


def _give_back(response: Response) -> Response:
    failures.release()
    return response


def note() -> None:
    """Remember that a store failed this request, for views that make an error of their own of every exception."""
    if has_request_context():
        g.govshare_outage = True


def _failed(error: InternalServerError, page: Callable[[Exception], Any]) -> Any:
    """What failed outside of any view: where the session of a caller is looked up, say."""
    if isinstance(error.original_exception, AWAY) or g.get("govshare_outage"):
        return _unavailable(error.original_exception or error)
    return page(error)


def _explain(response: Response) -> Response:
    return _answer() if response.status_code >= HTTPStatus.BAD_REQUEST and g.get("govshare_outage") else response


def _unavailable(error: BaseException) -> Response:
    log.error("A store is away: %s", error)
    note()
    return _answer()


def _answer() -> Response:
    """Made without any store: nobody is looked up, neither here nor by what still happens to the answer."""
    g.govshare_outage = False
    g._login_user = model.AnonymousUser()  # noqa: SLF001 - where flask-login keeps who asks
    request.environ["__no_cache__"] = True
    text = toolkit._("The platform cannot be reached for a moment. If you were sending something, look whether it is there "
                     "before you send it again.")
    status = HTTPStatus.SERVICE_UNAVAILABLE
    answer = refusals.refusal(status, text, kind=status.phrase, page=_page)
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer


def _page(_status: HTTPStatus, text: str) -> str:
    return current_app.jinja_env.get_template("govshare/unavailable.html").render(text=text, seconds=RETRY_AFTER)

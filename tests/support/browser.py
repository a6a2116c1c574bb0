"""A visitor of the pages, who shares nothing with the test that holds the reins."""
from __future__ import annotations

from contextvars import Context
from typing import Any

from ckan import model

from ckanext.govshare.security import sessions


class Browser:
    """Requests of one person, by session or by API token; the empty name is an anonymous visitor.

    Each request runs in a context of its own. Within the test's own (`with_request_context`) Flask would share `g`, and
    flask-login the user that it found there first.
    """

    def __init__(self, app: Any, user: str = "", token: str = "") -> None:
        self._client = app.test_client(user=model.User.get(user) if user else None)
        if user:
            with self._client.session_transaction() as session:
                session[sessions.SEAL] = sessions.seal(model.User.get(user))
        self._headers = {"Authorization": token} if token else {}

    def open(self, method: str, address: str, **request: Any) -> Any:
        headers = {**self._headers, **request.pop("headers", {})}
        request.setdefault("follow_redirects", False)
        return Context().run(self._client.open, address, method=method, headers=headers, **request)

    def get(self, address: str, **request: Any) -> Any:
        return self.open("GET", address, **request)

    def post(self, address: str, **request: Any) -> Any:
        return self.open("POST", address, **request)

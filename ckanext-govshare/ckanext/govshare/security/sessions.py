"""Sessions live on the server (ADR 094): what a browser holds is a random number that means nothing once the session ended.

A session ends by log-out, by a new password, by any change of the account's state, when nothing is asked for a while, and for
good at a moment that is fixed at the log-in. “Remember me” is the same session with a later end: there is no second cookie.
Each key of a session is a field of a Redis hash, and only fields that changed are written: requests side by side do not undo
each other, and none brings a session back that was ended meanwhile.
"""
from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from ckan import model
from ckan.common import g, login_user, logout_user, request, session
from flask import current_app
from flask.json.tag import TaggedJSONSerializer
from flask_login import LoginManager, user_logged_in
from flask_session.redis.redis import RedisSession, RedisSessionInterface
from redis.exceptions import RedisError

from ckanext.govshare import clock, config
from ckanext.govshare.repository import changes
from ckanext.govshare.security import refusals, store

if TYPE_CHECKING:
    from ckan.types import CKANApp, Request, Response

log = logging.getLogger(__name__)

USER, SEAL, UNTIL, REMEMBERED = "_user_id", "gs_seal", "gs_until", "gs_remembered"
ANONYMOUS_SECONDS = 60 * 60  # for a form's token
LONGEST_ID = 100
# They need nobody's session, and the page that says so needs them.
STATIC = ("static", "webassets.index")

_JSON = TaggedJSONSerializer()
# Nothing is written to a session that was there when the request began and is no more.
_WRITE = """
if ARGV[1] == "known" and redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
local gone = tonumber(ARGV[3])
for i = 4, 3 + gone do redis.call("HDEL", KEYS[1], ARGV[i]) end
for i = 4 + gone, #ARGV, 2 do redis.call("HSET", KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call("EXPIRE", KEYS[1], ARGV[2])
return 1
"""


class ServerSession(RedisSession):
    """One browser's session. `stored`: its fields as they were read, None for a new one; `ended`: what `seal` needs of Redis;
    `error`: why it could not be read.
    """

    stored: Mapping[str, bytes] | None = None
    ended: str = ""
    error: RedisError | None = None


class ServerSessions(RedisSessionInterface):
    """Flask-Session's interface, with our connection, our keys, and fields instead of one text."""

    session_class = ServerSession

    def __init__(self, app: CKANApp) -> None:
        super().__init__(app, store.client(), "", False, app.config["SESSION_PERMANENT"])

    def _get_store_id(self, sid: str) -> str:
        return store.key("session", sid)

    def open_session(self, app: CKANApp, request: Request) -> ServerSession:
        """The session of the request's cookie, or a new one; with `error` where Redis does not answer."""
        sid = request.cookies.get(app.config["SESSION_COOKIE_NAME"], "")
        fresh: ServerSession = ServerSession(sid=self._generate_sid(self.sid_length), permanent=self.permanent)
        if not 0 < len(sid) <= LONGEST_ID:
            return fresh
        try:
            return self._read(sid) or fresh
        except RedisError as error:
            fresh.error = error
            return fresh

    def _read(self, sid: str) -> ServerSession | None:
        client: Any = store.client()
        stored = {name.decode(): value for name, value in client.hgetall(self._get_store_id(sid)).items()}
        values = {name: _JSON.loads(value.decode()) for name, value in stored.items()}
        if not values or _over(values):
            return None
        found = ServerSession(values, sid=sid)
        found.stored = stored
        found.ended = _ended(values[USER]) if USER in values else ""
        return found

    def should_set_storage(self, app: CKANApp, session: ServerSession) -> bool:
        """Always: what is not written is kept from going idle."""
        return True

    def _upsert_session(self, session_lifetime: Any, session: ServerSession, store_id: str) -> None:
        stored = session.stored or {}
        now = {name: _JSON.dumps(value).encode() for name, value in session.items()}
        gone = [name for name in stored if name not in now]
        changed = [part for name, value in now.items() if stored.get(name) != value for part in (name, value)]
        kind = "new" if session.stored is None else "known"
        client: Any = store.client()
        client.eval(_WRITE, 1, store_id, kind, _idle_seconds(session), len(gone), *gone, *changed)

    def _delete_session(self, store_id: str) -> None:
        store.client().delete(store_id)

    def save_session(self, app: CKANApp, session: ServerSession, response: Response) -> None:
        """Write it down. Where that fails a log-in is not told as done; other answers lose a message at most."""
        if session.error:
            return
        try:
            super().save_session(app, session, response)
        except RedisError as error:
            log.error("A session could not be written: %s", error)
            if session.stored is None and USER in session:
                _take_back(response)

    def get_expiration_time(self, app: CKANApp, session: ServerSession) -> datetime:
        """When the browser forgets the cookie; the server's own end does not depend on it."""
        return datetime.fromtimestamp(clock.now().timestamp() + _seconds_left(session), UTC)

    def regenerate(self, session: ServerSession) -> None:
        """Give the session another id; the one before is worth nothing from now on."""
        self._delete_session(self._get_store_id(str(session.sid)))
        session.sid, session.stored, session.modified = self._generate_sid(self.sid_length), None, True


def _take_back(response: Response) -> None:
    refused = refusals.answer(refusals.Unavailable())
    response.response, response.status_code = refused.response, refused.status_code
    for name in ("Location", "Set-Cookie"):
        response.headers.pop(name, None)
    for name in ("Content-Type", "Content-Length", "Retry-After", "Cache-Control"):
        response.headers[name] = refused.headers[name]


def _over(values: Mapping[str, Any]) -> bool:
    return UNTIL in values and clock.now().timestamp() >= values[UNTIL]


def _seconds_left(values: Mapping[str, Any]) -> int:
    return max(1, int(values[UNTIL] - clock.now().timestamp())) if UNTIL in values else ANONYMOUS_SECONDS


def _idle_seconds(values: Mapping[str, Any]) -> int:
    left = _seconds_left(values)
    return left if values.get(REMEMBERED) else min(left, config.session_idle_minutes() * 60)


def begin(user: model.User, remembered: bool = False) -> None:
    """Log `user` in: a new session with a new id, and nothing of what the browser's former one held.

    remembered: for REMEMBER_COOKIE_DURATION, instead of PERMANENT_SESSION_LIFETIME and only while something is asked.
    """
    _renew()
    session[REMEMBERED] = remembered
    login_user(user)


def end() -> None:
    """Log out: the session is deleted before the answer. Raises RedisError, and then nothing was done."""
    _renew()
    logout_user()


def keep(user: model.User) -> None:
    """Let the caller's own session outlive the change of the password that they just made, under a new id."""
    if session.get(SEAL) == seal(user):
        return
    _interface().regenerate(session._get_current_object())
    session[SEAL] = seal(user)


def _renew() -> None:
    _interface().regenerate(session._get_current_object())
    session.clear()


def _interface() -> Any:
    return current_app.session_interface


def seal(user: model.User, ended: str | None = None) -> str:
    """What a session of `user` bears; it changes with the password and whenever all sessions of the account are ended."""
    return store.digest(user.id, user.password or "", _ended(user.id) if ended is None else ended)


def _ended(user_id: str) -> str:
    """A random number given each time that all sessions of an account were ended; empty where they never were."""
    client: Any = store.client()
    return (client.get(store.key("sessions-ended", user_id)) or b"").decode()


def end_all(user_id: str) -> None:
    """End every session of an account. Raises RedisError."""
    client: Any = store.client()
    client.set(store.key("sessions-ended", user_id), token_hex())


def _on_log_in(_app: Any, user: model.User, **_: Any) -> None:
    session[SEAL] = seal(user)
    session[UNTIL] = int(clock.now().timestamp()) + config.session_seconds(bool(session.get(REMEMBERED)))


def _on_change(_mapper: Any, _connection: Any, user: model.User) -> None:
    """Blocked, deleted, or let in again: before the commit, so that without Redis there is none."""
    if changes.has_changed(user, "state"):
        end_all(user.id)


class ServerSideLogins(LoginManager):
    """Flask-Login without its cookie: who is logged in is what a session says that bears the account's seal."""

    def user_loader(self, callback: Any) -> Any:
        def load(user_id: str) -> Any:
            user = callback(user_id)
            if user is None or g.get("login_via_auth_header"):
                return user
            if session.get(SEAL) == seal(user, session.ended):
                return user
            session.clear()
            return None
        return super().user_loader(load)

    def _load_user_from_remember_cookie(self, cookie: str) -> Any:
        """A cookie of former versions, or anybody's: it names nobody, and a token beside it still counts."""
        return self._load_user_from_request(request)

    def _update_remember_cookie(self, response: Response) -> Response:
        if "_remember" in session:
            del session["_remember"]
        name = config.remember_cookie()
        if name in request.cookies:
            response.delete_cookie(name)
        return response


def prepare() -> None:
    """Take the places of Flask-Login's manager and of CKAN's sessions before the application is built, and watch accounts.

    May be called again.
    """
    from ckan.config.middleware import flask_app  # here, because CKAN imports plugins while it imports this

    flask_app.CKANRedisSessionInterface = ServerSessions
    flask_app.LoginManager = ServerSideLogins
    user_logged_in.connect(_on_log_in)
    changes.listen(model.User, "before_update", _on_change)


def install(app: CKANApp) -> None:
    """Answer 503 to whoever has a session that cannot be read."""
    from ckan.config.middleware import flask_app  # here, because CKAN imports plugins while it imports this

    def readable() -> Any:
        if session.error and request.endpoint not in STATIC:
            return refusals.answer(refusals.Unavailable())
        return None

    # After CKAN's own, which what comes after an answer relies on, and before the check of a token that lies in the session.
    hooks = app.before_request_funcs[None]
    hooks.insert(hooks.index(flask_app.ckan_before_request) + 1, readable)

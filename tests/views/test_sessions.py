"""Sessions are the server's: they end when they should, and what was copied of one is then worth nothing."""
from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from browser import Browser
from ckan import model
from ckan.tests import factories
from redis import Redis
from world import World

from ckanext.govshare import clock
from ckanext.govshare.domain import account_links as rules
from ckanext.govshare.logic import account_links
from ckanext.govshare.security import sessions, store

PASSWORD = "correct horse battery"
NEW = "purple lantern over water"
CSRF_FIELD = re.compile(r'name="_csrf_token" value="([^"]+)"')
DEAD = "redis://127.0.0.1:1/0"


class Visitor(Browser):
    """Somebody who logs in with the form."""

    def token(self, page: str = "/user/login") -> str:
        return str(CSRF_FIELD.findall(self.get(page).body)[0])

    def send(self, page: str, where: str = "", **fields: Any) -> Any:
        return self.post(where or page, data={"_csrf_token": self.token(page), **fields})

    def log_in(self, name: str, password: str = PASSWORD, page: str = "/user/login", **fields: Any) -> Any:
        return self.send(page, login=name, password=password, **fields)

    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self._client._cookies.values()}

    def copy(self, app: Any) -> Visitor:
        """Somebody else who holds the same cookies."""
        thief = Visitor(app)
        for name, value in self.cookies().items():
            thief._client.set_cookie(name, value)
        return thief

    def is_in(self) -> bool:
        return self.get("/user/edit").status_code == HTTPStatus.OK


@pytest.fixture
def person(world: World) -> dict[str, Any]:
    user: dict[str, Any] = factories.User(password=PASSWORD)
    return user


@pytest.fixture
def visitor(app: Any, person: dict[str, Any]) -> Visitor:
    found = Visitor(app)
    found.log_in(person["name"])
    assert found.is_in()
    return found


@pytest.fixture
def thief(app: Any, visitor: Visitor) -> Visitor:
    copied = visitor.copy(app)
    assert copied.is_in()
    return copied


class TestEnds:
    def test_a_copy_ends_with_the_log_out(self, visitor: Visitor, thief: Visitor) -> None:
        assert visitor.send("/", "/user/_logout").status_code == HTTPStatus.FOUND
        assert not visitor.is_in()
        assert not thief.is_in()

    def test_a_remembered_log_in_ends_with_the_log_out_too(self, app: Any, person: dict[str, Any]) -> None:
        remembered = Visitor(app)
        remembered.log_in(person["name"], remember="yes")
        copied = remembered.copy(app)
        assert copied.is_in()
        remembered.send("/", "/user/_logout")
        assert not copied.is_in()

    def test_a_new_password_by_the_form_ends_all_but_the_one_that_set_it(
            self, visitor: Visitor, thief: Visitor, person: dict[str, Any]) -> None:
        answer = visitor.send("/user/edit", save="", name=person["name"], email=person["email"], fullname="Li",
                              old_password=PASSWORD, password1=NEW, password2=NEW)
        assert answer.status_code == HTTPStatus.FOUND
        assert visitor.is_in()
        assert not thief.is_in()

    def test_a_new_password_by_the_api_ends_all(self, visitor: Visitor, person: dict[str, Any], world: World) -> None:
        world.call(person["name"], "user_patch", id=person["id"], password=NEW, old_password=PASSWORD)
        assert not visitor.is_in()

    def test_a_new_password_by_the_link_of_a_mail_ends_all(self, app: Any, visitor: Visitor, person: dict[str, Any]) -> None:
        user = model.User.get(person["id"])
        page = account_links.path(rules.PASSWORD, account_links.for_password(user, clock.now()), user.id)
        Visitor(app).send(page, password1=NEW, password2=NEW)
        assert model.User.get(person["id"]).validate_password(NEW)
        assert not visitor.is_in()

    @pytest.mark.parametrize("block", ["user_delete", "user_patch"])
    def test_a_block_ends_all_for_good(self, visitor: Visitor, person: dict[str, Any], world: World, block: str) -> None:
        more = {"state": "deleted"} if block == "user_patch" else {}
        world.call(world.operator, block, id=person["id"], **more)
        assert not visitor.copy(visitor_app(visitor)).is_in()
        world.call(world.operator, "user_patch", id=person["id"], state="active")
        assert not visitor.is_in()

    def test_a_blocked_account_has_no_tokens_either(self, app: Any, person: dict[str, Any], world: World) -> None:
        token = factories.APIToken(user=person["name"])["token"]
        asked = "/api/3/action/govshare_application_list?role=applicant"
        assert Browser(app, token=token).get(asked).status_code == HTTPStatus.OK
        world.call(world.operator, "user_delete", id=person["id"])
        assert Browser(app, token=token).get(asked).status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)

    def test_a_session_ends_at_its_hour_whatever_is_asked(self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        later = clock.now() + timedelta(hours=8, minutes=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert not visitor.is_in()

    def test_a_session_ends_when_nothing_is_asked_for_a_while(self, visitor: Visitor) -> None:
        client: Any = store.client()
        assert 119 * 60 < client.ttl(store.key("session", visitor.cookies()["ckan"])) <= 120 * 60

    def test_an_answer_on_its_way_does_not_bring_an_ended_session_back(
            self, app: Any, visitor: Visitor, thief: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        """The copy's request begins before the log-out and is answered after it."""
        def ends_meanwhile() -> str:
            tk.h.flash_success("late")
            visitor.send("/", "/user/_logout")
            return ""
        monkeypatch.setitem(app.flask_app.view_functions, "home.about", ends_meanwhile)
        thief.get("/about")
        assert not thief.is_in()


def visitor_app(visitor: Visitor) -> Any:
    from ckan.tests.helpers import CKANTestApp

    return CKANTestApp(visitor._client.application)


class TestRemembering:
    @pytest.mark.parametrize("sent", [
        "63072000000000", "abc", "", "-1", "9" * 400, ["yes", "yes"], ["63072000", "yes"], "63072000"])
    def test_how_long_is_the_servers_affair(self, app: Any, person: dict[str, Any], sent: Any) -> None:
        answer = Visitor(app).log_in(person["name"], remember=sent)
        assert answer.status_code == HTTPStatus.FOUND
        assert expiry(answer) <= timedelta(hours=8, minutes=1)
        assert "remember_token" not in str(answer.headers.getlist("Set-Cookie"))

    def test_a_remembered_log_in_lasts_as_the_settings_say(self, app: Any, person: dict[str, Any]) -> None:
        answer = Visitor(app).log_in(person["name"], remember="yes")
        assert timedelta(days=6, hours=23) < expiry(answer) <= timedelta(days=7, minutes=1)

    def test_a_cookie_of_flask_login_names_nobody(self, app: Any, person: dict[str, Any]) -> None:
        from flask_login import encode_cookie

        with app.flask_app.test_request_context():
            forged = encode_cookie(person["id"])
        holder = Visitor(app)
        holder._client.set_cookie("remember_token", forged)
        assert not holder.is_in()


def expiry(answer: Any) -> timedelta:
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("ckan="))
    ends = re.search(r"Expires=([^;]+)", cookie)
    assert ends is not None
    return parsedate_to_datetime(ends[1]) - datetime.now(UTC)


class TestIds:
    def test_a_log_in_gives_another_id(self, app: Any, person: dict[str, Any]) -> None:
        visitor = Visitor(app)
        visitor.token()
        before = visitor.copy(app)
        visitor.log_in(person["name"])
        assert visitor.cookies()["ckan"] != before.cookies()["ckan"]
        assert not before.is_in()

    def test_an_id_of_ones_own_is_not_taken(self, app: Any, person: dict[str, Any]) -> None:
        visitor = Visitor(app)
        visitor._client.set_cookie("ckan", "chosen-by-somebody-else")
        visitor.log_in(person["name"])
        assert visitor.cookies()["ckan"] != "chosen-by-somebody-else"

    def test_redis_does_not_know_the_ids(self, visitor: Visitor) -> None:
        client: Any = Redis.from_url(tk.config["ckan.redis.url"])
        known = [key.decode() for key in client.scan_iter("*")]
        assert any("session" in key for key in known)
        assert visitor.cookies()["ckan"] not in str(known)

    @pytest.mark.parametrize("cookie", ["x" * 5000, "\u00e9", "a/b", "*", "%00", "-"])
    def test_strange_cookies_are_nobodys(self, app: Any, world: World, cookie: str) -> None:
        answer = Browser(app).get("/user/login", headers={"Cookie": f"ckan={cookie}"})
        assert answer.status_code == HTTPStatus.OK


class TestSideBySide:
    def test_requests_at_the_same_time_keep_what_each_wrote(self, app: Any, visitor: Visitor) -> None:
        first, second = (opened(app, visitor) for _ in range(2))
        first["one"], second["two"] = 1, 2
        for session in (first, second):
            app.flask_app.session_interface._upsert_session(None, session, store.key("session", session.sid))
        found = opened(app, visitor)
        assert (found["one"], found["two"], found[sessions.USER]) == (1, 2, first[sessions.USER])


def opened(app: Any, visitor: Visitor) -> Any:
    with app.flask_app.test_request_context(headers={"Cookie": f"ckan={visitor.cookies()['ckan']}"}) as context:
        return app.flask_app.session_interface.open_session(app.flask_app, context.request)


class TestLogOut:
    @pytest.mark.parametrize("address", ["/user/_logout", "/en/user/_logout", "/user/_logout?came_from=/about"])
    def test_an_address_alone_logs_nobody_out(self, visitor: Visitor, address: str) -> None:
        answer = visitor.get(address)
        assert answer.status_code == HTTPStatus.OK
        assert '<form class="gs-actions" action=' in answer.body
        assert visitor.is_in()

    def test_a_forged_post_logs_nobody_out(self, visitor: Visitor) -> None:
        assert visitor.post("/user/_logout").status_code == HTTPStatus.BAD_REQUEST
        assert visitor.is_in()

    def test_the_question_can_be_answered(self, visitor: Visitor) -> None:
        visitor.send("/user/_logout")
        assert not visitor.is_in()

    def test_the_registration_offers_a_button(self, visitor: Visitor) -> None:
        page = visitor.get("/user/register").body
        assert 'href="/user/_logout' not in page
        visitor.post("/user/_logout", data={"_csrf_token": CSRF_FIELD.findall(page)[-1]})
        assert not visitor.is_in()


class TestWithoutRedis:
    @pytest.fixture
    def away(self, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
        monkeypatch.setitem(tk.config, "ckan.redis.url", DEAD)
        return monkeypatch

    @pytest.mark.parametrize("address", ["/", "/dataset/", "/about", "/api/3/action/status_show"])
    def test_public_pages_answer(self, app: Any, world: World, away: pytest.MonkeyPatch, address: str) -> None:
        assert Browser(app).get(address).status_code == HTTPStatus.OK

    @pytest.mark.parametrize("address", ["/", "/user/edit", "/api/3/action/status_show"])
    def test_whoever_has_a_session_waits_and_stays_logged_in(
            self, visitor: Visitor, away: pytest.MonkeyPatch, address: str) -> None:
        answer = visitor.get(address)
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.mimetype == ("application/json" if "/api/" in address else "text/html")
        away.undo()
        assert visitor.is_in()

    def test_nobody_logs_in(self, app: Any, person: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        visitor = Visitor(app)
        token = visitor.token()
        monkeypatch.setitem(tk.config, "WTF_CSRF_ENABLED", False)
        monkeypatch.setitem(app.flask_app.config, "WTF_CSRF_ENABLED", False)
        visitor._client._cookies.clear()
        monkeypatch.setitem(tk.config, "ckan.redis.url", DEAD)
        answer = visitor.post("/user/login", data={"_csrf_token": token, "login": person["name"], "password": PASSWORD})
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "Retry-After" in answer.headers
        assert "Location" not in answer.headers

    def test_nobody_is_told_that_they_are_logged_out(self, app: Any, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        """Redis goes while the request is under way."""
        token = visitor.token("/")
        original = sessions.end

        def goes() -> None:
            monkeypatch.setitem(tk.config, "ckan.redis.url", DEAD)
            original()
        with monkeypatch.context() as patch:
            patch.setattr(sessions, "end", goes)
            answer = visitor.post("/user/_logout", data={"_csrf_token": token})
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "Retry-After" in answer.headers

    def test_nobody_is_blocked_by_half(self, person: dict[str, Any], world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        from redis.exceptions import RedisError

        with monkeypatch.context() as patch:
            patch.setitem(tk.config, "ckan.redis.url", DEAD)
            with pytest.raises(RedisError):
                world.call(world.operator, "user_delete", id=person["id"])
        model.Session.rollback()
        assert model.User.get(person["id"]).state == "active"

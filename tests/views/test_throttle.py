"""Whoever guesses has to wait, the longer the more; whoever is guessed at has not."""
from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from browser import Browser
from ckan import model
from ckan.tests import factories
from world import World

from ckanext.govshare import clock
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.logic import account_links
from ckanext.govshare.security import passwords, store, throttle
from ckanext.govshare.security.refusals import TooManyAttempts, Unavailable
from ckanext.govshare.signing import Password

PASSWORD, WRONG = "correct horse battery", "wrong horse"
CSRF_FIELD = re.compile(r'name="_csrf_token" value="([^"]+)"')


@pytest.fixture
def person(world: World) -> dict[str, Any]:
    user: dict[str, Any] = factories.User(name="liming", fullname="李明", email="liming@example.org", password=PASSWORD)
    return user


class Gate:
    """The log-in form, from any address."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.browser = Browser(app)
        self.token = CSRF_FIELD.findall(self.browser.get("/user/login").body)[0]

    def send(self, page: str, address: str = "192.0.2.1", **fields: Any) -> Any:
        return self.browser.post(page, data={"_csrf_token": self.token, **fields}, environ_overrides={"REMOTE_ADDR": address})

    def log_in(self, name: str, password: str = WRONG, address: str = "192.0.2.1") -> Any:
        return self.send("/user/login", address, login=name, password=password)


@pytest.fixture
def gate(app: Any, person: dict[str, Any]) -> Gate:
    return Gate(app)


def test_after_five_wrong_ones_the_right_one_waits_too(gate: Gate) -> None:
    codes = [gate.log_in("liming").status_code for _ in range(40)]
    assert codes == [HTTPStatus.OK] * 5 + [HTTPStatus.TOO_MANY_REQUESTS] * 35
    answer = gate.log_in("liming", PASSWORD)
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["Retry-After"] in answer.body or "1 " in answer.body


def test_the_answer_is_the_same_where_there_is_no_such_account(gate: Gate) -> None:
    told = {name: [gate.log_in(name, address=f"192.0.2.{number}") for _ in range(6)]
            for number, name in enumerate(("liming", "nobody"))}
    # How long to wait is a minute for the one and 59 seconds for the other, where the machine is busy.
    varying = re.compile(r'value="[^"]*"|\d+(?: (?:second|minute)s?)?')
    first, second = ([(a.status_code, varying.sub("", a.body)) for a in answers] for answers in told.values())
    assert first == second


@pytest.mark.parametrize("variants", [
    ["liming", "LIMING", " liming", "liming\u3000", "ｌｉｍｉｎｇ", "li\u200bming", "Liming"],
    ["liming@example.org", "LiMing@Example.ORG ", " liming@example.org", "ｌｉｍｉｎｇ@example.org", "liming@EXAMPLE.org"] * 2,
    ["nobody", "NOBODY", " nobody", "nobody ", "ｎｏｂｏｄｙ", "no\u200bbody"],
])
def test_variants_of_what_is_typed_are_one(gate: Gate, variants: list[str]) -> None:
    codes = [gate.log_in(name).status_code for name in variants]
    assert codes == [HTTPStatus.OK] * 5 + [HTTPStatus.TOO_MANY_REQUESTS] * (len(codes) - 5)


@pytest.mark.parametrize("other", ["liming@example.org", "zhaoliu@example.org"])
def test_waiting_does_not_tell_which_address_belongs_to_a_name(gate: Gate, other: str) -> None:
    for number in range(35):
        gate.log_in("liming", address=f"192.0.2.{number // 5}")
    assert gate.log_in("liming", address="192.0.2.77").status_code == HTTPStatus.TOO_MANY_REQUESTS
    codes = [gate.log_in(other, address="192.0.2.1").status_code for _ in range(6)]
    assert codes == [HTTPStatus.OK] * 5 + [HTTPStatus.TOO_MANY_REQUESTS]
    assert gate.log_in(other, address="192.0.2.77").status_code == HTTPStatus.OK


@pytest.mark.parametrize("other", ["liming@example.org", "zhaoliu@example.org"])
def test_coming_in_by_name_changes_nothing_of_what_addresses_answer(gate: Gate, app: Any, other: str) -> None:
    codes = [gate.log_in(other).status_code for _ in range(6)]
    assert codes[5] == HTTPStatus.TOO_MANY_REQUESTS
    assert Gate(app).log_in("liming", PASSWORD).status_code == HTTPStatus.FOUND
    assert gate.log_in(other).status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_whichever_way_an_account_is_called_it_is_guessed_at_a_bounded_number_of_times(gate: Gate) -> None:
    names = ("liming", "liming@example.org", "LIMING", "LiMing@Example.org", "ｌｉｍｉｎｇ")
    codes = [gate.log_in(name, address=f"198.51.{number}.{place}").status_code
             for number in range(20) for place, name in enumerate(names)]
    assert codes.count(HTTPStatus.OK) == 60


def test_waits_grow_to_an_hour_at_most(world: World) -> None:
    attempt = throttle.Attempt(throttle.PASSWORD, "somebody", "192.0.2.1")
    client: Any = store.client()
    waits: list[int] = []
    while len(waits) < 4:
        try:
            attempt.begin()
        except TooManyAttempts as refusal:
            waits.append(refusal.seconds)
            # The minute is over, and after the second wait the quarter of an hour.
            for ending in ("/1/minute", "/15/minute")[:1 + (len(waits) == 2)]:
                for key in client.scan_iter(f"*throttle*{ending}"):
                    client.delete(key)
    assert [round(wait, -1) for wait in waits] == [60, 900, 60, 3600]


def test_success_forgets_the_accounts_failures_not_the_addresss(gate: Gate, person: dict[str, Any]) -> None:
    user = model.User.get(person["id"])
    for _ in range(3):
        for _ in range(4):
            assert not passwords.is_right("liming", user, "wrong")
        assert passwords.is_right("liming", user, PASSWORD)
    item, names = next(throttle.Attempt(throttle.PASSWORD, user.id, throttle.address())._by_address())
    assert throttle._limiter().get_window_stats(item, *names).remaining == item.amount - 12


def test_one_address_cannot_try_everybody(gate: Gate) -> None:
    codes = [gate.log_in(f"person-{number}").status_code for number in range(35)]
    assert codes[30:] == [HTTPStatus.TOO_MANY_REQUESTS] * 5
    assert gate.log_in("person-1", address="192.0.2.77").status_code == HTTPStatus.OK


def test_an_attack_from_elsewhere_does_not_shut_out_where_one_came_in_before(gate: Gate, app: Any) -> None:
    assert gate.log_in("liming", PASSWORD, "198.51.100.1").status_code == HTTPStatus.FOUND
    attackers = Gate(app)
    codes = [attackers.log_in("liming", address=f"192.0.2.{number}").status_code for number in range(35)]
    assert codes[30:] == [HTTPStatus.TOO_MANY_REQUESTS] * 5
    assert Gate(app).log_in("liming", PASSWORD, "203.0.113.1").status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert Gate(app).log_in("liming", PASSWORD, "198.51.100.1").status_code == HTTPStatus.FOUND


def test_addresses_of_one_ipv6_network_are_one(gate: Gate) -> None:
    codes = [gate.log_in("liming", address=f"2001:db8:1:2::{number}").status_code for number in range(1, 8)]
    assert codes[5:] == [HTTPStatus.TOO_MANY_REQUESTS] * 2


def test_signing_and_logging_in_are_counted_together(gate: Gate, person: dict[str, Any]) -> None:
    user = model.User.get(person["id"])
    for _ in range(5):
        with pytest.raises(Invalid):
            Password().sign("hash", "李明", user, {"password": "wrong"})
    with pytest.raises(TooManyAttempts):
        Password().sign("hash", "李明", user, {"password": PASSWORD})


def test_the_api_says_it_in_json(app: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def tried_too_often(**_: Any) -> None:
        raise TooManyAttempts(90)
    monkeypatch.setitem(app.flask_app.view_functions, "api.action", tried_too_often)
    answer = Browser(app).post("/api/3/action/govshare_agreement_sign", json={})
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert answer.headers["Retry-After"] == "90"
    assert answer.json["error"]["message"] == "Too many attempts. Wait 2 minutes, then try again."


@pytest.mark.parametrize(("page", "field"), [("/user/reset", "user"), ("/user/register", "email")])
def test_forms_that_anybody_may_send_are_counted(gate: Gate, page: str, field: str) -> None:
    answers = [gate.send(page, **{field: "liming@example.org"}) for _ in range(7)]
    assert [a.status_code for a in answers[5:]] == [HTTPStatus.TOO_MANY_REQUESTS] * 2
    assert int(answers[6].headers["Retry-After"]) > 60


@pytest.mark.parametrize(("action", "field"), [
    ("govshare_password_reset_request", "user"), ("govshare_registration_request", "email")])
def test_so_are_their_actions_by_the_api(
        gate: Gate, app: Any, monkeypatch: pytest.MonkeyPatch, action: str, field: str) -> None:
    monkeypatch.setitem(tk.config, "ckan.auth.create_user_via_api", True)
    answers = [Browser(app).post(f"/api/3/action/{action}", json={field: "liming@example.org"}) for _ in range(7)]
    assert [a.status_code for a in answers] == [HTTPStatus.OK] * 5 + [HTTPStatus.TOO_MANY_REQUESTS] * 2
    assert int(answers[6].headers["Retry-After"]) > 60


def test_asking_for_a_reset_does_not_tell_which_address_belongs_to_a_name(gate: Gate) -> None:
    for _ in range(6):
        gate.send("/user/reset", user="liming")
    assert gate.send("/user/reset", user="liming@example.org").status_code == HTTPStatus.FOUND


def test_mail_to_new_addresses_is_counted(app: Any, person: dict[str, Any]) -> None:
    token = factories.APIToken(user="liming")["token"]
    change = {"id": "liming", "email": "anybody@example.org", "old_password": PASSWORD}
    answers = [Browser(app, token=token).post("/api/3/action/user_patch", json=change) for _ in range(7)]
    assert [a.status_code for a in answers] == [HTTPStatus.OK] * 5 + [HTTPStatus.TOO_MANY_REQUESTS] * 2


def test_names_are_not_tried_by_one_link(gate: Gate, person: dict[str, Any]) -> None:
    page = f"/user/register?key={account_links.to_register('a@example.org', clock.now())}"
    answers = [gate.send(page, name="liming", password1=PASSWORD, password2=PASSWORD) for _ in range(7)]
    assert [a.status_code for a in answers] == [HTTPStatus.OK] * 5 + [HTTPStatus.TOO_MANY_REQUESTS] * 2


@pytest.mark.parametrize("page", ["/user/register", "/account/address"])
def test_links_are_not_tried_one_after_the_other(gate: Gate, app: Any, person: dict[str, Any], page: str) -> None:
    browser = Browser(app, "liming")
    codes = [browser.get(f"{page}?key={number}").status_code for number in range(7)] if "address" in page else [
        gate.browser.get(f"{page}?key={number}").status_code for number in range(7)]
    assert codes[5:] == [HTTPStatus.TOO_MANY_REQUESTS] * 2


def test_links_of_a_reset_are_not_tried_one_after_the_other(gate: Gate, person: dict[str, Any]) -> None:
    codes = [gate.browser.get(f"/user/reset/{person['id']}?key={number}").status_code for number in range(7)]
    assert codes[5:] == [HTTPStatus.TOO_MANY_REQUESTS] * 2


@pytest.mark.parametrize("sent", ["", "x" * 5000, "%"])
def test_strange_names_and_passwords_are_wrong_ones(gate: Gate, sent: str) -> None:
    assert gate.log_in(sent, sent).status_code == HTTPStatus.OK
    assert gate.log_in("liming", sent).status_code == HTTPStatus.OK


def test_without_redis_no_password_is_looked_at(person: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, "ckan.redis.url", "redis://127.0.0.1:1/0")
    with pytest.raises(Unavailable):
        passwords.is_right("liming", model.User.get(person["id"]), PASSWORD)


@pytest.mark.parametrize("password", ["12345678", "password", "liming2026"])
class TestWeakPasswords:
    def test_by_the_api(self, world: World, person: dict[str, Any], password: str) -> None:
        new = {"name": "liming-2", "email": "a@example.org"}
        for action, data in (("user_create", new), ("user_patch", {"id": person["id"]})):
            with pytest.raises(tk.ValidationError) as refused:
                tk.get_action(action)({"ignore_auth": True, "user": world.operator}, {**data, "password": password})
            assert set(refused.value.error_dict) == {"password"}

    def test_by_the_form_of_registration(self, gate: Gate, password: str) -> None:
        page = f"/user/register?key={account_links.to_register('liming2026@example.org', clock.now())}"
        answer = gate.send(page, name="liming-2", fullname="李明", password1=password, password2=password)
        assert answer.status_code == HTTPStatus.OK
        assert "too easy to guess" in answer.body
        assert model.User.get("liming-2") is None

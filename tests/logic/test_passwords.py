"""How people come to a password: the link is mailed, works once and not for long, and its request tells nobody who exists."""
from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from browser import Browser
from cases import at
from ckan import model
from ckan.tests import factories
from mails import key_in, link_in, mailed
from page_parts import part, words
from world import World

from ckanext.govshare import clock, jobs
from ckanext.govshare.notifications import mailbox
from ckanext.govshare.repository import outbox

OLD, NEW, NEWER = "Tu-rang-2026-jiance", "Shui-zhi-2026-jiance", "Kong-qi-2026-jiance"
EMAIL = "wang.wu@example.com"


@pytest.fixture
def person(shared_world: World) -> Iterator[str]:
    name: str = factories.User(email=EMAIL, password=OLD)["name"]
    yield name
    shared_world.call(shared_world.operator, "user_delete", id=name)
    jobs.drain_outbox()


def ask(asked: str) -> Any:
    return tk.get_action("govshare_password_reset_request")({"user": ""}, {"user": asked})


def choose(key: str, password: str = NEW) -> Any:
    return tk.get_action("govshare_password_reset")({"user": ""}, {"key": key, "password1": password, "password2": password})


def refused(key: str) -> bool:
    with pytest.raises(tk.ValidationError) as refusal:
        choose(key, NEWER)
    return list(refusal.value.error_dict) == ["key"]


@pytest.mark.parametrize("by", ["name", "address", "address in capitals"])
def test_the_link_comes_by_mail_alone_and_works_once(person: str, mails: Path, by: str) -> None:
    asked = {"name": person, "address": EMAIL, "address in capitals": EMAIL.upper()}[by]
    assert ask(asked) == {}
    mail, = mailed(mails)
    assert mail["To"].addresses[0].addr_spec == EMAIL
    assert choose(key_in(mail)) == {"name": person}
    assert model.User.get(person).validate_password(NEW)
    assert refused(key_in(mail))


def test_mail_without_a_server_is_for_its_owner_alone(person: str, mails: Path) -> None:
    ask(person)
    jobs.drain_outbox()
    path, = mailbox.newest(mails)
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(mails.stat().st_mode)) == (0o600, 0o700)
    assert "/user/reset/" in path.read_text(encoding="utf-8")


def test_neither_outbox_nor_table_holds_a_key(person: str, mails: Path) -> None:
    ask(person)
    assert [effect["payload"] for effect in outbox.pending()] == [{"asked": person}]
    key = key_in(mailed(mails)[0])
    model.Session.expire_all()
    assert model.User.get(person).reset_key is None
    assert key not in json.dumps([effect["payload"] for effect in outbox.pending()])


@pytest.mark.parametrize("ends", ["time", "another password", "another address", "a block", "a change of the key"])
def test_a_link_ends(shared_world: World, person: str, mails: Path, ends: str) -> None:
    ask(person)
    key = key_in(mailed(mails)[0])
    later = clock.now() + timedelta(hours=2)
    match ends:
        case "another password":
            shared_world.call(person, "user_patch", id=person, password=NEWER, old_password=OLD)
        case "another address":
            model.User.get(person).email = "wang.wu.2@example.com"
            model.Session.commit()
        case "a block":
            shared_world.call(shared_world.operator, "user_delete", id=person)
        case "a change of the key":
            key = ("A" if key[0] != "A" else "B") + key[1:]  # the last sign of base64 has bits that nobody reads
    if ends == "time":
        with at(later):
            assert refused(key)
    else:
        assert refused(key)


@pytest.mark.parametrize("key", ["", "x", "x" * 5000, "Ik5vbmUi.abc", None, ["a"], {"a": 1}, 7])
def test_what_is_no_key_opens_nothing(shared_world: World, key: Any) -> None:
    with pytest.raises(tk.ValidationError):
        choose(key)


def test_a_weak_or_mistyped_password_leaves_the_link_open(person: str, mails: Path) -> None:
    ask(person)
    key = key_in(mailed(mails)[0])
    with pytest.raises(tk.ValidationError) as refusal:
        tk.get_action("govshare_password_reset")({"user": ""}, {"key": key, "password1": NEW, "password2": NEWER})
    assert "key" not in refusal.value.error_dict
    assert choose(key) == {"name": person}


def test_a_blocked_account_gets_no_link(shared_world: World, person: str, mails: Path) -> None:
    shared_world.call(shared_world.operator, "user_delete", id=person)
    ask(person)
    assert mailed(mails) == []


@pytest.mark.parametrize("asked", ["nobody-at-all", "nobody@example.com", "a\0b", "%", "' OR 1=1"])
def test_nobody_is_told_that_there_is_nobody(shared_world: World, mails: Path, asked: str) -> None:
    assert ask(asked) == {}
    assert mailed(mails) == []


@pytest.mark.parametrize("asked", ["", "   ", "x" * 255, None, ["a"], 7])
def test_what_cannot_be_an_account_is_refused_by_field(shared_world: World, asked: Any) -> None:
    with pytest.raises(tk.ValidationError) as refusal:
        ask(asked)
    assert list(refusal.value.error_dict) == ["user"]


def test_while_the_mail_server_is_away_the_answer_is_the_same_and_the_letter_waits(
        person: str, mails: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, "smtp.server", "localhost:1")
    assert ask(person) == {}
    jobs.drain_outbox()
    assert [effect["payload"]["letter"] for effect in outbox.pending()] == ["reset"]
    monkeypatch.setitem(tk.config, "smtp.server", "")
    with at(clock.now() + timedelta(minutes=15)):
        assert len(mailed(mails)) == 1


class TestThePages:
    def send(self, browser: Browser, page: str, **form: str) -> Any:
        token = part(browser.get(page), "main input[name=_csrf_token]")["value"]
        return browser.post(page, data={**form, "_csrf_token": token})

    def test_the_whole_way_in_chinese(self, shared_app: Any, person: str, mails: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "ckan.locale_default", "zh_Hans_CN")
        browser = Browser(shared_app)
        answer = self.send(browser, "/zh_Hans_CN/user/reset", user=EMAIL)
        assert answer.status_code == 302
        assert "如果该账号存在" in words(part(browser.get(answer.headers["Location"]), ".flash-messages"))
        mail, = mailed(mails)
        assert mail["Subject"].startswith("重设")
        assert "密码保持不变" in mail.get_content()
        address = link_in(mail)
        assert mail.get_content().split()[-1] == tk.config["ckan.site_url"] + address
        answer = self.send(browser, address, password1=NEW, password2=NEW)
        assert "请用新密码登录" in words(part(browser.get(answer.headers["Location"]), ".flash-messages"))
        self.send(browser, "/user/login", login=person, password=NEW)
        assert browser.get(f"/user/{person}").status_code == 200

    def test_the_answer_is_one_for_all(self, shared_app: Any, person: str, mails: Path) -> None:
        seen = set()
        for asked in (person, EMAIL, "nobody-at-all", "nobody@example.com"):
            browser = Browser(shared_app)
            answer = self.send(browser, "/user/reset", user=asked)
            seen.add((answer.status_code, answer.headers["Location"], words(part(browser.get("/user/login"), ".flash-messages"))))
        assert len(seen) == 1

    def test_a_link_that_opens_nothing_leads_to_a_new_one_whoever_it_names(self, shared_app: Any, person: str) -> None:
        seen = set()
        for account in (model.User.get(person).id, person, "nobody-at-all"):
            answer = Browser(shared_app).get(f"/user/reset/{account}?key=abcdef")
            seen.add((answer.status_code, answer.headers["Location"]))
        assert len(seen) == 1

    def test_somebody_elses_key_does_not_open_an_account(
            self, shared_app: Any, shared_world: World, person: str, mails: Path) -> None:
        ask(person)
        key = key_in(mailed(mails)[0])
        other = model.User.get(shared_world.citizen).id
        assert Browser(shared_app).get(f"/user/reset/{other}?key={key}").status_code == 302

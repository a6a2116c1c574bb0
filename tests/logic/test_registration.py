"""An address is confirmed by a mailed link before it belongs to an account, and nobody is told whose it is (ADR 101)."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from browser import Browser
from cases import at
from ckan import model
from ckan.tests import factories
from emptying import forget_attempts
from mails import key_in, link_in, mailed
from page_parts import part, words
from world import World

from ckanext.govshare import clock, jobs
from ckanext.govshare.notifications import Undeliverable, mail
from ckanext.govshare.repository import outbox
from ckanext.govshare.repository import trace as repository

OLD, NEW = "Tu-rang-2026-jiance", "Shui-zhi-2026-jiance"
TAKEN, FREE = "qian.qi@example.com", "zhou.ba@example.com"


@pytest.fixture
def person(shared_world: World) -> Iterator[str]:
    name: str = factories.User(email=TAKEN, password=OLD)["name"]
    yield name
    shared_world.call(shared_world.operator, "user_delete", id=name)
    jobs.drain_outbox()


@pytest.fixture
def made(shared_world: World) -> Iterator[list[str]]:
    """Names of accounts that a test registers; they are blocked afterwards, so that their addresses are free again."""
    names: list[str] = []
    yield names
    model.Session.rollback()
    for name in names:
        shared_world.call(shared_world.operator, "user_delete", id=name)
    jobs.drain_outbox()


def ask(email: Any) -> Any:
    return tk.get_action("govshare_registration_request")({"user": ""}, {"email": email})


def complete(key: Any, name: str, **fields: Any) -> Any:
    return tk.get_action("govshare_registration_complete")(
        {"user": ""}, {"key": key, "name": name, "fullname": "周八", "password1": NEW, "password2": NEW, **fields})


def confirm(by: str, key: Any) -> Any:
    return tk.get_action("govshare_address_confirm")({"user": by}, {"key": key})


def refused(action: Any, *args: Any, **fields: Any) -> set[str]:
    with pytest.raises(tk.ValidationError) as refusal:
        action(*args, **fields)
    model.Session.rollback()
    return set(refusal.value.error_dict)


def accounts() -> int:
    model.Session.expire_all()
    return int(model.Session.query(model.User).count())


class TestRegistering:
    def test_an_account_comes_by_the_mailed_link_alone(self, shared_world: World, mails: Any, made: list[str]) -> None:
        before = accounts()
        assert ask(f" {FREE} ") == {}
        mail, = mailed(mails)
        assert accounts() == before
        assert mail["To"].addresses[0].addr_spec == FREE
        made.append("zhou-ba")
        assert complete(key_in(mail), "zhou-ba") == {"name": "zhou-ba"}
        user = model.User.get("zhou-ba")
        assert (user.email, user.state, user.fullname, user.validate_password(NEW)) == (FREE, "active", "周八", True)
        told, = repository.events("accounts", user.id)
        assert (told["name"], told["actor"]) == ("account_created", user.id)

    def test_the_link_works_once_whatever_becomes_of_the_address(self, shared_world: World, mails: Any, made: list[str]) -> None:
        ask(FREE)
        key = key_in(mailed(mails)[0])
        made.append("zhou-ba-1")
        complete(key, "zhou-ba-1")
        assert refused(complete, key, "zhou-ba-2") == {"key"}
        shared_world.call(shared_world.operator, "user_delete", id="zhou-ba-1")
        assert refused(complete, key, "zhou-ba-2") == {"key"}

    @pytest.mark.parametrize("ends", ["time", "a change of the key", "an account that has the address meanwhile",
                                      "an invitation meanwhile"])
    def test_the_link_ends(self, shared_world: World, mails: Any, made: list[str], ends: str) -> None:
        ask(FREE)
        key = key_in(mailed(mails)[0])
        moment = clock.now()
        match ends:
            case "time":
                moment += timedelta(hours=2)
            case "a change of the key":
                key = ("A" if key[0] != "A" else "B") + key[1:]
            case "an account that has the address meanwhile":
                made.append(factories.User(email=FREE.upper())["name"])
            case _:
                made.append(shared_world.call(shared_world.admin, "user_invite", email=FREE, role="editor",
                                              group_id=shared_world.own["id"])["name"])
        with at(moment):
            assert refused(complete, key, "zhou-ba-3") == {"key"}

    @pytest.mark.parametrize("key", ["", "x", "x" * 5000, None, ["a"], {"a": 1}, 7])
    def test_what_is_no_key_makes_no_account(self, shared_world: World, key: Any) -> None:
        assert refused(complete, key, "zhou-ba-3") == {"key"}

    def test_a_link_for_one_purpose_serves_no_other(self, shared_world: World, person: str, mails: Any) -> None:
        tk.get_action("govshare_password_reset_request")({"user": ""}, {"user": person})
        reset = key_in(mailed(mails)[0])
        assert refused(complete, reset, "zhou-ba-3") == {"key"}
        assert refused(confirm, person, reset) == {"key"}
        ask(FREE)
        registration = key_in(mailed(mails)[0])
        assert refused(confirm, person, registration) == {"key"}
        assert refused(tk.get_action("govshare_password_reset"), {"user": ""}, {
            "key": registration, "password1": NEW, "password2": NEW}) == {"key"}

    @pytest.mark.parametrize("typed", [TAKEN, TAKEN.upper()])
    def test_whoever_has_an_account_is_told_so_by_mail_with_the_way_to_a_new_password(
            self, shared_world: World, person: str, mails: Any, typed: str) -> None:
        assert ask(typed) == {}
        mail, = mailed(mails)
        assert mail["To"].addresses[0].addr_spec == TAKEN
        assert person in mail.get_content()
        chosen = {"key": key_in(mail), "password1": NEW, "password2": NEW}
        assert tk.get_action("govshare_password_reset")({"user": ""}, chosen) == {"name": person}

    def test_the_request_does_the_same_whoever_exists(self, shared_world: World, person: str, mails: Any) -> None:
        for email in (TAKEN, FREE):
            ask(email)
        kinds = {(effect["kind"], tuple(effect["payload"])) for effect in outbox.pending()}
        assert len(kinds) == 1

    @pytest.mark.parametrize("email", [TAKEN, FREE])
    @pytest.mark.parametrize("context", [{"user": ""}, {"user": "", "api_version": 3}])
    def test_nobody_makes_an_account_without_a_confirmed_address(
            self, shared_world: World, person: str, monkeypatch: pytest.MonkeyPatch, context: Any, email: str) -> None:
        monkeypatch.setitem(tk.config, "ckan.auth.create_user_via_api", True)
        before = accounts()
        with pytest.raises(tk.NotAuthorized) as refusal:
            tk.get_action("user_create")({**context}, {"name": "zhou-ba-4", "email": email, "password": NEW})
        assert "govshare_registration_request" in str(refusal.value)
        assert accounts() == before

    @pytest.mark.parametrize("email", [
        "", "  ", "x", "a@", None, ["a@example.com"], 7, "a" * 250 + "@example.com", "a\0@example.com"])
    def test_what_is_no_address_is_refused_by_field(self, shared_world: World, email: Any) -> None:
        assert refused(ask, email) == {"email"}

    def test_where_registration_is_closed_nobody_registers(self, shared_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "ckan.auth.create_user_via_web", False)
        with pytest.raises(tk.NotAuthorized):
            ask(FREE)
        with pytest.raises(tk.NotAuthorized):
            complete("x", "zhou-ba-3")

    def test_what_is_wrong_stands_at_its_field_and_leaves_the_link_open(
            self, shared_world: World, person: str, mails: Any, made: list[str]) -> None:
        ask(FREE)
        key = key_in(mailed(mails)[0])
        assert refused(complete, key, person) == {"name"}
        assert refused(complete, key, "A B!", password1="password", password2="password") == {"name", "password1"}
        assert refused(complete, key, "zhou-ba-5", password2="another") == {"password2"}
        assert refused(complete, key, "zhou-ba-5", password1="", password2="") == {"password1"}
        made.append("zhou-ba-5")
        # What else is sent is not taken.
        complete(key, "zhou-ba-5", sysadmin=True, email=TAKEN, state="deleted", id="mine", plugin_extras={"a": 1})
        user = model.User.get("zhou-ba-5")
        assert (user.email, user.sysadmin, user.state) == (FREE, False, "active")

    def test_an_address_is_no_pattern(self, shared_world: World, mails: Any, made: list[str]) -> None:
        made += [factories.User(email="zhouxba@example.com")["name"], "zhou-ba-6"]
        ask("zhou_ba@example.com")
        assert complete(key_in(mailed(mails)[0]), "zhou-ba-6") == {"name": "zhou-ba-6"}


class TestChangingTheAddress:
    def change(self, world: World, person: str, email: str, action: str = "user_patch", **fields: Any) -> Any:
        full = {"name": person} if action == "user_update" else {}
        return world.call(person, action, id=person, email=email, old_password=OLD, **full, **fields)

    @pytest.mark.parametrize("action", ["user_patch", "user_update"])
    def test_a_new_address_belongs_to_the_account_when_its_link_was_opened(
            self, shared_world: World, person: str, mails: Any, action: str) -> None:
        answer = self.change(shared_world, person, FREE, action, fullname="钱七")
        assert (answer["email"], answer["email_to_confirm"]) == (TAKEN, FREE)
        assert (model.User.get(person).email, model.User.get(person).fullname) == (TAKEN, "钱七")
        mail, = mailed(mails)
        assert mail["To"].addresses[0].addr_spec == FREE
        assert confirm(person, key_in(mail)) == {"email": FREE}
        user = model.User.get(person)
        assert user.email == FREE
        told = repository.events("accounts", user.id)[-1]
        assert (told["name"], told["payload"]["fields"], told["actor"]) == ("account_changed", ["email"], user.id)
        assert refused(confirm, person, key_in(mail)) == {"key"}

    def test_only_the_person_opens_it(self, shared_world: World, person: str, mails: Any) -> None:
        self.change(shared_world, person, FREE)
        key = key_in(mailed(mails)[0])
        assert refused(confirm, shared_world.citizen, key) == {"key"}
        with pytest.raises(tk.NotAuthorized):
            confirm("", key)
        assert model.User.get(person).email == TAKEN

    @pytest.mark.parametrize("ends", ["time", "another password", "a block", "an account that has the address meanwhile"])
    def test_the_link_ends(self, shared_world: World, person: str, mails: Any, made: list[str], ends: str) -> None:
        self.change(shared_world, person, FREE)
        key = key_in(mailed(mails)[0])
        moment = clock.now()
        match ends:
            case "time":
                moment += timedelta(hours=2)
            case "another password":
                shared_world.call(person, "user_patch", id=person, password=NEW, old_password=OLD)
            case "a block":
                shared_world.call(shared_world.operator, "user_delete", id=person)
                shared_world.call(shared_world.operator, "user_patch", id=person, state="active")
                model.User.get(person).password = NEW
                model.Session.commit()
            case _:
                made.append(factories.User(email=FREE)["name"])
        with at(moment):
            assert refused(confirm, person, key) == {"key"}

    def test_that_an_address_is_taken_is_told_to_its_mailbox_alone(
            self, shared_world: World, person: str, mails: Any, made: list[str]) -> None:
        holder = factories.User(email=FREE)["name"]
        made.append(holder)
        taken = self.change(shared_world, person, FREE)
        free = self.change(shared_world, person, "zhou.jiu@example.com")
        assert taken == {**free, "email_to_confirm": FREE}
        told = {mail["To"].addresses[0].addr_spec: mail.get_content() for mail in mailed(mails)}
        assert set(told) == {FREE, "zhou.jiu@example.com"}
        assert holder in told[FREE]
        assert person not in told[FREE]

    def test_the_same_address_in_other_letters_is_confirmed_like_any(self, shared_world: World, person: str, mails: Any) -> None:
        self.change(shared_world, person, TAKEN.title())
        assert confirm(person, key_in(mailed(mails)[0])) == {"email": TAKEN.title()}

    def test_what_is_no_address_is_refused_with_all_else_that_is_wrong(
            self, shared_world: World, person: str, mails: Any) -> None:
        assert refused(self.change, shared_world, person, "x", password="password") == {"email", "password"}
        assert refused(self.change, shared_world, person, FREE, password="password") == {"password"}
        assert mailed(mails) == []


    @pytest.mark.parametrize("action", ["user_patch", "user_update"])
    def test_whoever_may_not_change_a_name_is_not_told_whether_somebody_has_it(
            self, shared_world: World, person: str, action: str) -> None:
        told = []
        for name in (shared_world.citizen, model.User.get(shared_world.citizen).id, "nobody-at-all"):
            with pytest.raises(tk.ValidationError) as refusal:
                shared_world.call(person, action, id=person, name=name, email=TAKEN)
            model.Session.rollback()
            told.append(refusal.value.error_dict)
        assert told[0] == told[1] == told[2]
        assert set(told[0]) == {"name"}

    def test_a_letter_that_no_mailbox_takes_is_dropped(
            self, shared_world: World, mails: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def refused_by_server(*_: Any) -> bool:
            raise Undeliverable("550 no such user")
        monkeypatch.setattr(mail, "post", refused_by_server)
        ask("nobody.at.all@example.com")
        jobs.drain_outbox()
        assert outbox.pending() == []


class TestThePages:
    ZH = "/zh_Hans_CN"

    @pytest.fixture(autouse=True)
    def _fresh(self, shared_app: Any) -> None:
        forget_attempts()

    def send(self, browser: Browser, page: str, **form: str) -> Any:
        token = part(browser.get(page), "main input[name=_csrf_token]")["value"]
        return browser.post(page, data={**form, "_csrf_token": token})

    def test_the_whole_way_in_chinese(self, shared_app: Any, mails: Any, made: list[str]) -> None:
        browser = Browser(shared_app)
        asked = self.send(browser, f"{self.ZH}/user/register", email=FREE)
        assert FREE in words(part(asked, "main"))
        mail, = mailed(mails)
        assert "注册" in mail["Subject"]
        address = link_in(mail)
        assert FREE in words(part(browser.get(address), "main"))
        answer = self.send(browser, address, name="zhou-ba-7", fullname="周八", password1="password", password2="password")
        assert part(answer, "#field-password[aria-invalid]")
        assert "容易被猜到" in words(part(answer, "#field-password-error"))
        made.append("zhou-ba-7")
        answer = self.send(browser, address, name="zhou-ba-7", fullname="周八", password1=NEW, password2=NEW)
        assert answer.status_code == 302
        assert "注册成功" in words(part(browser.get(f"{self.ZH}/user/zhou-ba-7"), ".flash-messages"))
        again = Browser(shared_app).get(address)
        assert again.headers["Location"].endswith("/user/register")

    def test_the_page_is_one_for_all(self, shared_app: Any, person: str, mails: Any) -> None:
        pages = [(answer.status_code, words(part(answer, "main")).replace(email, "·"))
                 for email in (TAKEN, FREE)
                 for answer in [self.send(Browser(shared_app), "/user/register", email=email)]]
        assert pages[0] == pages[1]
        assert "·" in pages[0][1]

    def test_a_refused_address_stands_at_its_field(self, shared_app: Any) -> None:
        answer = self.send(Browser(shared_app), f"{self.ZH}/user/register", email="x")
        assert answer.status_code == 200
        assert part(answer, "#field-email")["value"] == "x"
        assert part(answer, "#field-email[aria-invalid]")

    def test_who_is_logged_in_logs_out_first(self, shared_app: Any, shared_world: World) -> None:
        assert "log out first" in Browser(shared_app, shared_world.citizen).get("/user/register").body

    def test_the_address_is_confirmed_by_a_button_after_log_in(self, shared_app: Any, person: str, mails: Any) -> None:
        browser = Browser(shared_app, person)
        answer = self.send(browser, f"{self.ZH}/user/edit/{person}", save="", name=person, email=FREE, old_password=OLD)
        assert answer.status_code == 302
        assert FREE in words(part(browser.get(answer.headers["Location"]), ".flash-messages"))
        address = link_in(mailed(mails)[0])
        stranger = Browser(shared_app).get(address)
        assert "/user/login" in stranger.headers["Location"]
        assert "key" in stranger.headers["Location"]
        browser.get(address)
        assert model.User.get(person).email == TAKEN
        assert self.send(browser, address).status_code == 302
        model.Session.expire_all()
        assert model.User.get(person).email == FREE
        assert browser.get(address).status_code == 302


class TestTheProfile:
    ZH = "/zh_Hans_CN"

    @pytest.fixture(autouse=True)
    def _fresh(self, shared_app: Any) -> None:
        forget_attempts()

    def save(self, browser: Browser, person: str, **form: str) -> Any:
        page = f"{self.ZH}/user/edit/{person}"
        shown = browser.get(page)
        token = part(shown, "main input[name=_csrf_token]")["value"]
        return browser.post(page, data={"_csrf_token": token, "save": "", "name": person, "email": TAKEN, **form})

    @pytest.mark.parametrize("change", [
        {"email": FREE}, {"password1": NEW, "password2": NEW}, {"email": FREE, "old_password": "x"}])
    def test_it_says_that_the_present_password_is_needed_or_wrong(
            self, shared_app: Any, person: str, change: dict[str, str]) -> None:
        answer = self.save(Browser(shared_app, person), person, **change)
        said = "密码不正确" if "old_password" in change else "请输入账号当前的密码"
        assert said in words(part(answer, ".form-group:has(#field-password-old)"))

    def test_what_is_wrong_with_a_password_stands_at_its_field(self, shared_app: Any, person: str) -> None:
        answer = self.save(Browser(shared_app, person), person, old_password=OLD, password1="password", password2="password")
        assert "容易被猜到" in words(part(answer, ".form-group:has(#field-password)"))
        answer = self.save(Browser(shared_app, person), person, old_password=OLD, password1=NEW, password2="x")
        assert "不一致" in words(part(answer, ".form-group:has(#field-password-confirm)"))

    def test_the_old_password_is_looked_at_once(
            self, shared_app: Any, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
        looked: list[str] = []
        verify = model.User.validate_password

        def look(user: Any, given: str) -> bool:
            looked.append(given)
            return bool(verify(user, given))
        monkeypatch.setattr(model.User, "validate_password", look)
        answer = self.save(Browser(shared_app, person), person, old_password=OLD, password1=NEW, password2=NEW)
        assert answer.status_code == 302
        assert looked.count(OLD) == 1

    def test_what_is_about_a_person_is_asked_no_more_and_kept(self, shared_app: Any, person: str) -> None:
        user = model.User.get(person)
        user.about = "旧的自我介绍"
        model.Session.commit()
        browser = Browser(shared_app, person)
        assert "field-about" not in browser.get(f"/user/edit/{person}").body
        assert self.save(browser, person, fullname="钱七").status_code == 302
        model.Session.expire_all()
        assert (model.User.get(person).about, model.User.get(person).fullname) == ("旧的自我介绍", "钱七")

    @pytest.mark.parametrize("page", ["/user/{}", "/user/edit/{}", "/user/{}/api-tokens"])
    def test_no_way_leads_to_a_page_that_is_refused(self, shared_app: Any, person: str, page: str) -> None:
        browser = Browser(shared_app, person)
        links = [str(a["href"]) for a in part(browser.get(page.format(person)), "body").select("a[href]")]
        assert links
        assert [address for address in links if address.rstrip("/").endswith("/user")] == []

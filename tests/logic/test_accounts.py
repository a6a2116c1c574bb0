"""Nobody acts as somebody else, and whatever happens to an account is an event of the trace."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from world import World

from ckanext.govshare import clock
from ckanext.govshare.logic import account_links
from ckanext.govshare.repository import trace as repository

GUESS, OWN = "Guess-2026-long", "Own-2026-longer"


def history(name: str) -> list[tuple[str, dict[str, Any], str]]:
    """What the trace's history says of an account: event, details, who did it."""
    user = model.User.get(name)
    return [(row["name"], {k: v for k, v in row["payload"].items() if k != "account"}, row["actor"])
            for row in repository.events("accounts", user.id)]


def last(name: str) -> tuple[str, dict[str, Any], str]:
    return history(name)[-1]


def id_of(name: str) -> str:
    return str(model.User.get(name).id)


def intact(world: World) -> bool:
    model.Session.rollback()
    return bool(world.call(world.reviewer, "govshare_trace_verify")["intact"])


class TestNobodyIsSomebodyElse:
    @pytest.mark.parametrize("role", ["operator", "own_admin", "citizen"])
    def test_nobody_makes_a_token_for_somebody_else(self, world: World, role: str) -> None:
        with pytest.raises(tk.NotAuthorized):
            world.call(world.people()[role], "api_token_create", user=world.editor, name="t")
        assert model.Session.query(model.ApiToken).count() == 0

    @pytest.mark.parametrize("field", ["password", "password1", "password_hash", "email", "name", "fullname", "about", "apikey",
                                       "reset_key", "plugin_extras"])
    @pytest.mark.parametrize("action", ["user_patch", "user_update"])
    def test_the_operator_changes_nothing_that_is_the_persons(self, world: World, action: str, field: str) -> None:
        user = model.User.get(world.editor)
        before = dict(user.as_dict(), password=user.password)
        value = {"plugin_extras": {"a": 1}, "email": "taken@example.com"}.get(field, GUESS.lower())
        full = {"name": user.name, "email": user.email} if action == "user_update" else {}
        with pytest.raises(tk.ValidationError) as refused:
            world.call(world.operator, action, id=world.editor, **{**full, field: value})
        assert list(refused.value.error_dict) == [field]
        model.Session.rollback()
        model.Session.expire_all()
        assert dict(user.as_dict(), password=user.password) == before

    def test_the_operator_makes_no_accounts_with_passwords(self, world: World) -> None:
        with pytest.raises(tk.NotAuthorized):
            world.call(world.operator, "user_create", name="li-si", email="li@example.com", password=GUESS)
        assert model.User.get("li-si") is None

    def test_people_change_their_own(self, world: World) -> None:
        person = factories.User(password=OWN)["name"]
        world.call(person, "user_patch", id=person, fullname="李四", password=GUESS, old_password=OWN)
        user = model.User.get(person)
        assert (user.fullname, user.validate_password(GUESS)) == ("李四", True)
        assert world.call(person, "api_token_create", user=person, name="mine")["token"]

    @pytest.mark.parametrize("old", [{}, {"old_password": ""}, {"old_password": "wrong"}, {"old_password": [OWN]}])
    @pytest.mark.parametrize("change", [
        {"password": GUESS}, {"password1": GUESS, "password2": GUESS}, {"email": "other@example.com"}])
    def test_a_token_alone_changes_neither_password_nor_address(self, world: World, change: dict[str, Any], old: Any) -> None:
        person = factories.User(password=OWN)
        with pytest.raises(tk.ValidationError) as refused:
            world.call(person["name"], "user_patch", id=person["id"], **change, **old)
        assert list(refused.value.error_dict) == ["old_password"]
        model.Session.rollback()
        user = model.User.get(person["id"])
        assert (user.email, user.validate_password(OWN)) == (person["email"], True)

    @pytest.mark.parametrize("given", [
        {"state": []}, {"state": "deleted"}, {"state": {"a": 1}}, {"sysadmin": True}, {"created": []}, {"last_active": []},
        {"apikey": "x"}, {"reset_key": "x"}, {"id": "another"}])
    def test_nothing_but_what_is_ones_own_to_say_changes_by_what_one_sends(self, world: World, given: dict[str, Any]) -> None:
        person = factories.User(password=OWN)["name"]
        user = model.User.get(person)
        before = user.as_dict()
        world.call(person, "user_patch", **{"fullname": "李四", **given, "id": person})
        model.Session.expire_all()
        assert {**user.as_dict(), "last_active": None} == {**before, "fullname": "李四", "last_active": None}

    @pytest.mark.parametrize("given", [
        {"email": 0}, {"email": True}, {"email": 1.5}, {"email": []}, {"email": {}}, {"email": ""},
        {"email": "  "}, {"email": "\u3000"}, {"email": None}, {"about": 0}, {"about": True},
        {"fullname": 1.5}, {"image_url": ["x"]}, {"name": 1}])
    def test_what_is_no_text_and_a_blank_address_are_refused(self, world: World, given: dict[str, Any]) -> None:
        person = factories.User(password=OWN)
        for action in ("user_patch", "user_update"):
            full = {"name": person["name"], "email": person["email"]} if action == "user_update" else {}
            with pytest.raises(tk.ValidationError) as refused:
                world.call(person["name"], action, **{**full, "id": person["id"], "old_password": OWN, **given})
            assert list(refused.value.error_dict) == list(given)
            model.Session.rollback()
        assert model.User.get(person["id"]).email == person["email"]

    def test_no_answer_holds_a_hash_a_key_or_an_apikey(self, world: World) -> None:
        user = model.User.get(world.editor)
        user.reset_key, user.apikey = "a-reset-key-of-somebody", "an-api-key-of-somebody"
        model.Session.commit()
        answers = [
            world.call(world.operator, "user_show", id=world.editor, include_password_hash=True, include_plugin_extras=True),
            world.call(world.editor, "user_show", id=world.editor, include_password_hash=True),
            world.call(world.operator, "user_list", all_fields=True),
            world.call(world.operator, "organization_show", id=world.own["id"], include_users=True),
            world.call(world.operator, "user_patch", id=world.editor, state="active"),
            world.call(world.editor, "user_patch", id=world.editor, fullname="王五"),
        ]
        for text in map(str, answers):
            assert user.password not in text
            assert not any(word in text for word in ("reset_key", "apikey", "password_hash", "somebody", "plugin_extras"))

    def test_the_operator_revokes_tokens_without_reading_their_ids(self, world: World) -> None:
        made = factories.APIToken(user=world.editor)
        listed = world.call(world.operator, "api_token_list", user_id=world.editor)
        assert len(listed) == 1
        assert made["id"] not in str(listed)
        world.call(world.operator, "api_token_revoke", jti=listed[0]["id"])
        assert model.Session.query(model.ApiToken).count() == 0
        assert last(world.editor)[0::2] == ("token_revoked", id_of(world.operator))


class TestTheTrace:
    def test_registration_and_changes_are_on_the_record_without_their_values(self, world: World) -> None:
        chosen = {"name": "zhao-liu", "fullname": "赵六", "password1": GUESS, "password2": GUESS}
        world.call("", "govshare_registration_complete", key=account_links.to_register("zhao@example.com", clock.now()), **chosen)
        world.call("zhao-liu", "user_patch", id="zhao-liu", about="赵六的自我介绍")
        new = account_links.to_confirm(model.User.get("zhao-liu"), "zhao2@example.com", clock.now())
        world.call("zhao-liu", "govshare_address_confirm", key=new)
        world.call("zhao-liu", "user_patch", id="zhao-liu", password=GUESS + "2", old_password=GUESS)
        told = history("zhao-liu")
        assert told[0][:2] == ("account_created", {"state": "active", "sysadmin": False})
        assert told[0][2] == id_of("zhao-liu")
        assert told[1:] == [
            ("account_changed", {"fields": ["about"]}, id_of("zhao-liu")),
            ("account_changed", {"fields": ["email"]}, id_of("zhao-liu")),
            ("password_set", {}, id_of("zhao-liu"))]
        assert "赵六" not in str(told)
        assert "zhao2" not in str(told)
        assert intact(world)

    def test_blocking_restoring_and_the_operators_role_are_on_the_record(self, world: World) -> None:
        operator = id_of(world.operator)
        world.call(world.operator, "user_patch", id=world.citizen, sysadmin=True)
        world.call(world.operator, "user_patch", id=world.citizen, sysadmin=False)
        world.call(world.operator, "user_delete", id=world.citizen)
        world.call(world.operator, "user_update", id=world.citizen, state="active")
        told = [(name, actor) for name, _details, actor in history(world.citizen)]
        assert told[-4:] == [(name, operator) for name in (
            "operator_appointed", "operator_dismissed", "account_blocked", "account_restored")]
        assert intact(world)

    def test_memberships_are_on_the_record_whichever_way_they_change(self, world: World) -> None:
        own, admin = world.own["id"], id_of(world.admin)
        world.call(world.admin, "organization_member_create", id=own, username=world.citizen, role="member")
        assert last(world.citizen) == ("membership_given", {"group": own, "role": "member", "before": ""}, admin)
        world.call(world.admin, "member_create", id=own, object=world.citizen, object_type="user", capacity="editor")
        assert last(world.citizen) == ("membership_given", {"group": own, "role": "editor", "before": "member"}, admin)
        world.call(world.admin, "organization_member_delete", id=own, username=world.citizen)
        assert last(world.citizen) == ("membership_ended", {"group": own, "role": "editor"}, admin)
        world.call(world.operator, "organization_create", name="xin-bumen", title="新部门")
        assert last(world.operator)[:2][0] == "membership_given"
        leaf = repository.leaves(1, None, 100)[-1]["body"]
        assert id_of(world.operator) not in leaf
        assert intact(world)

    def test_ending_a_department_ends_its_memberships_on_the_record(self, world: World) -> None:
        world.call(world.operator, "organization_delete", id=world.other["id"])
        assert last(world.other_editor)[:2] == ("membership_ended", {"group": world.other["id"], "role": "editor"})

    def test_tokens_are_on_the_record(self, world: World) -> None:
        made = world.call(world.citizen, "api_token_create", user=world.citizen, name="mine")
        assert last(world.citizen)[0::2] == ("token_created", id_of(world.citizen))
        world.call(world.citizen, "api_token_revoke", jti=made["id"])
        assert last(world.citizen)[0::2] == ("token_revoked", id_of(world.citizen))
        assert made["id"] not in str(history(world.citizen))

    def test_what_is_done_on_the_server_says_so(self, world: World, cli: Any) -> None:
        from ckan.cli.cli import ckan

        assert cli.invoke(ckan, ["user", "setpass", world.citizen, "-p", GUESS]).exit_code == 0
        name, _details, actor = last(world.citizen)
        assert (name, actor.startswith("console:")) == ("password_set", True)

    def test_what_was_rolled_back_is_not_on_the_record(self, world: World) -> None:
        before = history(world.citizen)
        user = model.User.get(world.citizen)
        user.fullname = "甲"
        model.Session.flush()
        model.Session.rollback()
        user = model.User.get(world.citizen)
        part = model.Session.begin_nested()
        user.fullname = "乙"
        model.Session.flush()
        part.rollback()
        model.Session.commit()
        assert history(world.citizen) == before

    def test_a_change_that_cannot_be_recorded_does_not_happen(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(_leaf: Any) -> None:
            raise sa.exc.OperationalError("no trace", {}, Exception())
        monkeypatch.setattr(repository, "append", fails)
        with pytest.raises(sa.exc.OperationalError):
            world.call(world.operator, "user_delete", id=world.citizen)
        model.Session.rollback()
        model.Session.expire_all()
        assert model.User.get(world.citizen).state == "active"

    def test_using_the_portal_is_no_change_of_the_account(self, world: World) -> None:
        before = history(world.citizen)
        model.User.get(world.citizen).set_user_last_active()
        model.Session.commit()
        assert history(world.citizen) == before

    def test_people_read_their_own_history_and_the_competent_department_everybodys(self, world: World) -> None:
        citizen = id_of(world.citizen)
        world.call(world.citizen, "user_patch", id=world.citizen, fullname="李四")
        for reader in (world.citizen, world.reviewer):
            told = world.call(reader, "govshare_account_history", id=citizen)
            assert told[-1]["event"] == "account_changed"
        for other in (world.operator, world.editor, ""):
            with pytest.raises(tk.NotAuthorized):
                world.call(other, "govshare_account_history", id=citizen)

"""Whose an account is: what links open, what the operator may change of another's, and what the trace says of both."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ckanext.govshare.domain import account_events as events
from ckanext.govshare.domain import account_links as links
from ckanext.govshare.domain.account_links import ABSENT, ADDRESS, PASSWORD, REGISTRATION, Claims, Holder
from ckanext.govshare.domain.accounts import PASSWORDS, PERSONAL, TEXTS, leads_in, of_another, of_oneself
from ckanext.govshare.domain.errors import Invalid

NOW = datetime(2026, 3, 2, 1, 0, 0, 900_000, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOLDER = Holder("u1", "active", ("hash of a password", "a@example.org"))
STORED = {"id": "u1", "name": "liming", "fullname": "李明", "email": "a@example.org", "state": "active", "sysadmin": False,
          "about": ""}


def opens(holder: Holder = HOLDER, now: datetime = NOW, purpose: str = PASSWORD, made_for: Holder = HOLDER) -> bool:
    claims = links.read(links.written(made_for, "a@example.org", NOW))
    assert claims is not None
    return links.holds(purpose, claims, holder, HOUR, now)


class TestLinks:
    def test_a_link_says_whose_it_is_when_it_was_made_and_which_address_it_confirms(self) -> None:
        said = links.written(HOLDER, "b@example.org", NOW)
        claims = links.read(said)
        assert claims is not None
        assert (claims.account, claims.made, claims.address) == ("u1", int(NOW.timestamp()), "b@example.org")
        assert said == [claims.account, claims.fingerprint, claims.made, claims.address]

    @pytest.mark.parametrize("said", [
        None, "abcd", 5, [], ["u1", "f", 1], ["u1", "f", 1, "a", "b"], [1, "f", 1, "a"], ["u1", 2, 1, "a"], ["u1", "f", "1", "a"],
        ["u1", "f", 1, None], {"account": "u1"}])
    def test_what_is_no_link_is_none(self, said: object) -> None:
        assert links.read(said) is None

    def test_the_fingerprint_is_made_as_ever_so_that_links_in_mailboxes_open(self) -> None:
        assert links.read(["u1", "f", 1, ""]) == Claims("u1", "f", 1, "")
        assert links.written(Holder("u1", "active", ("p", "a")), "", NOW)[1] == (
            "fbcc9b5c76a022d6afae2d5ff234d7962a91ec11e454da2e0a4e5a15bece808c")

    def test_a_link_opens_until_its_time_is_over_and_no_second_longer(self) -> None:
        made = NOW.replace(microsecond=0)
        assert [opens(now=made + HOUR - timedelta(seconds=1)), opens(now=made + HOUR)] == [True, False]

    def test_clocks_that_differ_by_a_minute_do_no_harm_and_links_from_the_future_do_not_open(self) -> None:
        made = NOW.replace(microsecond=0)
        assert [opens(now=made - timedelta(seconds=seconds)) for seconds in (0, 60, 61)] == [True, True, False]

    @pytest.mark.parametrize("holder", [
        replace(HOLDER, id="u2"), replace(HOLDER, fixed=("another password", "a@example.org")), replace(HOLDER, state="pending"),
        replace(HOLDER, fixed=()), replace(HOLDER, fixed=("hash of a password",))])
    def test_one_use_ends_a_link_as_it_changes_what_the_account_was(self, holder: Holder) -> None:
        assert opens()
        assert not opens(holder)

    @pytest.mark.parametrize(("purpose", "states"), [
        (PASSWORD, {"active", "pending"}), (REGISTRATION, {ABSENT}), (ADDRESS, {"active"})])
    def test_a_link_serves_accounts_of_these_states_alone(self, purpose: str, states: set[str]) -> None:
        holders = {state: replace(HOLDER, state=state) for state in ("active", "pending", "deleted", ABSENT)}
        assert {state for state, holder in holders.items() if opens(holder, purpose=purpose, made_for=holder)} == states


class TestOneself:
    @pytest.mark.parametrize(("given", "email", "leads"), [
        ({"password": "x"}, "a@example.org", True), ({"password1": "x"}, None, True), ({"password2": "x"}, None, True),
        ({"password_hash": "x"}, None, True), ({"password": ""}, "a@example.org", False), ({}, "a@example.org", False),
        ({"email": "b@example.org"}, "a@example.org", True), ({"email": "a@example.org"}, "a@example.org", False),
        ({"email": ""}, None, False), ({"email": None}, "", False), ({"email": ""}, "a@example.org", True),
        ({"fullname": "李明"}, "a@example.org", False)])
    def test_another_password_or_address_is_another_way_in(self, given: dict[str, Any], email: str | None, leads: bool) -> None:
        assert leads_in(given, email) is leads

    def test_what_is_not_ones_own_is_not_saved(self) -> None:
        given = {"id": "u1", "fullname": "李明", "sysadmin": True, "state": "deleted", "password": "x", "reset_key": "k"}
        assert of_oneself(given, "a@example.org") == {"id": "u1", "fullname": "李明", "password": "x"}

    @pytest.mark.parametrize("field", TEXTS)
    def test_a_text_is_a_text(self, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            of_oneself({field: ["x"]}, "a@example.org")
        assert set(refused.value.errors) == {field}
        assert of_oneself({field: None}, None) == {field: None}

    @pytest.mark.parametrize("blank", ["", "  ", None])
    def test_an_address_gives_way_to_another_alone(self, blank: str | None) -> None:
        with pytest.raises(Invalid) as refused:
            of_oneself({"email": blank}, "a@example.org")
        assert [str(message) for message in refused.value.errors["email"]] == ["Give your e-mail address"]
        assert of_oneself({"email": blank}, None) == {"email": blank}
        assert of_oneself({"email": "b@example.org"}, "a@example.org") == {"email": "b@example.org"}


class TestAnother:
    @pytest.mark.parametrize("field", PASSWORDS)
    def test_the_operator_chooses_nobodys_password(self, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            of_another({field: "x"}, STORED)
        assert set(refused.value.errors) == {field}
        assert of_another({field: ""}, STORED) == {}

    @pytest.mark.parametrize("field", PERSONAL)
    def test_what_is_the_persons_own_stays_but_may_be_sent_as_it_is(self, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            of_another({field: "x"}, STORED)
        assert set(refused.value.errors) == {field}
        assert of_another({field: STORED.get(field, "")}, STORED) == {}

    def test_blank_and_absent_are_alike(self) -> None:
        assert of_another({"about": None, "image_url": ""}, STORED) == {}

    @pytest.mark.parametrize(("given", "changed"), [
        ({"state": "deleted"}, {"state": "deleted"}), ({"sysadmin": True}, {"sysadmin": True}), ({"state": "active"}, {}),
        ({"sysadmin": False, "fullname": "李明"}, {}),
        ({"state": "deleted", "sysadmin": True}, {"state": "deleted", "sysadmin": True})])
    def test_the_operator_says_whether_it_is_usable_and_an_operators(
            self, given: dict[str, Any], changed: dict[str, Any]) -> None:
        assert of_another(given, STORED) == changed

    def test_a_blocked_account_is_restored_and_an_invited_one_may_be_sent_as_it_is(self) -> None:
        assert of_another({"state": "active"}, {**STORED, "state": "deleted"}) == {"state": "active"}
        assert of_another({"state": "pending"}, {**STORED, "state": "pending"}) == {}

    @pytest.mark.parametrize(("given", "field"), [
        ({"state": "pending"}, "state"), ({"state": "gone"}, "state"), ({"sysadmin": "yes"}, "sysadmin"),
        ({"sysadmin": None}, "sysadmin")])
    def test_other_values_are_refused_by_field(self, given: dict[str, Any], field: str) -> None:
        with pytest.raises(Invalid) as refused:
            of_another(given, STORED)
        assert set(refused.value.errors) == {field}


class TestTrace:
    @pytest.mark.parametrize(("before", "after", "event"), [
        ("active", "deleted", events.AccountBlocked("u1")), ("pending", "deleted", events.AccountBlocked("u1")),
        ("pending", "active", events.AccountActivated("u1")), ("deleted", "active", events.AccountRestored("u1")),
        (None, "active", events.AccountRestored("u1")), ("active", "pending", events.AccountChanged("u1", ("state",)))])
    def test_a_state_is_told_as_what_happened(self, before: str | None, after: str, event: events.AccountEvent) -> None:
        assert list(events.of_account("u1", {"state": (before, after)})) == [event]

    @pytest.mark.parametrize(("pair", "told"), [
        ((False, True), [events.OperatorAppointed("u1")]), ((True, False), [events.OperatorDismissed("u1")]),
        ((None, False), []), ((None, True), [events.OperatorAppointed("u1")]), ((True, True), [])])
    def test_operators_are_appointed_and_dismissed(self, pair: tuple[Any, Any], told: list[events.AccountEvent]) -> None:
        assert list(events.of_account("u1", {"sysadmin": pair})) == told

    def test_a_change_names_fields_and_never_what_they_hold(self) -> None:
        changed = {"name": ("a", "b"), "email": ("a@example.org", "b@example.org"), "password": ("x", "y"),
                   "state": ("pending", "active"), "sysadmin": (False, True)}
        assert list(events.of_account("u1", changed)) == [
            events.AccountActivated("u1"), events.OperatorAppointed("u1"), events.PasswordSet("u1"),
            events.AccountChanged("u1", ("email", "name"))]

    def test_nothing_that_changed_is_nothing_told(self) -> None:
        assert list(events.of_account("u1", {})) == []

    @pytest.mark.parametrize(("before", "after", "told"), [
        (("", ""), ("active", "editor"), [events.MembershipGiven("u1", "g1", "editor", "")]),
        (("active", "member"), ("active", "editor"), [events.MembershipGiven("u1", "g1", "editor", "member")]),
        (("deleted", "admin"), ("active", "editor"), [events.MembershipGiven("u1", "g1", "editor", "")]),
        (("active", "editor"), ("deleted", "editor"), [events.MembershipEnded("u1", "g1", "editor")]),
        (("active", "editor"), ("", ""), [events.MembershipEnded("u1", "g1", "editor")]),
        (("active", "editor"), ("active", "editor"), []), (("deleted", "editor"), ("", ""), []),
        (("", ""), ("deleted", "editor"), [])])
    def test_memberships_are_given_changed_and_ended(
            self, before: tuple[str, str], after: tuple[str, str], told: list[events.AccountEvent]) -> None:
        assert list(events.of_membership("u1", "g1", before, after)) == told

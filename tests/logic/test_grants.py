"""Grants through the public actions, on a real database (001 第十九条, 第二十七条)."""
from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from cases import DAYS, Cases, at, midnight, today
from ckan import model
from ckan.tests import factories
from world import World

from ckanext.govshare import clock
from ckanext.govshare.display import cases as case_display
from ckanext.govshare.domain.calendar import shanghai_date
from ckanext.govshare.domain.grants import Limits
from ckanext.govshare.logic import grants
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.repository import grants as repository
from ckanext.govshare.repository import trace as history

REASON = "超出约定范围使用数据"
DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def cases(shared_world: World) -> Cases:
    """Each test makes its own grants of one entry."""
    return Cases(shared_world)


def events(grant: dict[str, Any]) -> list[str]:
    return [row["name"] for row in history.events(grants.CASE, grant["id"])]


def ids(found: dict[str, Any]) -> set[str]:
    return {grant["id"] for grant in found["results"]}


class TestOpening:
    def test_an_approval_without_agreement_gives_access_at_once_and_through_the_last_day(self, cases: Cases) -> None:
        grant = cases.granted()
        assert (grant["state"], grant["standing"], grant["agreement_id"]) == ("active", "valid", None)
        assert datetime.fromisoformat(grant["ends_at"]) == midnight(today() + timedelta(days=DAYS))
        assert events(grant) == ["grant_opened"]

    def test_the_limits_that_were_decided_are_the_grants(self, cases: Cases) -> None:
        grant = cases.granted(decision={"limits": {"formats": ["csv"], "daily_rows": 100}})
        assert grant["limits"] == {"formats": ["csv"], "daily_calls": 0, "daily_rows": 100, "downloads": 0, "addresses": []}

    def test_a_period_in_the_future_has_not_begun(self, cases: Cases) -> None:
        grant = cases.not_started()
        assert (grant["state"], grant["standing"]) == ("active", "not_started")
        with at(datetime.fromisoformat(grant["starts_at"])):
            assert cases.show("grant", grant["id"])["standing"] == "valid"

    def test_a_renewal_decided_in_time_leaves_no_gap(self, cases: Cases) -> None:
        old = cases.granted()
        end = datetime.fromisoformat(old["ends_at"])
        first, last = shanghai_date(end), shanghai_date(end) + timedelta(days=10)
        new = cases.granted(renews=old["id"], period_start=first.isoformat(), period_end=last.isoformat())
        assert new["renews"] == old["id"]
        assert datetime.fromisoformat(new["starts_at"]) == end
        assert cases.show("grant", old["id"])["renewed_by"] == new["id"]


class TestAgreement:
    def test_an_unsigned_agreement_gives_nothing_and_both_signatures_give_access(self, cases: Cases) -> None:
        grant = cases.pending()
        assert (grant["state"], grant["standing"]) == ("pending_agreement", "pending_agreement")
        agreement = cases.show("agreement", grant["agreement_id"])
        cases.sign(agreement, cases.applicant)
        assert cases.show("grant", grant["id"])["standing"] == "pending_agreement"
        cases.sign(agreement, cases.clerk, "countersign")
        after = cases.show("grant", grant["id"])
        assert (after["state"], after["standing"]) == ("active", "valid")
        assert events(grant) == ["grant_opened", "grant_activated"]

    @pytest.mark.parametrize(("command", "by"), [("terminate", "clerk"), ("surrender", "applicant")])
    def test_a_grant_that_ends_for_good_ends_its_agreement(self, cases: Cases, command: str, by: str) -> None:
        grant = cases.granted(agreement_required=True)
        cases.act(getattr(cases, by), command, grant, "grant", reason=REASON)
        assert cases.show("agreement", grant["agreement_id"])["state"] == "terminated"

    def test_an_overturned_termination_brings_grant_and_agreement_back(self, cases: Cases) -> None:
        grant = cases.granted(agreement_required=True)
        cases.act(cases.clerk, "terminate", grant, "grant", reason=REASON)
        with transaction():
            grants.reinstate(grant["id"], "somebody", clock.now())
        after = cases.show("grant", grant["id"])
        assert (after["state"], after["standing"]) == ("active", "valid")
        assert cases.show("agreement", grant["agreement_id"])["state"] == "in_force"


class TestCommands:
    def test_a_department_suspends_and_resumes_with_reasons(self, cases: Cases) -> None:
        grant = cases.granted()
        assert cases.act(cases.clerk, "suspend", grant, "grant", reason=REASON)["state"] == "suspended"
        shown = cases.show("grant", grant["id"])
        assert (shown["standing"], shown["reason"], shown["history"][-1]["reason"]) == ("suspended", REASON, REASON)
        assert cases.act(cases.clerk, "resume", grant, "grant", reason="已整改")["state"] == "active"
        assert cases.show("grant", grant["id"])["standing"] == "valid"

    @pytest.mark.parametrize("command", ["suspend", "terminate"])
    def test_without_a_reason_nothing_happens(self, cases: Cases, command: str) -> None:
        grant = cases.granted()
        with pytest.raises(tk.ValidationError) as refused:
            cases.act(cases.clerk, command, grant, "grant")
        assert set(refused.value.error_dict) == {"reason"}
        assert events(grant) == ["grant_opened"]

    def test_many_suspensions_at_once_are_one(self, cases: Cases) -> None:
        grant = cases.granted()

        def once(_: int) -> bool:
            try:
                return bool(cases.act(cases.clerk, "suspend", grant, "grant", reason=REASON))
            except tk.ValidationError:
                return False
            finally:
                model.Session.remove()
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(once, range(16))) == 1
        assert events(grant) == ["grant_opened", "grant_suspended"]

    def test_a_suspension_is_reported_to_the_competent_department_and_told_to_the_holder(self, cases: Cases) -> None:
        holder = factories.User()["name"]
        cases.suspended(user=holder)
        kinds = {user: [message["kind"] for message in cases.world.call(user, "govshare_message_list")["results"]]
                 for user in (holder, cases.world.reviewer)}
        assert "grant_suspended" in kinds[holder]
        assert "grant_suspended_report" in kinds[cases.world.reviewer]

    @pytest.mark.parametrize("command", ["suspend", "resume", "terminate"])
    @pytest.mark.parametrize("who", ["holder", "member", "reviewer", "operator"])
    def test_only_the_departments_editors_decide_on_a_grant(self, cases: Cases, who: str, command: str) -> None:
        grant = cases.suspended() if command == "resume" else cases.granted()
        user = cases.applicant if who == "holder" else getattr(cases.world, who)
        with pytest.raises(tk.NotAuthorized):
            cases.act(user, command, grant, "grant", reason=REASON)

    @pytest.mark.parametrize("action", ["show", "usage", "suspend", "terminate", "surrender", "close_out"])
    def test_a_grant_of_others_answers_like_one_that_does_not_exist(self, cases: Cases, action: str) -> None:
        grant, words = cases.granted(), {"reason": REASON} if action not in ("close_out", "show", "usage") else {}
        words |= {"statement": "已删除"} if action == "close_out" else {}
        for user in ("", cases.other_applicant, cases.world.other_editor):
            answers = []
            for key in (grant["id"], "no-such-grant"):
                with pytest.raises(tk.ObjectNotFound) as refused:
                    cases.world.call(user, f"govshare_grant_{action}", id=key, **words)
                answers.append(str(refused.value))
            assert answers[0] == answers[1]

    def test_the_holder_gives_it_up_and_states_that_the_data_is_deleted(self, cases: Cases) -> None:
        grant = cases.surrendered()
        assert (grant["standing"], grant["close_out_due"], grant["commands"]) == ("surrendered", True, ["close_out"])
        cases.act(cases.applicant, "close_out", grant, "grant", statement="全部副本已于今日删除")
        after = cases.show("grant", grant["id"])
        assert (after["close_out_due"], after["closing_statement"], after["commands"]) == (False, "全部副本已于今日删除", [])
        with pytest.raises(tk.ValidationError):
            cases.act(cases.applicant, "close_out", grant, "grant", statement="再次声明")

    @pytest.mark.parametrize("data", [{"reason": "x" * 5001}, {"reason": ["x"]}, {"reason": "a\0b"}, {"id": "a\0b"}, {"id": {}}])
    def test_hostile_input_is_named_by_its_field(self, cases: Cases, data: dict[str, Any]) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            cases.world.call(cases.clerk, "govshare_grant_suspend", **{"id": "x", "reason": REASON, **data})
        assert set(refused.value.error_dict) == set(data)


class TestWhoSeesWhat:
    def test_each_is_told_what_is_theirs(self, cases: Cases) -> None:
        grant = cases.suspended()
        seen = {who: cases.show("grant", grant["id"], user) for who, user in {
            "holder": cases.applicant, "clerk": cases.clerk, "member": cases.world.member, "reviewer": cases.world.reviewer,
            "operator": cases.world.operator}.items()}
        assert {who: shown["holder"] is not None for who, shown in seen.items()} == {
            "holder": True, "clerk": True, "member": True, "reviewer": True, "operator": False}
        assert {who: shown["commands"] for who, shown in seen.items()} == {
            "holder": ["surrender"], "clerk": ["resume", "terminate"], "member": [], "reviewer": [], "operator": []}
        assert {who: shown["history"][-1]["actor"] is not None for who, shown in seen.items()} == {
            "holder": False, "clerk": True, "member": True, "reviewer": True, "operator": False}
        assert seen["operator"]["reason"] == seen["operator"]["history"][-1]["reason"] == ""

    def test_the_operator_learns_that_networks_were_agreed_and_not_which(self, cases: Cases) -> None:
        grant = cases.granted(decision={"limits": {"addresses": ["203.0.113.0/24"]}})
        seen = cases.show("grant", grant["id"], cases.world.operator)
        assert (seen["limits"]["addresses"], "203.0.113" in str(seen)) == (None, False)
        assert len(case_display.gs_limits(seen["limits"])) == 1
        assert cases.show("grant", grant["id"])["limits"]["addresses"] == ["203.0.113.0/24"]

    def test_lists_hold_what_belongs_to_the_role(self, cases: Cases) -> None:
        grant = cases.granted(user=cases.other_applicant)
        lists: dict[str, Callable[..., Any]] = {
            role: lambda user, role=role, **asked: cases.world.call(user, "govshare_grant_list", role=role, limit=100, **asked)
            for role in ("holder", "department", "competent")}
        assert ids(lists["holder"](cases.other_applicant)) == {grant["id"]}
        assert grant["id"] not in ids(lists["holder"](cases.applicant))
        assert grant["id"] in ids(lists["department"](cases.clerk))
        assert ids(lists["department"](cases.world.other_editor)) == set()
        assert grant["id"] in ids(lists["competent"](cases.world.reviewer, organization=cases.world.own["name"]))
        assert ids(lists["competent"](cases.world.reviewer, organization=cases.world.other["name"])) == set()
        assert grant["id"] in ids(lists["department"](cases.clerk, q=cases.other_applicant, state="active"))
        assert grant["id"] not in ids(lists["department"](cases.clerk, state="expired"))

    @pytest.mark.parametrize(("who", "role"), [
        ("", "holder"), ("citizen", "department"), ("citizen", "competent"), ("editor", "competent"), ("operator", "department"),
        ("operator", "competent")])
    def test_nobody_lists_in_a_role_that_is_not_theirs(self, cases: Cases, who: str, role: str) -> None:
        with pytest.raises(tk.NotAuthorized):
            cases.world.call(getattr(cases.world, who) if who else "", "govshare_grant_list", role=role)


class TestTheEnd:
    def test_access_ends_by_itself_and_the_clock_records_it_once(self, cases: Cases) -> None:
        grant = cases.granted()
        with at(datetime.fromisoformat(grant["ends_at"]) + timedelta(days=3)):
            assert cases.show("grant", grant["id"])["standing"] == "expired"
            mine = {state: ids(cases.world.call(cases.applicant, "govshare_grant_list", state=state, limit=100))
                    for state in ("active", "expired")}
            assert grant["id"] in mine["expired"] - mine["active"]
            assert grants.expire_due(clock.now()) >= 1
            assert grants.expire_due(clock.now()) == 0
            after = cases.show("grant", grant["id"])
        assert (after["state"], after["close_out_due"], after["commands"]) == ("expired", True, ["close_out"])
        assert events(grant) == ["grant_opened", "grant_expired"]

    def test_two_clocks_at_once_record_it_once(self, cases: Cases) -> None:
        made = [cases.granted() for _ in range(3)]
        later = datetime.fromisoformat(made[-1]["ends_at"])

        def tick(_: int) -> None:
            try:
                grants.expire_due(later)
            finally:
                model.Session.remove()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(tick, range(4)))
        assert [events(grant) for grant in made] == [["grant_opened", "grant_expired"]] * 3


class TestUse:
    @staticmethod
    def use(key: str, limits: Limits, day: date = DAY, calls: int = 1, rows: int = 0, downloads: int = 0) -> bool:
        with transaction():
            return repository.use(key, day, calls, rows, downloads, limits)

    def test_without_limits_all_is_counted(self, cases: Cases) -> None:
        assert all(self.use("free", Limits(), rows=10) for _ in range(3))
        assert repository.used("free", DAY) == [{"day": DAY, "calls": 3, "rows": 30, "downloads": 0}]

    @pytest.mark.parametrize("limits", [Limits(daily_calls=2), Limits(daily_rows=20)])
    def test_a_daily_limit_holds_for_its_day(self, cases: Cases, limits: Limits) -> None:
        key = f"daily-{limits.daily_calls}"
        assert [self.use(key, limits, rows=10) for _ in range(3)] == [True, True, False]
        assert self.use(key, limits, DAY + timedelta(days=1), rows=10)
        assert repository.used(key, DAY)[-1]["calls"] == 2

    def test_what_is_too_much_at_once_is_refused_and_not_counted(self, cases: Cases) -> None:
        assert not self.use("much", Limits(daily_rows=20), rows=21)
        assert repository.used("much", DAY) == []

    def test_downloads_are_limited_over_all_days(self, cases: Cases) -> None:
        days = [DAY + timedelta(days=number) for number in range(3)]
        assert [self.use("few", Limits(downloads=2), day, downloads=1) for day in days] == [True, True, False]
        assert self.use("few", Limits(downloads=2), days[2], downloads=0)

    @pytest.mark.parametrize(("limits", "amount"), [(Limits(daily_calls=5), {}), (Limits(downloads=5), {"downloads": 1})])
    def test_side_by_side_requests_exceed_no_limit(self, cases: Cases, limits: Limits, amount: dict[str, int]) -> None:
        key = cases.granted()["id"]

        def once(number: int) -> bool:
            try:
                return self.use(key, limits, DAY + timedelta(days=number % 2 if limits.downloads else 0), **amount)
            finally:
                model.Session.remove()
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(once, range(24))) == 5

    def test_unusual_use_is_shown_to_the_department_and_ends_nothing(self, cases: Cases) -> None:
        grant, usual = cases.granted(), cases.granted()
        for number in range(5):
            with transaction():
                repository.use(grant["id"], today(), 1, 0, 0, Limits(), f"203.0.113.{number % 4}")
        told = cases.show("grant", grant["id"], cases.clerk)
        assert len(told["unusual"]) == 1
        assert (told["standing"], told["use_today"]["calls"]) == ("valid", 5)
        assert cases.show("grant", grant["id"])["unusual"] == []
        found = ids(cases.world.call(cases.clerk, "govshare_grant_list", role="department", unusual=True))
        assert grant["id"] in found
        assert usual["id"] not in found

    def test_what_was_fetched_is_seen_by_both_sides_and_by_nobody_else(self, cases: Cases) -> None:
        holder = factories.User()["name"]
        grant = cases.granted(user=holder)
        cases.world.call(holder, "datastore_search", resource_id=cases.resource, limit=1)
        for user in (holder, cases.clerk, cases.world.member, cases.world.reviewer):
            usage = cases.world.call(user, "govshare_grant_usage", id=grant["id"])
            assert usage["days"] == [{"day": today().isoformat(), "calls": 1, "rows": 1, "downloads": 0}]
            [fetch] = usage["fetches"]
            assert (fetch["channel"], fetch["rows"], fetch["resource_id"]) == ("api", 1, cases.resource)
        assert cases.world.call(cases.world.operator, "govshare_grant_usage", id=grant["id"]) == {
            "days": [], "count": 0, "fetches": []}

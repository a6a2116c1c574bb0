"""Applications for conditional data through the public actions, on a real database."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from cases import Cases, at, form, today
from ckan import model
from ckan.tests import factories
from world import World

from ckanext.govshare import clock, regulations
from ckanext.govshare.logic import applications, reminders
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.repository import applications as repository
from ckanext.govshare.repository import trace

# A day of a year whose holidays are announced: nothing is deemed by a provisional date.
ANNOUNCED = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def cases(shared_world: World) -> Cases:
    """One department with one conditional entry; each test has applications of its own."""
    return Cases(shared_world)


def history(cases: Cases, case: dict[str, Any]) -> list[str]:
    return [row["event"] for row in cases.show("application", case["id"])["history"]]


def refused(cases: Cases, user: str, command: str, case: dict[str, Any], **data: Any) -> dict[str, Any]:
    """The errors by field with which a command is refused."""
    with pytest.raises(tk.ValidationError) as error:
        cases.act(user, command, case, **data)
    found: dict[str, Any] = error.value.error_dict
    return found


class TestDraft:
    def test_a_draft_may_be_incomplete_and_is_the_applicants_alone(self, cases: Cases) -> None:
        made = cases.world.call(cases.applicant, "govshare_application_create", dataset_id=cases.dataset["name"], purpose="研究")
        assert made["state"] == "draft"
        for stranger in ("", cases.other_applicant, cases.clerk, cases.world.reviewer, cases.world.operator):
            with pytest.raises(tk.ObjectNotFound):
                cases.show("application", made["id"], stranger or "nobody")
        assert set(refused(cases, cases.applicant, "submit", made)) == {
            "security_measures", "applicant_name", "applicant_kind", "period_start", "period_end"}

    def test_what_is_not_named_stays_as_it_was(self, cases: Cases) -> None:
        made = cases.drafted()
        cases.act(cases.applicant, "update", made, purpose="另一用途")
        shown = cases.show("application", made["id"])
        assert (shown["form"]["purpose"], shown["form"]["contact_name"]) == ("另一用途", "李明")

    @pytest.mark.parametrize(("field", "value"), [
        ("purpose", 7), ("purpose", [{"a": 1}, "b"]), ("purpose", "a\0b"), ("purpose", "x" * 5001), ("period_end", "tomorrow"),
        ("period_start", "2026-2-1"), ("applicant_kind", "company"), ("contact_email", "no address"), ("answers", []),
        ("answers", {"unasked": 1}), ("renews", "no grant of theirs"), ("contact_phone", "call me"),
    ])
    def test_hostile_input_is_refused_by_field(self, cases: Cases, field: str, value: Any) -> None:
        with pytest.raises(tk.ValidationError) as error:
            cases.world.call(cases.applicant, "govshare_application_create", dataset_id=cases.dataset["id"], **{field: value})
        assert list(error.value.error_dict) == [field]

    def test_only_published_conditional_data_is_applied_for(self, cases: Cases) -> None:
        opened = cases.world.approved()
        with pytest.raises(tk.ValidationError) as error:
            cases.world.call(cases.applicant, "govshare_application_create", dataset_id=opened["id"])
        assert list(error.value.error_dict) == ["dataset_id"]
        hidden = cases.world.draft(open_type="conditional", open_condition="实名")
        for unknown in (hidden["id"], "no-such-entry"):
            with pytest.raises(tk.ObjectNotFound):
                cases.world.call(cases.applicant, "govshare_application_create", dataset_id=unknown)

    def test_visitors_the_operator_and_the_department_itself_do_not_apply(self, cases: Cases) -> None:
        for user in ("", cases.world.operator, cases.clerk, cases.world.member):
            with pytest.raises(tk.NotAuthorized):
                cases.world.call(user, "govshare_application_create", dataset_id=cases.dataset["id"])


class TestHandling:
    def test_the_reply_limit_starts_at_each_submission_and_stops_at_a_return(self, cases: Cases) -> None:
        case = cases.submitted()
        first = case["deadline"]
        assert (first["rule"], first["working_days"], first["law"]) == ("application_reply", 10, False)
        cases.act(cases.clerk, "return", case, reason="请补充")
        shown = cases.show("application", case["id"])
        assert (shown["deadline"], shown["reason"], shown["state"]) == (None, "请补充", "returned")
        with at(clock.now() + timedelta(days=7)):
            cases.act(cases.applicant, "update", case, security_measures="加密并审计")
            cases.act(cases.applicant, "submit", case)
            assert cases.show("application", case["id"])["deadline"]["due"] > first["due"]
        assert history(cases, case) == ["application_saved", "application_submitted", "application_returned",
                                        "application_saved", "application_submitted"]

    def test_what_is_changed_after_a_return_is_seen_by_nobody_else_before_it_is_submitted_again(self, cases: Cases) -> None:
        case = cases.returned()
        cases.act(cases.applicant, "update", case, purpose="另一用途", applicant_name="苏仙水务公司")

        def seen(user: str) -> tuple[str, str, bool]:
            role = "applicant" if user == cases.applicant else "department"
            rows = cases.world.call(user, "govshare_application_list", role=role, limit=100)["results"]
            listed = next(row["applicant_name"] for row in rows if row["id"] == case["id"])
            found = cases.world.call(user, "govshare_application_list", role=role, q="苏仙水务", limit=100)["results"]
            return cases.show("application", case["id"], user)["form"]["purpose"], listed, case["id"] in {r["id"] for r in found}
        assert seen(cases.applicant) == ("另一用途", "苏仙水务公司", True)
        assert seen(cases.clerk) == (case["form"]["purpose"], case["form"]["applicant_name"], False)
        cases.act(cases.applicant, "submit", case)
        assert seen(cases.clerk) == ("另一用途", "苏仙水务公司", True)

    def test_why_it_was_withdrawn_stands_in_the_case_and_not_in_the_history(self, cases: Cases) -> None:
        case = cases.submitted()
        cases.act(cases.applicant, "withdraw", case, reason="母亲住院，项目取消")
        for user in (cases.applicant, cases.clerk):
            assert cases.show("application", case["id"], user)["history"][-1]["reason"] == "母亲住院，项目取消"
        assert cases.show("application", case["id"], cases.world.operator)["history"][-1]["reason"] == ""
        assert "住院" not in str(trace.events("applications", case["id"]))

    def test_what_was_in_force_at_the_submission_is_kept_with_the_case(self, cases: Cases) -> None:
        terms = cases.submitted()["terms"]
        assert terms["profile"] == regulations.current().profile.id
        assert (terms["entry_version"], terms["rule"]) == (1, "application_reply")
        assert terms["calendar_version"]
        assert terms["use_terms_version"]
        assert terms["open_condition"]

    def test_which_clerk_acted_is_the_departments_affair(self, cases: Cases) -> None:
        case = cases.submitted()
        cases.act(cases.clerk, "take", case)
        outside, inside = (cases.show("application", case["id"], user) for user in (cases.applicant, cases.second_clerk))
        assert inside["assignee"]["name"] == cases.clerk
        assert outside["assignee"] is None
        assert [row["actor"] is None for row in outside["history"]] == [False, False, True]
        assert [bool(row["actor"]) for row in inside["history"]] == [True, True, True]
        listed = cases.world.call(cases.applicant, "govshare_application_list", role="applicant")["results"]
        assert {row["assignee"] for row in listed} == {None}

    def test_the_operator_learns_of_no_list_who_works_on_a_case_and_cannot_look_for_them(self, cases: Cases) -> None:
        case = cases.submitted()
        cases.act(cases.clerk, "take", case)

        def listed(user: str, **asked: str) -> dict[str, Any]:
            found = cases.world.call(user, "govshare_application_list", role="competent", limit=100, **asked)["results"]
            return {row["id"]: row["assignee"] for row in found}
        assert listed(cases.world.reviewer)[case["id"]]["name"] == cases.clerk
        assert listed(cases.world.operator)[case["id"]] is None
        assert listed(cases.world.operator, assignee=cases.clerk) == listed(cases.world.operator, assignee=cases.second_clerk)

    def test_reasons_are_never_empty(self, cases: Cases) -> None:
        case = cases.submitted()
        for command in ("return", "reject"):
            assert list(refused(cases, cases.clerk, command, case, reason=" \n")) == ["reason"]
        assert cases.show("application", case["id"])["state"] == "submitted"

    def test_an_approval_may_change_what_was_asked_for(self, cases: Cases) -> None:
        case = cases.submitted()
        end = (today() + timedelta(days=5)).isoformat()
        cases.act(cases.clerk, "approve", case, period_end=end, conditions="仅限内部使用", agreement_required=False,
                  limits={"daily_calls": 100})
        decision = cases.show("application", case["id"])["decision"]
        assert (decision["period_end"], decision["conditions"], decision["by"]) == (end, "仅限内部使用", "department")
        assert (decision["limits"], decision["agreement_required"]) == ({"daily_calls": 100}, False)

    @pytest.mark.parametrize(("field", "value", "named"), [
        ("period_end", "2020-01-01", "period_end"), ("period_start", "soon", "period_start"), ("limits", [], "limits"),
        ("limits", {"daily_calls": -1}, "limits.daily_calls"), ("limits", {"addresses": ["here"]}, "limits.addresses"),
        ("limits", {"formats": ["exe"]}, "limits.formats"), ("limits", {"more": 1}, "limits.more"),
    ])
    def test_an_approval_that_makes_no_sense_is_refused_by_field(
            self, cases: Cases, field: str, value: Any, named: str) -> None:
        case = cases.submitted()
        assert list(refused(cases, cases.clerk, "approve", case, **{field: value})) == [named]
        assert history(cases, case)[-1] == "application_submitted"

    def test_an_approval_opens_a_grant_and_an_agreement_where_one_is_required(self, cases: Cases) -> None:
        with_agreement = cases.approved(agreement_required=True)
        assert with_agreement["grant_id"]
        assert with_agreement["agreement_id"]
        without = cases.approved()
        assert without["grant_id"]
        assert without["agreement_id"] is None

    def test_a_second_decision_finds_the_case_decided(self, cases: Cases) -> None:
        case = cases.approved()
        assert list(refused(cases, cases.second_clerk, "reject", case, reason="不符")) == ["state"]
        assert history(cases, case).count("application_approved") == 1

    def test_others_have_no_part_in_a_case(self, cases: Cases) -> None:
        case = cases.submitted()
        for user in ("", cases.other_applicant, cases.world.other_editor):
            for command in ("show", "approve", "withdraw"):
                with pytest.raises(tk.ObjectNotFound):
                    cases.act(user, command, case)

    def test_those_who_look_on_do_not_decide(self, cases: Cases) -> None:
        case = cases.submitted()
        for user in (cases.applicant, cases.world.member, cases.world.reviewer, cases.world.operator):
            with pytest.raises(tk.NotAuthorized):
                cases.act(user, "approve", case)

    def test_nobody_decides_on_their_own_application(self, cases: Cases) -> None:
        case = cases.submitted(user=cases.other_applicant)
        person = cases.other_applicant
        tk.get_action("organization_member_create")({"ignore_auth": True, "user": cases.world.operator}, {
            "id": cases.world.own["id"], "username": person, "role": "editor"})
        try:
            with pytest.raises(tk.NotAuthorized):
                cases.act(person, "approve", case)
        finally:
            tk.get_action("organization_member_delete")({"ignore_auth": True, "user": cases.world.operator}, {
                "id": cases.world.own["id"], "username": person})

    def test_the_operator_sees_where_a_case_stands_and_nothing_of_persons(self, cases: Cases) -> None:
        case = cases.approved()
        shown = cases.show("application", case["id"], cases.world.operator)
        assert (shown["state"], shown["form"], shown["applicant"], shown["commands"]) == ("approved", None, None, [])
        assert cases.applicant not in str(shown)
        assert "郴州水环境" not in str(shown)

    def test_a_blocked_applicant_has_no_part_any_more(self, cases: Cases) -> None:
        person = factories.User()["name"]
        case = cases.submitted(user=person)
        user = model.User.get(person)
        assert user is not None
        user.state = model.State.DELETED
        model.Session.commit()
        with pytest.raises((tk.ObjectNotFound, tk.NotAuthorized)):
            cases.act(person, "withdraw", case)


class TestAssignment:
    def test_many_applications_are_assigned_at_once(self, cases: Cases) -> None:
        ids = [cases.submitted()["id"], cases.under_review()["id"]]
        cases.world.call(cases.clerk, "govshare_application_assign", ids=ids, user=cases.second_clerk)
        assert {cases.show("application", one, cases.clerk)["assignee"]["name"] for one in ids} == {cases.second_clerk}
        found = cases.world.call(cases.clerk, "govshare_application_list", role="department", assignee=cases.second_clerk)
        assert {row["id"] for row in found["results"]} == set(ids)
        cases.world.call(cases.clerk, "govshare_application_assign", ids=ids, user="")
        assert cases.show("application", ids[0], cases.clerk)["assignee"] is None

    def test_all_or_none_and_to_editors_alone(self, cases: Cases) -> None:
        case, decided = cases.submitted(), cases.approved()
        with pytest.raises(tk.ValidationError):
            cases.world.call(cases.clerk, "govshare_application_assign", ids=[case["id"], decided["id"]], user=cases.clerk)
        with pytest.raises(tk.ValidationError) as error:
            cases.world.call(cases.clerk, "govshare_application_assign", ids=[case["id"]], user=cases.world.member)
        assert list(error.value.error_dict) == ["user"]
        assert cases.show("application", case["id"], cases.clerk)["assignee"] is None
        cases.world.call(cases.clerk, "govshare_application_assign", ids=[case["id"]], user=cases.world.admin)
        assert cases.show("application", case["id"], cases.clerk)["assignee"]["name"] == cases.world.admin


class TestLists:
    def test_each_list_shows_what_its_reader_has_a_part_in(self, cases: Cases) -> None:
        draft, case = cases.drafted(), cases.submitted()
        def ids(user: str, role: str, **more: Any) -> set[str]:
            found = cases.world.call(user, "govshare_application_list", role=role, limit=100, **more)
            return {row["id"] for row in found["results"]}
        assert {draft["id"], case["id"]} <= ids(cases.applicant, "applicant")
        unsaid = cases.world.call(cases.applicant, "govshare_application_list", limit=100)["results"]
        assert {row["id"] for row in unsaid} == ids(cases.applicant, "applicant")
        assert case["id"] in ids(cases.clerk, "department")
        assert draft["id"] not in ids(cases.clerk, "department")
        assert case["id"] not in ids(cases.world.other_editor, "department")
        assert case["id"] in ids(cases.world.reviewer, "competent", organization=cases.world.own["name"])
        assert ids(cases.world.reviewer, "competent", organization=cases.world.other["name"]) == set()
        assert case["id"] not in ids(cases.clerk, "department", overdue=True)
        assert case["id"] in ids(cases.clerk, "department", q="水环境", state="submitted")
        with at(clock.now() + timedelta(days=40)):
            assert case["id"] in ids(cases.clerk, "department", overdue=True)
        for user, role in (("", "applicant"), (cases.applicant, "department"), (cases.clerk, "competent")):
            with pytest.raises(tk.NotAuthorized):
                ids(user, role)

    def test_the_operator_lists_no_persons(self, cases: Cases) -> None:
        cases.submitted()
        assert "郴州水环境" not in str(cases.world.call(cases.world.operator, "govshare_application_list", role="competent"))

    def test_the_public_figures_count_and_name_nobody(self, shared_world: World) -> None:
        own = Cases(shared_world)
        own.approved(), own.rejected(), own.submitted(), own.drafted(), own.withdrawn()
        assert shared_world.call("", "govshare_application_summary", dataset_id=own.dataset["name"]) == {
            "applied": 4, "granted": 1, "refused": 1, "open": 1, "working_days": 0}


    def test_the_usual_time_runs_from_the_first_submission_to_the_first_decision(self, shared_world: World) -> None:
        own = Cases(shared_world)
        with at(ANNOUNCED):
            case = own.returned(period_end="2026-12-31")
        with at(ANNOUNCED + timedelta(days=7)):
            own.act(own.applicant, "submit", case)
            own.act(own.clerk, "reject", case, reason="用途不符")
        with at(ANNOUNCED + timedelta(days=14)), transaction():
            applications.approve_by_appeal(case["id"], str(model.User.get(shared_world.reviewer).id), clock.now())
        figures = shared_world.call("", "govshare_application_summary", dataset_id=own.dataset["name"])
        assert (figures["granted"], figures["working_days"]) == (1, 5)


class TestMissedLimits:
    """A limit that passed is reported and counted whether or not the reminders came to it (ACC-4)."""

    def reported(self, cases: Cases, kind: str) -> int:
        rows = cases.world.call(cases.world.reviewer, "govshare_message_list", unread=True, limit=100)["results"]
        return sum(row["kind"] == kind for row in rows)

    @pytest.mark.parametrize(("user", "command", "late"), [
        ("clerk", "return", 1), ("clerk", "approve", 1), ("clerk", "reject", 1), ("applicant", "withdraw", 1),
        ("clerk", "take", 0)])
    def test_whoever_acts_late_leaves_a_trace(self, cases: Cases, user: str, command: str, late: int) -> None:
        case, before = cases.submitted(), self.reported(cases, "reply_overdue_report")
        with at(clock.now() + timedelta(days=25)):
            cases.act(getattr(cases, user), command, case, **{} if command == "take" else {"reason": "理由"})
        assert history(cases, case).count("deadline_missed") == self.reported(cases, "reply_overdue_report") - before == late

    def test_what_the_reminders_reported_is_not_reported_again(self, cases: Cases) -> None:
        case = cases.submitted()
        with at(clock.now() + timedelta(days=25)):
            reminders.remind(clock.now())
            before = self.reported(cases, "reply_overdue_report")
            cases.act(cases.clerk, "return", case, reason="请补充")
            reminders.remind(clock.now())
        assert history(cases, case)[-2:] == ["deadline_missed", "application_returned"]
        assert self.reported(cases, "reply_overdue_report") == before

    def test_what_comes_in_time_leaves_none(self, cases: Cases) -> None:
        case = cases.rejected()
        assert "deadline_missed" not in history(cases, case)
        # An appeal is a case of its own, which has its own commands.
        assert case["commands"] == []

    def test_an_appeal_decided_late_leaves_a_trace(self, cases: Cases) -> None:
        appeal, before = cases.appealed(), self.reported(cases, "appeal_overdue")
        with at(clock.now() + timedelta(days=25)):
            cases.world.call(cases.world.reviewer, "govshare_appeal_decide", id=appeal["id"], outcome="overturned", reason="成立")
        assert [row["name"] for row in trace.events("appeals", appeal["id"])] == [
            "appeal_filed", "deadline_missed", "appeal_overturned"]
        assert self.reported(cases, "appeal_overdue") == before + 1


class TestClock:
    def test_no_profile_takes_silence_for_consent_today(self, cases: Cases) -> None:
        with at(ANNOUNCED):
            case = cases.submitted()
            assert applications.deem_overdue(clock.now() + timedelta(days=60)) == 0
        assert cases.show("application", case["id"])["state"] == "submitted"

    def test_where_a_profile_does_the_clock_consents_once_and_never_to_what_was_returned(
            self, cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(applications, "_deeming", lambda: [regulations.current().profile.id])
        with at(ANNOUNCED):
            case, returned = cases.submitted(), cases.returned()
            assert applications.deem_overdue(clock.now()) == 0
            later = clock.now() + timedelta(days=40)
            assert applications.deem_overdue(later) >= 1
            assert applications.deem_overdue(later) == 0
            shown = cases.show("application", case["id"])
        assert (shown["state"], shown["decision"]["by"], shown["history"][-1]["actor"]) == ("deemed_approved", "clock", None)
        assert shown["grant_id"]
        assert cases.show("application", returned["id"])["state"] == "returned"


def test_a_refusal_overturned_on_appeal_is_granted_as_it_was_asked(cases: Cases) -> None:
    case = cases.rejected()
    actor = model.User.get(cases.world.reviewer)
    assert actor is not None
    with transaction():
        applications.approve_by_appeal(case["id"], actor.id, clock.now())
    shown = cases.show("application", case["id"])
    assert (shown["state"], shown["decision"]["by"]) == ("approved", "appeal")
    assert shown["decision"]["period_end"] == shown["form"]["period_end"]


def test_a_flood_of_drafts_stops(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    person = factories.User()["name"]
    monkeypatch.setattr(repository, "MOST_OPEN", 1)
    cases.world.call(person, "govshare_application_create", dataset_id=cases.dataset["id"])
    with pytest.raises(tk.ValidationError):
        cases.world.call(person, "govshare_application_create", **form(dataset_id=cases.dataset["id"]))

"""Appeals through the public actions: what overturning does to the case, who learns of it, and the board."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from cases import Cases, at
from ckan import model
from world import World

from ckanext.govshare import clock
from ckanext.govshare.repository import trace

REASON = "用途符合开放条件"


@pytest.fixture
def cases(world: World) -> Cases:
    return Cases(world)


def appeal(cases: Cases, **case: str) -> dict[str, Any]:
    filed: dict[str, Any] = cases.world.call(cases.applicant, "govshare_appeal_file", reason=REASON, **case)
    return filed


def decide(cases: Cases, appeal_id: str, outcome: str, user: str = "", reason: str = "经审查，理由成立") -> dict[str, Any]:
    decided: dict[str, Any] = cases.world.call(
        user or cases.world.reviewer, "govshare_appeal_decide", id=appeal_id, outcome=outcome, reason=reason)
    return decided


def shown(cases: Cases, appeal_id: str, user: str = "") -> dict[str, Any]:
    found: dict[str, Any] = cases.world.call(user or cases.applicant, "govshare_appeal_show", id=appeal_id)
    return found


def test_an_appeal_has_a_due_date_that_is_no_law(cases: Cases) -> None:
    found = cases.appealed()
    assert (found["state"], found["against"], found["reason"]) == ("filed", "rejection", REASON)
    deadline = found["deadline"]
    assert (deadline["rule"], deadline["working_days"], deadline["law"]) == ("appeal_decision", 10, False)
    assert [row["event"] for row in found["history"]] == ["appeal_filed"]


def test_overturning_a_refusal_grants_what_was_asked(cases: Cases) -> None:
    found = cases.appealed()
    decide(cases, found["id"], "overturned")
    application = cases.show("application", found["application_id"], cases.applicant)
    assert (application["state"], application["decision"]["by"]) == ("approved", "appeal")
    assert application["decision"]["period_end"] == application["form"]["period_end"]
    assert cases.access()["allowed"] is True
    assert shown(cases, found["id"])["remedy"] == "approve"


def test_upholding_leaves_the_case_as_it_was_and_ends_the_appeal(cases: Cases) -> None:
    found = cases.appealed()
    assert decide(cases, found["id"], "upheld")["state"] == "upheld"
    assert cases.show("application", found["application_id"], cases.applicant)["state"] == "rejected"
    after = shown(cases, found["id"])
    assert (after["deadline"], after["commands"], after["decision_reason"]) == (None, [], "经审查，理由成立")
    with pytest.raises(tk.ValidationError, match="upheld this decision already"):
        appeal(cases, application_id=found["application_id"])


def test_overturning_a_suspension_gives_the_data_back_at_once(cases: Cases) -> None:
    grant = cases.suspended()
    assert cases.access()["allowed"] is False
    decide(cases, appeal(cases, grant_id=grant["id"])["id"], "overturned")
    assert cases.access()["allowed"] is True


@pytest.mark.parametrize("agreement_required", [False, True])
def test_overturning_a_termination_gives_the_data_back_at_once(cases: Cases, agreement_required: bool) -> None:
    grant = cases.granted(agreement_required)
    cases.act(cases.clerk, "terminate", grant, "grant", reason="向第三方转让数据")
    assert cases.access()["allowed"] is False
    filed = appeal(cases, grant_id=grant["id"])
    decide(cases, filed["id"], "overturned")
    assert cases.access()["allowed"] is True
    assert shown(cases, filed["id"])["decision"]["reason"] == "向第三方转让数据"


def test_a_decision_that_its_department_took_back_has_nothing_to_undo(cases: Cases) -> None:
    grant = cases.suspended()
    filed = appeal(cases, grant_id=grant["id"])
    cases.act(cases.clerk, "resume", grant, "grant", reason="已整改")
    decide(cases, filed["id"], "overturned")
    assert shown(cases, filed["id"])["remedy"] == "none"


def test_what_cannot_be_undone_is_not_decided(cases: Cases) -> None:
    found = cases.appealed()
    world, entry = cases.world, found["dataset"]
    world.call(world.editor, "package_patch", id=entry["id"], open_type="none", open_condition="", open_ground="privacy",
               open_basis="《个人信息保护法》第二十八条")
    world.call(world.editor, "govshare_entry_submit", id=entry["id"], narrowing_basis="《个人信息保护法》第二十八条")
    world.approve(entry)
    with pytest.raises(tk.ValidationError):
        decide(cases, found["id"], "overturned")
    assert shown(cases, found["id"])["state"] == "filed"
    assert decide(cases, found["id"], "upheld")["state"] == "upheld"


def test_a_stranger_learns_nothing_and_insiders_decide_nothing(cases: Cases) -> None:
    world, found = cases.world, cases.appealed()
    application = found["application_id"]
    for user in (cases.other_applicant, world.other_editor):
        for action, data in (("show", {}), ("withdraw", {}), ("decide", {"outcome": "upheld", "reason": "x"})):
            with pytest.raises(tk.ObjectNotFound):
                world.call(user, f"govshare_appeal_{action}", id=found["id"], **data)
        with pytest.raises(tk.ObjectNotFound):
            world.call(user, "govshare_appeal_file", application_id=application, reason="x")
    for user in (cases.clerk, cases.applicant, world.operator):
        with pytest.raises(tk.NotAuthorized):
            decide(cases, found["id"], "overturned", user)
    for user in (cases.clerk, world.reviewer, world.operator):
        with pytest.raises(tk.NotAuthorized):
            world.call(user, "govshare_appeal_withdraw", id=found["id"])
        with pytest.raises(tk.NotAuthorized):
            world.call(user, "govshare_appeal_file", application_id=application, reason="x")


def test_the_editors_of_the_department_read_what_is_said_against_their_decision(cases: Cases) -> None:
    found = cases.appealed()
    decide(cases, found["id"], "upheld")
    seen = shown(cases, found["id"], cases.clerk)
    assert (seen["reason"], seen["decision_reason"], seen["appellant"]["name"]) == (REASON, "经审查，理由成立", cases.applicant)
    assert [bool(row["actor"]) for row in seen["history"]] == [True, True]


def test_the_operator_sees_where_an_appeal_stands_and_no_words_of_people(cases: Cases) -> None:
    found = cases.appealed()
    seen = shown(cases, found["id"], cases.world.operator)
    assert seen["state"] == "filed"
    listed = cases.world.call(cases.world.operator, "govshare_appeal_list", role="competent")
    assert REASON not in str(seen) + str(listed)
    assert cases.applicant not in str(seen) + str(listed)
    assert seen["decision"]["reason"] == ""


def test_each_list_holds_what_its_reader_may_know_of(cases: Cases) -> None:
    world, found = cases.world, cases.appealed()

    def ids(user: str, **filters: Any) -> list[str]:
        return [row["id"] for row in world.call(user, "govshare_appeal_list", **filters)["results"]]

    assert ids(cases.applicant) == ids(cases.clerk, role="department") == ids(world.reviewer, role="competent") == [found["id"]]
    assert ids(cases.other_applicant) == ids(world.other_editor, role="department") == []
    assert ids(world.reviewer, role="competent", state="upheld") == []
    assert ids(world.reviewer, role="competent", organization=world.own["name"], q=found["dataset"]["title"]) == [found["id"]]
    assert ids(world.reviewer, role="competent", organization=world.other["name"]) == []
    for user, role in ((cases.applicant, "competent"), (cases.clerk, "competent"), (cases.applicant, "department")):
        with pytest.raises(tk.NotAuthorized):
            ids(user, role=role)


def test_what_is_sent_wrong_is_refused_by_name(cases: Cases) -> None:
    for given in ({}, {"application_id": "a", "grant_id": "b"}):
        with pytest.raises(tk.ValidationError) as refused:
            cases.world.call(cases.applicant, "govshare_appeal_file", reason=REASON, **given)
        assert set(refused.value.error_dict) == {"application_id", "grant_id"}
    for hostile in ("没有", "a\0b", "x" * 101, ["a"], {"a": 1}, 7):
        for action, field in (("govshare_appeal_show", "id"), ("govshare_appeal_file", "grant_id")):
            with pytest.raises((tk.ObjectNotFound, tk.ValidationError)) as refused_id:
                cases.world.call(cases.applicant, action, reason=REASON, **{field: hostile})
            assert isinstance(refused_id.value, tk.ObjectNotFound) or field in refused_id.value.error_dict


def test_the_board_shows_overdue_cases_appeals_and_reports_by_department(cases: Cases) -> None:
    world = cases.world
    suspended, waiting = cases.suspended(), cases.submitted(cases.other_applicant)
    filed = appeal(cases, grant_id=suspended["id"])
    with at(clock.now() + timedelta(days=40)):
        board = world.call(world.reviewer, "govshare_board_show")
        elsewhere = world.call(world.reviewer, "govshare_board_show", organization=world.other["name"])
    assert {(row["kind"], row["id"]) for row in board["overdue"]["results"]} == {
        ("applications", waiting["id"]), ("appeals", filed["id"])}
    assert [row["id"] for row in board["appeals"]["results"]] == [filed["id"]]
    report = board["reports"]["results"][0]
    assert (report["event"], report["grant_id"], report["reason"]) == ("grant_suspended", suspended["id"], "超出约定范围使用数据")
    row = board["departments"][0]
    assert row.pop("organization")["name"] == world.own["name"]
    assert row == {"open": 1, "overdue": 1, "missed": 0, "appeals": 1, "overturned": 0, "suspended": 1, "terminated": 0}
    assert (elsewhere["overdue"]["count"], elsewhere["reports"]["count"], elsewhere["departments"]) == (0, 0, [])


def test_the_board_is_the_competent_department_s_alone(cases: Cases) -> None:
    world = cases.world
    for user in (world.operator, cases.clerk, cases.applicant, world.other_editor):
        for action in ("show", "overdue_list", "report_list"):
            with pytest.raises(tk.NotAuthorized):
                world.call(user, f"govshare_board_{action}")


def test_an_appeal_that_is_refused_leaves_no_trace(cases: Cases) -> None:
    application = cases.rejected()
    before = trace.lock_chain()
    model.Session.rollback()
    with pytest.raises(tk.ValidationError):
        cases.world.call(cases.applicant, "govshare_appeal_file", application_id=application["id"], reason=" ")
    assert trace.lock_chain() == before
    model.Session.rollback()

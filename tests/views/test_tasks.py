"""The department's pages: what waits, how it is decided, reply texts and what an entry asks (ACC-1, ACC-4, ACC-5)."""
from __future__ import annotations

from typing import Any

import pytest
from browser import Browser
from bs4 import BeautifulSoup
from cases import CONDITION, Cases
from world import World

TASKS = "/zh_Hans_CN/department/tasks"


class Desk(Browser):
    """Somebody who sends forms as pages have them, with their token."""

    def send(self, address: str, data: dict[str, Any]) -> Any:
        token = BeautifulSoup(self.get("/about").get_data(as_text=True), "html.parser").select_one("input[name=_csrf_token]")
        assert token is not None
        return self.post(address, data={**data, "_csrf_token": token["value"]})


@pytest.fixture(scope="module")
def cases(shared_world: World) -> Cases:
    return Cases(shared_world)


@pytest.fixture
def desk(cases: Cases, shared_app: Any) -> Desk:
    """The clerk's."""
    return Desk(shared_app, cases.clerk)


def page_of(answer: Any, status: int = 200) -> BeautifulSoup:
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def listed(page: BeautifulSoup) -> set[str]:
    return {str(tag["value"]) for tag in page.select("input[name=ids]")}


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(tag.get_text(" ").split()) for tag in page.select(selector)]


def test_the_list_shows_what_waits_with_its_countdown(cases: Cases, desk: Desk) -> None:
    waiting, draft, rejected = (case["id"] for case in (cases.submitted(), cases.drafted(), cases.rejected()))
    page = page_of(desk.get(TASKS))
    assert waiting in listed(page)
    assert not listed(page) & {draft, rejected}
    assert page.select_one(".gs-due-later")
    everything = listed(page_of(desk.get(f"{TASKS}?state=all")))
    assert {waiting, rejected} <= everything
    assert draft not in everything
    assert not listed(page_of(desk.get(f"{TASKS}?q=没有这样的数据")))
    assert not listed(page_of(desk.get(f"{TASKS}?overdue=1")))


def test_only_who_handles_cases_has_the_list(cases: Cases, shared_app: Any) -> None:
    world = cases.world
    for nobody in (cases.applicant, world.member, world.operator):
        page_of(Browser(shared_app, nobody).get(TASKS), 403)
    assert Browser(shared_app).get(TASKS).status_code == 302
    cases.submitted()
    assert not listed(page_of(Browser(shared_app, world.other_editor).get(TASKS)))


def test_the_navigation_leads_who_handles_cases_to_what_waits(cases: Cases, desk: Desk, shared_app: Any) -> None:
    cases.submitted()
    link = page_of(desk.get("/zh_Hans_CN/about")).select(f"#gs-nav a[href='{TASKS}']")[0]
    assert int(str(link.select(".gs-count")[0].contents[0])) == len(listed(page_of(desk.get(TASKS))))
    for nobody in (cases.applicant, cases.world.member):
        assert not page_of(Browser(shared_app, nobody).get("/zh_Hans_CN/about")).select(f"#gs-nav a[href='{TASKS}']")


def test_several_are_assigned_at_once_or_none(cases: Cases, desk: Desk) -> None:
    both = [cases.submitted(), cases.submitted(user=cases.other_applicant)]
    ids = [case["id"] for case in both]
    desk.send(f"{TASKS}/assign", data={"ids": ids, "user": cases.second_clerk})
    shown = [cases.show("application", key, cases.clerk) for key in ids]
    assert {case["assignee"]["name"] for case in shown} == {cases.second_clerk}
    assert listed(page_of(desk.get(f"{TASKS}?assignee={cases.second_clerk}"))) == set(ids)
    desk.send(f"{TASKS}/assign", data={"ids": [ids[0], "no-such-case"], "user": cases.clerk})
    assert cases.show("application", ids[0], cases.clerk)["assignee"]["name"] == cases.second_clerk


def test_a_ticked_reason_and_a_typed_one_are_one_reason(cases: Cases, desk: Desk) -> None:
    case = cases.submitted()
    reply = cases.world.call(cases.clerk, "govshare_canned_reply_create", organization=cases.world.own["id"],
                             command="return", title="证明材料", text="请上传营业执照扫描件")
    page = page_of(desk.get(f"/zh_Hans_CN/application/{case['id']}"))
    assert reply["id"]
    assert "请上传营业执照扫描件" in [tag["value"] for tag in page.select("#gs-return input[name=common]")]
    said = {"common": ["请上传营业执照扫描件"], "reason": "三日内"}
    answer = desk.send(f"/department/application/{case['id']}/return", data=said)
    assert answer.status_code == 302
    after = cases.show("application", case["id"])
    assert (after["state"], after["reason"]) == ("returned", "请上传营业执照扫描件\n三日内")


def test_a_refusal_without_reason_keeps_the_case_and_says_what_is_missing(cases: Cases, desk: Desk) -> None:
    case = cases.submitted()
    page = page_of(desk.send(f"/zh_Hans_CN/department/application/{case['id']}/reject", data={"reason": "  "}), 422)
    assert texts(page, "#gs-reject-reason-error")
    assert cases.show("application", case["id"])["state"] == "submitted"


def test_an_approval_carries_period_conditions_agreement_and_limits(cases: Cases, desk: Desk) -> None:
    case = cases.submitted()
    said = {"period_start": case["form"]["period_start"], "period_end": case["form"]["period_end"], "conditions": "仅限内部使用",
            "limits.formats": ["csv", "api"], "limits.daily_calls": "100", "limits.addresses": "203.0.113.0/24"}
    wrong = page_of(desk.send(f"/department/application/{case['id']}/approve", data={**said, "limits.downloads": "many"}), 422)
    assert wrong.select("#gs-approve-conditions")[0].get_text(strip=True) == "仅限内部使用"
    assert wrong.select("#gs-approve-format-csv")[0].has_attr("checked")
    assert wrong.select(".gs-field-error #gs-approve-downloads")
    assert desk.send(f"/department/application/{case['id']}/approve", data=said).status_code == 302
    after = cases.show("application", case["id"])
    assert (after["state"], after["decision"]["conditions"], after["decision"]["agreement_required"]) == (
        "approved", "仅限内部使用", False)
    assert after["decision"]["limits"] == {"formats": ["csv", "api"], "daily_calls": 100, "addresses": ["203.0.113.0/24"]}


def test_nobody_else_decides_by_the_departments_addresses(cases: Cases, shared_app: Any) -> None:
    case = cases.submitted()
    stranger, applicant = Desk(shared_app, cases.world.other_editor), Desk(shared_app, cases.applicant)
    assert stranger.send(f"/department/application/{case['id']}/approve", data={}).status_code == 404
    assert applicant.send(f"/department/application/{case['id']}/approve", data={}).status_code == 302
    assert not page_of(applicant.get(f"/application/{case['id']}")).select("#decide")
    assert cases.show("application", case["id"])["state"] == "submitted"


def test_a_grant_is_suspended_and_resumed_on_its_page(cases: Cases, desk: Desk) -> None:
    grant = cases.granted()
    page = page_of(desk.get(f"/zh_Hans_CN/grant/{grant['id']}"))
    assert {form["id"] for form in page.select("#decide form")} == {"gs-suspend", "gs-terminate"}
    page_of(desk.send(f"/department/grant/{grant['id']}/suspend", data={"reason": ""}), 422)
    assert desk.send(f"/department/grant/{grant['id']}/suspend", data={"reason": "核查用途"}).status_code == 302
    assert cases.show("grant", grant["id"])["state"] == "suspended"
    page = page_of(desk.get(f"/zh_Hans_CN/grant/{grant['id']}"))
    assert {form["id"] for form in page.select("#decide form")} == {"gs-resume", "gs-terminate"}
    assert desk.send(f"/department/grant/{grant['id']}/resume", data={"reason": "已说明"}).status_code == 302
    assert cases.access()["allowed"]


class TestReplyTexts:
    @pytest.fixture
    def address(self, cases: Cases) -> str:
        return f"/zh_Hans_CN/department/{cases.world.own['name']}/replies"

    @staticmethod
    def key(page: BeautifulSoup, title: str) -> str:
        """The id of the text of that title, empty where there is none."""
        found = [form for form in page.select("main form") if form.select(f"input[name=title][value='{title}']")]
        return str(found[0].select("input[name=id]")[0]["value"]) if found else ""

    def test_they_are_added_changed_and_deleted(self, cases: Cases, desk: Desk, address: str) -> None:
        new = {"command": "reject", "title": "用途不符", "text": "用途不符合开放条件"}
        assert desk.send(address, data=new).status_code == 302
        key = self.key(page_of(desk.get(address)), "用途不符")
        assert desk.send(address, data={**new, "id": key, "text": "改过的话"}).status_code == 302
        assert "改过的话" in page_of(desk.get(address)).get_text()
        assert desk.send(address, data={"id": key, "delete": "1"}).status_code == 302
        assert not self.key(page_of(desk.get(address)), "用途不符")

    def test_what_is_missing_is_said_and_what_was_typed_stays(self, desk: Desk, address: str) -> None:
        page = page_of(desk.send(address, data={"command": "reject", "title": "", "text": "用途不符合开放条件"}), 422)
        assert page.select("#gs-reply-new-text")[0].get_text(strip=True) == "用途不符合开放条件"
        assert page.select(".gs-field-error #gs-reply-new-title")

    def test_other_departments_have_no_such_page(self, cases: Cases, shared_app: Any, address: str) -> None:
        for nobody in (cases.world.other_editor, cases.applicant):
            assert Browser(shared_app, nobody).get(address).status_code == 404


ROW = {"questions.0.id": "", "questions.0.label": "研究人员数量", "questions.0.type": "number", "questions.0.required": "yes",
       "questions.0.options": "", "questions.0.help": ""}


class TestWhatAnEntryAsks:
    @pytest.fixture
    def entry(self, cases: Cases) -> str:
        """The name of an entry of its own for each test, which asks nothing yet."""
        name: str = cases.world.approved(open_type="conditional", open_condition=CONDITION)["name"]
        return name

    @pytest.fixture
    def address(self, entry: str) -> str:
        return f"/zh_Hans_CN/dataset/{entry}/application-form"

    def test_rows_come_and_go_without_script_and_nothing_is_stored(
            self, cases: Cases, desk: Desk, entry: str, address: str) -> None:
        page = page_of(desk.send(address, data={**ROW, "add": "1"}))
        assert len(page.select("fieldset[id^=question-]")) == 2
        key = page.select("[name='questions.0.id']")[0]["value"]
        page = page_of(desk.send(address, data={**ROW, "questions.0.id": key, "remove": key}))
        assert page.select("fieldset[id^=question-]") == []
        assert cases.world.call(cases.clerk, "govshare_entry_form_show", dataset_id=entry)["questions"] == []

    def test_it_is_stored_and_asked(self, cases: Cases, desk: Desk, entry: str, address: str) -> None:
        said = {**ROW, "questions.1.id": "", "questions.1.label": "用途类别", "questions.1.type": "choice",
                "questions.1.options": "科研\n经营", "agreement_required": "yes", "longest_period_days": "365",
                "limits.daily_rows": "10000", "note": "仅限省内"}
        assert desk.send(address, data=said).status_code == 302
        asked = cases.world.call(cases.clerk, "govshare_entry_form_show", dataset_id=entry)
        assert [(one["id"], one["type"], one["options"]) for one in asked["questions"]] == [
            ("q1", "number", []), ("q2", "choice", ["科研", "经营"])]
        assert (asked["longest_period_days"], asked["limits"], asked["note"]) == (365, {"daily_rows": 10000}, "仅限省内")

    def test_errors_stand_at_their_rows(self, desk: Desk, address: str) -> None:
        page = page_of(desk.send(address, data={**ROW, "questions.0.type": "choice", "limits.downloads": "viele"}), 422)
        assert page.select(".gs-field-error #q0-options")
        assert page.select("#q0-label")[0]["value"] == "研究人员数量"

    def test_for_others_it_does_not_exist(self, cases: Cases, shared_app: Any, address: str) -> None:
        for nobody in (cases.world.other_editor, cases.applicant, cases.world.reviewer):
            assert Browser(shared_app, nobody).get(address).status_code == 404

"""Applying for conditional data by its pages: the form, what it keeps, the case, and what others see of it."""
from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from browser import Browser
from bs4 import BeautifulSoup
from cases import CONDITION, RETURN_REASON, Cases, form, today
from page_parts import part, words
from world import World

SCRIPT = "<script>alert(1)</script>"
QUESTIONS = [
    {"id": "staff", "label": "接触数据的人数", "type": "number", "required": True},
    {"id": "places", "label": "存放地点", "type": "choices", "options": ["本地机房", "政务云"]},
    {"id": "abroad", "label": "是否出境", "type": "yes_no"},
]


@pytest.fixture(scope="module")
def cases(shared_world: World) -> Cases:
    return Cases(shared_world)


@pytest.fixture
def visit(shared_app: Any, cases: Cases) -> Callable[..., Browser]:
    return lambda user="": Browser(shared_app, user)


@pytest.fixture
def send(visit: Callable[..., Browser]) -> Callable[..., Any]:
    """Send the form at an address as a person does, with its token."""
    def post(user: str, page: str, to: str = "", **given: Any) -> Any:
        browser = visit(user)
        token = part(browser.get(page), "main input[name=_csrf_token]")["value"]
        return browser.post(to or page, data={**given, "_csrf_token": token})
    return post


def fields(**changed: Any) -> dict[str, Any]:
    return {name: value for name, value in form(**changed).items() if name != "answers"}


def case_of(answer: Any) -> str:
    """The id of the case that an answer leads to."""
    assert answer.status_code == HTTPStatus.FOUND, answer.body
    return str(answer.headers["Location"]).rsplit("/", 1)[1]


class TestForm:
    @pytest.fixture
    def address(self, cases: Cases) -> str:
        return f"/dataset/{cases.dataset['name']}/apply"

    def test_who_is_not_logged_in_logs_in_and_comes_back(self, visit: Any, address: str) -> None:
        answer = visit("").get(f"{address}?renews=x")
        assert answer.status_code == HTTPStatus.FOUND
        assert "/user/login" in answer.headers["Location"]
        assert "renews" in answer.headers["Location"]

    def test_conditions_article_reply_limit_and_terms_are_shown_before(self, visit: Any, cases: Cases, address: str) -> None:
        page = visit(cases.applicant).get(f"/zh_Hans_CN{address}")
        assert CONDITION in words(part(page, "#gs-conditions"))
        assert "第二十七条" in words(part(page, "#gs-conditions"))
        assert part(page, "#gs-reply a[href*='application_reply?start=']")
        assert "第四十条" in words(part(page, "#gs-terms"))

    def test_a_complete_application_is_submitted_at_once(self, send: Any, cases: Cases, address: str) -> None:
        answer = send(cases.applicant, address, **fields(), then="submit")
        shown = cases.show("application", case_of(answer))
        assert (shown["state"], shown["form"]["purpose"]) == ("submitted", form()["purpose"])

    def test_a_draft_may_be_incomplete(self, send: Any, cases: Cases, address: str) -> None:
        answer = send(cases.applicant, address, purpose="分析水质", then="save")
        assert cases.show("application", case_of(answer))["state"] == "draft"

    def test_what_is_missing_is_listed_with_links_and_what_was_typed_is_kept(
            self, send: Any, cases: Cases, address: str) -> None:
        answer = send(cases.applicant, address, **fields(security_measures="", scene="内部研究"), then="submit")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert part(answer, "#form-errors a[href='#field-security_measures']")
        assert words(part(answer, "#field-scene")) == "内部研究"
        saved = str(part(answer, "#application-form")["action"]).split("/")[-2]
        assert cases.show("application", saved)["form"]["scene"] == "内部研究"

    def test_what_is_no_date_is_refused_beside_its_field_and_nothing_typed_is_lost(
            self, send: Any, cases: Cases, address: str) -> None:
        answer = send(cases.applicant, address, **fields(period_end="2026-13-01", purpose=f"用途{SCRIPT}"), then="save")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert part(answer, "#field-period_end-error")
        assert words(part(answer, "#field-purpose")) == f"用途{SCRIPT}"
        assert SCRIPT not in answer.body

    def test_a_natural_person_sends_no_code_left_from_before(self, send: Any, cases: Cases, address: str) -> None:
        answer = send(cases.applicant, address, **fields(applicant_kind="natural_person"), then="submit")
        assert cases.show("application", case_of(answer))["form"]["uscc"] == ""

    def test_who_applies_need_not_be_typed_twice(self, visit: Any, cases: Cases, address: str) -> None:
        cases.drafted(cases.other_applicant, applicant_name="郴州水环境科技有限公司")
        page = visit(cases.other_applicant).get(address)
        assert part(page, "#field-applicant_name")["value"] == "郴州水环境科技有限公司"
        assert words(part(page, "#field-purpose")) == ""

    def test_unconditional_data_leads_back_to_its_page(self, visit: Any, cases: Cases) -> None:
        opened = cases.world.approved()
        answer = visit(cases.applicant).get(f"/dataset/{opened['name']}/apply")
        assert (answer.status_code, answer.headers["Location"].endswith(f"/dataset/{opened['name']}")) == (302, True)

    def test_a_hidden_entry_is_absent(self, visit: Any, cases: Cases) -> None:
        draft = cases.world.draft(open_type="conditional", open_condition=CONDITION)
        pages = [visit(cases.applicant).get(f"/dataset/{name}/apply") for name in (draft["name"], "absent")]
        assert [page.status_code for page in pages] == [HTTPStatus.NOT_FOUND] * 2

    def test_the_departments_own_people_do_not_apply(self, send: Any, cases: Cases, address: str) -> None:
        answer = send(cases.clerk, address, **fields(), then="submit")
        assert answer.status_code in (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.FOUND)
        assert cases.world.call(cases.clerk, "govshare_application_list", role="applicant")["count"] == 0

    def test_without_csrf_token_nothing_is_created(self, visit: Any, cases: Cases, address: str) -> None:
        before = cases.world.call(cases.applicant, "govshare_application_list", role="applicant")["count"]
        assert visit(cases.applicant).post(address, data=fields()).status_code == HTTPStatus.BAD_REQUEST
        assert cases.world.call(cases.applicant, "govshare_application_list", role="applicant")["count"] == before


class TestExtraQuestions:
    @pytest.fixture
    def address(self, cases: Cases) -> str:
        entry = cases.world.approved(open_type="conditional", open_condition=CONDITION)
        cases.world.call(cases.clerk, "govshare_entry_form_update", dataset_id=entry["id"], questions=QUESTIONS)
        return f"/dataset/{entry['name']}/apply"

    def test_answers_arrive_with_their_types_and_are_shown(self, send: Any, visit: Any, cases: Cases, address: str) -> None:
        given = {"answers.staff": "3", "answers.places": ["本地机房", "政务云"], "answers.abroad": "false"}
        case = case_of(send(cases.applicant, address, **fields(), **given, then="submit"))
        assert cases.show("application", case)["form"]["answers"] == {
            "staff": 3, "places": ["本地机房", "政务云"], "abroad": False}
        assert "接触数据的人数" in words(part(visit(cases.clerk).get(f"/application/{case}"), "#content-of-application"))

    def test_a_required_answer_that_is_missing_is_linked(self, send: Any, cases: Cases, address: str) -> None:
        answer = send(cases.applicant, address, **fields(), then="submit")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert words(part(answer, "#form-errors a[href='#field-answers.staff']")) == "接触数据的人数"

    def test_what_is_no_number_is_shown_again(self, send: Any, cases: Cases, address: str) -> None:
        answer = send(cases.applicant, address, **fields(), **{"answers.staff": "三人"}, then="save")
        assert part(answer, "input[name='answers.staff']")["value"] == "三人"


class TestCase:
    def test_a_stranger_finds_nothing_as_if_it_did_not_exist(self, visit: Any, cases: Cases) -> None:
        case = cases.submitted()["id"]
        for address in (f"/application/{case}", f"/application/{case}/edit", "/application/absent"):
            assert visit(cases.other_applicant).get(address).status_code == HTTPStatus.NOT_FOUND

    def test_the_reply_is_due_on_a_day_that_says_how_it_was_counted(self, visit: Any, cases: Cases) -> None:
        page = visit(cases.applicant).get(f"/application/{cases.submitted()['id']}")
        assert part(page, "header .gs-facts a[href*='/regulation/'][href*='application_reply']")

    def test_what_was_returned_is_supplemented_and_submitted_again(self, visit: Any, send: Any, cases: Cases) -> None:
        case = cases.returned()["id"]
        assert RETURN_REASON in words(part(visit(cases.applicant).get(f"/application/{case}"), "#reason"))
        assert RETURN_REASON in words(part(visit(cases.applicant).get(f"/application/{case}/edit"), "#returned"))
        send(cases.applicant, f"/application/{case}/edit", **fields(security_measures="专人专机"), then="submit")
        shown = cases.show("application", case)
        assert (shown["state"], shown["form"]["security_measures"]) == ("submitted", "专人专机")

    def test_whoever_saves_what_was_returned_learns_when_the_department_sees_it(self, visit: Any, cases: Cases) -> None:
        for case, said in ((cases.returned(), "you submit again"), (cases.drafted(), "Nobody but you")):
            browser, page = visit(cases.applicant), f"/en/application/{case['id']}/edit"
            token = part(browser.get(page), "main input[name=_csrf_token]")["value"]
            browser.post(page, data={**fields(), "_csrf_token": token})
            assert said in browser.get(f"/en/application/{case['id']}").body

    def test_what_waits_for_the_department_is_not_edited(self, visit: Any, cases: Cases) -> None:
        answer = visit(cases.applicant).get(f"/application/{cases.submitted()['id']}/edit")
        assert answer.status_code == HTTPStatus.FOUND

    def test_it_is_withdrawn_by_its_form(self, send: Any, cases: Cases) -> None:
        case = cases.submitted()["id"]
        send(cases.applicant, f"/application/{case}", f"/application/{case}/withdraw", reason="项目取消")
        assert cases.show("application", case)["state"] == "withdrawn"

    def test_only_what_may_be_done_has_a_form(self, visit: Any, cases: Cases) -> None:
        case = cases.submitted()["id"]

        def forms(user: str) -> set[str]:
            page = part(visit(user).get(f"/application/{case}"), "main")
            return {str(one["action"]).rsplit("/", 1)[1] for one in page.select("form[action^='/application/']")}
        assert forms(cases.applicant) == {"withdraw"}
        assert forms(cases.clerk) == set()

    def test_a_refusal_offers_the_appeal_and_says_why(self, visit: Any, send: Any, cases: Cases) -> None:
        case = cases.rejected()["id"]
        page = visit(cases.applicant).get(f"/application/{case}")
        assert part(page, "#appeal form")
        assert words(part(page, "#reason p"))
        assert BeautifulSoup(visit(cases.clerk).get(f"/application/{case}").body, "html.parser").select("#appeal") == []

    def test_the_history_tells_in_plain_words(self, visit: Any, cases: Cases) -> None:
        page = visit(cases.applicant).get(f"/en/application/{cases.returned()['id']}")
        told = [words(step) for step in part(page, ".gs-timeline").select("b")]
        assert told[0].startswith("Returned for supplement")
        assert told[-1] == "Draft saved"

    def test_the_operator_sees_the_state_and_no_personal_data(self, visit: Any, cases: Cases) -> None:
        page = visit(cases.world.operator).get(f"/application/{cases.submitted()['id']}")
        assert page.status_code == HTTPStatus.OK
        assert "李明" not in page.body
        assert "郴州水环境科技有限公司" not in page.body

    def test_an_unknown_command_does_not_exist(self, send: Any, cases: Cases) -> None:
        case = cases.submitted()["id"]
        answer = send(cases.applicant, f"/application/{case}", f"/application/{case}/purge")
        assert answer.status_code == HTTPStatus.NOT_FOUND

    def test_my_applications_list_only_mine(self, visit: Any, cases: Cases) -> None:
        mine, theirs = cases.submitted()["id"], cases.submitted(cases.other_applicant)["id"]
        page = part(visit(cases.applicant).get("/my/applications?state=submitted"), "#applications")
        links = {str(link["href"]).rsplit("/", 1)[1] for link in page.select("th a")}
        assert mine in links
        assert theirs not in links


class TestEntrysPage:
    @pytest.fixture
    def entry(self, cases: Cases) -> dict[str, Any]:
        entry: dict[str, Any] = cases.world.approved(open_type="conditional", open_condition=CONDITION)
        return entry

    def offered(self, page: Any) -> str | None:
        found = BeautifulSoup(page.body, "html.parser").select_one(".gs-apply a")
        return str(found["href"]) if found else None

    def test_it_offers_to_apply_and_then_to_go_on(self, visit: Any, cases: Cases, entry: dict[str, Any]) -> None:
        address = f"/dataset/{entry['name']}"
        assert "/user/login" in str(self.offered(visit("").get(address)))
        assert self.offered(visit(cases.applicant).get(address)) == f"{address}/apply"
        case = cases.submitted(dataset_id=entry["id"])["id"]
        assert self.offered(visit(cases.applicant).get(address)) == f"/application/{case}"
        cases.act(cases.clerk, "approve", {"id": case}, agreement_required=False)
        grant = cases.show("application", case)["grant_id"]
        assert self.offered(visit(cases.applicant).get(address)) == f"/grant/{grant}"

    def test_it_offers_nothing_to_whoever_has_the_data_by_office(
            self, visit: Any, cases: Cases, entry: dict[str, Any]) -> None:
        for user in (cases.clerk, cases.world.reviewer, cases.world.operator):
            assert self.offered(visit(user).get(f"/dataset/{entry['name']}")) is None

    def test_its_figures_are_public_and_name_nobody(self, visit: Any, cases: Cases, entry: dict[str, Any]) -> None:
        cases.rejected(dataset_id=entry["id"])
        page = visit("").get(f"/en/dataset/{entry['name']}")
        assert words(part(page, ".gs-figures")).startswith("1 applied 0 granted 1 refused 0 in progress")
        assert "郴州水环境科技有限公司" not in page.body


def test_a_renewal_begins_with_what_was_said_before(visit: Any, cases: Cases) -> None:
    grant = cases.granted(user=cases.other_applicant)
    page = visit(cases.other_applicant).get(f"/dataset/{cases.dataset['name']}/apply?renews={grant['id']}")
    assert words(part(page, "#field-purpose")) == form()["purpose"]
    assert part(page, "input[name=renews]")["value"] == grant["id"]
    assert part(page, "#field-period_start")["value"] == today().isoformat()
    assert part(page, "#field-period_end")["value"] == ""

"""Appealing and deciding by pages, and the competent department's board."""
from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from browser import Browser
from cases import REJECT_REASON, Cases
from page_parts import part, words
from world import World

REASON = "用途符合开放条件<script>alert(1)</script>"
DECISION = "申请用途与开放条件相符"


@pytest.fixture(scope="module")
def cases(shared_world: World) -> Cases:
    return Cases(shared_world)


@pytest.fixture
def visit(shared_app: Any, cases: Cases) -> Callable[[str], Browser]:
    def browser(user: str = "") -> Browser:
        return Browser(shared_app, user)
    return browser


@pytest.fixture
def send(visit: Callable[[str], Browser]) -> Callable[..., Any]:
    """Send the form at an address as a person does, with its token."""
    def post(user: str, page: str, to: str, **given: Any) -> Any:
        browser = visit(user)
        token = part(browser.get(page), "main input[name=_csrf_token]")["value"]
        return browser.post(to, data={**given, "_csrf_token": token})
    return post


def appealed(cases: Cases, reason: str = REASON) -> dict[str, Any]:
    made = cases.rejected()
    filed = cases.world.call(cases.applicant, "govshare_appeal_file", application_id=made["id"], reason=reason)
    return cases.show("appeal", filed["id"], cases.applicant)


def test_the_applicant_appeals_on_the_page_of_the_case_and_withdraws_on_that_of_the_appeal(
        visit: Any, send: Any, cases: Cases) -> None:
    case = cases.rejected()
    page = f"/application/{case['id']}"
    assert send(cases.applicant, page, f"{page}/appeal", reason=REASON).status_code == HTTPStatus.FOUND
    appeal = cases.show("application", case["id"], cases.applicant)["appeal"]
    answer = visit(cases.applicant).get(page)
    assert part(answer, f"#next a[href*='/appeal/{appeal}']")
    with pytest.raises(AssertionError):
        part(answer, "#appeal")
    shown = visit(cases.applicant).get(f"/appeal/{appeal}")
    assert part(shown, "header a[href*='/appeal_decision?start='], .gs-facts a[href*='/appeal_decision?start=']")
    assert "<script>alert" not in str(part(shown, "#reasons"))
    assert send(cases.applicant, f"/appeal/{appeal}", f"/appeal/{appeal}/withdraw").status_code == HTTPStatus.FOUND
    assert part(visit(cases.applicant).get(page), "#appeal")


def test_the_competent_department_reads_both_sides_and_decides(visit: Any, send: Any, cases: Cases) -> None:
    appeal, reviewer = appealed(cases), cases.world.reviewer
    page = f"/appeal/{appeal['id']}"
    both = words(part(visit(reviewer).get(page), "#reasons"))
    assert REJECT_REASON in both
    assert REASON in both
    refused = send(reviewer, page, f"{page}/decide", outcome="overturned", reason=" ")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert part(refused, "#gs-decide-error")
    assert part(refused, "#gs-outcome-overturned[checked]")
    assert send(reviewer, page, f"{page}/decide", outcome="overturned", reason=DECISION).status_code == HTTPStatus.FOUND
    after = visit(cases.applicant).get(page)
    assert DECISION in words(part(after, "#next"))
    assert cases.show("application", appeal["application_id"], cases.applicant)["state"] == "approved"


def test_only_who_has_a_part_in_it_finds_the_appeal(visit: Any, cases: Cases) -> None:
    appeal = appealed(cases)
    page = f"/appeal/{appeal['id']}"
    for user in (cases.other_applicant, cases.world.other_editor):
        assert visit(user).get(page).status_code == HTTPStatus.NOT_FOUND
    for user in (cases.clerk, cases.world.operator):
        answer = visit(user).get(page)
        assert answer.status_code == HTTPStatus.OK
        with pytest.raises(AssertionError):
            part(answer, "#decide, #withdraw")
    assert "/user/login" in visit("").get(page).headers["Location"]


def test_each_reader_has_a_list(visit: Any, cases: Cases) -> None:
    appeal, world = appealed(cases), cases.world
    for user, address in ((cases.applicant, "/appeal/"), (cases.clerk, "/appeal/department?q=" + appeal["dataset"]["title"]),
                          (world.reviewer, "/appeal/queue?state=filed")):
        assert part(visit(user).get(address), f"a[href*='/appeal/{appeal['id']}']")
    assert visit(cases.clerk).get("/appeal/queue").status_code == HTTPStatus.NOT_FOUND
    assert visit(cases.applicant).get("/appeal/department").status_code == HTTPStatus.NOT_FOUND


def test_the_board_is_found_by_the_competent_department_alone(visit: Any, cases: Cases) -> None:
    appeal, grant, reviewer = appealed(cases), cases.suspended(), cases.world.reviewer
    board = visit(reviewer).get("/zh_Hans_CN/board")
    assert part(board, f"#appeals a[href*='/appeal/{appeal['id']}']")
    assert part(board, f"#reports a[href*='/grant/{grant['id']}']")
    assert "第十九条" in words(part(board, "#reports"))
    assert part(board, "#departments tbody tr")
    assert part(visit(reviewer).get("/"), "nav a[href*='/board']")
    narrowed = visit(reviewer).get(f"/board?organization={cases.world.other['name']}")
    assert not part(narrowed, "#reports").select("tbody tr")
    far = f"?page={10**18}"  # further than PostgreSQL counts
    for address in ("/board/overdue", "/board/reports", "/board?organization=there-is-none", f"/board/reports{far}",
                    f"/appeal/queue{far}", f"/entry/queue{far}"):
        assert visit(reviewer).get(address).status_code == HTTPStatus.OK
    for user in (cases.clerk, cases.applicant, cases.world.operator):
        for address in ("/board", "/board/overdue", "/board/reports"):
            assert visit(user).get(address).status_code == HTTPStatus.NOT_FOUND

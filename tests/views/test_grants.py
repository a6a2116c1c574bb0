"""The pages of a grant: what its holder may fetch, until when and how, and what they can do about it."""
from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from browser import Browser
from bs4 import BeautifulSoup
from cases import Cases
from page_parts import part, words
from world import World

from ckanext.govshare.domain.api_examples import TOKEN
from ckanext.govshare.views import grants as views


@pytest.fixture(scope="module")
def cases(shared_world: World) -> Cases:
    return Cases(shared_world)


@pytest.fixture
def visit(shared_app: Any, cases: Cases) -> Callable[..., Browser]:
    return lambda user="": Browser(shared_app, user)


@pytest.fixture
def give(visit: Callable[..., Browser]) -> Callable[..., Any]:
    """Give a command by the form on the grant's page, as a person does."""
    def post(user: str, grant: dict[str, Any], command: str, **given: str) -> Any:
        browser = visit(user)
        token = part(browser.get(f"/grant/{grant['id']}"), "input[name=_csrf_token]")["value"]
        return browser.post(f"/grant/{grant['id']}/{command}", data={**given, "_csrf_token": token})
    return post


@pytest.fixture(scope="module")
def granted(cases: Cases) -> dict[str, Any]:
    return cases.granted()


class TestPage:
    def test_it_says_the_last_day_and_not_the_day_after(self, visit: Any, cases: Cases, granted: dict[str, Any]) -> None:
        page = visit(cases.applicant).get(f"/zh_Hans_CN/grant/{granted['id']}")
        last = cases.show("application", granted["application_id"])["decision"]["period_end"]
        year, month, day = (int(number) for number in last.split("-"))
        assert words(part(page, "header .gs-facts b")).startswith(f"{year}年{month}月{day}日")

    def test_each_file_has_its_download_and_an_example_that_sends_a_token(
            self, visit: Any, cases: Cases, granted: dict[str, Any]) -> None:
        page = visit(cases.applicant).get(f"/grant/{granted['id']}")
        download = str(part(page, "#fetch a[href*='/download']")["href"])
        assert visit(cases.applicant).get(download).status_code == HTTPStatus.OK
        example = words(part(page, "#fetch .gs-code"))
        assert f"Authorization: {TOKEN}" in example
        assert f"resource_id={cases.resource}" in example

    def test_what_was_fetched_is_shown_to_both_sides(self, visit: Any, cases: Cases, granted: dict[str, Any]) -> None:
        visit(cases.applicant).get(f"/dataset/{cases.dataset['name']}/resource/{cases.resource}/download")
        for user in (cases.applicant, cases.clerk):
            assert "监测数据" in words(part(visit(user).get(f"/grant/{granted['id']}"), "#usage"))

    def test_of_many_fetches_each_is_found_by_the_pager(self, visit: Any, cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(views, "FETCHES", 2)
        entry = cases.world.published(content=b"%PDF-1.4 notes", filename="notes.pdf", open_type="conditional",
                                      open_condition="限科研机构")
        grant, file = cases.granted(dataset_id=entry["id"]), entry["resources"][0]["id"]
        for _ in range(3):
            assert visit(cases.applicant).get(
                f"/dataset/{entry['name']}/resource/{file}/download").status_code == HTTPStatus.OK
        first = part(visit(cases.clerk).get(f"/en/grant/{grant['id']}"), "#fetches")
        assert len(first.select("tbody tr")) == 2
        assert "14 B" in words(first)
        following = next(str(link["href"]) for link in first.select("a") if "page=2" in str(link["href"]))
        second = part(visit(cases.clerk).get(following), "#fetches")
        assert len(second.select("tbody tr")) == 1
        assert second.has_attr("open")
        for number in ("99", "9" * 30):
            assert visit(cases.clerk).get(f"/en/grant/{grant['id']}?page={number}").status_code == HTTPStatus.OK

    def test_a_stranger_finds_nothing_as_if_it_did_not_exist(
            self, visit: Any, cases: Cases, granted: dict[str, Any]) -> None:
        for grant in (granted["id"], "absent", "a%20b", "x" * 200):
            assert visit(cases.other_applicant).get(f"/grant/{grant}").status_code == HTTPStatus.NOT_FOUND

    def test_who_is_not_logged_in_logs_in(self, visit: Any, granted: dict[str, Any]) -> None:
        assert "/user/login" in visit("").get(f"/grant/{granted['id']}").headers["Location"]

    def test_the_department_is_offered_no_command_of_the_holder(
            self, visit: Any, cases: Cases, granted: dict[str, Any]) -> None:
        page = BeautifulSoup(visit(cases.clerk).get(f"/grant/{granted['id']}").body, "html.parser")
        assert page.select("form[action*='/surrender'], form[action*='/close-out'], #fetch") == []

    def test_a_renewal_is_offered_while_it_is_in_force(self, visit: Any, cases: Cases, granted: dict[str, Any]) -> None:
        page = visit(cases.applicant).get(f"/grant/{granted['id']}")
        assert part(page, f"#next a[href*='renews={granted['id']}']")

    def test_my_grants_list_mine_with_what_they_are_worth(
            self, visit: Any, cases: Cases, granted: dict[str, Any]) -> None:
        theirs = cases.granted(user=cases.other_applicant)
        table = part(visit(cases.applicant).get("/en/my/grants"), "#grants")
        links = {str(link["href"]).rsplit("/", 1)[1] for link in table.select("th a")}
        assert granted["id"] in links
        assert theirs["id"] not in links
        assert part(visit(cases.applicant).get("/en/my/grants"), ".gs-badge-valid")

    def test_the_entrys_page_leads_to_it(self, visit: Any, cases: Cases, granted: dict[str, Any]) -> None:
        offered = part(visit(cases.applicant).get(f"/dataset/{cases.dataset['name']}"), ".gs-apply a")
        assert str(offered["href"]).startswith("/grant/")


    def test_before_the_first_day_it_shows_what_there_will_be_to_fetch_and_no_button(self, visit: Any, cases: Cases) -> None:
        section = part(visit(cases.applicant).get(f"/grant/{cases.not_started()['id']}"), "#fetch")
        assert "监测数据" in words(section)
        assert section.select(".gs-actions a") == []

    def test_without_signatures_nothing_is_offered_to_fetch(self, visit: Any, cases: Cases) -> None:
        page = BeautifulSoup(visit(cases.applicant).get(f"/grant/{cases.pending()['id']}").body, "html.parser")
        assert page.select("#fetch") == []


class TestNewVersion:
    def test_what_is_to_be_signed_again_is_linked_and_nobody_says_that_the_data_waits_for_it(
            self, visit: Any, cases: Cases) -> None:
        entry = cases.world.published(open_type="conditional", open_condition="限科研机构")
        grant = cases.granted(agreement_required=True, dataset_id=entry["id"])
        cases.world.call(cases.clerk, "govshare_agreement_template_update", scope="entry", scope_id=entry["id"], title="新版",
                         body="用途：{purpose}，编号{agreement_id}", sign_again=True)
        offered = part(visit(cases.applicant).get(f"/en/grant/{grant['id']}"), "#next .gs-button-main")
        shown = cases.show("agreement", str(offered["href"]).rsplit("/", 1)[1])
        assert (shown["replaces"], shown["state"]) == (grant["agreement_id"], "offered")
        step = words(part(visit(cases.applicant).get(f"/en/application/{grant['application_id']}"), "#next"))
        assert "stays in force until then" in step
        assert "then the data may be fetched" not in step


class TestEnd:
    def test_a_suspension_says_why_offers_the_appeal_and_nothing_to_fetch(self, visit: Any, cases: Cases) -> None:
        grant = cases.suspended()
        page = visit(cases.applicant).get(f"/grant/{grant['id']}")
        assert BeautifulSoup(page.body, "html.parser").select("#fetch") == []
        assert "超出约定范围使用数据" in words(part(page, "#next"))
        assert part(page, "#appeal form")

    def test_a_refused_download_leads_to_it(self, visit: Any, cases: Cases) -> None:
        entry = cases.world.published(open_type="conditional", open_condition="限科研机构")
        grant = cases.suspended(user=cases.other_applicant, dataset_id=entry["id"])
        page = visit(cases.other_applicant).get(f"/dataset/{entry['name']}/resource/{entry['resources'][0]['id']}/download")
        assert page.status_code == HTTPStatus.FORBIDDEN
        assert str(part(page, ".gs-button-main")["href"]) == f"/grant/{grant['id']}"

    def test_it_is_given_up_by_its_form(self, give: Any, cases: Cases) -> None:
        grant = cases.granted()
        assert give(cases.applicant, grant, "surrender", reason="项目结束").status_code == HTTPStatus.FOUND
        assert cases.show("grant", grant["id"])["state"] == "surrendered"

    def test_at_the_end_a_statement_is_asked_for_and_kept(self, give: Any, visit: Any, cases: Cases) -> None:
        grant = cases.surrendered()
        assert part(visit(cases.applicant).get(f"/grant/{grant['id']}"), "#close-out textarea").has_attr("required")
        empty = give(cases.applicant, grant, "close-out", statement=" ")
        assert empty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        give(cases.applicant, grant, "close-out", statement="已于今日全部删除")
        assert "已于今日全部删除" in words(part(visit(cases.clerk).get(f"/grant/{grant['id']}"), "header .gs-facts"))

    def test_under_a_renewal_nobody_is_asked_to_delete_anything(self, visit: Any, cases: Cases) -> None:
        old = cases.expired()
        cases.granted(renews=old["id"])
        page = BeautifulSoup(visit(cases.applicant).get(f"/en/grant/{old['id']}").body, "html.parser")
        assert page.select("#close-out") == []
        assert "Delete the data" not in page.text
        assert "Continued by a later grant" in page.text

    def test_who_never_signed_is_not_asked_to_delete_anything(self, give: Any, visit: Any, cases: Cases) -> None:
        grant = cases.pending()
        give(cases.applicant, grant, "surrender")
        page = BeautifulSoup(visit(cases.applicant).get(f"/en/grant/{grant['id']}").body, "html.parser")
        assert page.select("#close-out") == []
        assert "Delete the data" not in page.text

    def test_after_the_last_day_nothing_is_offered_to_fetch(self, visit: Any, cases: Cases) -> None:
        grant = cases.expired()
        page = visit(cases.applicant).get(f"/grant/{grant['id']}")
        assert part(page, "header .gs-badge-expired")
        assert BeautifulSoup(page.body, "html.parser").select("#fetch") == []

    def test_another_holder_cannot_give_it_up(self, visit: Any, cases: Cases, granted: dict[str, Any]) -> None:
        browser = visit(cases.other_applicant)
        token = part(browser.get(f"/dataset/{cases.dataset['name']}/apply"), "main input[name=_csrf_token]")["value"]
        answer = browser.post(f"/grant/{granted['id']}/surrender", data={"_csrf_token": token})
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert cases.show("grant", granted["id"])["state"] == "active"


"""The whole journey of conditional data in three people's browsers: the applicant, the clerk, the competent department.

Screenshots of each page at both widths lie in the test's folder (`pytest --basetemp`).
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import ckan.plugins.toolkit as tk
import pytest
import requests
from cases import PASSWORD, USCC, Cases, today
from ckan.tests import factories
from playwright.sync_api import Browser, Page, expect
from world import World

from ckanext.govshare import clock

WIDTHS = (1280, 390)


class Desk:
    """One person's browser: logs in, goes about, and has each page photographed and measured."""

    def __init__(self, page: Page, album: Path, who: str) -> None:
        self.page = page
        self.amiss: list[str] = []
        self._album, self._who, self._number = album, who, 0
        page.on("pageerror", lambda error: self.amiss.append(str(error)))
        page.on("console", lambda message: self.amiss.append(message.text) if message.type == "error"
                and "status of 4" not in message.text else None)

    def log_in(self, name: str) -> None:
        self.page.goto("/user/login")
        self.page.fill("#field-login", name)
        self.page.fill("#field-password", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda address: "/login" not in address)

    def follow(self, link: str) -> None:
        """Follow the first such link, and be on its page."""
        with self.page.expect_navigation():
            self.page.locator(link).first.click()

    def look(self, title: str) -> None:
        """Photograph the page at both widths; nothing stands off the screen."""
        self._number += 1
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            beyond = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            self.page.screenshot(path=self._album / f"{self._who}-{self._number:02}-{title}-{width}.png", full_page=True)
            assert beyond <= 0, f"{self.page.url} is {beyond} px too wide at {width}"
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})

    def go(self, address: str, title: str, status: int = 200) -> None:
        answer = self.page.goto(address if "://" in address else f"/zh_Hans_CN{address}")
        assert answer is not None
        assert answer.status == status, f"{address}: {answer.status}"
        self.look(title)

    def press(self, form: str, **words: str) -> None:
        """Fill a form in and send it by its last button."""
        for name, value in words.items():
            self.page.fill(f"{form} [name={name}]", value)
        # The page that answers, not the one that is left: a click returns before the old page is gone.
        with self.page.expect_navigation():
            self.page.locator(f"{form} button[type=submit]").last.click()


@pytest.fixture
def cases(world: World) -> Cases:
    return Cases(world)


@pytest.fixture
def desk(chromium: Browser, served: str, tmp_path: Path) -> Iterator[Callable[[str, str], Desk]]:
    """`desk(name, who)`: somebody's browser, logged in."""
    contexts = []

    def sit(name: str, who: str) -> Desk:
        context = chromium.new_context(base_url=served, locale="zh-CN", accept_downloads=True)
        contexts.append(context)
        one = Desk(context.new_page(), tmp_path, who)
        one.log_in(name)
        return one
    yield sit
    for context in contexts:
        context.close()


@pytest.fixture
def reviewer(world: World) -> str:
    """Of the competent department, with a password."""
    name: str = factories.User(password=PASSWORD)["name"]
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": world.operator}, {"id": world.competent["id"], "username": name, "role": "member"})
    return name


def test_from_the_application_to_the_last_second(
        cases: Cases, desk: Callable[[str, str], Desk], reviewer: str, served: str,
        monkeypatch: pytest.MonkeyPatch) -> None:
    entry = cases.dataset
    applicant, clerk, competent = (
        desk(cases.applicant, "applicant"), desk(cases.clerk, "clerk"), desk(reviewer, "competent"))
    download = f"/dataset/{entry['id']}/resource/{cases.resource}/download"

    # Refused without an authorisation, and shown where to apply.
    assert applicant.page.request.get(download, max_redirects=0).status == HTTPStatus.FORBIDDEN
    applicant.go(f"/dataset/{entry['name']}", "dataset")
    applicant.follow("main a[href*='/apply']")
    applicant.look("apply")
    _apply(applicant)
    address = applicant.page.url
    case_id = address.split("?")[0].rstrip("/").rsplit("/", 1)[1]
    applicant.look("submitted")

    # The clerk asks for a supplement with a reason that is often given; the applicant gives it.
    clerk.go("/department/tasks", "tasks")
    clerk.follow(f"main a[href$='/application/{case_id}']")
    clerk.look("case")
    clerk.page.click("#gs-return summary")
    clerk.page.locator("#gs-return input[name=common]").first.check()
    clerk.press("#gs-return", reason="请在三日内补充")
    expect(clerk.page.locator(".gs-badge-returned").first).to_be_visible()
    applicant.go(address, "returned")
    expect(applicant.page.locator("#reason")).to_contain_text("请在三日内补充")
    applicant.go(f"/application/{case_id}/edit", "supplement")
    applicant.page.fill("#field-security_measures", "专人管理，加密存储，访问留痕，到期删除并出具证明")
    applicant.page.locator("#application-form button[value=submit]").last.click()
    expect(applicant.page.locator(".gs-badge-submitted").first).to_be_visible()

    # Approved with an agreement, which both sides sign.
    clerk.go(f"/application/{case_id}", "resubmitted")
    clerk.page.check("#gs-approve [name=agreement_required]")
    clerk.press("#gs-approve", conditions="仅限内部研究使用")
    expect(clerk.page.locator(".gs-badge-approved").first).to_be_visible()
    clerk.look("approved")
    applicant.go(address, "approved")
    applicant.follow("#next a[href*='/agreement/']")
    agreement = applicant.page.url
    applicant.look("agreement")
    assert applicant.page.request.get(download, max_redirects=0).status == HTTPStatus.FORBIDDEN
    _sign(applicant, "李明")
    applicant.look("signed")
    clerk.go("/department/tasks", "to-countersign")
    clerk.follow("#countersign a[href*='/agreement/']")
    clerk.look("agreement")
    _sign(clerk, "王芳")
    clerk.look("countersigned")

    # Fetched in the browser and by program.
    grant = str(cases.show("application", case_id)["grant_id"])
    applicant.go("/my/grants", "grants")
    applicant.go(f"/grant/{grant}", "grant")
    with applicant.page.expect_download() as taken:
        applicant.page.locator("#fetch a[href*='/download']").first.click()
    assert "东塔" in taken.value.path().read_text(encoding="utf-8")
    token = cases.token()
    assert _rows(served, cases.resource, token) == 2
    applicant.go(f"/grant/{grant}", "grant-used")

    # Suspended: the next request is refused, whatever the way; the competent department reads of it.
    clerk.go(f"/grant/{grant}", "grant")
    clerk.press("#gs-suspend", reason="核查数据用途")
    clerk.look("suspended")
    assert applicant.page.request.get(download, max_redirects=0).status == HTTPStatus.FORBIDDEN
    assert _rows(served, cases.resource, token) is None
    applicant.go(f"/grant/{grant}", "suspended")
    expect(applicant.page.locator("#next")).to_contain_text("核查数据用途")
    applicant.go(download, "refused", HTTPStatus.FORBIDDEN)
    competent.go("/board", "board")
    expect(competent.page.locator("main")).to_contain_text("核查数据用途")
    competent.go("/messages/", "messages")
    clerk.go(f"/grant/{grant}", "to-resume")
    clerk.press("#gs-resume", reason="用途符合约定")
    assert _rows(served, cases.resource, token) == 2

    # The last second, and the first one after it.
    end = datetime.fromisoformat(cases.show("grant", grant)["ends_at"])
    monkeypatch.setattr(clock, "now", lambda: end)
    applicant.log_in(cases.applicant)  # no session lasts so long
    assert _rows(served, cases.resource, token) is None
    assert applicant.page.request.get(download, max_redirects=0).status == HTTPStatus.FORBIDDEN
    applicant.go(f"/grant/{grant}", "expired")
    applicant.go("/my/applications", "applications")
    applicant.go(agreement, "agreement-lapsed")
    expect(applicant.page.locator(".gs-badge-lapsed")).to_be_visible()
    assert [one.amiss for one in (applicant, clerk, competent)] == [[], [], []]


def _apply(applicant: Desk) -> None:
    page = applicant.page
    first = today()
    page.fill("#field-purpose", "研究东江湖流域水质变化")
    page.fill("#field-scene", "内部研究，成果以报告形式发布")
    page.fill("#field-period_start", first.isoformat())
    page.fill("#field-period_end", first.replace(year=first.year + 1, day=1).isoformat())
    page.fill("#field-security_measures", "专人管理")
    page.check("input[name=applicant_kind][value=legal_entity]")
    page.fill("#field-applicant_name", "郴州水环境科技有限公司")
    page.fill("#field-uscc", "91110000600037341X")
    page.locator("#application-form button[value=submit]").last.click()
    expect(page.locator("#form-errors")).to_be_visible()
    applicant.look("errors")
    assert page.input_value("#field-purpose") == "研究东江湖流域水质变化"
    page.fill("#field-uscc", USCC)
    page.locator("#application-form button[value=submit]").last.click()
    expect(page.locator(".gs-badge-submitted").first).to_be_visible()


def _sign(person: Desk, name: str) -> None:
    person.page.check("#sign [name=read]")
    person.press("#sign form", signature_name=name, password=PASSWORD)
    expect(person.page.locator("#sign")).to_have_count(0)


def _rows(served: str, resource: str, token: str) -> int | None:
    """How many rows a program gets with a token; None where it is refused."""
    got = requests.post(f"{served}/api/3/action/datastore_search", headers={"Authorization": token},
                        json={"resource_id": resource}, timeout=30)
    assert got.status_code in (HTTPStatus.OK, HTTPStatus.FORBIDDEN)
    return len(got.json()["result"]["records"]) if got.ok else None

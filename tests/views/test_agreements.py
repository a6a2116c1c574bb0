"""Agreements on their pages: reading, signing, the copy, the public check, the editor of templates."""
from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from typing import Any

import pytest
from browser import Browser
from cases import PASSWORD, Cases
from page_parts import part, words
from world import World


@pytest.fixture(scope="module")
def cases(shared_world: World) -> Cases:
    return Cases(shared_world)


@pytest.fixture
def visit(shared_app: Any, cases: Cases) -> Callable[..., Browser]:
    return lambda user="": Browser(shared_app, user)


@pytest.fixture
def send(visit: Callable[..., Browser]) -> Callable[..., Any]:
    """Send the form of a page as a person does, with its token."""
    def post(user: str, page: str, to: str = "", **given: Any) -> Any:
        browser = visit(user)
        token = part(browser.get(page), "main input[name=_csrf_token]")["value"]
        return browser.post(to or page, data={**given, "_csrf_token": token})
    return post


@pytest.fixture(scope="module")
def bound(cases: Cases) -> dict[str, Any]:
    return cases.signed()


class TestSigning:
    def test_both_sides_sign_on_the_page(self, cases: Cases, send: Any, visit: Any) -> None:
        offered = cases.offered()
        page = f"/agreement/{offered['id']}"
        given = {"signature_name": "王芳", "text_hash": offered["text_hash"], "password": PASSWORD, "read": "yes"}
        assert part(visit(cases.applicant).get(page), "#sign input[name=text_hash]")["value"] == offered["text_hash"]
        assert not visit(cases.clerk).get(page).body.count('id="sign"')
        assert send(cases.applicant, page, f"{page}/sign", **given).status_code == HTTPStatus.FOUND
        assert send(cases.clerk, page, f"{page}/countersign", **given).status_code == HTTPStatus.FOUND
        shown = visit(cases.applicant).get(page)
        assert words(part(shown, ".gs-facts")).count("王芳") == 2
        assert 'id="sign"' not in shown.body

    def test_a_wrong_password_is_said_beside_its_field_and_not_sent_back(self, cases: Cases, send: Any) -> None:
        offered = cases.offered()
        page = f"/agreement/{offered['id']}"
        answer = send(cases.applicant, page, f"{page}/sign", signature_name="王芳", text_hash=offered["text_hash"],
                      password="falsches Wort", read="yes")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert words(part(answer, "#gs-sign-password-error"))
        assert part(answer, "#gs-sign-name")["value"] == "王芳"
        assert "falsches Wort" not in answer.body

    def test_nobody_signs_without_saying_that_they_have_read_it(self, cases: Cases, send: Any) -> None:
        offered = cases.offered()
        page = f"/agreement/{offered['id']}"
        answer = send(cases.applicant, page, f"{page}/sign", signature_name="王芳", text_hash=offered["text_hash"],
                      password=PASSWORD)
        assert (answer.status_code, cases.show("agreement", offered["id"])["state"]) == (422, "offered")

    def test_the_text_is_shown_without_links_and_scripts(self, cases: Cases, visit: Any) -> None:
        offered = cases.offered(purpose="<script>alert(1)</script>[x](http://evil.example)", user=cases.other_applicant)
        text = part(visit(cases.other_applicant).get(f"/agreement/{offered['id']}"), "article")
        assert "<script>alert(1)</script>[x](http://evil.example)" in words(text)
        assert not text.select("a, script, img")

    def test_for_everybody_else_there_is_no_such_agreement(
            self, cases: Cases, bound: Any, visit: Any, shared_world: World) -> None:
        for address in (f"/agreement/{bound['id']}", f"/agreement/{bound['id']}.pdf"):
            assert visit("").get(address).status_code == HTTPStatus.FOUND
            for user in (cases.other_applicant, shared_world.other_editor, shared_world.operator):
                assert visit(user).get(address).status_code == HTTPStatus.NOT_FOUND
            assert visit(shared_world.reviewer).get(address).status_code == HTTPStatus.OK


    @pytest.mark.parametrize("address", ["/agreement/{}", "/agreement/{}.pdf", "/department/{}/agreement-template",
                                         "/dataset/{}/agreement-template"])
    @pytest.mark.parametrize(("name", "status"), [("%00", 400), ("x" * 300, 404), ("%ff", 404), ("'", 404)])
    def test_what_is_no_name_leads_nowhere(self, cases: Cases, visit: Any, address: str, name: str, status: int) -> None:
        assert visit(cases.clerk).get(address.format(name)).status_code == status


class TestCopies:
    def test_whoever_holds_the_file_can_check_it(self, cases: Cases, bound: Any, visit: Any, send: Any) -> None:
        answer = visit(cases.applicant).get(f"/agreement/{bound['id']}.pdf")
        assert (answer.content_type, answer.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
        assert "attachment" in answer.headers["Content-Disposition"]
        copy = answer.data
        good = send("", "/verify-agreement", file=(BytesIO(copy), "a.pdf"))
        assert "gs-notice-unconditional" in part(good, "#verdict")["class"]
        for personal in ("王芳", bound["id"], cases.dataset["title"], cases.applicant):
            assert personal not in good.body
        bad = send("", "/verify-agreement", file=(BytesIO(copy[:-1] + b"!"), "a.pdf"))
        assert "gs-notice-error" in part(bad, "#verdict")["class"]

    def test_the_hash_on_the_copy_leads_to_the_same_answer(self, bound: Any, visit: Any) -> None:
        answer = visit().get(f"/verify-agreement?hash={bound['text_hash']}")
        assert "gs-notice-unconditional" in part(answer, "#verdict")["class"]

    @pytest.mark.parametrize("given", ["<script>", "%00", "0" * 64, "x" * 5000])
    def test_what_is_no_hash_is_not_known(self, visit: Any, given: str) -> None:
        answer = visit().get("/verify-agreement", query_string={"hash": given})
        assert (answer.status_code, "gs-notice-error" in part(answer, "#verdict")["class"]) == (200, True)
        assert "<script>" not in str(part(answer, "#verdict"))

    def test_nothing_to_check_is_an_error_and_so_is_a_file_that_is_too_large(self, send: Any) -> None:
        assert send("", "/verify-agreement").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        large = send("", "/verify-agreement", file=(BytesIO(bytes(22 * 2**20)), "a.pdf"))
        assert large.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TestTemplates:
    def test_an_editor_previews_and_saves_a_template(self, cases: Cases, send: Any, visit: Any, shared_world: World) -> None:
        page = f"/department/{shared_world.own['name']}/agreement-template"
        words_given = {"title": "数据利用协议", "body": "# 协议 {agreement_id}\n\n用途：{purpose}"}
        preview = send(cases.clerk, page, **words_given, preview="1")
        assert "〔purpose〕" in words(part(preview, "#preview"))
        assert send(cases.clerk, page, **words_given, save="1").status_code == HTTPStatus.FOUND
        assert "{purpose}" in words(part(visit(cases.clerk).get(page), "textarea[name=body]"))

    def test_an_unknown_field_is_named_and_what_was_typed_stays(self, cases: Cases, send: Any, shared_world: World) -> None:
        page = f"/department/{shared_world.own['name']}/agreement-template"
        answer = send(cases.clerk, page, title="题", body="{zweck}", save="1")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "{zweck}" in words(part(answer, "#gs-template-body-error"))
        assert "{zweck}" in words(part(answer, "textarea[name=body]"))

    def test_who_may_not_change_a_template_reads_it_or_nothing(self, visit: Any, shared_world: World) -> None:
        page = f"/department/{shared_world.own['name']}/agreement-template"
        assert 'name="save"' not in visit(shared_world.member).get(page).body
        assert visit(shared_world.other_editor).get(page).status_code == HTTPStatus.NOT_FOUND
        assert visit(shared_world.reviewer).get("/agreement-template").status_code == HTTPStatus.OK

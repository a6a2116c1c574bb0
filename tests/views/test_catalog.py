"""The review on its pages: the list, the queue, one entry, and the forms of its commands."""
from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from page_parts import part, words
from world import World


class TestReview:
    @pytest.fixture
    def give(self, visit: Any) -> Any:
        """Give a command by the form on the entry's page, as a person does."""
        def post(role: str, name: str, command: str, **given: str) -> Any:
            browser = visit(role)
            token = part(browser.get(f"/entry/{name}"), "input[name=_csrf_token]")["value"]
            return browser.post(f"/entry/{name}/{command}", data={**given, "_csrf_token": token})
        return post

    def test_the_queue_counts_in_the_navigation(self, visit: Any, place: dict[str, str]) -> None:
        link = part(visit("reviewer").get("/"), ".gs-nav a[href$='/entry/queue']")
        assert words(link).startswith("Review queue 1")

    def test_a_clerk_has_a_list_and_no_queue_in_the_navigation(self, visit: Any, world: World) -> None:
        assert "Review queue" not in words(part(visit("editor").get("/"), ".gs-nav"))
        assert "My entries" in words(part(visit("editor").get("/"), ".gs-nav"))

    def test_a_reviewer_finds_only_what_awaits_review(self, visit: Any, place: dict[str, str]) -> None:
        rows = part(visit("reviewer").get("/entry/queue"), "table").select("tbody a[href^='/entry/']")
        assert [str(row["href"]) for row in rows if "queue" not in str(row["href"])] == [f"/entry/{place['submitted']}"]

    def test_the_due_date_says_how_it_was_counted_and_that_no_law_sets_it(self, visit: Any, place: dict[str, str]) -> None:
        facts = part(visit("reviewer").get(f"/zh_Hans_CN/entry/{place['submitted']}"), ".gs-facts")
        assert "平台默认，非法定期限" in words(facts)
        link = facts.select_one("a[href*='/regulation/chenzhou-2022/catalog_review?start=']")
        assert link is not None
        assert visit("reviewer").get(str(link["href"])).status_code == HTTPStatus.OK

    def test_a_return_without_reasons_is_refused_beside_its_field(self, give: Any, world: World, place: dict[str, str]) -> None:
        answer = give("reviewer", place["submitted"], "return", reason=" ")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert words(part(answer, "#gs-reason-error"))
        assert part(answer, "#gs-reason")["aria-describedby"] == "gs-reason-error"

    def test_a_returned_entry_shows_its_clerk_why(self, visit: Any, place: dict[str, str]) -> None:
        assert "请补充信息项说明" in words(part(visit("editor").get(f"/entry/{place['returned']}"), ".gs-notice-warning"))

    def test_an_approval_publishes(self, give: Any, visit: Any, place: dict[str, str]) -> None:
        assert visit().get(f"/dataset/{place['submitted']}").status_code == HTTPStatus.NOT_FOUND
        assert give("reviewer", place["submitted"], "approve").status_code == HTTPStatus.FOUND
        assert visit().get(f"/dataset/{place['submitted']}").status_code == HTTPStatus.OK

    def test_a_command_without_csrf_token_does_nothing(self, visit: Any, world: World, place: dict[str, str]) -> None:
        answer = visit("reviewer").post(f"/entry/{place['submitted']}/approve", data={})
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert world.state({"id": place["submitted"]}) == "submitted"

    def test_a_clerk_cannot_approve(self, give: Any, world: World, place: dict[str, str]) -> None:
        assert give("editor", place["submitted"], "approve").status_code == HTTPStatus.FOUND
        assert world.state({"id": place["submitted"]}) == "submitted"

    def test_an_unknown_command_does_not_exist(self, give: Any, place: dict[str, str]) -> None:
        assert give("reviewer", place["submitted"], "purge").status_code == HTTPStatus.NOT_FOUND

    def test_an_incomplete_draft_is_refused_with_all_that_is_missing(self, give: Any, world: World) -> None:
        draft = world.draft(update_frequency=None, open_type=None)
        answer = give("editor", draft["name"], "submit")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert len(part(answer, "#gs-errors").select("li")) >= 2

    def test_only_commands_that_may_be_given_have_forms(self, visit: Any, place: dict[str, str]) -> None:
        def commands(role: str, state: str) -> set[str]:
            forms = part(visit(role).get(f"/entry/{place[state]}"), "main").select("form[action^='/entry/']")
            return {str(form["action"]).rsplit("/", 1)[1] for form in forms}
        assert commands("editor", "draft") == {"submit", "discard"}
        assert commands("editor", "submitted") == {"withdraw"}
        assert commands("reviewer", "submitted") == {"approve", "return"}
        assert commands("member", "submitted") == set()

    @pytest.fixture
    def narrowed(self, world: World) -> str:
        """A published entry whose pending change makes its opening conditional."""
        entry = world.approved()
        world.call(world.editor, "package_patch", id=entry["id"], open_type="conditional", open_condition="仅限科研机构")
        name: str = entry["name"]
        return name

    def test_what_becomes_narrower_is_marked_and_asks_for_its_basis(self, visit: Any, narrowed: str) -> None:
        page = visit("editor").get(f"/zh_Hans_CN/entry/{narrowed}")
        row = part(page, "tr.gs-narrowed")
        assert [words(cell) for cell in row.select("td")] == ["无条件开放", "有条件开放"]
        assert part(page, "textarea[name=narrowing_basis]").has_attr("required")

    def test_the_stated_basis_stands_beside_the_narrowing(self, give: Any, visit: Any, narrowed: str) -> None:
        assert give("editor", narrowed, "submit", narrowing_basis="《保守国家秘密法》第九条").status_code == HTTPStatus.FOUND
        assert "《保守国家秘密法》第九条" in words(part(visit("reviewer").get(f"/entry/{narrowed}"), "#narrowing"))

    def test_the_public_reads_the_approved_version_while_a_change_is_pending(self, visit: Any, narrowed: str) -> None:
        assert part(visit().get(f"/dataset/{narrowed}"), "header .gs-badge-unconditional")

    def test_the_form_of_a_published_entry_holds_its_pending_change(self, visit: Any, narrowed: str) -> None:
        form = part(visit("editor").get(f"/dataset/edit/{narrowed}"), "#dataset-edit")
        assert "仅限科研机构" in str(form)

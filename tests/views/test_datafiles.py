"""Pages of data files: who sees them, what the form takes, what the clerk's buttons do."""
from __future__ import annotations

import io
import re
from http import HTTPStatus
from typing import Any

import pytest
from bs4 import BeautifulSoup
from world import World

from ckanext.govshare.repository import datafiles as repository

GOOD = "站点名称,水位\n东江湖大坝,284.5\n四清水库,312.25\n".encode()
FAULTY = "站点名称,水位\n东江湖大坝,284.5,多余\n四清水库\n".encode()
TOKEN = re.compile(r'name="_csrf_token"\s+(?:content|value)="([^"]+)"')
OUTSIDERS = ("", "citizen", "other_editor")


@pytest.fixture
def entry(world: World) -> dict[str, Any]:
    return world.draft(open_type="conditional", open_condition="限科研机构")


@pytest.fixture
def post(visit: Any) -> Any:
    """`post(role, address, **fields)` as a form of the site that the role has open would send it."""
    def send(role: str, address: str, **fields: Any) -> Any:
        browser = visit(role)
        token = TOKEN.search(browser.get("/" if role else "/user/login").text)
        assert token
        follow = fields.pop("follow_redirects", False)
        return browser.post(address, data={**fields, "_csrf_token": token[1]}, follow_redirects=follow)
    return send


def uploaded(world: World, entry: dict[str, Any], content: bytes, filename: str = "水位.csv") -> str:
    """The id of the data file that this content became, read."""
    file_id: str = world.upload(entry, content, filename)["file_id"]
    world.read_files()
    return file_id


class TestWhoSees:
    @pytest.mark.parametrize("role", OUTSIDERS)
    @pytest.mark.parametrize("page", ["", "/status"])
    def test_a_drafts_file_does_not_exist_for_others(self, visit: Any, world: World, entry: Any, role: str, page: str) -> None:
        file_id = uploaded(world, entry, GOOD)
        assert visit(role).get(f"/datafile/{file_id}{page}").status_code == HTTPStatus.NOT_FOUND

    @pytest.mark.parametrize("role", ["editor", "member", "reviewer"])
    def test_its_department_and_the_competent_department_see_it(
            self, visit: Any, world: World, entry: Any, role: str) -> None:
        file_id = uploaded(world, entry, GOOD)
        assert "东江湖大坝" in visit(role).get(f"/datafile/{file_id}").text

    def test_what_was_found_is_neither_told_nor_denied_to_others(self, visit: Any, world: World) -> None:
        published = world.published()
        file = repository.current(published["resources"][0]["id"])
        assert file is not None
        found = [BeautifulSoup(visit(role).get(f"/datafile/{file.id}").text, "html.parser").find(id="findings")
                 for role in ("other_editor", "editor")]
        assert [part is None for part in found] == [True, False]

    @pytest.mark.parametrize("role", OUTSIDERS)
    @pytest.mark.parametrize("command", ["retry", "adopt", "items"])
    def test_nobody_else_gives_commands(self, post: Any, world: World, entry: Any, role: str, command: str) -> None:
        file_id = uploaded(world, entry, GOOD)
        assert post(role, f"/datafile/{file_id}/{command}").status_code == HTTPStatus.NOT_FOUND

    def test_versions_of_conditional_data_are_known_and_their_rows_are_not(
            self, visit: Any, world: World, entry: Any) -> None:
        uploaded(world, entry, GOOD)
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        resource = world.approve(entry)["resources"][0]["id"]
        world.upload(entry, GOOD.replace(b"284.5", b"300.5"), "水位.csv", id=resource)
        world.read_files()
        address = f"/dataset/{entry['name']}/resource/{resource}"
        assert visit().get(f"{address}/versions").status_code == HTTPStatus.OK
        closed = visit().get(f"{address}/compare")
        assert (closed.status_code, "300.5" in closed.text) == (HTTPStatus.FORBIDDEN, False)
        assert "300.5" in visit("editor").get(f"{address}/compare").text

    @pytest.mark.parametrize("versions", ["a=1&b=9", "a=x&b=1", "a=1"])
    def test_versions_that_there_are_not_are_not_found(self, visit: Any, world: World, versions: str) -> None:
        published = world.approved()
        resource = published["resources"][0]["id"]
        answer = visit().get(f"/dataset/{published['name']}/resource/{resource}/compare?{versions}")
        assert answer.status_code == HTTPStatus.NOT_FOUND


class TestForm:
    @pytest.fixture
    def address(self, entry: Any) -> str:
        return f"/dataset/{entry['name']}/resource/new"

    @pytest.fixture
    def sent(self, post: Any) -> Any:
        blank = {"name": "", "description": "", "url": ""}
        return lambda address, role="editor", **fields: post(role, address, **{**blank, **fields})

    def test_a_file_leads_to_the_page_of_its_check(self, sent: Any, world: World, entry: Any, address: str) -> None:
        answer = sent(address, upload=(io.BytesIO(GOOD), "水库水位.csv"))
        file = repository.of_entry(entry["id"])[0]
        assert answer.location.endswith(f"/datafile/{file.id}")

    def test_a_data_file_without_a_name_bears_the_entrys_title_and_never_the_files(
            self, sent: Any, world: World, entry: Any, address: str) -> None:
        sent(address, upload=(io.BytesIO(GOOD), "内部编号7731.csv"))
        assert world.call(world.editor, "package_show", id=entry["id"])["resources"][0]["name"] == entry["title"]

    def test_neither_file_nor_address_is_refused(self, sent: Any, entry: Any, address: str) -> None:
        assert sent(address, name="水位").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert repository.of_entry(entry["id"]) == []

    def test_file_and_address_together_are_refused(self, sent: Any, entry: Any, address: str) -> None:
        answer = sent(address, url="https://example.org/a.csv", upload=(io.BytesIO(GOOD), "水位.csv"))
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert repository.of_entry(entry["id"]) == []

    def test_a_wrong_address_is_told_beside_its_field(self, sent: Any, entry: Any, address: str) -> None:
        answer = sent(address, url="ftp://example.org/a.csv")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert 'href="#field-url"' in answer.text

    @pytest.mark.parametrize(("role", "status"), [
        ("", HTTPStatus.NOT_FOUND), ("other_editor", HTTPStatus.NOT_FOUND), ("member", HTTPStatus.FORBIDDEN)])
    def test_others_get_no_form(self, visit: Any, sent: Any, address: str, role: str, status: int) -> None:
        assert visit(role).get(address).status_code == status
        assert sent(address, role, upload=(io.BytesIO(GOOD), "水位.csv")).status_code == status

    def test_words_alone_take_in_no_file(self, sent: Any, world: World, entry: Any) -> None:
        uploaded(world, entry, GOOD)
        resource = world.call(world.editor, "package_show", id=entry["id"])["resources"][0]["id"]
        answer = sent(f"/dataset/{entry['name']}/resource/{resource}/edit", name="水位（日）")
        assert answer.location.endswith(f"/entry/{entry['name']}")
        assert len(repository.of_entry(entry["id"])) == 1
        assert world.call(world.editor, "package_show", id=entry["id"])["resources"][0]["name"] == "水位（日）"

    def test_a_newer_file_under_the_same_words_needs_no_review(self, sent: Any, world: World, entry: Any) -> None:
        uploaded(world, entry, GOOD)
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        resource = world.approve(entry)["resources"][0]
        sent(f"/dataset/{entry['name']}/resource/{resource['id']}/edit", name=resource["name"],
                  upload=(io.BytesIO(GOOD.replace(b"284.5", b"300.5")), "新.csv"))
        world.read_files()
        assert (world.state(entry), [file.number for file in repository.of_entry(entry["id"])]) == ("approved", [2, 1])


class TestCheck:
    def test_what_is_wrong_stands_first_with_its_row(self, visit: Any, world: World, entry: Any) -> None:
        page = BeautifulSoup(visit("editor").get(f"/datafile/{uploaded(world, entry, FAULTY)}").text, "html.parser")
        first, *others = page.select(".gs-findings tbody tr")
        assert (first["class"], first.select("td")[0].text) == (["gs-finding-error"], "2")
        assert others != []

    def test_a_refused_file_keeps_its_entry_from_approval_and_the_page_says_so(
            self, visit: Any, post: Any, world: World, entry: Any) -> None:
        uploaded(world, entry, FAULTY)
        world.call(world.editor, "govshare_entry_submit", id=entry["id"])
        assert 'id="obstacles"' in visit("reviewer").get(f"/entry/{entry['name']}").text
        post("reviewer", f"/entry/{entry['name']}/approve", reason="")
        assert world.state(entry) == "submitted"

    def test_progress_is_told_to_the_script_until_it_is_finished(self, visit: Any, world: World, entry: Any) -> None:
        file_id = world.upload(entry, GOOD, "水位.csv")["file_id"]
        before = visit("editor").get(f"/datafile/{file_id}/status")
        world.read_files()
        after = visit("editor").get(f"/datafile/{file_id}/status")
        assert (before.json["finished"], after.json["finished"], after.json["state"]) == (False, True, "verified")
        assert "no-store" in after.headers["Cache-Control"]

    def test_a_file_is_read_once_more(self, visit: Any, post: Any, world: World, entry: Any) -> None:
        file_id = uploaded(world, entry, FAULTY)
        post("editor", f"/datafile/{file_id}/retry")
        assert visit("editor").get(f"/datafile/{file_id}/status").json["state"] == "waiting"

    def test_a_verified_file_is_not_read_once_more_and_the_page_says_why(
            self, post: Any, world: World, entry: Any) -> None:
        file_id = uploaded(world, entry, GOOD)
        answer = post("editor", f"/datafile/{file_id}/retry", follow_redirects=True)
        assert "alert-danger" in answer.text

    def test_a_file_name_is_text_and_never_markup(self, visit: Any, world: World, entry: Any) -> None:
        page = visit("editor").get(f"/datafile/{uploaded(world, entry, GOOD, '<img src=x>.csv')}").text
        assert "<img src=x>" not in page

    def test_a_word_that_is_no_command_is_not_found(self, post: Any, world: World, entry: Any) -> None:
        file_id = uploaded(world, entry, GOOD)
        assert post("editor", f"/datafile/{file_id}/publish").status_code == HTTPStatus.NOT_FOUND

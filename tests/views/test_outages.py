"""A store that is away: what is answered meanwhile, and that all is well when it is back. Real web processes on cables."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
import pytest
import requests
import sqlalchemy as sa
from cable import Cable, cable
from ckan import model
from ckan.tests import factories
from webserver import WebServer, serving
from world import World

PAGES = ("/", "/dataset/", "/organization/", "/about", "/api/3/action/package_search", "/api/3/action/organization_list")
PEOPLE = 8


def through(cable_: Cable, setting: str) -> str:
    """The address that a setting names, by way of the cable."""
    url = urlsplit(tk.config[setting])
    return url._replace(netloc=url.netloc.replace(f":{url.port}", f":{cable_.port}")).geturl()


def port_of(setting: str) -> int:
    return int(urlsplit(tk.config[setting]).port or 0)


@pytest.fixture(scope="module")
def database() -> Iterator[Cable]:
    with cable(port_of("sqlalchemy.url")) as made:
        yield made


@pytest.fixture(scope="module")
def tables() -> Iterator[Cable]:
    """The way to data files' tables alone."""
    with cable(port_of("ckan.datastore.read_url")) as made:
        yield made


@pytest.fixture(scope="module")
def index() -> Iterator[Cable]:
    with cable(port_of("solr_url")) as made:
        yield made


@pytest.fixture(scope="module")
def entry(shared_world: World) -> dict[str, Any]:
    made: dict[str, Any] = shared_world.published()
    return made


@pytest.fixture(scope="module")
def token(shared_world: World) -> str:
    issued: str = factories.APIToken(user=shared_world.citizen)["token"]
    return issued


@pytest.fixture(scope="module")
def web(shared_world: World, entry: dict[str, Any], database: Cable, tables: Cable, index: Cable) -> Iterator[WebServer]:
    settings = {"sqlalchemy.url": through(database, "sqlalchemy.url"), "solr_url": through(index, "solr_url"),
                "ckan.datastore.read_url": through(tables, "ckan.datastore.read_url"),
                "ckan.datastore.write_url": through(database, "ckan.datastore.write_url"),
                "govshare.competent_department": shared_world.competent["name"]}
    with serving(2, settings) as server:
        yield server


@pytest.fixture(scope="module")
def addresses(entry: dict[str, Any]) -> list[str]:
    resource = entry["resources"][0]["id"]
    return [*PAGES, f"/dataset/{entry['name']}", f"/dataset/{entry['name']}/resource/{resource}",
            f"/dataset/{entry['name']}/resource/{resource}/download", f"/api/3/action/datastore_search?resource_id={resource}"]


def ask(web: WebServer, path: str, token: str = "") -> requests.Response:
    return requests.get(f"{web.url}{path}", headers={"Authorization": token} if token else {}, timeout=60)


def ask_all(web: WebServer, addresses: list[str], times: int, token: str) -> Counter[int]:
    """How often each status was answered, to many people at once, half of them with a token."""
    jobs = [(path, "" if number % 2 else token) for number in range(times) for path in addresses]
    with ThreadPoolExecutor(PEOPLE) as people:
        return Counter(people.map(lambda job: ask(web, *job).status_code, jobs))


def test_a_session_in_an_invalid_transaction_ends_with_its_request(app: Any, shared_world: World) -> None:
    model.Session.remove()
    own = model.Session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
    with model.Session.get_bind().connect() as other:
        other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
    with pytest.raises(sa.exc.OperationalError):
        model.Session.execute(sa.text("SELECT 1"))
    assert app.get("/dataset/").status_code == 200


def test_after_each_cut_of_the_database_everything_is_answered_again(
        web: WebServer, addresses: list[str], token: str, database: Cable) -> None:
    for _ in range(5):
        with ThreadPoolExecutor(1) as load:
            during = load.submit(ask_all, web, addresses, 6, token)
            while not during.done():
                database.cut()
                database.mend()
        assert set(during.result()) <= {200, 503}
    assert ask_all(web, addresses, 20, token) == {200: 20 * len(addresses)}


def test_while_the_database_is_away_the_answer_says_so_and_when_to_come_back(
        web: WebServer, addresses: list[str], token: str, database: Cable) -> None:
    database.cut()
    try:
        for path in addresses:
            for caller in ("", token):
                answer = ask(web, path, caller)
                assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5"), path
                assert "Content-Security-Policy" in answer.headers
                assert "public" not in answer.headers["Cache-Control"], path
        assert ask(web, "/api/3/action/package_search").json()["error"]["__type"] == "Service Unavailable"
        page = ask(web, "/zh_Hans_CN/dataset/").text
        assert '<html lang="zh-Hans-CN">' in page
        assert "请" in page
    finally:
        database.mend()
    assert ask_all(web, addresses, 1, token) == {200: len(addresses)}


def test_a_database_that_stands_still_for_a_while_answers_in_the_end(
        web: WebServer, addresses: list[str], token: str, database: Cable) -> None:
    with ThreadPoolExecutor(1) as load:
        database.hold()
        during = load.submit(ask_all, web, addresses, 2, token)
        with pytest.raises(requests.Timeout):
            requests.get(f"{web.url}/dataset/", timeout=2)
        database.mend()
        assert set(during.result()) <= {200, 503}
    assert ask_all(web, addresses, 1, token) == {200: len(addresses)}


def test_without_the_index_searches_say_so_and_what_needs_none_is_answered(
        web: WebServer, entry: dict[str, Any], token: str, index: Cable) -> None:
    index.cut()
    try:
        for path in ("/dataset/", "/api/3/action/package_search", "/"):
            answer = ask(web, path, token)
            assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5"), path
        assert ask(web, f"/dataset/{entry['name']}", token).status_code == 200
        assert ask(web, f"/api/3/action/package_show?id={entry['name']}", token).status_code == 200
    finally:
        index.mend()
    assert ask(web, "/dataset/", token).status_code == 200


def test_a_table_whose_database_fails_before_its_first_row_is_no_file(
        web: WebServer, entry: dict[str, Any], tables: Cable) -> None:
    resource = entry["resources"][0]["id"]
    ways = [*(f"/dataset/{entry['name']}/resource/{resource}/export/{form}" for form in ("csv", "xlsx", "json", "xml")),
            *(f"/datastore/dump/{resource}?format={form}" for form in ("csv", "tsv", "json", "xml"))]
    tables.cut()
    try:
        for path in ways:
            answer = ask(web, path)
            assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5"), path
            assert "Content-Disposition" not in answer.headers
    finally:
        tables.mend()
    for path in ways:
        assert ask(web, path).status_code == 200

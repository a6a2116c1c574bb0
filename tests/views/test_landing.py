"""Who logs in comes to the list that they work with, or to where they came from on this site."""
from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import ckan.plugins.toolkit as tk
import pytest
from browser import Browser
from world import World

LISTS = {"citizen": "/my/applications", "own_member": "/entry/", "own_editor": "/department/tasks",
         "own_admin": "/department/tasks", "other_editor": "/department/tasks",
         "competent": "/entry/queue", "operator": "/ckan-admin/"}


@pytest.fixture
def app(shared_app: Any) -> Any:
    return shared_app


@pytest.mark.parametrize("role", LISTS)
@pytest.mark.parametrize("page", [
    "/user/me", "/dashboard/datasets", "/dashboard/organizations", "/dashboard/groups", "/user/login"])
def test_each_role_has_its_list(app: Any, shared_world: World, role: str, page: str) -> None:
    person = Browser(app, shared_world.people()[role])
    answer = person.get(page)
    assert urlsplit(answer.headers["Location"]).path == LISTS[role]
    assert person.get(LISTS[role], follow_redirects=True).status_code == HTTPStatus.OK


def test_without_an_account_one_logs_in_first(app: Any, shared_world: World) -> None:
    for page in ("/user/me", "/dashboard/datasets"):
        assert urlsplit(Browser(app).get(page).headers["Location"]).path == "/user/login"


@pytest.mark.parametrize(("given", "path"), [
    ("/dataset/?q=空气&page=2", "/dataset/"), ("/about", "/about"), ("//evil.example", ""), ("https://evil.example/", ""),
    ("/\\evil.example", ""), ("/\t/evil.example", ""), ("javascript:alert(1)", ""), ("\\\\evil.example", ""), ("", ""),
    ("///evil.example", ""), ("/user/login", ""), ("/en/user/_logout", ""), ("evil.example", ""),
    ("/user/me%0d%0aX: y", "/user/me%0d%0aX: y"),
])
@pytest.mark.parametrize("name", ["next", "came_from"])
def test_one_comes_back_to_pages_of_this_site_alone(app: Any, shared_world: World, given: str, path: str, name: str) -> None:
    answer = Browser(app, shared_world.citizen).get(f"/user/login?{name}={quote(given, safe='')}")
    went = urlsplit(answer.headers["Location"])
    assert went.netloc in ("", urlsplit(tk.config["ckan.site_url"]).netloc)
    assert "evil" not in answer.headers["Location"]
    assert went.path.startswith(path.split("%", maxsplit=1)[0] if path else LISTS["citizen"])


def test_a_citizen_without_cases_is_shown_the_open_data(app: Any, shared_world: World) -> None:
    page = Browser(app, shared_world.citizen).get("/my/applications").body
    assert "open_type=unconditional" in page
    assert "open_type=conditional" in page

"""Whatever a request holds: no answer is a 5xx, and what is refused is named."""
from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import pytest
from browser import Browser
from ckan import model
from ckan.tests import factories
from walk import _rules, actions
from world import World

# As they stand in JSON.
VALUES = ("-1", '" "', "[{}]", '["x"]', '{"a": "b"}', "true", "null", '""', '"x"')
# What is refused, or taken, alike wherever it stands: asked of a few actions.
EVERYWHERE = ("NaN", "1e400", '"\\u0000"', str(10**30), "9" * 5000,
              '"\\ud800"', '"' + "x" * 100_000 + '"', "[" * 2000 + "]" * 2000, '{"a": "\\u0000"}')
BODIES = ("", "null", "[]", '"x"', "{", "1", '{"\\u0000": 1}')
IN_ADDRESS = ("%00", "%ff", "1e400", "-1", "9" * 30, "x" * 5000, "2026-02-30")
IN_QUERY = ("%00", "%ff", "1e400", "-1", "9" * 30, "2026-02-30")
QUERY = ("q", "sort", "filter", "tags", "organization", "state", "day", "start", "days", "a", "b", "incomplete",
         "order_by", "ext_bbox", "q1", "bom", "columns", "groups", "res_format", "id", "role")
REFUSED = range(200, 500)


def status(browser: Browser, method: str, address: str, **request: Any) -> int | str:
    try:
        answer = browser.open(method, address, **request)
        answer.get_data()
        code: int = answer.status_code
    except Exception as error:
        # In a test the application raises what it would answer with status 500.
        model.Session.rollback()
        return f"{type(error).__name__}: {str(error)[:200]}"
    return code if code in REFUSED else f"{code} {answer.get_data(as_text=True)[:80]}"


@pytest.fixture
def operator(shared_app: Any, shared_world: World) -> Browser:
    """Whom nearly no check of rights stops before the parameters are used."""
    return Browser(shared_app, token=factories.APIToken(user=shared_world.operator)["token"])


def bodies(parameters: frozenset[str]) -> Iterator[tuple[str, str]]:
    yield "", "{}"
    for name in sorted(parameters):
        yield from ((name, f"{{{json.dumps(name)}: {value}}}") for value in VALUES)


def test_no_parameter_of_any_action_breaks_it(operator: Browser, shared_world: World) -> None:
    shared_world.approved()
    broken = []
    for changing in (False, True):
        for action, parameters in actions(changing).items():
            for name, body in bodies(parameters):
                got = status(operator, "POST", f"/api/3/action/{action}", data=body, content_type="application/json")
                if isinstance(got, str):
                    broken.append(f"{action} {name} {body[:60]}: {got}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("action", ["package_search", "package_create", "datastore_search", "govshare_application_create"])
def test_no_body_breaks_an_action(operator: Browser, action: str) -> None:
    bodies = (*BODIES, *(f'{{"q": {value}, "id": {value}}}' for value in EVERYWHERE))
    got = [status(operator, "POST", f"/api/3/action/{action}", data=body, content_type="application/json") for body in bodies]
    assert [one for one in got if isinstance(one, str)] == []


def test_no_address_of_any_page_breaks_it(operator: Browser, shared_app: Any, shared_world: World) -> None:
    known, broken = shared_world.approved()["name"], []
    for rule in _rules(shared_app):
        for place in sorted(rule.arguments - {"lang"}):
            for value in IN_ADDRESS:
                address = rule.rule
                for argument in rule.arguments:
                    filled = "zh_Hans_CN" if argument == "lang" else value if argument == place else quote(known)
                    for kind in ("", "string:", "path:"):
                        address = address.replace(f"<{kind}{argument}>", filled)
                got = status(operator, "GET", address)
                if isinstance(got, str):
                    broken.append(f"{address[:90]}: {got}")
    assert not broken, "\n".join(broken)


def test_no_query_of_any_page_breaks_it(operator: Browser, shared_app: Any, shared_world: World) -> None:
    known, broken = shared_world.approved()["name"], []
    for rule in _rules(shared_app):
        address = rule.rule
        for argument in rule.arguments:
            for kind in ("", "string:", "path:"):
                address = address.replace(f"<{kind}{argument}>", "zh_Hans_CN" if argument == "lang" else quote(known))
        for value in IN_QUERY:
            # A page that refuses the number of the page looks at nothing else.
            for query in ("&".join(f"{name}={value}" for name in QUERY), f"page={value}&limit={value}"):
                got = status(operator, "GET", f"{address}?{query}")
                if isinstance(got, str):
                    broken.append(f"{address}?{query[:60]}: {got}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(("headers", "method"), [
    ({"Authorization": "é\x80rubbish"}, "GET"), ({"Authorization": "Bearer " + "x" * 9000}, "GET"),
    ({"Range": "bytes=9-1,x"}, "GET"),
    ({"If-Modified-Since": "yesterday"}, "GET"), ({"Accept-Language": ";;q=x,,*;q=9e999"}, "GET"),
    ({"Cookie": "ckan=\x80;;=;auth_tkt=x"}, "GET"), ({"Host": "a b:c"}, "GET"),
    ({"Content-Type": "application/json; charset=nonsense"}, "POST"),
    ({"Content-Type": "multipart/form-data"}, "POST"), ({"Content-Type": "multipart/form-data; boundary=x"}, "POST"),
    ({}, "HEAD"), ({}, "OPTIONS"), ({}, "TRACE"), ({}, "BREW"), ({"Content-Type": "\x80"}, "POST"),
])
@pytest.mark.parametrize("address", ["/", "/dataset/", "/api/3/action/package_search", "/user/login"])
def test_no_header_and_no_method_breaks_a_page(
        shared_app: Any, shared_world: World, headers: dict[str, str], method: str, address: str) -> None:
    body = b"--x\r\nrubbish" if method == "POST" else None
    assert isinstance(status(Browser(shared_app), method, address, headers=headers, data=body), int)


def test_what_is_refused_is_named(operator: Browser) -> None:
    answer = operator.post("/api/3/action/package_show", data='{"id": "a\\u0000b"}', content_type="application/json")
    assert (answer.status_code, list(answer.json["error"])) == (HTTPStatus.BAD_REQUEST, ["__type", "id", "message"])
    answer = operator.get("/api/3/action/package_search?rows=1e400")
    assert (answer.status_code, list(answer.json["error"])) == (HTTPStatus.CONFLICT, ["__type", "message", "rows"])

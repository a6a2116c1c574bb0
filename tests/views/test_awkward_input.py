"""Whatever a request holds: no answer is a 5xx, and what is refused is named."""
from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import pytest
from answers import status
from browser import Browser
from cases import Cases
from ckan.tests import factories
from walk import _rules, actions
from world import World

# As they stand in JSON.
VALUES = ("-1", '" "', "[{}]", '["x"]', '{"a": "b"}', "true", "null", '""')
# What is refused, or taken, alike wherever it stands: asked of a few actions.
EVERYWHERE = ("NaN", "1e400", '"\\u0000"', str(10**30), "9" * 5000,
              '"\\ud800"', '"' + "x" * 100_000 + '"', "[" * 2000 + "]" * 2000, '{"a": "\\u0000"}')
BODIES = ("", "null", "[]", '"x"', "{", "1", "true", "NaN", "-Infinity", '{"\\u0000": 1}', '{"id": 1, "id": ["x"]}',
          '{"__type": 1, "message": 2}', "\ufeff{}", '{"id": ' + "[" * 900 + "]" * 900 + "}")
KINDS = ("application/json", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "text/plain",
         "multipart/form-data", "multipart/form-data; boundary=", "image/png", "")
# By action: what the core reads and no documentation calls a parameter.
UNDOCUMENTED = {"package_search": frozenset({"fl", "facet.limit", "facet.mincount", "df", "extras"})}
IN_ADDRESS = ("-1", "9" * 30, "x" * 5000, "2026-02-30")
IN_QUERY = ("1e400", "-1", "9" * 30, "2026-02-30")
NO_TEXT = ("%00", "%ff")
QUERY = ("q", "sort", "filter", "tags", "organization", "state", "day", "start", "days", "a", "b", "incomplete",
         "order_by", "ext_bbox", "q1", "bom", "columns", "groups", "res_format", "id", "role", "q[]")


@pytest.fixture
def operator(shared_app: Any, shared_world: World) -> Browser:
    """Whom nearly no check of rights stops before the parameters are used."""
    return Browser(shared_app, token=factories.APIToken(user=shared_world.operator)["token"])


@pytest.fixture(scope="module")
def everybody(shared_app: Any, shared_world: World) -> list[Browser]:
    """The operator, an applicant and a clerk."""
    cases = Cases(shared_world)
    return [Browser(shared_app, token=factories.APIToken(user=name)["token"])
            for name in (shared_world.operator, cases.applicant, cases.clerk)]


def bodies(parameters: frozenset[str]) -> Iterator[tuple[str, str]]:
    yield "", "{}"
    for name in sorted(parameters):
        yield from ((name, f"{{{json.dumps(name)}: {value}}}") for value in VALUES)


def every_action() -> dict[str, frozenset[str]]:
    return {name: parameters | UNDOCUMENTED.get(name, frozenset())
            for changing in (False, True) for name, parameters in actions(changing).items()}


def test_no_parameter_of_any_action_breaks_it(operator: Browser, shared_world: World) -> None:
    shared_world.approved()
    broken = []
    for action, parameters in every_action().items():
        for name, body in bodies(parameters):
            got = status(operator, "POST", f"/api/3/action/{action}", data=body, content_type="application/json")
            if isinstance(got, str):
                broken.append(f"{action} {name} {body[:60]}: {got}")
    assert not broken, "\n".join(broken)


def test_no_parameters_together_break_an_action_whoever_calls_it(everybody: list[Browser], shared_world: World) -> None:
    known, broken = shared_world.approved()["name"], []
    for action, parameters in every_action().items():
        named = dict.fromkeys(parameters & {"id", "name_or_id", "package_id"}, known)
        words = {**dict.fromkeys(parameters, "x"), "unknown": "x"}
        ways: list[dict[str, Any]] = [{"data": {**words, **named}}, {"json": words}]
        for browser in everybody:
            for way in ways:
                got = status(browser, "POST", f"/api/3/action/{action}", **way)
                if isinstance(got, str):
                    broken.append(f"{action} {list(way)}: {got}")
        got = status(everybody[0], "POST", f"/api/3/action/{action}", data={
            name: (io.BytesIO(b"x"), "x.csv") for name in parameters | {"upload"}})
        if isinstance(got, str):
            broken.append(f"{action} with files: {got}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("action", ["package_search", "package_create", "datastore_search", "govshare_application_create"])
def test_no_body_breaks_an_action(operator: Browser, action: str) -> None:
    address = f"/api/3/action/{action}"
    values = [f'{{"q": {value}, "id": {value}}}' for value in EVERYWHERE]
    got = [status(operator, "POST", address, data=body, content_type=kind)
           for kind in KINDS for body in (*BODIES, *(values if "json" in kind else values[:3]))]
    assert [one for one in got if isinstance(one, str)] == []


ANY_TYPE: list[Any] = [{"a": 1}, [], [[]], [{}], [["a", "x"]], True, 1.5, -1]


@pytest.mark.parametrize(("action", "name", "value"), [
    *(("datastore_search", "filters", value) for value in ANY_TYPE[1:]),
    *((action, "owner_org", value) for action in ("package_patch", "package_update") for value in ANY_TYPE),
])
def test_what_is_right_but_for_its_type_is_refused_by_its_name(
        operator: Browser, action: str, name: str, value: Any) -> None:
    answer = operator.post(f"/api/3/action/{action}", json={"id": "x", "resource_id": "x", name: value})
    assert answer.status_code == 409
    assert list(answer.json["error"].keys() - {"__type", "message"}) == [name]


@pytest.mark.parametrize("text", ["[]", "null", "1", "[1"])
def test_a_text_that_is_no_mapping_is_no_filter(operator: Browser, shared_world: World, text: str) -> None:
    table = shared_world.published()["resources"][0]["id"]
    assert operator.get("/api/3/action/datastore_search", query_string={"resource_id": table, "filters": text}).status_code == 409


@pytest.mark.parametrize("address", ["/user/?limit=", "/user/?page=", "/user/?limit=x"])
def test_a_blank_count_of_people_is_refused(operator: Browser, address: str) -> None:
    assert operator.get(address).status_code == 400


PART = b"--b\r\nContent-Disposition: form-data"


@pytest.mark.parametrize(("kind", "body"), [
    ("application/json; charset=utf-16", '{"id": "é"}'.encode("utf-16")), ("application/json", b'{"id": "\xff"}'),
    ("application/json", gzip.compress(b"{}", mtime=0)), ("application/json; charset=gb18030", '{"id": "字"}'.encode("gb18030")),
    ("multipart/form-data; boundary=b", b"--b\r\nrubbish"), ("multipart/form-data; boundary=b", PART + b"\r\n\r\nv\r\n--b--\r\n"),
    ("multipart/form-data; boundary=b", PART + b'; filename="x"\r\n\r\nv\r\n--b--\r\n'),
    ("multipart/form-data; boundary=c", PART + b'; name="id"\r\n\r\nv\r\n--b--\r\n'),
    ("multipart/form-data; boundary=b", PART + b'; name="id"\r\nContent-Type: text/x; charset=utf-16\r\n\r\n\xff\r\n--b--\r\n'),
    ("multipart/form-data; boundary=b", PART + b"; name=\"id\"; filename*=UTF-16''%ff\r\n\r\nv\r\n--b--\r\n"),
    ("multipart/form-data; boundary=" + "b" * 300, b"--b"),
])
def test_no_encoding_and_no_boundary_breaks_an_action(operator: Browser, kind: str, body: bytes) -> None:
    for action in ("package_search", "resource_create"):
        for headers in ({}, {"Content-Encoding": "gzip"}):
            got = status(operator, "POST", f"/api/3/action/{action}", data=body, content_type=kind, headers=headers)
            assert isinstance(got, int), got


def pages(app: Any, known: str) -> Iterator[str]:
    """The address of every page, what it names being `known`."""
    for rule in _rules(app):
        yield filled(rule, dict.fromkeys(rule.arguments, quote(known)))


def filled(rule: Any, values: dict[str, str]) -> str:
    address = re.sub(r"<(?:string|path):", "<", rule.rule)
    for argument, value in {**values, "lang": "zh_Hans_CN"}.items():
        address = address.replace(f"<{argument}>", value)
    return str(address)


def test_no_address_of_any_page_breaks_it(operator: Browser, shared_app: Any, shared_world: World) -> None:
    known, broken = quote(shared_world.approved()["name"]), []
    for rule in _rules(shared_app):
        for place in re.findall(r"<(?:string:|path:)?(\w+)>", rule.rule):
            for value in IN_ADDRESS if place != "lang" else ():
                address = filled(rule, {**dict.fromkeys(rule.arguments, known), place: value})
                got = status(operator, "GET", address)
                if isinstance(got, str):
                    broken.append(f"{address[:90]}: {got}")
    assert not broken, "\n".join(broken)


def test_no_query_of_any_page_breaks_it(operator: Browser, shared_app: Any, shared_world: World) -> None:
    broken = []
    queries = ["&".join(f"{name}={value}" for name in QUERY) for value in IN_QUERY]
    # A page that refuses the number of the page looks at nothing else.
    queries += [f"page={'9' * 30}&limit=-1", "page=1&page=2&" + "&".join(f"{name}=x&{name}=y" for name in QUERY)]
    for address in pages(shared_app, shared_world.approved()["name"]):
        for query in queries:
            got = status(operator, "GET", f"{address}?{query}")
            if isinstance(got, str):
                broken.append(f"{address}?{query[:60]}: {got}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("address", ["/dataset/{}", "/dataset/?q={}", "/organization/{}", "/about?{}=x", "/entry/{}", "/feeds/{}",
                                     "/api/3/action/package_show?id={}", "/user/login?next=%2F{}"])
def test_what_is_no_text_is_refused_wherever_it_stands(operator: Browser, address: str) -> None:
    codes = {operator.get(address.format(value)).status_code for value in NO_TEXT}
    # Bytes that are no text make an address that nothing has.
    assert codes <= ({HTTPStatus.BAD_REQUEST} if "?" in address else {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})


@pytest.mark.parametrize("name", ["return_to", "next", "came_from"])
def test_an_address_that_is_none_is_refused_by_its_field(operator: Browser, name: str) -> None:
    for value in ("http://[::1", "http://a\u2100b"):
        assert operator.get(f"/user/login?{name}={quote(value)}").status_code == HTTPStatus.BAD_REQUEST


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

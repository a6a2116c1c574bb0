"""Whatever a page's form holds: no answer is a 5xx, whoever sends it."""
from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from answers import status
from browser import Browser
from bs4 import BeautifulSoup
from cases import Cases
from ckan.tests import factories
from emptying import forget_attempts
from undoing import undone
from walk import _rules
from world import World

from ckanext.govshare.repository import datafiles
from ckanext.govshare.security.forms import ONCE
from ckanext.govshare.views import appeals, applications, catalog, grants, handling
from ckanext.govshare.views import datafiles as files

# The fields of all forms; a view looks at its own. The last of them make no rows, or lists.
TEXTS = (
    "title", "name", "notes", "description", "fullname", "about", "email", "password", "password1", "password2", "old_password",
    "login", "user", "username", "role", "id", "ids", "group_added", "group_removed", "capacity", "state", "action", "reason",
    "common", "statement", "outcome", "period_start", "period_end", "conditions", "agreement_required", "limits.formats",
    "limits.daily_rows", "limits.addresses", "purpose", "scene", "security_measures", "applicant_kind", "applicant_name", "uscc",
    "contact_phone", "renews", "then", "remove", "answers.q1", "questions.0.label", "questions.0.type", "questions.0.options",
    "signature_name", "text_hash", "body", "preview", "command", "text", "language", "url", "tag_string", "owner_org",
    "info_items__0__name", "info_items__0__length", "extras__0__key", "tags__0__name", "users__0__name", "datasets", "order",
    "jti", "ckan.site_title", "ckan.theme", "view_type", "info__1__label", "bulk_action.private", "_ckan_phase", "pkg_name",
    "token", "activate_user", "next", "page", "limit", "image_url", "status",
)
FILES = ("upload", "image_upload", "logo_upload", "attachments", "file")
SUBMITS = {"save": "", "confirm": "yes"}
# Of what an address is made, besides.
COMMANDS = {
    "govshare_agreements.sign": ("sign", "countersign"), "govshare_appeals.give": tuple(appeals.COMMANDS),
    "govshare_applications.give": tuple(applications.COMMANDS), "govshare_grants.give": tuple(grants.COMMANDS),
    "govshare_handling.application": handling.APPLICATION_COMMANDS, "govshare_handling.grant": handling.GRANT_COMMANDS,
    "govshare_catalog.give": tuple(catalog.WORDS), "govshare_datafiles.give": tuple(files.COMMANDS),
}
# Whose forms these are, by how the endpoint begins; all others the operator's, whom nearly no check of rights stops.
PEOPLE = {
    "govshare_applications": "applicant", "govshare_grants": "applicant", "govshare_messages": "applicant",
    "govshare_agreements.sign": "applicant", "govshare_handling": "clerk", "govshare_replies": "clerk", "govshare_tasks": "clerk",
    "govshare_entry_forms": "clerk", "govshare_datafiles": "clerk", "govshare_agreement_templates": "clerk", "dataset": "clerk",
    "resource": "clerk", "govshare_appeals": "reviewer", "govshare_catalog": "reviewer", "user.login": "visitor",
    "user.register": "visitor", "user.request_reset": "visitor", "user.perform_reset": "visitor",
    "govshare_agreements.verify_copy": "visitor",
}


@pytest.fixture(scope="module")
def cases(shared_world: World) -> Cases:
    return Cases(shared_world)


@pytest.fixture(scope="module")
def values(cases: Cases, shared_world: World) -> dict[str, str]:
    """What stands in the addresses, by argument, or by how the endpoint begins where that differs."""
    entry, file = cases.dataset, datafiles.current(cases.resource)
    assert file is not None
    return {
        "application_id": cases.submitted()["id"], "agreement_id": cases.offered()["id"], "grant_id": cases.granted()["id"],
        "appeal_id": cases.appealed()["id"], "draft": cases.drafted()["id"], "file_id": file.id, "resource_id": cases.resource,
        "view_id": "x", "organization": shared_world.own["name"], "group": factories.Group()["name"], "user": cases.applicant,
        "entry": entry["name"], "submitted": shared_world.submitted()["name"],
    }


@pytest.fixture(scope="module")
def browsers(shared_app: Any, shared_world: World, cases: Cases) -> dict[str, Browser]:
    people = {"operator": shared_world.operator, "reviewer": shared_world.reviewer, "clerk": cases.clerk,
              "applicant": cases.applicant, "visitor": ""}
    return {who: Browser(shared_app, name) for who, name in people.items()}


def who(endpoint: str) -> str:
    return next((person for start, person in PEOPLE.items() if endpoint.startswith(start)), "operator")


def addresses(app: Any, values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The endpoint and address of each form, and of each command."""
    for rule in _rules(app, "POST"):
        if rule.endpoint == "user.logout":
            continue
        kind = rule.endpoint.split(".")[0]
        named = {**values, "id": values.get(kind, values["entry"]), "dataset_id": values["entry"],
                 "entry_id": values["submitted"]}
        if rule.endpoint == "govshare_applications.edit":
            named["application_id"] = values["draft"]
        for command in COMMANDS.get(rule.endpoint, ("",)):
            address = re.sub(r"<(?:string|path):", "<", rule.rule).replace("<command>", command)
            for argument in rule.arguments:
                address = address.replace(f"<{argument}>", quote(named.get(argument, "x")))
            yield rule.endpoint, address


def bodies(token: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Forms, as arguments of a request, each with what is awkward in it."""
    sent = {"_csrf_token": token, **SUBMITS}

    def plain(value: str) -> dict[str, Any]:
        # As bytes, which no library makes of halves of surrogate pairs.
        return {"data": "&".join([urlencode(sent), *(f"{name}={value}" for name in TEXTS)]),
                "content_type": "application/x-www-form-urlencoded"}

    word = plain("x")
    yield "nothing", {"data": {"_csrf_token": token}}
    yield "each twice", {**word, "data": f"{word['data']}&{word['data']}"}
    # The first that is refused hides the others.
    more = urlencode([(name, "x") for name in TEXTS if name not in ONCE])
    yield "all but those that may stand once, twice", {**word, "data": f"{urlencode(sent)}&{more}&{more}"}
    yield "long ones", plain("x" * 5000)
    yield "JSON in place of numbers, days and addresses", plain(quote('{"a": ["x"]}'))
    yield "digits that are none", plain(quote("²"))
    yield "broken addresses, and texts for files", plain(quote("http://[::1") + "".join(f"&{name}=x" for name in FILES))
    yield "files", {"data": {**sent, **dict.fromkeys(TEXTS, "x"), **{name: (io.BytesIO(b"\0\xff"), "a.csv") for name in FILES}}}


# What is refused alike wherever it stands: asked of a few forms.
EVERYWHERE = ("%00", "x" * 250_000)
NAMES = ("tags__0", "tags__x__name", "__", "save__0__x", "tags__99999__name")


def token_of(browser: Browser) -> str:
    page = BeautifulSoup(browser.get("/user/login", follow_redirects=True).get_data(as_text=True), "html.parser")
    found = page.select_one("input[name=_csrf_token], meta[name=_csrf_token]")
    assert found is not None
    return str(found.get("value") or found.get("content"))


@pytest.fixture
def send(browsers: dict[str, Browser]) -> Any:
    def post(person: str, address: str, **request: Any) -> int | str:
        if address.startswith("/user/"):
            forget_attempts()
        with undone():
            return status(browsers[person], "POST", address, **request)
    return post


def test_no_form_of_any_page_breaks_it(
        send: Any, shared_app: Any, values: dict[str, str], browsers: dict[str, Browser]) -> None:
    tokens = {person: token_of(browser) for person, browser in browsers.items()}
    broken, taken = [], set()
    for endpoint, address in addresses(shared_app, values):
        person = who(endpoint)
        for kind, body in bodies(tokens[person]):
            got = send(person, address, **body)
            if isinstance(got, str):
                broken.append(f"{person} {address} {kind}: {got}")
            elif got < 400 or got == 422:
                taken.add(endpoint)
    assert not broken, "\n".join(broken)
    # The walk reached the forms, and not only pages that refuse everything.
    assert len(taken) > 40, sorted(taken)


@pytest.mark.parametrize("address", ["/group/new", "/ckan-admin/config", "/user/login", "/messages/settings"])
def test_no_name_of_a_field_breaks_a_form(send: Any, browsers: dict[str, Browser], address: str) -> None:
    person = "visitor" if "login" in address else "operator"
    token = token_of(browsers[person])
    for name in NAMES:
        got = send(person, address, data={"_csrf_token": token, "save": "", name: "x"})
        assert got == 400, (name, got)
    for value in EVERYWHERE:
        got = send(person, address, data=f"_csrf_token={quote(token)}&save=&title={value}",
                   content_type="application/x-www-form-urlencoded")
        assert got == 400, (value[:20], got)
    for name in ("title", "x[]"):
        got = send(person, address, data={"_csrf_token": token, "save": "", name: (io.BytesIO(b"x"), "a.csv")})
        assert got == 400, (name, got)
    nameless = (b'--b\r\nContent-Disposition: form-data; name="_csrf_token"\r\n\r\n' + token.encode()
                + b"\r\n--b\r\nContent-Disposition: form-data\r\n\r\nv\r\n--b--\r\n")
    assert send(person, address, data=nameless, content_type="multipart/form-data; boundary=b") == 400

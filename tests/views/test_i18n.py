"""On a Chinese page everything is Chinese: texts, names for screen readers, hints in fields, titles."""
from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import Context
from html.parser import HTMLParser
from typing import Any

import pytest
from browser import Browser
from bs4 import BeautifulSoup
from ckan import model
from ckan.lib import base
from ckan.tests import factories
from world import World

from ckanext.govshare import clock
from ckanext.govshare.logic import account_links

# Words that stand on Chinese pages as they are: formats, standards, addresses, and the other language's own name.
AS_IT_IS = frozenset({
    "AJAX", "API", "chinesecalendar", "CKAN", "CSS", "CSV", "DataStore", "English", "GB", "GBK", "GeoJSON", "GET", "HTML",
    "https", "JSON", "Markdown", "MB", "PDF", "RDF", "SQL", "URL", "UTC", "UTF", "XLS", "XLSX", "XML",
})
WORD = re.compile(r"[A-Za-z]{2,}")
# Addresses, names that stand in addresses, versions, placeholders of dates.
NOT_PROSE = re.compile(r"https?://\S+|\S+@\S+|/[\w/<>.-]+|\b[\w.]+[-_/.][\w./-]+\b|&\w+;")
READ_ALOUD = frozenset({"alt", "aria-label", "placeholder", "title", "data-module-content"})
SILENT = frozenset({"script", "style", "template", "code", "pre"})


class Texts(HTMLParser):
    """The texts of a page that people see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent.append(tag)
        values = dict(attrs)
        self.found += [value for name, value in attrs if name in READ_ALOUD and value]
        if tag == "input" and values.get("type") in {"submit", "button", "reset"}:
            self.found.append(values.get("value") or "")
        if tag == "meta" and values.get("name") == "description":
            self.found.append(values.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def english(page: str, names: set[str]) -> list[str]:
    """The texts of `page` with words that are neither Chinese, nor `names` of people and departments, nor usual there.

    CKAN shortens long names.
    """
    texts = Texts()
    texts.feed(page)
    foreign = []
    for text in texts.found:
        words = WORD.findall(_without(NOT_PROSE.sub(" ", text), names))
        shortened = text.endswith("...") and any(name.startswith(text.removesuffix("...")) for name in names)
        if not shortened and any(word not in AS_IT_IS for word in words):
            foreign.append(" ".join(text.split()))
    return sorted(set(foreign))


def _without(text: str, names: set[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    return text


def visit(request: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """`request` without the context of the fixtures around it, whose language and user it would take over."""
    return Context().run(request, *arguments, **options)


@pytest.fixture
def names(world: World) -> set[str]:
    """What people and departments of the test are called, in Latin letters."""
    users = model.Session.query(model.User)
    groups = model.Session.query(model.Group)
    return {name for user in users for name in (user.name, user.fullname, user.about) if name} | {
        name for group in groups for name in (group.name, group.title, group.description) if name}


PUBLIC = (
    "/", "/about", "/absent",
    "/dataset/", "/dataset/?q=%E7%A9%BA%E6%B0%94", "/dataset/?q=%E7%81%AB%E6%98%9F", "/dataset/{published}", "/dataset/absent",
    "/organization/", "/organization/{department}", "/organization/about/{department}", "/organization/?q=%E7%81%AB%E6%98%9F",
    "/group/", "/group/{theme}", "/group/about/{theme}", "/group/?q=%E7%81%AB%E6%98%9F",
    "/regulation/", "/regulation/chenzhou-2022", "/regulation/hubei-2021",
    "/regulation/chenzhou-2022/sharing_reply?start=2026-03-02",
    "/dataset/?open_type=conditional", "/user/login", "/user/register", "/user/reset",
    "/user/register?key={registration}",
    "/feeds/dataset.atom", "/feeds/organization/{department}.atom", "/feeds/group/{theme}.atom", "/feeds/tag/%E6%B0%B4.atom",
    "/feeds/custom.atom?q=%E6%B0%B4",
)
EDITOR = (
    "/entry/", "/entry/{published}", "/entry/{draft}", "/entry/{submitted}", "/dataset/new", "/dataset/edit/{draft}",
    "/dataset/{draft}/resource/new", "/dataset/resources/{published}", "/dataset/{published}/resource/{resource}",
    "/dataset/{published}/resource/{resource}/edit", "/dataset/{published}/resource/{resource}/views",
    "/dataset/{published}/resource/{resource}/delete", "/dataset/delete/{draft}",
    "/dataset/groups/{published}", "/dataset/{draft}",
    "/user/{me}", "/user/edit", "/account/address?key={confirmation}", "/user/{me}/api-tokens",
    "/dashboard/datasets", "/dashboard/organizations", "/dashboard/groups",
)
ADMIN = (
    "/organization/edit/{department}", "/organization/members/{department}", "/organization/member_new/{department}",
    "/organization/manage_members/{department}",
)
REVIEWER = ("/entry/queue", "/entry/{submitted}", "/entry/")
OPERATOR = (
    "/ckan-admin/", "/ckan-admin/config", "/ckan-admin/trash", "/user/",
    "/organization/new", "/organization/edit/{department}", "/group/new", "/group/edit/{theme}", "/group/members/{theme}",
    "/group/manage_members/{theme}", "/group/member_new/{theme}", "/group/delete/{theme}",
    "/user/edit/{editor}", "/user/{editor}", "/user/delete/{editor}",
    "/ckan-admin/reset_config", "/ckan-admin/trash?name=package",
)


@pytest.mark.parametrize(("role", "pages"), [
    ("", PUBLIC), ("editor", EDITOR), ("admin", ADMIN), ("reviewer", REVIEWER), ("operator", OPERATOR),
], ids=["public", "editor", "admin", "reviewer", "operator"])
def test_a_chinese_page_has_no_english(app: Any, world: World, names: set[str], role: str, pages: tuple[str, ...]) -> None:
    published = world.approved(resources=[{"name": "小时值", "url": "https://example.com/hourly.csv", "format": "CSV"}])
    theme = factories.Group(name="shengtai", title="生态环境", description="空气、水与土壤。")
    place = {"published": published["name"], "draft": world.draft()["name"], "submitted": world.submitted()["name"],
             "resource": published["resources"][0]["id"], "department": world.own["name"], "theme": theme["name"],
             "editor": world.editor}
    names.add(theme["name"])
    place["registration"] = account_links.to_register("xin@example.com", clock.now())
    if role:
        place["me"] = getattr(world, role)
        place["confirmation"] = account_links.to_confirm(model.User.get(place["me"]), "xin@example.com", clock.now())
    person = Browser(app, place.get("me", ""))
    found = []
    for page in pages:
        answer = person.get("/zh_Hans_CN" + page.format(**place), follow_redirects=True)
        assert answer.status_code == (404 if "absent" in page else 200), page
        found += [f"{page}: {text}" for text in english(answer.body, names)]

    assert not found, "\n" + "\n".join(found)


WRONG: dict[str, str] = {
    "name": "A B!", "email": "x", "fullname": "张", "old_password": "", "password1": "a", "password2": "b", "uscc": "123",
    "username": "keiner", "role": "editor", "category_code": "zz", "sharing_type": "conditional", "open_type": "none",
    "save": "",
}
EMPTY = dict.fromkeys(WRONG, "")


@pytest.mark.parametrize(("role", "form"), [
    ("operator", "/group/new"), ("operator", "/organization/new"),
    ("admin", "/organization/edit/{department}"), ("admin", "/organization/member_new/{department}"),
    ("editor", "/dataset/new"), ("editor", "/dataset/edit/{draft}"), ("editor", "/dataset/{draft}/resource/new"),
    ("editor", "/user/edit/{me}"), ("editor", "/user/{me}/api-tokens"), ("editor", "/entry/{draft}/submit"),
    ("", "/user/register"), ("", "/user/register?key={registration}"),
])
def test_a_refused_form_says_why_in_chinese(app: Any, world: World, names: set[str], role: str, form: str) -> None:
    place = {"department": world.own["name"], "draft": world.draft()["name"], "me": getattr(world, role or "editor"),
             "registration": account_links.to_register("xin@example.com", clock.now())}
    headers = {"Authorization": factories.APIToken(user=place["me"])["token"]} if role else {}
    shown = BeautifulSoup(visit(app.get, "/zh_Hans_CN" + form.format(**place), headers=headers).body, "html.parser")
    fields = {str(field["name"]) for field in shown.select("form [name]")} | {"save"}
    for filled in (EMPTY, WRONG):
        # What a form does not have is refused by its name, which is no Chinese.
        data = {name: value for name, value in filled.items() if name in fields} | ({"id": ""} if "resource" in form else {})
        answer = visit(app.post, "/zh_Hans_CN" + form.format(**place), data=data, headers=headers)

        assert english(answer.body, names | {WRONG["name"], WRONG["username"]}) == [], filled


def test_a_form_without_its_token_is_refused_in_chinese(app: Any, world: World, names: set[str]) -> None:
    answer = visit(app.post, "/zh_Hans_CN/user/register", data={})

    assert answer.status_code == 400
    assert english(answer.body, names) == []
    assert "缺少表单校验码" in answer.body


@pytest.mark.parametrize("template", ["reset_password", "invite_user"])
def test_a_mail_is_in_chinese(app: Any, world: World, names: set[str], template: str) -> None:
    words = {"user_name": world.editor, "site_title": "开放平台", "site_url": "https://example.com", "group_type": "部门",
             "group_title": "生态环境局", "role_name": "编目员", "reset_link": "https://example.com/reset"}
    body = visit(_rendered_in_chinese, app, f"emails/{template}.txt", words)
    subject = visit(_rendered_in_chinese, app, f"emails/{template}_subject.txt", words)

    assert english(body + subject, names) == []
    assert "\n\nhttps://example.com/reset\n" in body


def _rendered_in_chinese(app: Any, template: str, words: dict[str, str]) -> str:
    with app.flask_app.test_request_context("/", environ_overrides={"CKAN_LANG": "zh_Hans_CN"}):
        return str(base.render(template, words))

"""A served portal and a real browser."""
from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server
from world import World

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium: nothing is downloaded."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("These tests need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def served(world: World, app: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address at which the application is served, on a free port of loopback."""
    server = make_server("127.0.0.1", 0, app.app, threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setitem(tk.config, "ckan.site_url", address)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def at_desk(world: World, chromium: Browser, served: str) -> Iterator[Callable[[str], Page]]:
    """`at_desk(role)` is a browser tab of an editor or a reviewer who logged in, or of a visitor for the empty role."""
    contexts = []

    def open_tab(role: str = "") -> Page:
        context = chromium.new_context(base_url=served, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        if role:
            department, capacity = {"editor": (world.own, "editor"), "reviewer": (world.competent, "member")}[role]
            name = factories.User(password=PASSWORD)["name"]
            tk.get_action("organization_member_create")({"ignore_auth": True, "user": world.operator}, {
                "id": department["id"], "username": name, "role": capacity})
            page.goto("/user/login")
            page.fill("#field-login", name)
            page.fill("#field-password", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url(lambda address: "/login" not in address)
        return page
    yield open_tab
    for context in contexts:
        context.close()

"""CKAN's page that acted by inline scripts does the same under a policy that runs none."""
from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page


def test_api_tokens_are_made_and_revoked(at_desk: Callable[[str], Page]) -> None:
    page = at_desk("editor")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    own = page.get_attribute(".gs-account > a[href*='/user/']", "href")
    page.goto(f"{own}/api-tokens")
    page.fill("input#name", "seeding")
    page.click("form[hx-post$='/api-tokens'] button[type=submit]")
    page.wait_for_selector("#api-tokens-table [name=token]")
    assert page.is_disabled("#revoke-tokens-button")
    page.check("#api-tokens-table [name=token]")
    assert page.is_enabled("#revoke-tokens-button")
    page.click("#revoke-tokens-button")
    page.click(".modal.show .btn-primary")
    page.wait_for_selector("#api-tokens-table [name=token]", state="detached")
    assert refused == []

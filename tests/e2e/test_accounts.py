"""From an address to an account, and from one address to another, by the links of mails."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mails import link_in, mailed
from playwright.sync_api import Page
from world import World

NAME, PASSWORD = "wu-shi", "Shui-zhi-2026-jiance"
FIRST, SECOND = "wu.shi@example.com", "wu.shi.2@example.com"


def press(page: Page) -> None:
    page.click("main form:not([role=search]) button[type=submit]")


def log_in(page: Page, login: str) -> None:
    page.fill("#field-login", login)
    page.fill("#field-password", PASSWORD)
    press(page)
    page.wait_for_url(lambda address: "/login" not in address)


def test_a_citizen_registers_and_moves_to_another_address(at_desk: Callable[..., Page], world: World, mails: Path) -> None:
    page = at_desk()
    page.goto("/user/login")
    page.click("main a[href$='/user/register']")
    page.fill("#field-email", FIRST)
    press(page)
    page.get_by_text(FIRST).wait_for()

    page.goto(link_in(mailed(mails)[0]))
    page.fill("#field-username", NAME)
    page.fill("#field-password", "password")
    page.fill("#field-confirm-password", "password")
    press(page)
    page.locator("#field-password-error").wait_for()
    page.fill("#field-password", PASSWORD)
    page.fill("#field-confirm-password", PASSWORD)
    press(page)
    page.locator(".flash-messages").wait_for()

    page.goto(f"/user/edit/{NAME}")
    page.fill("#field-email", SECOND)
    page.fill("#field-password-old", PASSWORD)
    page.click("#user-edit-form button[name=save]")
    page.locator(".flash-messages").get_by_text(SECOND).wait_for()

    elsewhere = at_desk()
    elsewhere.goto(link_in(mailed(mails)[0]))
    log_in(elsewhere, NAME)
    press(elsewhere)
    elsewhere.locator(".flash-messages").get_by_text(SECOND).wait_for()
    anew = at_desk()
    anew.goto("/user/login")
    log_in(anew, SECOND)

"""A new kind of case is declared (`support/key_kind.py`), and everything that cases have in common works for it."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import key_kind
import pytest
from browser import Browser
from cases import at
from ckan import authz, logic, model
from ckan.tests import factories
from emptying import owner_engine
from key_kind import KIND, MACHINE, PROCESS, Key
from world import World

from ckanext.govshare import clock
from ckanext.govshare.domain import notice_texts
from ckanext.govshare.domain.processes import PROCESSES
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic import reminders
from ckanext.govshare.logic.cases.machines import MACHINES
from ckanext.govshare.repository.cases import KINDS


@pytest.fixture(autouse=True)
def declared(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The kind's three lines, its table, and what its messages say."""
    owner = owner_engine(Path(tk.config["__file__"]))
    KIND.table.create(owner)
    monkeypatch.setitem(KINDS, "keys", KIND)
    monkeypatch.setitem(PROCESSES, "keys", PROCESS)
    monkeypatch.setitem(MACHINES, "keys", MACHINE)
    for name in ("key_asked", "key_due_soon", "key_due_today", "key_overdue"):
        monkeypatch.setitem(notice_texts.KINDS, name, notice_texts.Text(Message("A key to “{dataset}”")))
    _forget_actions()
    yield
    model.Session.remove()
    KIND.table.drop(owner)
    monkeypatch.undo()
    _forget_actions()


def _forget_actions() -> None:
    logic.clear_actions_cache()
    authz.clear_auth_functions_cache()


@pytest.fixture
def key(world: World) -> Key:
    entry = world.approved()
    made = Key("key-1", entry["id"], world.own["id"], str(model.User.get(world.citizen).id))
    key_kind.save(made)
    model.Session.commit()
    return made


def visitor(app: Any, name: str) -> Browser:
    return Browser(app, token=factories.APIToken(user=name)["token"])


def give(browser: Browser, command: str, **given: str) -> Any:
    return browser.post(f"/api/3/action/govshare_key_{command}", json={"id": "key-1", **given})


def messages(world: World, user: str) -> list[str]:
    return [row["kind"] for row in world.call(user, "govshare_message_list")["results"]]


def test_its_commands_are_actions_that_its_table_guards(app: Any, world: World, key: Key) -> None:
    keeper, clerk, stranger = (visitor(app, name) for name in (world.citizen, world.editor, world.other_editor))
    assert give(stranger, "ask").status_code == give(stranger, "show").status_code == HTTPStatus.NOT_FOUND
    assert give(clerk, "ask").status_code == HTTPStatus.FORBIDDEN
    assert give(keeper, "ask").json["result"] == {"id": "key-1", "state": "asked"}
    assert set(give(clerk, "lend").json["error"]) == {"__type", "reason"}
    assert give(clerk, "lend", reason="至周五").json["result"]["state"] == "lent"
    assert "state" in give(clerk, "lend", reason="至周五").json["error"]


def test_it_is_shown_with_its_history_to_each_what_is_theirs(app: Any, world: World, key: Key) -> None:
    keeper, clerk = visitor(app, world.citizen), visitor(app, world.editor)
    assert give(keeper, "show").json["result"]["commands"] == ["ask"]
    give(keeper, "ask")
    asked = give(clerk, "show").json["result"]
    assert (asked["commands"], asked["dataset"]["id"], asked["deadline"]["rule"]) == (["lend"], key.entry_id, "appeal_decision")
    give(clerk, "lend", reason="至周五")
    to_keeper, to_clerk = (give(browser, "show").json["result"]["history"] for browser in (keeper, clerk))
    assert [(step["event"], step["reason"]) for step in to_keeper] == [("key_asked", ""), ("key_lent", "至周五")]
    assert [step["actor"] is None for step in to_keeper] == [False, True]
    assert all(step["actor"] for step in to_clerk)
    assert world.call(world.operator, "govshare_trace_verify")["intact"]


def test_people_are_told_and_reminded_and_the_board_shows_what_is_late(app: Any, world: World, key: Key) -> None:
    give(visitor(app, world.citizen), "ask")
    assert messages(world, world.editor) == ["key_asked"]
    with at(clock.now() + timedelta(days=60)):
        assert reminders.remind(clock.now()) == 1
        late = world.call(world.reviewer, "govshare_board_overdue_list")["results"]
        assert [(row["kind"], row["id"], row["state"]) for row in late] == [("keys", "key-1", "asked")]
    assert messages(world, world.reviewer) == ["key_overdue"]
    [told] = world.call(world.reviewer, "govshare_message_list")["results"]
    assert told["address"] == "/key/key-1"


def test_its_cases_move_with_their_entry(app: Any, world: World, key: Key) -> None:
    admin = world.own["id"], world.other["id"]
    tk.get_action("organization_member_create")({"ignore_auth": True, "user": world.operator}, {
        "id": admin[1], "username": world.editor, "role": "editor"})
    world.call(world.editor, "package_patch", id=key.entry_id, owner_org=admin[1])
    world.call(world.editor, "govshare_entry_submit", id=key.entry_id)
    world.call(world.reviewer, "govshare_entry_approve", id=key.entry_id)
    moved = key_kind.get("key-1")
    assert moved is not None
    assert moved.department == admin[1]

"""State × role × command of the review, the whole of it, over HTTP with API tokens.

The expectation is derived from `domain.catalog.TRANSITIONS` and from who may know of an entry: 404 for those who may not,
403 for those who may know but not act, 409 where the state does not allow it, else 200.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ckan.tests import factories
from world import World

from ckanext.govshare.domain.catalog import TRANSITIONS, Command, Role, State

ROLES = {
    "anonymous": Role.ANONYMOUS, "citizen": Role.CITIZEN, "own_member": Role.OWN_MEMBER, "own_editor": Role.OWN_EDITOR,
    "own_admin": Role.OWN_EDITOR, "other_editor": Role.OTHER_EDITOR, "competent": Role.COMPETENT, "operator": Role.OPERATOR,
}
INSIDERS = {Role.OWN_MEMBER, Role.OWN_EDITOR, Role.COMPETENT, Role.OPERATOR}


def _changed(world: World) -> dict[str, Any]:
    entry = world.approved()
    world.call(world.editor, "package_patch", id=entry["id"], notes="改动后的摘要")
    return entry


def _change_submitted(world: World) -> dict[str, Any]:
    entry = _changed(world)
    world.call(world.editor, "govshare_entry_submit", id=entry["id"])
    return entry


def _change_returned(world: World) -> dict[str, Any]:
    entry = _change_submitted(world)
    world.call(world.reviewer, "govshare_entry_return", id=entry["id"], reason="请说明")
    return entry


def _not_opened(world: World) -> dict[str, Any]:
    return world.approved(open_type="none", open_ground="privacy", open_basis="《个人信息保护法》第二十八条")


# Each way an entry can stand: its state, whether the public may know of it, and how it comes about.
STANDINGS: dict[str, tuple[State, bool, Callable[[World], dict[str, Any]]]] = {
    "draft": (State.DRAFT, False, World.draft),
    "submitted": (State.SUBMITTED, False, World.submitted),
    "returned": (State.RETURNED, False, World.returned),
    "approved": (State.APPROVED, True, World.approved),
    "approved, not opened": (State.APPROVED, False, _not_opened),
    "published, changed": (State.DRAFT, True, _changed),
    "published, change submitted": (State.SUBMITTED, True, _change_submitted),
    "published, change returned": (State.RETURNED, True, _change_returned),
}


def expected(standing: str, role: Role, command: Command) -> int:
    state, public, _ = STANDINGS[standing]
    if not public and role not in INSIDERS:
        return 404
    if role not in TRANSITIONS[command].roles:
        return 403
    return 200 if state in TRANSITIONS[command].states else 409


def request_of(command: Command, entry_id: str) -> tuple[str, dict[str, str]]:
    if command is Command.SAVE:
        return "package_patch", {"id": entry_id, "notes": "又改了一次"}
    words = {Command.RETURN: {"reason": "请补充说明"}}.get(command, {})
    return f"govshare_entry_{command}", {"id": entry_id, **words}


@pytest.mark.parametrize("standing", STANDINGS)
def test_every_role_gets_the_answer_of_the_table_to_every_command(standing: str, world: World, app: Any) -> None:
    make = STANDINGS[standing][2]
    tokens = {person: factories.APIToken(user=name)["token"] for person, name in world.people().items() if name}
    entry = make(world)
    wrong = []
    for person, role in ROLES.items():
        for command in Command:
            action, data = request_of(command, entry["id"])
            headers = {"Authorization": tokens[person]} if person in tokens else {}
            answer = app.post(f"/api/3/action/{action}", json=data, headers=headers)
            if answer.status_code != expected(standing, role, command):
                wrong.append((person, command.value, answer.status_code, answer.json.get("error")))
            if answer.status_code == 200:
                entry = make(world)
    assert wrong == []

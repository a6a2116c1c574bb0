"""Whether somebody has an account is told to nobody by any action or page.

Every action and page that may take the name of a person is asked about one who exists and one who never did: both answers are
the same for anonymous visitors, citizens and editors of another department.
"""
from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from browser import Browser
from ckan import model
from ckan.tests import factories
from walk import Probe, actions, pages_about, tells_apart
from world import World

ROLES = ("anonymous", "citizen", "other_editor")
PERSON = frozenset({"id", "user", "user_id", "username", "object", "name_or_id", "object_id", "email", "q", "subject",
                    "creator_user_id", "assignee", "holder", "applicant", "account"})
WITH_ADDRESS = frozenset({"email", "q", "user", "username"})
EMAIL = "zhang.san@example.com"
NO_EMAIL = "zhang.wu@example.com"


class People:
    """One who exists, by name, id and address; each has a twin of the same shape who never did."""

    def __init__(self, app: Any, world: World) -> None:
        self.app, self.world = app, world
        person = factories.User(name="zhang-san-9", email=EMAIL)
        world.call(world.admin, "organization_member_create", id=world.own["id"], username=person["name"], role="editor")
        self.twins = {person["name"]: "zhang-wu-99"[:len(person["name"])], person["id"]: str(uuid.uuid4()), EMAIL: NO_EMAIL}
        self.names = [name for name in self.twins if name != EMAIL]
        names = world.people()
        self.browsers = {role: Browser(app, token=factories.APIToken(user=names[role])["token"] if names[role] else "")
                         for role in ROLES}
        self.absent: dict[str, dict[Any, Any]] = {role: {} for role in ROLES}

    def told(self, role: str, probes: Iterator[Probe]) -> list[str]:
        return [str(probe) for probe in probes
                if tells_apart(self.browsers[role], probe, self.twins[probe.name], self.absent[role])]

    def readings(self) -> Iterator[Probe]:
        for action, parameters in actions().items():
            for parameter, name in product(sorted((parameters | {"id"}) & PERSON), self.twins):
                if name != EMAIL or parameter in WITH_ADDRESS:
                    yield Probe(f"/api/3/action/{action}?{parameter}={name}", name)

    def commands(self) -> Iterator[Probe]:
        group = self.world.own["id"]
        filled = {"object_type": "user", "capacity": "editor", "role": "editor", "name": "t", "group_id": group,
                  "password": "Guess-2026-x", "reset_key": "0123456789", "sysadmin": True, "state": "active", "jti": "x"}
        for action, parameters in actions(changing=True).items():
            for parameter, name in product(sorted((parameters | {"id"}) & PERSON), self.twins):
                if name == EMAIL and parameter not in WITH_ADDRESS:
                    continue
                yield Probe(f"/api/3/action/{action}", name, json.dumps({parameter: name}))
                yield Probe(f"/api/3/action/{action}", name, json.dumps({"id": group, **filled, parameter: name}))

    def pages(self) -> Iterator[Probe]:
        for name in self.names:
            about = pages_about(self.app, {"": name}, [name])
            yield from (Probe(probe.address, name) for probe in about if "user" in probe.address)
            yield Probe(f"/user/reset/{name}?key=abcdefgh", name)


@pytest.fixture(scope="module")
def people(shared_app: Any, shared_world: World) -> People:
    return People(shared_app, shared_world)


@pytest.mark.parametrize("role", ROLES)
def test_no_action_tells_who_exists(people: People, role: str) -> None:
    told = people.told(role, people.readings())
    assert told == [], "\n".join(told)


@pytest.mark.parametrize("role", ROLES)
def test_no_command_tells_who_exists(people: People, role: str) -> None:
    before = _accounts()
    told = people.told(role, people.commands())
    assert told == [], "\n".join(told)
    assert _accounts() == before


@pytest.mark.parametrize("role", ROLES)
def test_no_page_tells_who_exists(people: People, role: str) -> None:
    told = people.told(role, people.pages())
    assert told == [], "\n".join(told)


def _accounts() -> set[tuple[Any, ...]]:
    model.Session.expire_all()
    return {(user.id, user.name, user.state, user.sysadmin, user.password) for user in model.User.all()}

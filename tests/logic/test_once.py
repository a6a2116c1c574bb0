"""A request asks the database once for what it asks again and again, and believes nothing that was changed since."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from browser import Browser
from ckan import model
from ckan.tests import factories
from world import World

from ckanext.govshare.logic import roles
from ckanext.govshare.security.tokens import NOTED_EVERY


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """The statements that reach the database."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)
    sa.event.listen(sa.engine.Engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(sa.engine.Engine, "before_cursor_execute", note)


@pytest.fixture
def editor(world: World, with_request_context: Any) -> model.User:
    return model.User.get(world.editor)


def membership(world: World, user: model.User) -> model.Member:
    return model.Session.query(model.Member).filter_by(table_id=user.id, group_id=world.own["id"]).one()


def test_the_second_question_asks_nobody(world: World, editor: model.User, asked: list[str]) -> None:
    assert roles.capacities(editor) == {world.own["id"]: "editor"}
    before = len(asked)
    assert roles.capacities(editor) == {world.own["id"]: "editor"}
    assert len(asked) == before


def test_what_the_request_changed_itself_is_asked_anew(world: World, editor: model.User) -> None:
    roles.capacities(editor)
    membership(world, editor).capacity = "member"
    model.Session.flush()
    assert roles.capacities(editor) == {world.own["id"]: "member"}


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_a_new_transaction_asks_anew(world: World, editor: model.User, ending: str) -> None:
    roles.capacities(editor)
    getattr(model.Session, ending)()
    with sa.create_engine(model.meta.engine.url).begin() as another:
        another.execute(sa.update(model.Member.__table__).where(
            model.Member.table_id == editor.id).values(capacity="member"))
    assert roles.capacities(editor) == {world.own["id"]: "member"}


def test_outside_of_a_request_each_question_is_asked(world: World, asked: list[str]) -> None:
    user = model.User.get(world.editor)
    roles.capacities(user)
    before = len(asked)
    roles.capacities(user)
    assert len(asked) > before


def test_the_use_of_a_token_is_noted_once_a_minute(app: Any, world: World) -> None:
    browser = Browser(app, token=factories.APIToken(user=world.citizen)["token"])

    def used() -> datetime:
        browser.get("/api/3/action/status_show")
        model.Session.rollback()
        found: datetime = model.Session.query(model.ApiToken).one().last_access
        return found
    first = used()
    assert first is not None
    assert used() == first
    model.Session.query(model.ApiToken).one().last_access = first - NOTED_EVERY - timedelta(seconds=1)
    model.Session.commit()
    assert used() > first

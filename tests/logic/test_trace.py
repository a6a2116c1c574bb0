"""The trace in the database: append-only for the application, and broken links are found."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from emptying import owner_engine
from world import World

from ckanext.govshare import clock, jobs, regulations
from ckanext.govshare.domain.calendar import build_calendar
from ckanext.govshare.logic import review
from ckanext.govshare.repository import deadlines
from ckanext.govshare.repository import trace as repository

APPEND_ONLY = ["govshare_trace", "govshare_event", "govshare_entry_version", "govshare_assigned_code"]


@pytest.fixture
def owner() -> Iterator[sa.Engine]:
    """The tables' owner, who alone can tamper, by switching the guard off."""
    engine = owner_engine(Path(tk.config["__file__"]))
    yield engine
    engine.dispose()


def tamper(owner: sa.Engine, table: str, statement: str) -> None:
    with owner.begin() as connection:
        connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER append_only"))
        connection.execute(sa.text(statement))
        connection.execute(sa.text(f"ALTER TABLE {table} ENABLE TRIGGER append_only"))


def verdict(world: World) -> tuple[int | None, str]:
    model.Session.rollback()
    found = world.call(world.operator, "govshare_trace_verify")
    return found["broken_seq"], found["problem"]


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["DELETE FROM {0}", "UPDATE {0} SET {1} = {1}", "TRUNCATE {0}"])
def test_the_application_cannot_change_or_remove_history(world: World, table: str, statement: str) -> None:
    world.approved()
    column = {"govshare_trace": "seq", "govshare_event": "seq"}.get(table, "entry_id")
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        model.Session.execute(sa.text(statement.format(table, column)))
    model.Session.rollback()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_even_the_owner_is_stopped_by_the_guard(world: World, owner: sa.Engine, table: str) -> None:
    world.approved()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), owner.begin() as connection:
        connection.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - a name from the list above


@pytest.mark.parametrize(("table", "statement", "broken"), [
    ("govshare_trace", "UPDATE govshare_trace SET body = replace(body, 'submitted', 'approved') WHERE seq = 2", (2, "changed")),
    ("govshare_trace", "DELETE FROM govshare_trace WHERE seq = 2", (2, "missing")),
    ("govshare_event", "UPDATE govshare_event SET actor = 'somebody' WHERE trace_seq = 3", (3, "history changed")),
    ("govshare_event", "DELETE FROM govshare_event WHERE trace_seq = 1", (1, "history missing")),
])
def test_tampering_past_the_guard_is_found_at_its_place(
        world: World, owner: sa.Engine, table: str, statement: str, broken: tuple[int, str]) -> None:
    world.approved()
    assert verdict(world) == (None, "")
    tamper(owner, table, statement)
    assert verdict(world) == broken


def test_the_command_names_the_broken_link_and_fails(world: World, owner: sa.Engine, cli: Any) -> None:
    from ckanext.govshare.cli import govshare

    world.approved()
    assert "3 leaves are intact" in cli.invoke(govshare, ["trace", "verify"]).output
    tamper(owner, "govshare_trace", "DELETE FROM govshare_trace WHERE seq = 2")
    broken = cli.invoke(govshare, ["trace", "verify"])
    assert (broken.exit_code, "leaf 2: missing" in broken.output) == (1, True)


def test_leaves_are_for_the_competent_department_and_the_operator(world: World) -> None:
    world.approved()
    assert [leaf["seq"] for leaf in world.call(world.reviewer, "govshare_trace_list", **{"from": 2})] == [2, 3]
    assert len(world.call(world.operator, "govshare_trace_list", to=1)) == 1
    for nobody in (world.editor, world.citizen, ""):
        with pytest.raises(tk.NotAuthorized):
            world.call(nobody, "govshare_trace_list")


def test_a_refused_command_leaves_no_trace(world: World) -> None:
    entry = world.submitted()
    before = len(repository.leaves(1, None, 100))
    with pytest.raises(tk.ValidationError):
        world.call(world.reviewer, "govshare_entry_return", id=entry["id"], reason="")
    assert len(repository.leaves(1, None, 100)) == before


def test_a_provisional_due_date_is_computed_again_and_recorded_once_when_its_calendar_arrives(
        world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 28, 2, tzinfo=UTC))
    entry = world.submitted()
    given = deadlines.running(review.CASE, [entry["id"]])[entry["id"]]
    assert given.provisional
    notice = {"notice": "示例通知", "holidays": {"元旦": ["2027-01-01", "2027-01-04"]}}
    arrived = build_calendar({"years": {2027: notice}}, "2027.yaml")
    monkeypatch.setattr(regulations, "calendar", lambda: arrived)
    assert (jobs.recompute_deadlines(), jobs.recompute_deadlines()) == (1, 0)
    settled = deadlines.running(review.CASE, [entry["id"]])[entry["id"]]
    assert (settled.provisional, settled.due > given.due) == (False, True)
    recorded = repository.events(review.CASE, entry["id"])[-1]
    assert (recorded["name"], recorded["payload"]["before"]) == ("deadline_recomputed", given.due.isoformat())
    assert verdict(world) == (None, "")

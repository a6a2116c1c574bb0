"""Approvals under pressure: many at once, a process killed in the middle, Solr gone. Real web processes, real stores."""
from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import requests
from ckan import model
from ckan.lib import search
from ckan.tests import factories
from webserver import WebServer, free_port, serving
from world import World

from ckanext.govshare import clock, jobs, subscriptions
from ckanext.govshare.logic import review
from ckanext.govshare.repository import catalog, datafiles, outbox
from ckanext.govshare.repository import trace as history

KILLS = 20
PARALLEL = 50


@pytest.fixture
def web(world: World) -> Iterator[WebServer]:
    with serving(4, {"govshare.competent_department": world.competent["name"]}) as server:
        yield server


def token(user: str) -> str:
    issued: str = factories.APIToken(user=user)["token"]
    return issued


def events(entry_id: str) -> list[str]:
    return [row["name"] for row in history.events(review.CASE, entry_id)]


def trace_is_intact() -> bool:
    model.Session.rollback()
    intact: bool = tk.get_action("govshare_trace_verify")({"ignore_auth": True}, {})["intact"]
    return intact


def indexed_private(entry_id: str) -> bool | None:
    """What the index says of the entry: private or not, None if it does not know it."""
    found = search.query_for("package").run({"q": f'id:"{entry_id}"', "fl": "capacity"}, permission_labels=None)["results"]
    return found[0]["capacity"] == "private" if found else None


def test_many_approvals_at_once_give_one_transition_one_code_one_event(world: World, web: WebServer) -> None:
    entry = world.submitted()
    reviewers = [token(world.reviewer), token(world.second_reviewer)]
    with ThreadPoolExecutor(PARALLEL) as people:
        answers = list(people.map(
            lambda n: web.post("govshare_entry_approve", reviewers[n % 2], id=entry["id"]).status_code, range(PARALLEL)))
    assert Counter(answers) == {200: 1, 409: PARALLEL - 1}
    model.Session.rollback()
    assert events(entry["id"]).count("entry_approved") == 1
    assert [row["version"] for row in catalog.versions(entry["id"])] == [1]
    assert world.call("", "package_show", id=entry["id"])["catalog_code"].endswith("/000001")
    assert trace_is_intact()


def test_parallel_approvals_of_a_category_never_share_a_code(world: World, web: WebServer) -> None:
    entries = [world.submitted() for _ in range(12)]
    reviewer = token(world.reviewer)
    with ThreadPoolExecutor(12) as people:
        list(people.map(lambda entry: web.post("govshare_entry_approve", reviewer, id=entry["id"]), entries))
    codes = sorted(world.call("", "package_show", id=entry["id"])["catalog_code"] for entry in entries)
    assert codes == [f"307016001/{number:06}" for number in range(1, 13)]
    assert trace_is_intact()


def test_a_web_process_killed_during_an_approval_leaves_all_or_nothing(world: World, web: WebServer) -> None:
    reviewer = token(world.reviewer)
    longest = _seconds_of_an_approval(world, web, reviewer)
    chance = random.Random(20260302)  # noqa: S311 - moments of kills, no secrets
    outcomes: Counter[str] = Counter()
    for _ in range(KILLS):
        entry = world.submitted()
        _kill_after(web, reviewer, entry["id"], chance.uniform(0, longest))
        outcomes[_outcome(entry["id"])] += 1
    assert outcomes["inconsistent"] == 0
    assert sum(outcomes.values()) == KILLS
    assert outcomes["nothing"] > 0, f"no kill came early enough to matter: {outcomes}"
    assert trace_is_intact()


def _seconds_of_an_approval(world: World, web: WebServer, reviewer: str) -> float:
    def one() -> float:
        entry = world.submitted()
        start = time.monotonic()
        web.post("govshare_entry_approve", reviewer, id=entry["id"]).raise_for_status()
        return time.monotonic() - start
    return max(one() for _ in range(3))


def _kill_after(web: WebServer, reviewer: str, entry_id: str, seconds: float) -> None:
    killer = threading.Timer(seconds, web.kill_workers)
    killer.start()
    # The answer dies with its process; what that left behind is looked at next.
    with suppress(requests.ConnectionError, requests.exceptions.ChunkedEncodingError):  # killed before, or in, its answer
        web.post("govshare_entry_approve", reviewer, id=entry_id)
    killer.join()
    web.wait()


def _outcome(entry_id: str) -> str:
    """Whether the approval happened wholly, not at all, or (never) in part; the index has caught up once it is drained."""
    model.Session.remove()
    subscriptions.deliver_due()
    package, entry = model.Package.get(entry_id), catalog.get(entry_id)
    assert entry is not None
    facts = (
        entry.state == "approved",
        not package.private,
        bool(package.extras.get("catalog_code")),
        events(entry_id).count("entry_approved") == 1,
        len(catalog.versions(entry_id)) == 1,
        indexed_private(entry_id) is False,
        [file.state for file in datafiles.of_entry(entry_id)] == ["current"],
    )
    return "whole" if all(facts) else "inconsistent" if any(facts) else "nothing"


def test_an_approval_while_solr_is_down_is_kept_and_the_index_catches_up(
        world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = world.submitted(title="水库水位监测")
    with monkeypatch.context() as outage:
        outage.setitem(tk.config, "solr_url", f"http://127.0.0.1:{free_port()}/solr/test")
        world.call(world.reviewer, "govshare_entry_approve", id=entry["id"])
        assert world.call("", "package_show", id=entry["id"])["title"] == "水库水位监测"
        assert [(effect["kind"], effect["attempts"]) for effect in outbox.pending()] == [("index", 1)]
        model.Session.rollback()
    assert world.call("", "package_search", q="水库")["count"] == 0
    later = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    jobs.drain_outbox()
    assert world.call("", "package_search", q="水库")["count"] == 1
    assert outbox.pending() == []


def test_a_draft_is_saved_while_solr_is_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, "solr_url", f"http://127.0.0.1:{free_port()}/solr/test")
    entry: dict[str, Any] = world.draft()
    assert world.call(world.editor, "package_patch", id=entry["id"], notes="改")["notes"] == "改"

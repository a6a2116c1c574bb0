"""Conditional access under pressure: many commands at once, a process killed in the middle, the clock's jobs standing still.

Real web processes and a real PostgreSQL.
"""
from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import requests
import sqlalchemy as sa
from cases import PASSWORD, Cases, at
from ckan import model
from webserver import WebServer, serving
from world import World

from ckanext.govshare.logic.notices import EFFECT
from ckanext.govshare.model.agreements import agreement
from ckanext.govshare.model.grants import grant
from ckanext.govshare.model.notices import message
from ckanext.govshare.repository import deadlines, outbox
from ckanext.govshare.repository import trace as history

KILLS = 20
PARALLEL = 50
SIDE_BY_SIDE = 8


@pytest.fixture
def cases(shared_world: World) -> Cases:
    """People and an entry of each test's own."""
    return Cases(shared_world)


@pytest.fixture(scope="module")
def web(shared_world: World) -> Iterator[WebServer]:
    with serving(4, {"govshare.competent_department": shared_world.competent["name"]}) as server:
        yield server


def events(kind: str, case_id: str) -> Counter[str]:
    return Counter(row["name"] for row in history.events(kind, case_id))


def trace_is_intact() -> bool:
    model.Session.rollback()
    intact: bool = tk.get_action("govshare_trace_verify")({"ignore_auth": True}, {})["intact"]
    return intact


def rows(table: sa.Table, **where: str) -> list[Any]:
    """Rows of a table as another process has committed them."""
    query = sa.select(table).where(*(table.c[name] == value for name, value in where.items()))
    return list(model.Session.execute(query).mappings())


def told(user: str, kind: str, case_id: str) -> int:
    """Messages of a kind about a case in somebody's inbox, each with its letter in the outbox."""
    found = rows(message, user_id=model.User.get(user).id, kind=kind)
    on_its_way = {effect["payload"]["message"] for effect in outbox.pending() if effect["kind"] == EFFECT}
    return sum(case_id in row["address"] and row["id"] in on_its_way for row in found)


@pytest.mark.parametrize("commands", [("approve",), ("approve", "reject", "return", "withdraw")], ids=["one", "several"])
def test_many_commands_at_once_give_one_transition_and_one_event(
        cases: Cases, web: WebServer, commands: tuple[str, ...]) -> None:
    case = cases.submitted()
    tokens = {"withdraw": cases.token()}
    clerks = [cases.token(cases.clerk), cases.token(cases.second_clerk)]

    def give(number: int) -> int:
        command = commands[number % len(commands)]
        said = {"agreement_required": False} if command == "approve" else {"reason": "并发操作"}
        return web.post(f"govshare_application_{command}", tokens.get(command, clerks[number % 2]), id=case["id"],
                        **said).status_code
    with ThreadPoolExecutor(PARALLEL) as people:
        answers = Counter(people.map(give, range(PARALLEL)))
    model.Session.rollback()
    happened = events("applications", case["id"])
    decided = {name: count for name, count in happened.items() if name not in ("application_saved", "application_submitted")}
    if commands == ("approve",):
        assert answers == {200: 1, 409: PARALLEL - 1}
        assert decided == {"application_approved": 1}
    # Whoever withdraws may do so after a return, which is open; all else is one transition.
    assert sum(decided.values()) == answers[200] <= (2 if "application_returned" in decided else 1)
    assert set(answers) <= {200, 409}
    granted = cases.show("application", case["id"])["state"] == "approved"
    assert len(rows(grant, application_id=case["id"])) == granted
    assert deadlines.running("applications", [case["id"]]) == {}
    assert trace_is_intact()


def test_a_double_click_on_the_signature_signs_once(cases: Cases, web: WebServer) -> None:
    offered = cases.offered()
    applicant = cases.token()
    with ThreadPoolExecutor(10) as clicks:
        answers = Counter(clicks.map(lambda _: web.post(
            "govshare_agreement_sign", applicant, id=offered["id"], signature_name="李明", text_hash=offered["text_hash"],
            password=PASSWORD).status_code, range(10)))
    model.Session.rollback()
    # Five passwords are looked at before one was right; some of the others may have to wait.
    assert (answers[200], answers[409] + answers[429]) == (1, 9)
    assert events("agreements", offered["id"])["agreement_signed"] == 1
    assert len(cases.show("agreement", offered["id"])["signatures"]) == 1


def test_a_signature_beside_a_termination_never_leaves_a_grant_without_its_agreement(cases: Cases, web: WebServer) -> None:
    chance = random.Random(20260302)  # noqa: S311 - moments, no secrets
    clerks = [cases.token(cases.clerk), cases.token(cases.second_clerk)]
    signing = 0.0
    for _ in range(SIDE_BY_SIDE):
        half = cases.half_signed()
        waiting = cases.show("application", half["application_id"])["grant_id"]
        ends: list[int] = []
        end = threading.Timer(chance.uniform(0, signing), lambda case=waiting, said=ends: said.append(
            web.post("govshare_grant_terminate", clerks[1], id=case, reason="申请材料不实").status_code))
        end.start()
        began = time.monotonic()
        signed = web.post("govshare_agreement_countersign", clerks[0], id=half["id"], signature_name="王芳",
                          text_hash=half["text_hash"], password=PASSWORD).status_code
        signing = max(signing, time.monotonic() - began)
        end.join()
        assert (signed in (200, 409), ends) == (True, [200])
        assert cases.show("grant", waiting)["state"] == "terminated"
        assert cases.show("agreement", half["id"])["state"] == "terminated"
        assert (events("agreements", half["id"])["agreement_in_force"], events("grants", waiting)["grant_activated"]) == (
            (1, 1) if signed == 200 else (0, 0))
    assert trace_is_intact()


@dataclass(frozen=True)
class Deed:
    """A command that a process is killed during: how its case is made, what is sent, and the facts that it brings about."""

    prepare: Callable[[], dict[str, Any]]
    action: str
    user: str
    said: Callable[[dict[str, Any]], dict[str, Any]]
    facts: Callable[[dict[str, Any]], tuple[bool, ...]]


def _deeds(cases: Cases) -> list[Deed]:
    return [
        Deed(cases.submitted, "govshare_application_approve", cases.clerk, lambda _: {"agreement_required": True},
             lambda case: (
                 cases.show("application", case["id"])["state"] == "approved",
                 events("applications", case["id"])["application_approved"] == 1,
                 len(rows(agreement, application_id=case["id"])) == 1,
                 [row["state"] for row in rows(grant, application_id=case["id"])] == ["pending_agreement"],
                 deadlines.running("applications", [case["id"]]) == {},
                 told(cases.applicant, "application_approved", case["id"]) == 1)),
        Deed(cases.offered, "govshare_agreement_sign", cases.applicant,
             lambda case: {"signature_name": "李明", "text_hash": case["text_hash"], "password": PASSWORD},
             lambda case: (
                 cases.show("agreement", case["id"])["state"] == "applicant_signed",
                 len(cases.show("agreement", case["id"])["signatures"]) == 1,
                 events("agreements", case["id"])["agreement_signed"] == 1,
                 told(cases.clerk, "agreement_to_countersign", case["id"]) == 1)),
        Deed(cases.granted, "govshare_grant_suspend", cases.clerk, lambda _: {"reason": "核查用途"},
             lambda case: (
                 cases.show("grant", case["id"])["state"] == "suspended",
                 cases.show("grant", case["id"])["standing"] == "suspended",
                 events("grants", case["id"])["grant_suspended"] == 1,
                 told(cases.applicant, "grant_suspended", case["id"]) == 1,
                 told(cases.world.reviewer, "grant_suspended_report", case["id"]) == 1)),
    ]


def test_a_web_process_killed_during_a_command_leaves_all_or_nothing(cases: Cases, web: WebServer) -> None:
    chance = random.Random(20260302)  # noqa: S311 - moments of kills, no secrets
    outcomes: Counter[str] = Counter()
    deeds = _deeds(cases)
    tokens = {user: cases.token(user) for user in (cases.applicant, cases.clerk)}
    longest = {deed.action: _seconds(deed, web, tokens) for deed in deeds}
    for number in range(KILLS):
        deed = deeds[number % len(deeds)]
        case = deed.prepare()
        _kill_after(web, chance.uniform(0, longest[deed.action]), deed, tokens[deed.user], case)
        facts = deed.facts(case)
        outcomes["whole" if all(facts) else "inconsistent" if any(facts) else "nothing"] += 1
    assert outcomes["inconsistent"] == 0
    assert sum(outcomes.values()) == KILLS
    assert outcomes["nothing"] > 0, f"no kill came early enough to matter: {outcomes}"
    assert trace_is_intact()


def _seconds(deed: Deed, web: WebServer, tokens: dict[str, str]) -> float:
    def one() -> float:
        case = deed.prepare()
        start = time.monotonic()
        web.post(deed.action, tokens[deed.user], id=case["id"], **deed.said(case)).raise_for_status()
        return time.monotonic() - start
    return max(one() for _ in range(2))


def _kill_after(web: WebServer, seconds: float, deed: Deed, token: str, case: dict[str, Any]) -> None:
    killer = threading.Timer(seconds, web.kill_workers)
    killer.start()
    # The answer dies with its process; what that left behind is looked at next.
    with suppress(requests.ConnectionError, requests.exceptions.ChunkedEncodingError):  # killed before, or in, its answer
        web.post(deed.action, token, id=case["id"], **deed.said(case))
    killer.join()
    web.wait()
    model.Session.remove()


class TestTheClocksJobsStandStill:
    """No worker and no scheduler runs in these tests: what ends, ends by itself (design principles 1 and 7)."""

    @pytest.mark.parametrize("agreement_required", [False, True])
    def test_access_ends_at_the_second(self, cases: Cases, agreement_required: bool) -> None:
        case = cases.granted(agreement_required)
        end = datetime.fromisoformat(case["ends_at"])
        with at(end - timedelta(seconds=1)):
            assert cases.access()["allowed"]
            assert self.rows_for(cases)
        with at(end):
            assert not cases.access()["allowed"]
            with pytest.raises(tk.NotAuthorized):
                self.rows_for(cases)
        assert cases.show("grant", case["id"])["state"] == "active"

    def test_access_begins_at_the_second(self, cases: Cases) -> None:
        start = datetime.fromisoformat(cases.not_started()["starts_at"])
        with at(start - timedelta(seconds=1)):
            assert not cases.access()["allowed"]
        with at(start):
            assert cases.access()["allowed"]

    def test_a_suspension_acts_at_the_next_request_and_so_does_its_end(self, cases: Cases) -> None:
        case = cases.granted()
        assert self.rows_for(cases)
        cases.act(cases.clerk, "suspend", case, "grant", reason="核查用途")
        with pytest.raises(tk.NotAuthorized):
            self.rows_for(cases)
        cases.act(cases.clerk, "resume", case, "grant", reason="已说明")
        assert self.rows_for(cases)

    @staticmethod
    def rows_for(cases: Cases) -> list[dict[str, Any]]:
        found: dict[str, Any] = cases.world.call(cases.applicant, "datastore_search", resource_id=cases.resource)
        records: list[dict[str, Any]] = found["records"]
        return records

"""The demonstration's applications, seeded over HTTP into a small portal that has their entries."""
from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cases import PASSWORD, Cases
from webserver import serving
from world import World

DEMO = Path(__file__).resolve().parents[2] / "demo"


@pytest.fixture
def demo() -> Iterator[dict[str, ModuleType]]:
    """The seed's modules by name; it is run by path, so they lie beside each other."""
    sys.path.insert(0, str(DEMO))
    try:
        yield {name: __import__(name) for name in ("accounts", "api", "applications", "seed_data")}
    finally:
        sys.path.remove(str(DEMO))


def accounts_of(cases: Cases, portal: Any, accounts: ModuleType) -> Any:
    """The demonstration's accounts, played by the people of `cases`: one clerk for all departments."""
    people = {"admin": cases.world.operator, "authority": cases.world.reviewer, "editor": cases.clerk,
              "applicant": cases.applicant, "other_applicant": cases.other_applicant}
    known = {role: accounts.Account(name, PASSWORD, cases.token(name)) for role, name in people.items()}
    everybody = accounts.Accounts(portal, known)
    everybody.compiler = lambda _department: known["editor"].token
    return everybody


def test_every_case_comes_to_its_state_and_a_second_run_changes_nothing(
        shared_world: World, demo: dict[str, ModuleType]) -> None:
    cases = Cases(shared_world)
    wanted = demo["seed_data"].applications()
    for name in sorted({case["entry"] for case in wanted}):
        shared_world.approved(name=name, open_type="conditional", open_condition="限研究使用")
    with serving(2, {"govshare.competent_department": shared_world.competent["name"]}) as web:
        portal = demo["api"].Portal(web.url)
        everybody = accounts_of(cases, portal, demo["accounts"])
        assert demo["applications"].seed(portal, everybody) == len(wanted)
        assert demo["applications"].seed(portal, everybody) == 0
    listed = shared_world.call(cases.clerk, "govshare_application_list", role="department", limit=100)["results"]
    # A draft is known to nobody but whoever writes it.
    assert Counter(case["state"] for case in listed) == {
        "submitted": 1, "under_review": 1, "returned": 1, "rejected": 2, "approved": 5, "withdrawn": 1}
    grants = shared_world.call(cases.clerk, "govshare_grant_list", role="department", limit=100)["results"]
    assert Counter(grant["state"] for grant in grants) == {"active": 2, "pending_agreement": 2, "suspended": 1}
    waiting = shared_world.call(cases.clerk, "govshare_task_show")["countersign"]
    assert len(waiting) == 1
    assert sum(bool(case["appeal"]) for case in listed) == 1

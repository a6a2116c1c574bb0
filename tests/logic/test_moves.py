"""An entry that passes to another department takes its cases with it: nobody decides who no longer answers for the data."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from cases import REJECT_REASON, Cases
from ckan import model
from world import World

from ckanext.govshare.logic import review
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.repository import moves
from ckanext.govshare.repository import trace as history

REASON = "超出约定范围使用数据"


@pytest.fixture(scope="module")
def moved(shared_world: World) -> dict[str, Any]:
    """Cases of every kind, of an entry that went from `own` to `other` afterwards."""
    world, cases = shared_world, Cases(shared_world)
    made = {"draft": cases.drafted(), "submitted": cases.under_review(), "grant": cases.granted(),
            "agreement": cases.half_signed(), "appeal": cases.appealed()}
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": world.operator},
        {"id": world.other["id"], "username": world.editor, "role": "editor"})
    world.change(cases.dataset, owner_org=world.other["id"])
    return {"world": world, "cases": cases, **made}


def test_the_former_department_decides_nothing_any_more(moved: dict[str, Any]) -> None:
    cases: Cases = moved["cases"]
    for command, case, kind, words in (
            ("approve", moved["submitted"], "application", {}), ("reject", moved["submitted"], "application", {"reason": "x"}),
            ("suspend", moved["grant"], "grant", {"reason": REASON}), ("terminate", moved["grant"], "grant", {"reason": REASON}),
            ("show", moved["appeal"], "appeal", {})):
        with pytest.raises(tk.ObjectNotFound):
            cases.act(cases.clerk, command, case, kind, **words)
    with pytest.raises(tk.ObjectNotFound):
        cases.sign(moved["agreement"], cases.clerk, "countersign")


def test_the_new_department_sees_and_decides(moved: dict[str, Any]) -> None:
    world, cases = moved["world"], moved["cases"]
    seen = cases.show("application", moved["submitted"]["id"], world.other_editor)
    assert (seen["organization"]["id"], seen["assignee"]) == (world.other["id"], None)
    assert {"approve", "reject"} <= set(seen["commands"])
    listed = world.call(world.other_editor, "govshare_application_list", role="department")
    assert moved["submitted"]["id"] in [row["id"] for row in listed["results"]]
    cases.act(world.other_editor, "suspend", moved["grant"], "grant", reason=REASON)
    cases.act(world.other_editor, "resume", moved["grant"], "grant", reason=REASON)
    agreement = cases.show("agreement", moved["agreement"]["id"], world.other_editor)
    assert "countersign" in agreement["commands"]
    assert cases.show("appeal", moved["appeal"]["id"], world.other_editor)["state"] == "filed"


def test_a_draft_reaches_the_new_department(moved: dict[str, Any]) -> None:
    world, cases = moved["world"], moved["cases"]
    cases.act(cases.applicant, "submit", moved["draft"])
    cases.act(world.other_editor, "reject", moved["draft"], reason=REJECT_REASON)
    with pytest.raises(tk.ObjectNotFound):
        cases.show("application", moved["draft"]["id"], cases.clerk)


def test_the_entry_s_history_tells_from_whom_to_whom_and_how_much(moved: dict[str, Any]) -> None:
    world = moved["world"]
    event = history.events(review.CASE, moved["cases"].dataset["id"])[-1]
    assert (event["name"], event["payload"]) == ("entry_moved", {
        "before": world.own["id"], "department": world.other["id"],
        "cases": {"applications": 5, "agreements": 1, "grants": 2, "appeals": 1}})


def test_what_is_decided_while_the_entry_moves_goes_with_it(shared_world: World) -> None:
    """Approvals that open grants, and the move, in threads of their own: no grant stays behind."""
    world, cases = shared_world, Cases(shared_world)
    waiting = [cases.submitted() for _ in range(4)]

    def approve(case: dict[str, Any]) -> None:
        try:
            cases.act(cases.clerk, "approve", case)
        except (tk.ObjectNotFound, tk.NotAuthorized):
            model.Session.rollback()
        finally:
            model.Session.remove()

    def move() -> None:
        with transaction():
            moves.hand_over(cases.dataset["id"], world.other["id"])
        model.Session.remove()

    with ThreadPoolExecutor(5) as people:
        done = [people.submit(approve, waiting[0]), people.submit(move), *(people.submit(approve, one) for one in waiting[1:])]
    assert [one.exception() for one in done] == [None] * 5
    for case in waiting:
        seen = cases.show("application", case["id"])
        assert seen["organization"]["id"] == world.other["id"]
        assert not seen["grant_id"] or cases.show("grant", seen["grant_id"])["organization"]["id"] == world.other["id"]


def test_only_the_cases_of_the_entry_move_and_only_once(moved: dict[str, Any]) -> None:
    elsewhere = Cases(moved["world"]).submitted()
    assert moves.hand_over(moved["cases"].dataset["id"], moved["world"].other["id"]) == {}
    model.Session.rollback()
    assert elsewhere["organization"]["id"] == moved["world"].own["id"]

"""Commands on cases that hang together, given at once: rows are locked in one order, so that nobody waits for each other."""
from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import ckan.plugins.toolkit as tk
from cases import DAYS, Cases
from ckan import model
from world import World

from ckanext.govshare import clock
from ckanext.govshare.logic import agreements, grants, reminders
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.repository import moves

# What somebody who comes too late is told.
REFUSALS = (tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError)


def test_fifty_commands_at_once_on_cases_that_hang_together_do_not_wait_for_each_other(shared_world: World) -> None:
    commands = _commands(Cases(shared_world))
    assert len(commands) == 50, len(commands)
    with ThreadPoolExecutor(8) as people:
        given = [people.submit(_give, command) for command in commands]
    assert [told for one in given if (told := one.exception()) is not None] == []
    carried_out = sum(one.result() for one in given)
    assert carried_out >= 15
    assert shared_world.call(shared_world.operator, "govshare_trace_verify")["intact"]


def _give(command: Callable[[], object]) -> bool:
    try:
        command()
    except REFUSALS:
        model.Session.rollback()
        return False
    finally:
        model.Session.remove()
    return True


def _commands(cases: Cases) -> list[Callable[[], object]]:
    """Of three grants whose agreements are offered anew, two appeals and three applications, all that anybody could do now."""
    bound = [cases.granted(agreement_required=True) for _ in range(3)]
    cases.world.call(cases.clerk, "govshare_agreement_template_update", scope="entry", scope_id=cases.dataset["id"],
                     title="协议", body="第一条 编号 {agreement_id}，用途：{purpose}", sign_again=True)
    offered = [cases.show("agreement", cases.show("grant", grant["id"])["next_agreement_id"]) for grant in bound]
    cases.sign(offered[0], cases.applicant)
    ended = cases.terminated()
    appealed = cases.world.call(cases.applicant, "govshare_appeal_file", grant_id=ended["id"], reason="并未转让")
    appeals = [cases.appealed(), appealed]
    waiting = [cases.submitted() for _ in range(3)]
    found: list[Callable[[], object]] = []

    def add(user: str, command: str, case: dict[str, Any], kind: str, **data: Any) -> None:
        found.append(partial(cases.act, user, command, case, kind, **data))

    for grant in bound:
        add(cases.clerk, "suspend", grant, "grant", reason="核查")
        add(cases.second_clerk, "resume", grant, "grant", reason="核查完毕")
        add(cases.clerk, "terminate", grant, "grant", reason="转让")
        add(cases.applicant, "surrender", grant, "grant")
        add(cases.applicant, "close_out", grant, "grant", statement="已删除")
    for agreement in offered:
        found += [partial(cases.sign, agreement, cases.applicant), partial(cases.sign, agreement, cases.clerk, "countersign")]
    for appeal in appeals:
        add(cases.world.reviewer, "decide", appeal, "appeal", outcome="overturned", reason="理由成立")
        add(cases.world.reviewer, "decide", appeal, "appeal", outcome="upheld", reason="理由不成立")
        add(cases.applicant, "withdraw", appeal, "appeal")
    for application in waiting:
        add(cases.clerk, "take", application, "application")
        add(cases.clerk, "approve", application, "application", agreement_required=True)
        add(cases.second_clerk, "reject", application, "application", reason="不符")
        add(cases.applicant, "withdraw", application, "application")
    later = clock.now() + timedelta(days=DAYS + 1)
    found += [partial(grants.expire_due, later), partial(agreements.lapse_due, later), partial(reminders.remind, later)] * 2
    found += [partial(_move, cases)] * 5
    Random(1).shuffle(found)  # noqa: S311 - an order that is the same each time
    return found


def _move(cases: Cases) -> None:
    """As an approval does that gives the entry to a department: here to its own."""
    with transaction():
        moves.hand_over(cases.dataset["id"], cases.world.own["id"])

"""Properties of every process: whatever people of whatever part command, in whatever order, the table holds and no word is lost.

Hypothesis makes the commands; half of them are such as the table lets through, so that a walk gets somewhere.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.govshare import regulations
from ckanext.govshare.domain import access, agreements, appeals, applications, catalog, grants
from ckanext.govshare.domain.access import Reason
from ckanext.govshare.domain.attributes import Attribute, AttributeRules
from ckanext.govshare.domain.cases import Process
from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.domain.errors import DomainError
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.parts import Part

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
START, END = NOW - timedelta(days=1), NOW + timedelta(days=10)
HASH = "0" * 64
PEOPLE = ("company", "clerk", "colleague", "judge", "platform")
REASONS = ("超出约定用途", "x", "  请补充安全措施\n", "", " \t", "\x00", "长" * 5001)

quick = settings(derandomize=True, database=None, deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))


class Words(Enum):
    """What a command does to the reason that stands with the case."""

    KEPT = "kept"
    SAID = "said"  # it becomes what was given
    SETTLED = "settled"  # it is gone with what it was the reason of


KEPT, SAID, SETTLED = Words


@dataclass(frozen=True)
class Order:
    """A command, and the moment at which it is given."""

    command: Any
    actor: str
    reason: str
    now: datetime
    chance: bool


@dataclass(frozen=True)
class Kind:
    """A kind of case. `step`: what an order makes of a case. `words`: what each command does to its reason.

    `where`: the states to which the case itself leads, where the table leaves that to it.
    """

    process: Process[Any, Any, Any]
    parts: type[Enum]
    first: Any
    step: Callable[[Any, Order, frozenset[Any]], tuple[Event, Any]]
    words: Mapping[Any, Words]
    where: Callable[[Any, Order], Any] = lambda case, _: case.state
    reason: Callable[[Any], str] = lambda case: case.reason


FORM = applications.Form(
    purpose="研究", period_start="2026-03-02", period_end="2026-04-01", security_measures="加密",
    applicant_kind="natural_person", applicant_name="李明", contact_name="李明", contact_phone="0735-2222222",
    contact_email="liming@example.org")
CONTENT = {
    "title": "空气质量监测数据", "notes": "各站点小时值", "owner_org": "own", "catalog_kind": "department",
    "category_code": "307016001", "format_class": "spreadsheet",
    "info_items": [{"name": "站点名称", "data_type": "C", "length": 50}], "sharing_type": "unconditional",
    "sharing_modes": ["batch_download"], "sharing_purposes": ["reference"], "open_type": "unconditional",
    "update_frequency": "daily", "issued": "2026-03-02",
}
MATERIAL = catalog.Material(CONTENT, AttributeRules.of(regulations.regimes()["chenzhou-2022"]), catalog_code="307016001/000001")
SUBJECT = appeals.Subject(appeals.Kind.GRANT, "g1", "e1", "d1", "company", "suspended", "理由", "clerk", START, END)


def _application(case: Any, order: Order, parts: frozenset[Any]) -> tuple[Event, Any]:
    facts = applications.Facts(today=date(2026, 3, 2), overdue=order.chance, deems=order.chance)
    event = applications.decide(case, applications.Order(order.command, order.actor, order.reason), parts, facts)
    return event, applications.evolve(case, event, order.actor, order.now)


def _agreement(case: Any, order: Order, parts: frozenset[Any]) -> tuple[Event, Any]:
    given_order = agreements.Order(order.command, order.actor, "王芳", HASH, "password", reason=order.reason, by="x2")
    event = agreements.decide(case, given_order, parts, order.now)
    signature = agreements.signature_of(given_order, order.now) if order.command in agreements.SIGNING else None
    return event, agreements.evolve(case, event, order.now, signature)


def _grant(case: Any, order: Order, parts: frozenset[Any]) -> tuple[Event, Any]:
    before = grants.State.ACTIVE if order.chance else grants.State.SUSPENDED
    event = grants.decide(case, grants.Order(order.command, order.actor, order.reason, before), parts, order.now)
    return event, grants.evolve(case, event, order.actor, order.now)


def _appeal(case: Any, order: Order, parts: frozenset[Any]) -> tuple[Event, Any]:
    event = appeals.decide(case, SUBJECT, appeals.Order(order.command, order.actor, order.reason), parts, order.now)
    return event, appeals.evolve(case, event, order.now)


def _entry(case: Any, order: Order, roles: frozenset[Any]) -> tuple[Event, Any]:
    event = catalog.decide(case, catalog.Order(order.command, order.actor, order.reason), roles, MATERIAL)
    return event, catalog.evolve(case, event, order.actor, order.now)


def _of_a_grant(case: Any, order: Order) -> Any:
    if order.command is grants.Command.REINSTATE:
        return grants.State.ACTIVE if order.chance else grants.State.SUSPENDED
    return case.state


def _of_an_agreement(case: Any, order: Order) -> Any:
    if order.command is not agreements.Command.REINSTATE:
        return case.state
    signed = {signature.party for signature in case.signatures}
    if agreements.Party.APPLICANT not in signed:
        return agreements.State.OFFERED
    return agreements.State.IN_FORCE if len(signed) == len(agreements.Party) else agreements.State.APPLICANT_SIGNED


A, S, G, P, E = applications.Command, agreements.Command, grants.Command, appeals.Command, catalog.Command
KINDS = {
    "applications": Kind(applications.PROCESS, Part, applications.Application(
        "a1", "e1", "d1", "company", form=FORM), _application, {
        A.SAVE: KEPT, A.SUBMIT: SETTLED, A.TAKE: KEPT, A.ASSIGN: KEPT, A.RETURN: SAID, A.APPROVE: SAID, A.REJECT: SAID,
        A.WITHDRAW: SAID, A.DEEM: SETTLED, A.OVERTURN: SETTLED}),
    "agreements": Kind(agreements.PROCESS, Part, agreements.Agreement(
        "s1", "a1", "e1", "d1", "company", "协议", "文本", HASH, START, END, START), _agreement, {
        S.SIGN: KEPT, S.COUNTERSIGN: KEPT, S.ENTER_FORCE: KEPT, S.REPLACE: SETTLED, S.TERMINATE: SAID, S.REINSTATE: SETTLED,
        S.LAPSE: KEPT}, _of_an_agreement),
    "grants": Kind(grants.PROCESS, Part, grants.Grant(
        "g1", "a1", "e1", "d1", "company", grants.State.PENDING_AGREEMENT, START, END, START, agreement_id="s1"), _grant, {
        G.ACTIVATE: KEPT, G.SUSPEND: SAID, G.RESUME: SETTLED, G.TERMINATE: SAID, G.REINSTATE: SETTLED, G.SURRENDER: SAID,
        G.EXPIRE: KEPT, G.CLOSE_OUT: KEPT}, _of_a_grant),
    "appeals": Kind(appeals.PROCESS, Part, appeals.Appeal(
        "p1", appeals.Kind.GRANT, "g1", appeals.Against.SUSPENSION, "e1", "d1", "company", appeals.State.FILED, "不当",
        NOW), _appeal, {
        P.UPHOLD: SAID, P.OVERTURN: SAID, P.WITHDRAW: KEPT}, reason=lambda case: case.decision_reason),
    "catalog": Kind(catalog.PROCESS, catalog.Role, catalog.Entry("e1", "own"), _entry, {
        E.SAVE: KEPT, E.SUBMIT: SETTLED, E.WITHDRAW: KEPT, E.APPROVE: SETTLED, E.RETURN: SAID, E.DISCARD: SETTLED}),
}


# A walk is so many bytes a step; a byte chooses among what there is to choose from.
STEP = 20
WALKS = st.binary(min_size=6 * STEP, max_size=15 * STEP)


class Chance:
    """What the bytes of one step choose."""

    def __init__(self, made: bytes) -> None:
        self._left = iter(made)

    def of(self, *options: Any) -> Any:
        return options[next(self._left) % len(options)]

    def some(self, *options: Any) -> frozenset[Any]:
        return frozenset(self.of(*options) for _ in range(self.of(0, 1, 2)))


def _order(kind: Kind, state: Any, chance: Chance) -> tuple[Order, frozenset[Any]]:
    """An order as chance makes it or, three times of four, one that the table lets through."""
    table = kind.process.transitions
    fitting = sorted(command for command in kind.words if state in table[command].states)
    parts = chance.some(*kind.parts)
    if fitting and chance.of(True, True, True, False):
        command = chance.of(*fitting)
        parts |= {chance.of(*sorted(table[command].roles))}
    else:
        command = chance.of(*sorted(kind.words))
    moment = chance.of(NOW, NOW, NOW, END - timedelta(seconds=1), END, END + timedelta(days=1))
    return Order(command, chance.of(*PEOPLE), chance.of(*REASONS), moment, chance.of(True, False)), parts


Look = Callable[[Any, Order, Event | None, Any, frozenset[Any], Chance], None]


def _walk(made: bytes, kind: Kind, case: Any, look: Look) -> None:
    """Give orders one after another. `look` sees each, the case before, what was recorded (None: refused), and the case after."""
    for start in range(0, len(made) - STEP + 1, STEP):
        chance = Chance(made[start:start + STEP])
        order, parts = _order(kind, case.state, chance)
        event, after = None, case
        with suppress(DomainError):
            event, after = kind.step(case, order, parts)
        look(case, order, event, after, parts, chance)
        case = after


def _every_walk(kind: Kind, look: Look, first: Any = None) -> None:
    """Walks from `first`, or from a case in any state."""
    @quick
    @given(st.sampled_from(sorted(kind.process.state_names)), WALKS)
    def asked(state: Any, made: bytes) -> None:
        _walk(made, kind, first or replace(kind.first, state=state, reason="先前的理由"), look)

    asked()


@pytest.mark.parametrize("name", KINDS)
def test_every_command_of_the_table_is_asked(name: str) -> None:
    """But for filing an appeal, which makes a case where there is none."""
    table = KINDS[name].process.transitions
    assert {command for command, row in table.items() if set(row.states) != {None}} == set(KINDS[name].words)


@pytest.mark.parametrize("name", KINDS)
def test_commands_reach_what_the_table_says_and_nothing_else(name: str) -> None:
    kind, reached, carried_out = KINDS[name], set(), set()

    def look(case: Any, order: Order, event: Event | None, after: Any, parts: frozenset[Any], _: Chance) -> None:
        if event is None:
            return
        row = kind.process.transitions[order.command]
        assert row.roles & parts
        assert case.state in row.states
        expected = row.to or kind.where(case, order)
        if order.command is catalog.Command.DISCARD and case.published:
            expected = catalog.State.APPROVED  # what is discarded is the draft of a change
        assert after.state is expected
        reached.add(after.state)
        carried_out.add(order.command)

    _every_walk(kind, look)
    assert carried_out == set(kind.words)
    assert reached | {kind.first.state} == set(kind.process.state_names)


@pytest.mark.parametrize("name", KINDS)
def test_no_reason_that_was_given_is_lost(name: str) -> None:
    kind = KINDS[name]

    def look(case: Any, order: Order, event: Event | None, after: Any, *_: Any) -> None:
        if event is None:
            return
        said = order.reason.strip()
        expected = {KEPT: kind.reason(case), SAID: said, SETTLED: ""}[kind.words[order.command]]
        assert kind.reason(after).strip() == expected.strip()
        if kind.words[order.command] is not KEPT and (told := getattr(event, "reason", None)) is not None:
            assert told.strip() == said
        if name == "appeals":
            assert after.reason == case.reason

    _every_walk(kind, look)


def test_what_a_holder_stated_on_the_datas_deletion_is_lost_by_a_reinstatement_alone() -> None:
    def look(case: Any, order: Order, event: Event | None, after: Any, *_: Any) -> None:
        if event is not None and order.command is grants.Command.CLOSE_OUT:
            assert (after.closing_statement, after.closed_out_at) == (order.reason.strip(), order.now)
        elif order.command is not grants.Command.REINSTATE:
            assert (after.closing_statement, after.closed_out_at) == (case.closing_statement, case.closed_out_at)

    _every_walk(KINDS["grants"], look)


def test_no_signature_is_lost_and_nobody_signs_for_both_sides() -> None:
    def look(case: Any, _: Order, __: Event | None, after: Any, *___: Any) -> None:
        assert after.signatures[:len(case.signatures)] == case.signatures
        assert len({signature.party for signature in after.signatures}) == len(after.signatures)
        assert len({signature.user for signature in after.signatures}) == len(after.signatures)

    _every_walk(KINDS["agreements"], look, KINDS["agreements"].first)


MOMENTS = (START - timedelta(seconds=1), START, NOW, END - timedelta(seconds=1), END, END + timedelta(days=9))
INSIDE = frozenset({Role.SYSTEM, Role.OWN_EDITOR, Role.OWN_MEMBER, Role.COMPETENT})


@pytest.mark.parametrize("agreement_id", ["s1", ""], ids=["with an agreement", "without one"])
def test_no_grant_gives_access_that_the_table_denies(agreement_id: str) -> None:
    seen = set()

    def look(_: Any, __: Order, ___: Event | None, held: grants.Grant, ____: frozenset[Any], chance: Chance) -> None:
        roles = chance.of(frozenset({Role.CITIZEN}), frozenset({Role.CITIZEN}), chance.some(*Role))
        open_type = chance.of(Attribute.CONDITIONAL, Attribute.CONDITIONAL, *Attribute)
        published, applied, current = (chance.of(True, True, False) for _ in range(3))
        for now, agreement in product(MOMENTS, (agreements.State.IN_FORCE, chance.of("", *agreements.State))):
            valid = (held.state is grants.State.ACTIVE and START <= now < END
                     and (not held.agreement_id or agreement == agreements.State.IN_FORCE))
            granted = (valid and published and current and open_type == Attribute.CONDITIONAL
                       and bool(roles & access.GRANTEES))
            opened = published and open_type == Attribute.UNCONDITIONAL
            decided = access.decide(access.Facts(published, open_type, roles, [(held, agreement)], applied, current), now)
            assert decided.allowed is (granted or opened or bool(roles & INSIDE))
            if decided.reason is Reason.GRANTED:
                assert (decided.grant, decided.until, decided.traced) == (held.id, held.ends_at, True)
            seen.add(decided.reason)

    _every_walk(replace(KINDS["grants"], first=replace(KINDS["grants"].first, agreement_id=agreement_id)), look)
    assert {Reason.GRANTED, Reason.SUSPENDED, Reason.TERMINATED, Reason.SURRENDERED, Reason.EXPIRED, Reason.NOT_STARTED,
            Reason.FORMER_VERSION, *((Reason.AGREEMENT_LAPSED,) if agreement_id else ())} <= seen

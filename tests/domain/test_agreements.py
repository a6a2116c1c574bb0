"""Rules of data-use agreements, each test a sentence of them."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ckanext.govshare.domain import agreement_events as events
from ckanext.govshare.domain.agreements import (
    PROCESS,
    SIGNING,
    Agreement,
    Command,
    Order,
    Part,
    Party,
    Signature,
    State,
    admit,
    decide,
    evolve,
    in_force,
    signature_of,
)
from ckanext.govshare.domain.errors import Invalid, NotNow, NotYours
from ckanext.govshare.domain.events import Event

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
HASH = "a" * 64
OFFERED = Agreement("g1", "a1", "e1", "d1", "applicant", "协议", "正文\n", HASH, NOW, NOW + timedelta(days=30), NOW)


def order(command: Command, actor: str = "someone", **words: str) -> Order:
    signing: dict[str, Any] = {"signature_name": "王芳", "text_hash": HASH, "method": "password"} if command in SIGNING else {}
    return Order(command, actor, **{**signing, **words})


def give(agreement: Agreement, command: Command, part: Part, actor: str = "someone", now: datetime = NOW,
         **words: str) -> Agreement:
    given = order(command, actor, **words)
    event: Event = decide(agreement, given, frozenset({part}), now)
    return evolve(agreement, event, now, signature_of(given, now) if command in SIGNING else None)


HALF = give(OFFERED, Command.SIGN, Part.APPLICANT, "applicant")
BOTH = give(HALF, Command.COUNTERSIGN, Part.HANDLER, "clerk")
BOUND = give(BOTH, Command.ENTER_FORCE, Part.SYSTEM)


def test_both_sides_sign_the_same_text_before_it_binds() -> None:
    assert [HALF.state, BOTH.state, BOUND.state] == [State.APPLICANT_SIGNED, State.COUNTERSIGNED, State.IN_FORCE]
    assert [(s.party, s.text_hash) for s in BOUND.signatures] == [(Party.APPLICANT, HASH), (Party.DEPARTMENT, HASH)]


def test_who_applied_does_not_countersign() -> None:
    with pytest.raises(NotYours):
        give(HALF, Command.COUNTERSIGN, Part.HANDLER, "applicant")


def test_who_signed_for_the_applicant_does_not_countersign() -> None:
    signed_by_another = give(OFFERED, Command.SIGN, Part.APPLICANT, "successor")
    with pytest.raises(NotYours):
        give(signed_by_another, Command.COUNTERSIGN, Part.HANDLER, "successor")


@pytest.mark.parametrize("other", ["", "b" * 64, HASH.upper()])
def test_another_text_than_the_offered_one_is_not_signed(other: str) -> None:
    with pytest.raises(Invalid) as refused:
        give(OFFERED, Command.SIGN, Part.APPLICANT, text_hash=other)
    assert list(refused.value.errors) == ["text_hash"]


@pytest.mark.parametrize("name", ["", "  \n", "王" * 101, "王\x00芳", "王芳\n兹承诺放弃一切权利"])
def test_a_signature_is_a_name(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        give(OFFERED, Command.SIGN, Part.APPLICANT, signature_name=name)
    assert list(refused.value.errors) == ["signature_name"]


def test_nothing_is_signed_when_the_period_is_over() -> None:
    with pytest.raises(NotNow):
        give(OFFERED, Command.SIGN, Part.APPLICANT, now=OFFERED.ends_at)


def test_what_would_be_refused_is_refused_before_a_password_is_asked_for() -> None:
    with pytest.raises(NotNow):
        admit(BOUND, order(Command.SIGN, "applicant"), frozenset({Part.APPLICANT}), NOW)


def test_it_binds_from_its_first_moment_until_its_last_day_is_over_whatever_is_recorded() -> None:
    begun, over = BOUND.starts_at, BOUND.ends_at
    moments = (begun - timedelta(seconds=1), begun, over - timedelta(seconds=1), over)
    assert [in_force(BOUND, moment) for moment in moments] == [False, True, True, False]
    assert not in_force(BOTH, begun)


def test_it_lapses_only_when_its_period_is_over_and_at_that_moment() -> None:
    with pytest.raises(NotNow):
        give(BOUND, Command.LAPSE, Part.SYSTEM, now=BOUND.ends_at - timedelta(seconds=1))
    late = give(BOUND, Command.LAPSE, Part.SYSTEM, now=BOUND.ends_at + timedelta(days=3))
    assert (late.state, late.ended_at) == (State.LAPSED, BOUND.ends_at)


@pytest.mark.parametrize(("before", "after"), [(OFFERED, State.OFFERED), (HALF, State.APPLICANT_SIGNED), (BOUND, State.IN_FORCE)])
def test_a_termination_that_is_overturned_leaves_what_was_signed(before: Agreement, after: State) -> None:
    ended = give(before, Command.TERMINATE, Part.SYSTEM, reason="转让数据")
    assert (ended.state, ended.reason, ended.ended_at) == (State.TERMINATED, "转让数据", NOW)
    again = give(ended, Command.REINSTATE, Part.SYSTEM)
    assert (again.state, again.signatures, again.ended_at) == (after, before.signatures, None)


def test_a_page_offers_what_may_be_done_now() -> None:
    assert PROCESS.allowed(OFFERED, frozenset({Part.APPLICANT}), "applicant", NOW) == [Command.SIGN]
    assert PROCESS.allowed(OFFERED, frozenset({Part.HANDLER}), "clerk", NOW) == []
    assert PROCESS.allowed(HALF, frozenset({Part.HANDLER}), "clerk", NOW) == [Command.COUNTERSIGN]
    assert PROCESS.allowed(BOUND, frozenset({Part.HANDLER, Part.COMPETENT}), "clerk", NOW) == []


def test_the_history_holds_neither_text_nor_names() -> None:
    event = decide(OFFERED, order(Command.SIGN), frozenset({Part.APPLICANT}), NOW)
    assert "王芳" not in str(event.payload())


def test_every_state_has_a_colour_on_pages() -> None:
    theme = (Path(__file__).parents[2] / "themes" / "ckanext" / "govshare_theme" / "assets" / "govshare.css").read_text("utf-8")
    assert [state for state in State if f".gs-badge-{state}," not in theme] == []


# Every field holds something, so that what an event drops is seen.
FULL = replace(BOUND, template={"scope": "platform"}, replaces="g0", reason="先前", in_force_at=NOW, ended_at=NOW)
LATER = NOW + timedelta(days=1)
SIGNATURE = Signature(Party.DEPARTMENT, "李雷", "clerk", LATER.isoformat(), "password", HASH, {"proof": "x"})


@pytest.mark.parametrize(("event", "changed"), [
    (events.AgreementSigned(HASH, "password", {}), {
        "state": State.APPLICANT_SIGNED, "signatures": (*FULL.signatures, SIGNATURE)}),
    (events.AgreementCountersigned(HASH, "password", {}), {
        "state": State.COUNTERSIGNED, "signatures": (*FULL.signatures, SIGNATURE)}),
    (events.AgreementInForce("", ""), {"state": State.IN_FORCE, "in_force_at": LATER}),
    (events.AgreementReplaced("g9"), {"state": State.TERMINATED, "ended_at": LATER, "reason": ""}),
    (events.AgreementTerminated("转让数据"), {"state": State.TERMINATED, "ended_at": LATER, "reason": "转让数据"}),
    (events.AgreementReinstated("理由成立"), {"state": State.IN_FORCE, "ended_at": None, "reason": ""}),
    (events.AgreementLapsed(""), {"state": State.LAPSED, "ended_at": FULL.ends_at}),
    (events.AgreementTemplateChanged("platform", "", 2, HASH, True), {}),
])
def test_an_event_changes_this_of_an_agreement_and_nothing_else(event: Event, changed: dict[str, Any]) -> None:
    before = replace(FULL, state=State.OFFERED)
    assert evolve(before, event, LATER, SIGNATURE) == replace(before, **changed)


@pytest.mark.parametrize(("command", "agreement", "event"), [
    (Command.SIGN, OFFERED, events.AgreementSigned(HASH, "password", {"hmac": "x"})),
    (Command.COUNTERSIGN, HALF, events.AgreementCountersigned(HASH, "password", {"hmac": "x"})),
    (Command.ENTER_FORCE, BOTH, events.AgreementInForce(BOTH.starts_at.isoformat(), BOTH.ends_at.isoformat())),
    (Command.REPLACE, BOUND, events.AgreementReplaced("g9")),
    (Command.TERMINATE, BOUND, events.AgreementTerminated("转让数据")),
    (Command.REINSTATE, replace(BOUND, state=State.TERMINATED), events.AgreementReinstated("转让数据")),
])
def test_what_was_commanded_stands_in_the_history(command: Command, agreement: Agreement, event: Event) -> None:
    given = Order(command, "clerk", "李雷", HASH, "password", {"hmac": "x"}, "转让数据", "g9")
    assert decide(agreement, given, frozenset({Part.APPLICANT, Part.HANDLER, Part.SYSTEM}), NOW) == event


def test_a_lapse_is_recorded_for_the_moment_at_which_the_period_ended() -> None:
    event = decide(BOUND, order(Command.LAPSE), frozenset({Part.SYSTEM}), BOUND.ends_at)
    assert event == events.AgreementLapsed(BOUND.ends_at.isoformat())


def test_a_signature_holds_who_signed_what_when_and_how_that_is_shown() -> None:
    given = Order(Command.COUNTERSIGN, "clerk", " 李雷 ", HASH, "password", {"proof": "x"})
    assert signature_of(given, LATER) == SIGNATURE


def test_what_is_wrong_with_a_signature_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        give(OFFERED, Command.SIGN, Part.APPLICANT, signature_name="", text_hash="")
    assert set(refused.value.errors) == {"signature_name", "text_hash"}


@pytest.mark.parametrize("name", ["王" * 100, " 王芳\n"])
def test_a_name_of_a_hundred_characters_or_with_blanks_around_it_is_taken(name: str) -> None:
    signed = give(OFFERED, Command.SIGN, Part.APPLICANT, "applicant", signature_name=name).signature(Party.APPLICANT)
    assert signed is not None
    assert signed.name == name.strip()


def test_a_signature_is_found_by_its_side_and_is_none_before() -> None:
    assert HALF.signature(Party.DEPARTMENT) is None
    found = BOUND.signature(Party.DEPARTMENT)
    assert found is not None
    assert found.user == "clerk"


@pytest.mark.parametrize("command", [Command.SIGN, Command.COUNTERSIGN])
def test_either_side_signs_until_the_last_moment(command: Command) -> None:
    agreement, last = (OFFERED if command is Command.SIGN else HALF), OFFERED.ends_at - timedelta(microseconds=1)
    parts = frozenset({Part.APPLICANT, Part.HANDLER})
    assert decide(agreement, order(command), parts, last).name.endswith("signed")
    with pytest.raises(NotNow):
        decide(agreement, order(command), parts, OFFERED.ends_at)


def test_without_a_signature_nothing_is_added_to_those_that_are_there() -> None:
    assert evolve(OFFERED, events.AgreementSigned(HASH, "password", {}), NOW).signatures == ()


def test_a_signature_may_need_nothing_to_show() -> None:
    assert Signature(Party.APPLICANT, "王芳", "u1", "", "password", HASH).proof == {}

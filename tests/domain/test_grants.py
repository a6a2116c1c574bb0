"""Rules of grants, each test a sentence of them (001 第二十七条)."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import product
from typing import Any

import pytest

from ckanext.govshare.domain import grant_events as events
from ckanext.govshare.domain.errors import Invalid, NotNow, NotYours
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.grants import (
    ENDED,
    OPEN,
    PROCESS,
    Command,
    Grant,
    Limits,
    Order,
    Part,
    Standing,
    State,
    decide,
    evolve,
    period,
    standing,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)  # nine o'clock in Shanghai
SECOND = timedelta(seconds=1)
ACTIVE = Grant("g1", "a1", "e1", "d1", "holder", State.ACTIVE, NOW - timedelta(days=1), NOW + timedelta(days=1), NOW)
SIGNED = replace(ACTIVE, agreement_id="s1")


def give(command: Command, grant: Grant, *parts: Part, actor: str = "someone", reason: str = "超出约定用途", now: datetime = NOW,
         ) -> Event:
    return decide(grant, Order(command, actor, reason), frozenset(parts), now)


@pytest.mark.parametrize("command", [Command.SUSPEND, Command.RESUME, Command.TERMINATE])
def test_a_department_gives_reasons_for_what_it_does_to_a_grant(command: Command) -> None:
    grant = replace(ACTIVE, state=State.SUSPENDED if command is Command.RESUME else State.ACTIVE)
    with pytest.raises(Invalid) as refused:
        give(command, grant, Part.HANDLER, reason="  ")
    assert set(refused.value.errors) == {"reason"}


def test_a_holder_gives_a_grant_up_without_saying_why() -> None:
    assert give(Command.SURRENDER, ACTIVE, Part.APPLICANT, reason="") == events.GrantSurrendered("", "active")


@pytest.mark.parametrize("command", [Command.SUSPEND, Command.TERMINATE])
def test_nobody_decides_on_a_grant_of_their_own(command: Command) -> None:
    with pytest.raises(NotYours, match="Another member"):
        give(command, ACTIVE, Part.HANDLER, Part.APPLICANT, actor="holder")
    assert PROCESS.allowed(ACTIVE, frozenset({Part.HANDLER, Part.APPLICANT}), "holder", NOW) == [Command.SURRENDER]


class TestPeriod:
    def test_the_last_day_counts_whole_and_in_shanghai(self) -> None:
        starts_at, ends_at = period(date(2026, 3, 5), date(2026, 3, 6), NOW)
        assert starts_at == datetime(2026, 3, 4, 16, tzinfo=UTC)
        assert ends_at == datetime(2026, 3, 6, 16, tzinfo=UTC)

    def test_nothing_starts_before_it_was_decided(self) -> None:
        assert period(date(2026, 3, 1), date(2026, 3, 2), NOW)[0] == NOW

    def test_a_period_that_ends_at_the_moment_of_the_decision_gives_nothing(self) -> None:
        end = datetime(2026, 3, 2, 16, tzinfo=UTC)  # midnight in Shanghai
        assert period(date(2026, 3, 1), date(2026, 3, 2), end - SECOND) == (end - SECOND, end)
        with pytest.raises(Invalid):
            period(date(2026, 3, 1), date(2026, 3, 2), end)

    def test_a_period_that_is_over_is_refused(self) -> None:
        with pytest.raises(Invalid) as refused:
            period(date(2026, 2, 1), date(2026, 3, 1), NOW)
        assert set(refused.value.errors) == {"period_end"}


class TestStanding:
    @pytest.mark.parametrize(("now", "expected"), [
        (ACTIVE.starts_at - SECOND, Standing.NOT_STARTED),
        (ACTIVE.starts_at, Standing.VALID),
        (ACTIVE.ends_at - SECOND, Standing.VALID),
        (ACTIVE.ends_at, Standing.EXPIRED),
    ])
    def test_it_counts_from_its_start_and_not_a_second_longer_than_its_end(self, now: datetime, expected: Standing) -> None:
        assert standing(ACTIVE, "", now) is expected

    @pytest.mark.parametrize(("agreement", "expected"), [
        ("offered", Standing.PENDING_AGREEMENT),
        ("applicant_signed", Standing.PENDING_AGREEMENT),
        ("countersigned", Standing.PENDING_AGREEMENT),
        ("in_force", Standing.VALID),
        ("lapsed", Standing.AGREEMENT_LAPSED),
        ("terminated", Standing.AGREEMENT_LAPSED),
        ("", Standing.AGREEMENT_LAPSED),
        ("anything", Standing.AGREEMENT_LAPSED),
    ])
    def test_where_an_agreement_is_required_only_one_in_force_counts(self, agreement: str, expected: Standing) -> None:
        assert standing(SIGNED, agreement, NOW) is expected

    @pytest.mark.parametrize(("state", "agreement"), list(product(
        sorted(set(State) - {State.ACTIVE}), ["", "in_force", "lapsed"])))
    def test_no_state_but_active_ever_gives_access(self, state: State, agreement: str) -> None:
        for grant, now in product([ACTIVE, SIGNED], [NOW - timedelta(days=9), NOW, NOW + timedelta(days=9)]):
            assert standing(replace(grant, state=state), agreement, now) is not Standing.VALID

    @pytest.mark.parametrize("state", sorted(OPEN))
    def test_the_end_comes_by_itself_whatever_was_recorded(self, state: State) -> None:
        assert standing(replace(ACTIVE, state=state), "in_force", ACTIVE.ends_at) is Standing.EXPIRED

    @pytest.mark.parametrize("state", [State.TERMINATED, State.SURRENDERED])
    def test_what_was_ended_by_somebody_is_not_called_expired_later(self, state: State) -> None:
        assert standing(replace(ACTIVE, state=state), "", ACTIVE.ends_at + SECOND).value == state.value


class TestTheEnd:
    def test_the_clock_records_no_end_before_it_has_come(self) -> None:
        with pytest.raises(NotNow):
            give(Command.EXPIRE, ACTIVE, Part.SYSTEM, now=ACTIVE.ends_at - SECOND)

    def test_the_record_names_the_moment_at_which_access_ended_not_that_of_the_job(self) -> None:
        event = give(Command.EXPIRE, ACTIVE, Part.SYSTEM, now=ACTIVE.ends_at + timedelta(days=3))
        assert event == events.GrantExpired(ACTIVE.ends_at.isoformat(), "active")

    @pytest.mark.parametrize(("command", "grant"), [
        (Command.SUSPEND, ACTIVE), (Command.SURRENDER, ACTIVE), (Command.RESUME, replace(ACTIVE, state=State.SUSPENDED))])
    def test_what_is_over_can_neither_be_suspended_nor_resumed_nor_given_up(self, command: Command, grant: Grant) -> None:
        event = give(command, grant, Part.HANDLER, Part.APPLICANT, now=grant.ends_at - SECOND)
        assert evolve(grant, event, "someone", NOW).state is PROCESS.transitions[command].to
        with pytest.raises(NotNow):
            give(command, grant, Part.HANDLER, Part.APPLICANT, now=grant.ends_at)

    def test_the_record_names_the_grant_under_which_the_holder_goes_on(self) -> None:
        order = Order(Command.EXPIRE, "system", renewed_by="g2")
        assert decide(ACTIVE, order, frozenset({Part.SYSTEM}), ACTIVE.ends_at) == events.GrantExpired(
            ACTIVE.ends_at.isoformat(), "active", "g2")

    def test_misuse_ends_a_grant_even_before_the_clock_has_recorded_its_end(self) -> None:
        assert isinstance(give(Command.TERMINATE, ACTIVE, Part.HANDLER, now=ACTIVE.ends_at), events.GrantTerminated)


class TestHistory:
    def test_reasons_stand_in_the_history_and_with_the_grant_while_they_hold(self) -> None:
        suspension = give(Command.SUSPEND, ACTIVE, Part.HANDLER, reason=" 核查 ")
        suspended = evolve(ACTIVE, suspension, "clerk", NOW)
        resumption = give(Command.RESUME, suspended, Part.HANDLER, reason=" 核查完毕 ")
        assert (suspension, resumption) == (events.GrantSuspended("核查"), events.GrantResumed("核查完毕"))
        assert (suspended.reason, evolve(suspended, resumption, "clerk", NOW).reason) == ("核查", "")

    @pytest.mark.parametrize(("command", "grant", "told"), [
        (Command.SURRENDER, ACTIVE, "reason"),
        (Command.CLOSE_OUT, replace(ACTIVE, state=State.EXPIRED), "closing_statement"),
    ])
    def test_what_the_holder_wrote_stays_with_the_grant_and_the_history_keeps_its_digest(
            self, command: Command, grant: Grant, told: str) -> None:
        words = "张三的设备已销毁"
        event = give(command, grant, Part.APPLICANT, reason=words)
        assert words not in str(event.payload())
        assert event.payload() == {"digest": sha256(words.encode()).hexdigest()} | (
            {"before": "active"} if command is Command.SURRENDER else {})
        assert getattr(evolve(grant, event, "holder", NOW), told) == words


class TestCloseOut:
    @pytest.mark.parametrize("state", sorted(ENDED))
    def test_the_holder_states_once_what_became_of_the_data(self, state: State) -> None:
        ended = replace(ACTIVE, state=state)
        event = give(Command.CLOSE_OUT, ended, Part.APPLICANT, reason=" 数据已删除 ")
        assert event == events.GrantClosedOut("数据已删除")
        closed = evolve(ended, event, "holder", NOW)
        assert (closed.state, closed.closed_out_at, closed.closing_statement) == (state, NOW, "数据已删除")
        with pytest.raises(NotNow):
            give(Command.CLOSE_OUT, closed, Part.APPLICANT)

    def test_an_empty_statement_is_refused(self) -> None:
        with pytest.raises(Invalid) as refused:
            give(Command.CLOSE_OUT, replace(ACTIVE, state=State.EXPIRED), Part.APPLICANT, reason=" ")
        assert set(refused.value.errors) == {"statement"}


class TestAppeal:
    @pytest.mark.parametrize("before", sorted(OPEN))
    def test_an_overturned_termination_brings_back_what_was_before_and_no_more(self, before: State) -> None:
        terminated = give(Command.TERMINATE, replace(ACTIVE, state=before), Part.HANDLER)
        assert isinstance(terminated, events.GrantTerminated)
        ended = evolve(replace(ACTIVE, state=before), terminated, "clerk", NOW)
        order = Order(Command.REINSTATE, "reviewer", before=State(terminated.before))
        again = evolve(ended, decide(ended, order, frozenset({Part.SYSTEM}), NOW), "reviewer", NOW)
        assert (again.state, again.reason) == (before, "")

    def test_what_was_stated_about_an_end_that_did_not_stand_is_owed_again_at_the_end(self) -> None:
        closed = replace(ACTIVE, state=State.TERMINATED, closed_out_at=NOW, closing_statement="数据已删除")
        again = evolve(closed, give(Command.REINSTATE, closed, Part.SYSTEM), "reviewer", NOW)
        assert (again.closed_out_at, again.closing_statement) == (None, "")
        expired = evolve(again, give(Command.EXPIRE, again, Part.SYSTEM, now=again.ends_at), "system", again.ends_at)
        assert Command.CLOSE_OUT in PROCESS.allowed(expired, frozenset({Part.APPLICANT}), "holder", expired.ends_at)


class TestLimits:
    def test_nothing_stated_is_no_limit(self) -> None:
        assert Limits.of({}).permits_format("xlsx")
        assert Limits.of({}).permits_address("")

    def test_only_the_agreed_formats_are_served(self) -> None:
        limits = Limits.of({"formats": ["csv", "api"]})
        assert limits.permits_format("csv")
        assert not limits.permits_format("original")

    @pytest.mark.parametrize(("address", "permitted"), [
        ("203.0.113.9", True), ("::ffff:203.0.113.9", True), ("203.0.114.9", False), ("2001:db8::1", True),
        ("2001:db9::1", False), ("", False), ("unknown", False),
    ])
    def test_only_the_agreed_addresses_may_ask(self, address: str, permitted: bool) -> None:
        assert Limits.of({"addresses": ["203.0.113.0/24", "2001:db8::/32"]}).permits_address(address) is permitted

    def test_they_are_stored_in_the_types_of_json(self) -> None:
        assert Limits(("csv",), 5, addresses=("203.0.113.0/24",)).as_dict() == {
            "formats": ["csv"], "daily_calls": 5, "daily_rows": 0, "downloads": 0, "addresses": ["203.0.113.0/24"]}

    def test_they_survive_being_stored(self) -> None:
        limits = Limits(("csv",), 5, 100, 3, ("203.0.113.0/24",))
        assert Limits.of(limits.as_dict()) == limits


# Every field holds something, so that what an event drops is seen.
FULL = replace(
    SIGNED, limits=Limits(("csv",)), renews="g0", reason="核查", closed_out_at=NOW - SECOND, closing_statement="已删除")
LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(("event", "changed"), [
    (events.GrantActivated("s2"), {"state": State.ACTIVE, "agreement_id": "s2"}),
    (events.GrantAgreementReplaced("s2", "s1"), {"agreement_id": "s2"}),
    (events.GrantSuspended("超出范围"), {"state": State.SUSPENDED, "reason": "超出范围"}),
    (events.GrantResumed("核查完毕"), {"state": State.ACTIVE, "reason": ""}),
    (events.GrantTerminated("转让数据", "active"), {"state": State.TERMINATED, "reason": "转让数据"}),
    (events.GrantReinstated("suspended", "理由成立"),
     {"state": State.SUSPENDED, "reason": "", "closed_out_at": None, "closing_statement": ""}),
    (events.GrantSurrendered("不再需要", "active"), {"state": State.SURRENDERED, "reason": "不再需要"}),
    (events.GrantExpired(NOW.isoformat(), "active"), {"state": State.EXPIRED}),
    (events.GrantClosedOut("已销毁"), {"closed_out_at": LATER, "closing_statement": "已销毁"}),
    (events.GrantOpened("a1", "s1", "", "", {}), {}),
])
def test_an_event_changes_this_of_a_grant_and_nothing_else(event: Event, changed: dict[str, Any]) -> None:
    other = replace(FULL, state=State.PENDING_AGREEMENT)
    assert evolve(other, event, "clerk", LATER) == replace(other, **changed)


def test_who_wrote_nothing_has_no_digest() -> None:
    assert events.GrantSurrendered("", "active").payload() == {"digest": "", "before": "active"}


def test_an_activation_names_the_agreement_that_it_rests_on_and_else_the_one_that_the_grant_has() -> None:
    unsigned = replace(SIGNED, state=State.PENDING_AGREEMENT)
    assert give(Command.ACTIVATE, unsigned, Part.SYSTEM) == events.GrantActivated("s1")
    order = Order(Command.ACTIVATE, "system", agreement_id="s2")
    assert decide(unsigned, order, frozenset({Part.SYSTEM}), NOW) == events.GrantActivated("s2")


def test_a_termination_keeps_its_reasons_and_what_an_appeal_would_bring_back() -> None:
    event = give(Command.TERMINATE, replace(ACTIVE, state=State.SUSPENDED), Part.HANDLER, reason=" 转让数据 ")
    assert event == events.GrantTerminated("转让数据", "suspended")


def test_a_reinstatement_keeps_the_reasons_of_the_appeal() -> None:
    event = give(Command.REINSTATE, replace(ACTIVE, state=State.TERMINATED), Part.SYSTEM, reason=" 理由成立 ")
    assert event == events.GrantReinstated("active", "理由成立")

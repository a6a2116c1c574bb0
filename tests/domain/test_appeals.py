"""Rules of appeals to the competent department, each test a sentence of them."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from ckanext.govshare.domain import appeal_events as events
from ckanext.govshare.domain import appeals, applications, grants
from ckanext.govshare.domain.appeals import Against, Appeal, Command, Kind, Order, Remedy, State, Subject
from ckanext.govshare.domain.cases import Limit
from ckanext.govshare.domain.errors import Invalid, NotNow, NotYours
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.notices import Audience
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.profiles import Rule

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
DAY = timedelta(days=1)
APPLICANT = frozenset({Part.APPLICANT})
COMPETENT = frozenset({Part.COMPETENT})
REJECTED = Subject(Kind.APPLICATION, "a1", "e1", "d1", "company", "rejected", "用途不符", "clerk", NOW - DAY)
SUSPENDED = Subject(Kind.GRANT, "g1", "e1", "d1", "company", "suspended", "超出范围", "clerk", NOW - DAY, NOW + 30 * DAY)
TERMINATED = replace(SUSPENDED, state="terminated")


def filed(subject: Subject) -> Appeal:
    assert subject.against is not None
    return Appeal("x1", subject.kind, subject.id, subject.against, "e1", "d1", "company", State.FILED, "用途符合条件", NOW)


def file(subject: Subject, before: tuple[Appeal, ...] = (), reason: str = "用途符合条件",
         parts: frozenset[Part] = APPLICANT) -> events.AppealFiled:
    return appeals.file(subject, Order(Command.FILE, "company", reason), parts, before, NOW)


def overturn(appeal: Appeal, subject: Subject, actor: str = "judge", now: datetime = NOW) -> events.AppealOverturned:
    event = appeals.decide(appeal, subject, Order(Command.OVERTURN, actor, "理由成立"), COMPETENT, now)
    assert isinstance(event, events.AppealOverturned)
    return event


@pytest.mark.parametrize(("subject", "against"), [
    (REJECTED, Against.REJECTION), (SUSPENDED, Against.SUSPENSION), (TERMINATED, Against.TERMINATION)])
def test_a_refusal_a_suspension_and_a_termination_can_be_appealed_against(subject: Subject, against: Against) -> None:
    event = file(subject)
    appeal = appeals.opened("x1", subject, event, Order(Command.FILE, "company", " 用途符合条件 "), NOW)
    assert (appeal.against, appeal.state, appeal.reason, appeal.appellant) == (against, State.FILED, "用途符合条件", "company")


def test_what_the_appellant_wrote_is_no_part_of_the_history() -> None:
    assert "用途符合条件" not in str(file(REJECTED).payload())


@pytest.mark.parametrize("subject", [
    *(replace(REJECTED, state=state.value) for state in applications.State if state != "rejected"),
    *(replace(SUSPENDED, state=state.value) for state in grants.State if state not in ("suspended", "terminated"))])
def test_nothing_else_can_be_appealed_against(subject: Subject) -> None:
    with pytest.raises(NotNow):
        file(subject)


@pytest.mark.parametrize("part", [part for part in Part if part is not Part.APPLICANT])
def test_nobody_appeals_for_the_applicant(part: Part) -> None:
    with pytest.raises(NotYours, match="Only the applicant may appeal"):
        file(REJECTED, parts=frozenset({part}))


@pytest.mark.parametrize("reason", ["", "  ", "字" * 5001, "有\0字符"])
def test_an_appeal_states_its_reasons_in_text(reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        file(REJECTED, reason=reason)
    assert set(refused.value.errors) == {"reason"}


def test_one_appeal_is_open_at_a_time() -> None:
    with pytest.raises(NotNow, match="under examination"):
        file(REJECTED, (filed(REJECTED),))


def test_one_decision_is_not_appealed_against_without_end() -> None:
    withdrawn = replace(filed(SUSPENDED), state=State.WITHDRAWN)
    file(SUSPENDED, (withdrawn,) * (appeals.MOST_FILINGS - 1))
    with pytest.raises(NotNow, match="3 appeals"):
        file(SUSPENDED, (withdrawn,) * appeals.MOST_FILINGS)
    file(replace(SUSPENDED, decided_at=NOW + DAY), (withdrawn,) * appeals.MOST_FILINGS)


def test_a_decision_that_was_upheld_is_not_examined_again() -> None:
    with pytest.raises(NotNow, match="upheld this decision already"):
        file(SUSPENDED, (replace(filed(SUSPENDED), state=State.UPHELD),))


def test_a_later_suspension_is_another_decision() -> None:
    again = replace(SUSPENDED, decided_at=NOW + DAY)
    assert file(again, (replace(filed(SUSPENDED), state=State.UPHELD),)).against == "suspension"


def test_a_decision_of_the_moment_of_filing_is_the_one_that_was_appealed_against() -> None:
    same, later = replace(SUSPENDED, decided_at=NOW), replace(SUSPENDED, decided_at=NOW + timedelta(microseconds=1))
    assert overturn(filed(SUSPENDED), same).remedy == Remedy.RESUME
    assert overturn(filed(SUSPENDED), later).remedy == Remedy.NONE


def test_who_withdrew_an_appeal_may_file_another() -> None:
    assert file(REJECTED, (replace(filed(REJECTED), state=State.WITHDRAWN),)).against == "rejection"


def test_an_appeal_that_could_give_nothing_back_is_refused_with_what_to_do_instead() -> None:
    with pytest.raises(NotNow, match="you may apply again"):
        file(replace(SUSPENDED, ends_at=NOW))


@pytest.mark.parametrize(("subject", "remedy"), [
    (REJECTED, Remedy.APPROVE), (SUSPENDED, Remedy.RESUME), (TERMINATED, Remedy.REINSTATE)])
def test_overturning_undoes_the_decision_at_once(subject: Subject, remedy: Remedy) -> None:
    event = overturn(filed(subject), subject)
    assert event.remedy == remedy
    assert appeals.evolve(filed(subject), event, NOW).state is State.OVERTURNED


@pytest.mark.parametrize("subject", [
    replace(SUSPENDED, state="active"), replace(SUSPENDED, state="expired"), TERMINATED,
    replace(SUSPENDED, decided_at=NOW + DAY), replace(SUSPENDED, ends_at=NOW)])
def test_overturning_a_decision_that_no_longer_stands_changes_nothing(subject: Subject) -> None:
    assert overturn(filed(SUSPENDED), subject).remedy == Remedy.NONE


@pytest.mark.parametrize("actor", ["company", "clerk"])
def test_nobody_decides_an_appeal_who_took_part_in_the_case(actor: str) -> None:
    with pytest.raises(NotYours, match="took part"):
        overturn(filed(REJECTED), REJECTED, actor)


@pytest.mark.parametrize("command", [Command.UPHOLD, Command.OVERTURN])
def test_a_decision_gives_its_reasons(command: Command) -> None:
    with pytest.raises(Invalid) as refused:
        appeals.decide(filed(REJECTED), REJECTED, Order(command, "judge", " "), COMPETENT, NOW)
    assert set(refused.value.errors) == {"reason"}


def test_a_decided_appeal_stays_decided() -> None:
    done = appeals.evolve(filed(REJECTED), events.AppealUpheld("理由不成立"), NOW)
    assert (done.state, done.decision_reason, done.decided_at) == (State.UPHELD, "理由不成立", NOW)
    with pytest.raises(NotNow):
        overturn(done, REJECTED)


def test_the_appellant_may_withdraw_and_nobody_else() -> None:
    order = Order(Command.WITHDRAW, "company")
    event = appeals.decide(filed(REJECTED), REJECTED, order, APPLICANT, NOW)
    assert appeals.evolve(filed(REJECTED), event, NOW).state is State.WITHDRAWN
    with pytest.raises(NotYours):
        appeals.decide(filed(REJECTED), REJECTED, order, COMPETENT, NOW)


def test_the_buttons_are_those_commands_that_would_be_accepted() -> None:
    appeal = filed(REJECTED)
    assert appeals.PROCESS.allowed(appeal, COMPETENT, "judge", REJECTED) == [Command.UPHOLD, Command.OVERTURN]
    assert appeals.PROCESS.allowed(appeal, APPLICANT, "company", REJECTED) == [Command.WITHDRAW]
    assert appeals.PROCESS.allowed(appeal, frozenset({Part.HANDLER, Part.OPERATOR}), "clerk", REJECTED) == []
    assert appeals.may_file(REJECTED, APPLICANT, (), NOW)
    assert not appeals.may_file(REJECTED, APPLICANT, (appeal,), NOW)


@pytest.mark.parametrize(("event", "changed"), [
    (events.AppealUpheld("理由不成立"), {"state": State.UPHELD, "decision_reason": "理由不成立", "decided_at": NOW}),
    (events.AppealOverturned("理由成立", "resume"), {
        "state": State.OVERTURNED, "decision_reason": "理由成立", "decided_at": NOW}),
    (events.AppealWithdrawn(), {"state": State.WITHDRAWN, "decided_at": NOW}),
    (events.AppealFiled("grant", "g1", "suspension", ""), {}),
])
def test_an_event_changes_this_of_an_appeal_and_nothing_else(event: Event, changed: dict[str, Any]) -> None:
    before = replace(filed(SUSPENDED), decision_reason="x", decided_at=NOW - DAY)
    assert appeals.evolve(before, event, NOW) == replace(before, **changed)


def test_an_appeal_takes_over_whose_case_it_is_about() -> None:
    subject = replace(SUSPENDED, entry_id="e2", department="d2")
    appeal = appeals.opened("x2", subject, file(subject), Order(Command.FILE, "company", "理由"), NOW)
    assert appeal == Appeal("x2", Kind.GRANT, "g1", Against.SUSPENSION, "e2", "d2", "company", State.FILED, "理由", NOW)


def test_the_history_of_an_appeal_names_the_case_the_decision_and_a_digest_of_the_reasons() -> None:
    assert file(SUSPENDED).payload() == {
        "subject_kind": "grant", "subject_id": "g1", "against": "suspension",
        "digest": sha256("用途符合条件".encode()).hexdigest()}


@pytest.mark.parametrize("command", [Command.UPHOLD, Command.OVERTURN])
def test_reasons_of_a_decision_are_kept_up_to_5000_characters(command: Command) -> None:
    order = Order(command, "judge", " " + "字" * 5000 + "\n")
    event = appeals.decide(filed(SUSPENDED), SUSPENDED, order, COMPETENT, NOW)
    assert event.payload()["reason"] == "字" * 5000


def test_a_period_that_ends_a_moment_after_gives_something_back() -> None:
    assert overturn(filed(SUSPENDED), replace(SUSPENDED, ends_at=NOW + timedelta(microseconds=1))).remedy == Remedy.RESUME


def test_whose_decision_it_was_may_still_take_an_appeal_back() -> None:
    order = Order(Command.WITHDRAW, "company")
    assert isinstance(appeals.decide(filed(REJECTED), REJECTED, order, APPLICANT, NOW), events.AppealWithdrawn)


def test_an_upheld_refusal_of_former_times_does_not_stop_an_appeal_against_a_later_one() -> None:
    upheld = replace(filed(TERMINATED), state=State.UPHELD)
    assert file(SUSPENDED, (upheld,)).against == "suspension"


def test_a_page_offers_an_appeal_only_while_it_could_give_something_back() -> None:
    ends = replace(SUSPENDED, ends_at=NOW + DAY)
    assert [appeals.may_file(ends, APPLICANT, (), moment) for moment in (NOW, NOW + DAY)] == [True, False]


def test_a_decision_is_due_from_the_filing_on_while_the_appeal_is_open() -> None:
    competent = Audience.COMPETENT
    assert appeals.PROCESS.limit == Limit(Rule.APPEAL_DECISION, events.AppealFiled, frozenset({State.FILED}), (
        (competent, "appeal_due"),), ((competent, "appeal_overdue"),))
    assert appeals.MOST_FILINGS == 3

"""Rules of applications, each test a sentence of them (001 第二十七条, 004 第二十七条)."""
from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ckanext.govshare.domain import application_events as events
from ckanext.govshare.domain import application_forms, attachments
from ckanext.govshare.domain.application_forms import check_complete, check_draft, check_period, read
from ckanext.govshare.domain.applications import (
    PROCESS,
    TRANSITIONS,
    Application,
    Command,
    Decision,
    Facts,
    Form,
    Order,
    Part,
    State,
    Terms,
    decide,
    digest,
    evolve,
)
from ckanext.govshare.domain.cases import Limit
from ckanext.govshare.domain.entry_forms import EntryForm, Question, QuestionType
from ckanext.govshare.domain.errors import DomainError, Invalid, NotNow, NotYours
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.notices import Audience
from ckanext.govshare.domain.profiles import Rule
from ckanext.govshare.domain.wording import Message

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)  # nine o'clock in Shanghai
TODAY = date(2026, 3, 2)
FORM = Form(purpose="研究水质", period_start="2026-03-10", period_end="2026-06-30", security_measures="加密存储",
            applicant_kind="legal_entity", applicant_name="郴州水环境科技有限公司", uscc="91110000600037341L")
DRAFT = Application("a1", "e1", "d1", "company", form=FORM)
SUBMITTED = replace(DRAFT, state=State.SUBMITTED, submitted_at=NOW)
# Everything a command may need is given, so that nothing but part and state decides.
FACTS = Facts(TODAY)
SILENCE = Facts(TODAY, overdue=True, deems=True)


def give(command: Command, application: Application, *parts: Part, actor: str = "clerk", facts: Facts | None = None,
         **words: Any) -> Event:
    facts = facts or (SILENCE if command is Command.DEEM else FACTS)
    return decide(application, Order(command, actor, **{"reason": "理由"} | words), frozenset(parts), facts)


def errors(command: Command, application: Application, part: Part, **given: Any) -> dict[str, Any]:
    """What is wrong, by field."""
    with pytest.raises(Invalid) as refused:
        give(command, application, part, **given)
    return dict(refused.value.errors)


def test_neither_the_operator_nor_whoever_looks_on_gives_a_command() -> None:
    for part in (Part.OPERATOR, Part.COMPETENT, Part.DEPARTMENT_MEMBER, Part.STRANGER):
        assert [command for command in TRANSITIONS if part in TRANSITIONS[command].roles] == []


@pytest.mark.parametrize("command", [Command.TAKE, Command.RETURN, Command.APPROVE, Command.REJECT, Command.ASSIGN])
def test_nobody_decides_on_their_own_application(command: Command) -> None:
    with pytest.raises(NotYours):
        give(command, SUBMITTED, Part.APPLICANT, Part.HANDLER, actor="company")
    assert PROCESS.allowed(SUBMITTED, frozenset({Part.APPLICANT, Part.HANDLER}), "company") == [Command.WITHDRAW]


@pytest.mark.parametrize("command", [Command.RETURN, Command.REJECT])
def test_a_return_and_a_refusal_state_their_reason(command: Command) -> None:
    for reason in ("", " \n\t", "\x00", "x" * 5001):
        assert list(errors(command, SUBMITTED, Part.HANDLER, reason=reason)) == ["reason"]


class TestSubmission:
    def test_what_was_in_force_is_kept(self) -> None:
        terms = Terms(3, "实名申请", 2, ({"id": "staff"},), "1", "chenzhou-2022", "application_reply", "c1")
        event = give(Command.SUBMIT, DRAFT, Part.APPLICANT, facts=replace(FACTS, terms=terms))
        after = evolve(replace(DRAFT, reason="请补充"), event, "company", NOW)
        assert (after.terms, after.submitted_at, after.reason) == (terms, NOW, "")

    def test_the_history_holds_nothing_that_the_applicant_wrote(self) -> None:
        saved, submitted = (give(command, DRAFT, Part.APPLICANT) for command in (Command.SAVE, Command.SUBMIT))
        assert saved.payload() == {"digest": digest(FORM)}
        assert FORM.applicant_name not in str(submitted.payload())

    def test_the_history_of_a_withdrawal_holds_a_digest_of_the_reason(self) -> None:
        event = give(Command.WITHDRAW, SUBMITTED, Part.APPLICANT, reason="母亲住院，项目取消")
        assert "住院" not in str(event.payload())
        assert event.payload()["digest"]
        assert evolve(SUBMITTED, event, "company", NOW).reason == "母亲住院，项目取消"
        assert give(Command.WITHDRAW, SUBMITTED, Part.APPLICANT, reason="").payload() == {"digest": ""}

    def test_what_was_handed_in_is_kept_until_it_is_handed_in_again(self) -> None:
        submitted = evolve(DRAFT, give(Command.SUBMIT, DRAFT, Part.APPLICANT), "company", NOW)
        edited = replace(submitted, state=State.RETURNED, form=replace(FORM, purpose="另一用途"))
        saved = evolve(edited, give(Command.SAVE, edited, Part.APPLICANT), "company", NOW)
        assert (saved.form.purpose, saved.submitted_form) == ("另一用途", FORM)
        again = evolve(saved, give(Command.SUBMIT, saved, Part.APPLICANT), "company", NOW)
        assert again.submitted_form == saved.form

    @pytest.mark.parametrize("field", [
        "purpose", "security_measures", "applicant_kind", "applicant_name", "period_start", "period_end", "uscc"])
    def test_what_the_articles_ask_for_is_there(self, field: str) -> None:
        form = read({field: ""}, FORM)
        assert list(errors(Command.SUBMIT, replace(DRAFT, form=form), Part.APPLICANT)) == [field]

    @pytest.mark.parametrize(("start", "end", "wrong"), [
        ("2026-03-10", "2026-03-09", "period_end"), ("2026-01-01", "2026-03-01", "period_end"),
        ("2026-03-10", "2036-12-31", "period_end"), ("10.3.2026", "2026-06-30", "period_start"),
        ("2026-02-30", "2026-06-30", "period_start"), ("20260310", "2026-06-30", "period_start"),
        ("2028-03-03", "2028-06-30", "period_start"), ("9999-12-31", "9999-12-31", "period_start"),
        ("2026-W11-2", "2026-06-30", "period_start"), ("2026-03-10", "2026-W20-2", "period_end"),
    ])
    def test_a_period_makes_sense(self, start: str, end: str, wrong: str) -> None:
        form = replace(FORM, period_start=start, period_end=end)
        assert list(check_complete(form, (), TODAY, 0)) == [wrong]

    @pytest.mark.parametrize(("start", "end"), [
        ("2026-03-02", "2026-03-02"), ("2025-12-01", "2026-03-02"), ("2028-03-02", "2028-03-02")])
    def test_a_period_may_be_one_day_end_today_or_begin_in_two_years(self, start: str, end: str) -> None:
        assert check_complete(replace(FORM, period_start=start, period_end=end), (), TODAY, 0) == {}

    def test_a_period_is_at_most_as_long_as_the_department_grants(self) -> None:
        ten_days = replace(FORM, period_end="2026-03-19")
        assert check_complete(ten_days, (), TODAY, 10) == {}
        assert list(check_complete(ten_days, (), TODAY, 9)) == ["period_end"]

    @pytest.mark.parametrize(("kind", "uscc", "wrong"), [
        ("legal_entity", "91110000600037341X", ["uscc"]), ("other_organisation", "", []), ("natural_person", "", []),
        ("other_organisation", "1", ["uscc"]), ("natural_person", "91110000600037341L", ["uscc"]),
    ])
    def test_a_legal_entity_gives_its_code_and_it_is_right(self, kind: str, uscc: str, wrong: list[str]) -> None:
        assert list(check_complete(replace(FORM, applicant_kind=kind, uscc=uscc), (), TODAY, 0)) == wrong

    def test_all_errors_are_told_at_once(self) -> None:
        asked = EntryForm((Question("staff", "人数", QuestionType.NUMBER, required=True),))
        found = errors(Command.SUBMIT, replace(DRAFT, form=Form()), Part.APPLICANT, facts=replace(FACTS, form=asked))
        assert set(found) == {"purpose", "security_measures", "applicant_name", "applicant_kind", "period_start",
                              "period_end", "answers.staff"}

    @pytest.mark.parametrize(("facts", "field"), [
        (Facts(TODAY, applicable=False), "dataset_id"), (Facts(TODAY, on_hold=True), "dataset_id"),
        (Facts(TODAY, member=True), "dataset_id"), (Facts(TODAY, renewable=False), "renews"),
    ])
    def test_nobody_applies_for_what_cannot_be_applied_for(self, facts: Facts, field: str) -> None:
        for command in (Command.SAVE, Command.SUBMIT):
            assert list(errors(command, DRAFT, Part.APPLICANT, facts=facts)) == [field]


class TestForm:
    def test_what_is_not_given_stays(self) -> None:
        assert read({"purpose": " 新用途 ", "uscc": "91110000600037341l"}, FORM) == replace(FORM, purpose="新用途")

    def test_a_form_survives_its_storage(self) -> None:
        answered = replace(FORM, answers={"staff": 3, "where": ["境内"], "yes": True})
        assert Form.from_dict(answered.as_dict()) == answered

    @pytest.mark.parametrize(("field", "value"), [
        ("contact_email", "a@b"), ("contact_email", "a b@example.org"), ("contact_email", "x@example.org, y@example.org"),
        ("contact_phone", "no number"), ("contact_phone", "1"), ("applicant_kind", "company"), ("purpose", "a\x00b"),
        ("scene", "x" * 5001), ("period_end", "tomorrow"),
    ])
    def test_a_draft_is_refused_for_what_is_wrong_in_it(self, field: str, value: str) -> None:
        assert list(check_draft(read({field: value}, FORM))) == [field]

    @pytest.mark.parametrize(("field", "longest"), [
        ("purpose", 5000), ("security_measures", 5000), ("scene", 5000), ("applicant_name", 200), ("contact_name", 100),
        ("uscc", 40)])
    def test_a_text_goes_to_its_limit_and_no_further(self, field: str, longest: int) -> None:
        assert check_draft(read({field: "字" * longest})) == {}
        (error,) = Invalid(check_draft(read({field: "字" * (longest + 1)}))).errors[field]
        assert error.params == {"length": longest + 1, "limit": longest}

    @pytest.mark.parametrize(("field", "value"), [
        ("contact_phone", "0735-2368000"), ("contact_phone", "+86 (735) 2368000"), ("contact_phone", "123456"),
        ("contact_phone", "1" * 40), ("contact_email", "a@b.cn"), ("contact_email", "x" * 248 + "@b.org"),
        ("applicant_kind", "natural_person"), ("period_start", "2026-03-02")])
    def test_what_is_right_in_a_draft_is_taken(self, field: str, value: str) -> None:
        assert check_draft(read({field: value})) == {}

    @pytest.mark.parametrize(("field", "value"), [
        ("contact_phone", "12345"), ("contact_phone", "1" * 41), ("contact_phone", "0735-236800-"), ("contact_phone", "١٢٣٤٥٦٧"),
        ("contact_phone", "++8612345"), ("contact_email", "x" * 249 + "@b.org"), ("contact_email", "@b.cn"),
        ("contact_email", "a@b."), ("contact_email", "a@@b.cn"), ("contact_email", "<a@b.cn>"), ("period_start", "2026-3-2")])
    def test_what_is_wrong_in_a_draft_is_told_once_and_says_why(self, field: str, value: str) -> None:
        errors = Invalid(check_draft(read({field: value}))).errors
        assert {name: len(messages) for name, messages in errors.items()} == {field: 1}

    def test_one_reason_is_told_of_a_field_that_is_wrong_in_two_ways(self) -> None:
        for field in ("contact_phone", "contact_email"):
            (error,) = check_draft(read({field: "x" * 300}))[field]
            assert error.params["length"] == 300

    def test_reasons_name_what_would_be_right(self) -> None:
        (kind,) = check_draft(read({"applicant_kind": "company"}))["applicant_kind"]
        assert kind.params == {"values": "natural_person, legal_entity, other_organisation"}
        (start,) = check_period("2028-03-03", "2028-03-03", TODAY, 10)["period_start"]
        assert start.params == {"day": "2028-03-02"}
        (end,) = check_period("2026-03-10", "2026-03-20", TODAY, 10)["period_end"]
        assert end.params == {"days": 10}

    def test_a_period_is_read_from_both_its_ends(self) -> None:
        assert set(Invalid(check_period("", "x", TODAY, 10)).errors) == {"period_start", "period_end"}
        assert set(Invalid(check_period("2026-03-10", "x", TODAY, 10)).errors) == {"period_end"}
        assert set(Invalid(check_period("x", "2026-03-10", TODAY, 10)).errors) == {"period_start"}

    def test_without_a_limit_of_the_department_a_period_is_at_most_ten_years(self) -> None:
        longest = replace(FORM, period_start="2026-03-02", period_end="2036-03-08")
        assert check_complete(longest, (), TODAY, 0) == {}
        assert set(Invalid(check_complete(replace(longest, period_end="2036-03-09"), (), TODAY, 0)).errors) == {"period_end"}

    def test_what_is_not_there_is_called_missing_once(self) -> None:
        found = Invalid(check_complete(Form(), (), TODAY, 0)).errors
        assert set(found) == {
            "purpose", "security_measures", "applicant_name", "applicant_kind", "period_start", "period_end"}
        assert [str(message) for messages in found.values() for message in messages] == ["Missing value"] * 6

    @pytest.mark.parametrize("field", ["period_start", "period_end"])
    def test_an_end_of_the_period_that_is_not_there_is_called_missing(self, field: str) -> None:
        (message,) = check_complete(read({field: ""}, FORM), (), TODAY, 0)[field]
        assert str(message) == "Missing value"

    def test_of_a_code_it_is_told_whether_it_should_be_there_at_all(self) -> None:
        person = replace(FORM, applicant_kind="natural_person")
        assert "leave it empty" in str(check_complete(person, (), TODAY, 0)["uscc"][0])
        assert "18 characters" in str(check_complete(replace(FORM, uscc=""), (), TODAY, 0)["uscc"][0])

    def test_a_form_is_tidied_and_begins_empty(self) -> None:
        assert read({}) == Form()
        given = read({"purpose": " a ", "uscc": " 9111x ", "answers": {"q": " b "}, "unknown": "x"}, FORM)
        assert given == replace(FORM, purpose="a", uscc="9111X", answers={"q": " b "})

    def test_an_empty_draft_is_right(self) -> None:
        assert check_draft(Form()) == {}


class TestApproval:
    def test_what_is_not_changed_is_granted_as_asked(self) -> None:
        form = EntryForm(agreement_required=True, limits={"daily_calls": 10})
        event = give(Command.APPROVE, SUBMITTED, Part.HANDLER, facts=replace(FACTS, form=form))
        decision = evolve(SUBMITTED, event, "clerk", NOW).decision
        assert (decision.period_start, decision.period_end) == (FORM.period_start, FORM.period_end)
        assert (decision.agreement_required, decision.limits, decision.by) == (True, {"daily_calls": 10}, "department")

    def test_the_department_may_change_period_conditions_limits_and_agreement(self) -> None:
        form = EntryForm(agreement_required=True, limits={"downloads": 1})
        event = give(Command.APPROVE, SUBMITTED, Part.HANDLER, period_end="2026-03-31", conditions=" 仅限内部 ", limits={},
                     agreement_required=False, facts=replace(FACTS, form=form))
        decision = evolve(SUBMITTED, event, "clerk", NOW).decision
        assert (decision.period_end, decision.conditions) == ("2026-03-31", "仅限内部")
        assert (decision.agreement_required, decision.limits) == (False, {})

    @pytest.mark.parametrize(("words", "field"), [
        ({"period_end": "2026-03-01"}, "period_end"), ({"period_start": "2027-01-01"}, "period_end"),
        ({"limits": {"daily_calls": True}}, "limits.daily_calls"), ({"limits": {"formats": "csv"}}, "limits.formats"),
        ({"limits": {"addresses": ["10.0.0.0/33"]}}, "limits.addresses"), ({"conditions": "\x00"}, "conditions"),
        ({"reason": "x" * 5001}, "reason"),
    ])
    def test_what_makes_no_sense_is_not_granted(self, words: dict[str, Any], field: str) -> None:
        assert list(errors(Command.APPROVE, SUBMITTED, Part.HANDLER, **words)) == [field]

    @pytest.mark.parametrize("words", [{}, {"period_start": "2026-02-20"}])
    def test_a_period_does_not_begin_before_the_approval(self, words: dict[str, Any]) -> None:
        asked = replace(SUBMITTED, form=replace(FORM, period_start="2026-02-23"))
        decision = evolve(asked, give(Command.APPROVE, asked, Part.HANDLER, **words), "clerk", NOW).decision
        assert (decision.period_start, decision.period_end) == ("2026-03-02", FORM.period_end)

    def test_what_is_not_opened_any_more_is_not_granted(self) -> None:
        assert list(errors(Command.APPROVE, SUBMITTED, Part.HANDLER, facts=Facts(TODAY, applicable=False))) == ["dataset_id"]

    def test_an_applicant_who_joined_the_department_since_is_still_decided_on(self) -> None:
        assert isinstance(give(Command.APPROVE, SUBMITTED, Part.HANDLER, facts=Facts(TODAY, member=True)),
                          events.ApplicationApproved)


class TestClock:
    @pytest.mark.parametrize("facts", [
        replace(SILENCE, overdue=False), replace(SILENCE, deems=False), replace(SILENCE, on_hold=True),
        replace(SILENCE, applicable=False)])
    def test_silence_is_consent_only_overdue_and_where_the_profile_says_so(self, facts: Facts) -> None:
        with pytest.raises(NotNow):
            give(Command.DEEM, SUBMITTED, Part.SYSTEM, facts=facts)

    def test_it_grants_what_was_asked_for(self) -> None:
        after = evolve(SUBMITTED, give(Command.DEEM, SUBMITTED, Part.SYSTEM), "", NOW)
        assert (after.state, after.decision.by, after.decision.period_end) == (State.DEEMED_APPROVED, "clock", FORM.period_end)

    @pytest.mark.parametrize("command", [Command.RETURN, Command.REJECT])
    def test_silence_that_is_consent_is_not_taken_back_before_the_clock_says_so(self, command: Command) -> None:
        with pytest.raises(NotNow):
            give(command, SUBMITTED, Part.HANDLER, facts=SILENCE)
        for facts in (replace(SILENCE, overdue=False), replace(SILENCE, deems=False), replace(SILENCE, applicable=False)):
            after = evolve(SUBMITTED, give(command, SUBMITTED, Part.HANDLER, facts=facts), "clerk", NOW)
            assert after.state is TRANSITIONS[command].to
        assert isinstance(give(Command.APPROVE, SUBMITTED, Part.HANDLER, facts=SILENCE), events.ApplicationApproved)

    def test_what_is_returned_is_never_deemed_approved(self) -> None:
        with pytest.raises(DomainError):
            give(Command.DEEM, replace(SUBMITTED, state=State.RETURNED), Part.SYSTEM)


def test_an_appeal_that_took_longer_than_the_period_gives_as_many_days_from_today() -> None:
    rejected = replace(SUBMITTED, state=State.REJECTED)
    late = replace(FACTS, today=date(2026, 8, 1))
    decision = evolve(rejected, give(Command.OVERTURN, rejected, Part.SYSTEM, facts=late), "reviewer", NOW).decision
    assert (decision.period_start, decision.period_end, decision.by) == ("2026-08-01", "2026-11-21", "appeal")


@pytest.mark.parametrize(("day", "period"), [
    ("2026-06-30", ("2026-06-30", "2026-06-30")),  # what is left of the period that was asked for
    ("2026-07-01", ("2026-07-01", "2026-10-21")),  # as many days, anew
    ("2026-03-10", ("2026-03-10", "2026-06-30")),
])
def test_a_period_that_ends_on_the_day_of_the_decision_is_not_over_yet(day: str, period: tuple[str, str]) -> None:
    rejected = replace(SUBMITTED, state=State.REJECTED)
    facts = replace(FACTS, today=date.fromisoformat(day))
    decision = evolve(rejected, give(Command.OVERTURN, rejected, Part.SYSTEM, facts=facts), "reviewer", NOW).decision
    assert (decision.period_start, decision.period_end) == period


@pytest.mark.parametrize("facts", [
    replace(FACTS, applicable=False), replace(FACTS, on_hold=True), replace(FACTS, renewable=False)])
def test_no_appeal_opens_what_is_not_opened_on_application(facts: Facts) -> None:
    rejected = replace(SUBMITTED, state=State.REJECTED)
    assert errors(Command.OVERTURN, rejected, Part.SYSTEM, facts=facts)
    event = give(Command.OVERTURN, rejected, Part.SYSTEM, facts=replace(FACTS, member=True))
    assert isinstance(event, events.ApplicationOverturned)


def test_a_draft_may_lack_answers_but_not_have_answers_of_another_kind() -> None:
    question = Question("q1", "是否公开发表", QuestionType.YES_NO, True)
    facts = replace(FACTS, form=EntryForm(questions=(question,)))
    assert isinstance(give(Command.SAVE, DRAFT, Part.APPLICANT, facts=facts), events.ApplicationSaved)
    wrong = replace(DRAFT, form=replace(FORM, answers={"q1": ["是"]}))
    assert errors(Command.SAVE, wrong, Part.APPLICANT, facts=facts)


def test_the_digest_of_a_form_does_not_hang_on_the_order_of_its_answers() -> None:
    one, other = (replace(FORM, answers=answers) for answers in ({"a": 1, "b": 2}, {"b": 2, "a": 1}))
    assert digest(one) == digest(other)
    assert digest(one) != digest(FORM)


def test_who_takes_a_case_works_on_it_unless_somebody_does() -> None:
    event = give(Command.TAKE, SUBMITTED, Part.HANDLER)
    assert evolve(SUBMITTED, event, "clerk", NOW).assignee == "clerk"
    assert evolve(replace(SUBMITTED, assignee="other"), event, "clerk", NOW).assignee == "other"


# Every field holds something, so that what an event drops is seen.
DECISION = Decision("2026-03-10", "2026-06-30", "仅限内部", True, {"daily_calls": 3}, "department")
FULL = replace(
    SUBMITTED, submitted_form=replace(FORM, purpose="先前"), terms=Terms(2, profile="chenzhou-2022"), reason="请补充",
    decision=replace(DECISION, by="x"), renews="g0", assignee="other", created_at=NOW, decided_at=NOW)
LATER = datetime(2026, 3, 3, tzinfo=UTC)
TERMS = Terms(3, "实名申请", 2, ({"id": "staff"},), "1", "chenzhou-2022", "application_reply", "c1")


@pytest.mark.parametrize(("event", "changed"), [
    (events.ApplicationSaved("digest"), {}),
    (events.ApplicationSubmitted("digest", asdict(TERMS)), {
        "state": State.SUBMITTED, "submitted_form": FORM, "terms": TERMS, "submitted_at": LATER, "reason": ""}),
    (events.ApplicationTaken(), {"state": State.UNDER_REVIEW}),
    (events.ApplicationAssigned("third"), {"assignee": "third"}),
    (events.ApplicationReturned("缺材料"), {"state": State.RETURNED, "reason": "缺材料"}),
    (events.ApplicationApproved(asdict(DECISION), "符合条件"), {
        "state": State.APPROVED, "decision": DECISION, "reason": "符合条件", "decided_at": LATER}),
    (events.ApplicationRejected("用途不符"), {
        "state": State.REJECTED, "decision": Decision(), "reason": "用途不符", "decided_at": LATER}),
    (events.ApplicationWithdrawn("取消"), {"state": State.WITHDRAWN, "reason": "取消"}),
    (events.ApplicationDeemedApproved(asdict(DECISION)), {
        "state": State.DEEMED_APPROVED, "decision": DECISION, "reason": "", "decided_at": LATER}),
    (events.ApplicationOverturned(asdict(DECISION)), {
        "state": State.APPROVED, "decision": DECISION, "reason": "", "decided_at": LATER}),
])
def test_an_event_changes_this_of_an_application_and_nothing_else(event: Event, changed: dict[str, Any]) -> None:
    before = replace(FULL, state=State.DRAFT)
    assert evolve(before, event, "clerk", LATER) == replace(before, **changed)


def test_a_digest_stands_in_histories_and_is_never_made_another_way() -> None:
    form = replace(FORM, answers={"b": 1, "a": "是"})
    assert digest(form) == "10953bc8b1722539d85132defb122d99cd363f601b89300a9415e46744851d9f"


def test_a_decision_names_all_that_was_granted() -> None:
    form = EntryForm(agreement_required=True, limits={"daily_calls": 10})
    facts = replace(SILENCE, form=form)
    event = give(Command.DEEM, SUBMITTED, Part.SYSTEM, facts=facts)
    assert event.payload() == {"decision": asdict(
        Decision(FORM.period_start, FORM.period_end, "", True, {"daily_calls": 10}, "clock"))}


def test_a_form_without_a_period_is_deemed_approved_without_one() -> None:
    asked = replace(SUBMITTED, form=replace(FORM, period_start="", period_end=""))
    assert give(Command.DEEM, asked, Part.SYSTEM, facts=SILENCE).payload() == {"decision": asdict(Decision(by="clock"))}


def test_what_is_handed_in_is_measured_by_the_longest_period_of_the_form() -> None:
    facts = replace(FACTS, form=EntryForm(longest_period_days=113))
    assert give(Command.SUBMIT, DRAFT, Part.APPLICANT, facts=facts).payload()["digest"] == digest(FORM)
    facts = replace(FACTS, form=EntryForm(longest_period_days=112))
    assert list(errors(Command.SUBMIT, DRAFT, Part.APPLICANT, facts=facts)) == ["period_end"]


def test_an_approval_of_a_period_that_went_by_since_is_refused_and_not_moved() -> None:
    late = replace(FACTS, today=date(2026, 8, 1))
    assert list(errors(Command.APPROVE, SUBMITTED, Part.HANDLER, facts=late)) == ["period_end"]


def test_all_that_is_wrong_in_an_approval_is_told_at_once() -> None:
    found = errors(Command.APPROVE, SUBMITTED, Part.HANDLER, facts=replace(FACTS, renewable=False, on_hold=True),
                   period_end="2026-03-01", limits={"daily_calls": -1}, conditions="\x00")
    assert set(found) == {"dataset_id", "renews", "period_end", "limits.daily_calls", "conditions"}


def test_conditions_of_an_approval_are_at_most_5000_characters() -> None:
    assert give(Command.APPROVE, SUBMITTED, Part.HANDLER, conditions="字" * 5000).name == "application_approved"
    assert list(errors(Command.APPROVE, SUBMITTED, Part.HANDLER, conditions="字" * 5001)) == ["conditions"]


@pytest.mark.parametrize(("command", "event"), [
    (Command.RETURN, events.ApplicationReturned("缺材料")), (Command.REJECT, events.ApplicationRejected("缺材料")),
    (Command.ASSIGN, events.ApplicationAssigned("third")), (Command.TAKE, events.ApplicationTaken())])
def test_what_a_handler_wrote_stands_in_the_history_without_blanks_around_it(command: Command, event: Event) -> None:
    assert give(command, SUBMITTED, Part.HANDLER, reason=" 缺材料\n", assignee="third") == event


class TestAttachments:
    @pytest.mark.parametrize(("name", "head"), [
        ("a.PDF", b"%PDF-1.4"), ("a.docx", b"PK\x03\x04"), ("a.ofd", b"PK\x03\x04"), ("a.jpeg", b"\xff\xd8\xff\xe0"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")])
    def test_papers_are_taken(self, name: str, head: bytes) -> None:
        assert attachments.content_error(name, head) is None

    @pytest.mark.parametrize(("name", "head"), [
        ("a.pdf", b"PK\x03\x04"), ("a.html", b"<html>"), ("a.pdf", b"MZ"), ("a.svg", b"<svg"), ("pdf", b"%PDF-"),
        ("a.pdf.exe", b"%PDF-")])
    def test_what_is_none_or_says_something_else_is_not(self, name: str, head: bytes) -> None:
        assert isinstance(attachments.content_error(name, head), Message)

    @pytest.mark.parametrize(("given", "kept"), [
        ("../../etc/方案.pdf", "方案.pdf"), ("C:\\papers\\a.pdf", "a.pdf"), ("a\r\nb\u202e.pdf", "ab.pdf"), ("", "attachment"),
        ("x" * 300 + ".pdf", "x" * 200 + ".pdf")])
    def test_a_name_is_only_a_name(self, given: str, kept: str) -> None:
        assert attachments.tidy_name(given) == kept


class TestPapers:
    @pytest.mark.parametrize(("name", "head"), [
        (f"a.{ending}", magic) for magic, endings in (
            (b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg jpeg"), (b"II*\0", "tif tiff"),
            (b"MM\0*", "tif tiff"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc xls ppt wps et dps"),
            (b"PK\x03\x04", "zip docx xlsx pptx odt ods odp ofd")) for ending in endings.split()])
    def test_each_kind_has_its_endings(self, name: str, head: bytes) -> None:
        assert attachments.content_error(name, head + b"x") is None
        assert attachments.content_error(name, head[:-1]) is not None

    def test_it_is_told_which_kinds_are_taken_and_what_the_name_should_end_in(self) -> None:
        error = attachments.content_error("a.exe", b"MZ")
        assert error is not None
        assert error.params["names"].startswith("doc, docx, dps, et, jpeg, ")
        error = attachments.content_error("a.png", b"\xff\xd8\xff")
        assert error is not None
        assert error.params == {"names": "jpeg, jpg"}

    @pytest.mark.parametrize(("given", "kept"), [
        ("a." + "x" * 11, "a." + "x" * 10), (".pdf", ".pdf"), (" a.pdf ", "a.pdf"), ("x" * 201, "x" * 200),
        ("\x00", "attachment"), ("a/", "attachment"), ("a\\b/c.pdf", "c.pdf"), ("a.b.pdf", "a.b.pdf"),
        ("a." + "b" * 20 + ".pdf", "a." + "b" * 20 + ".pdf"),
        ("x" * 200 + ".pdf", "x" * 200 + ".pdf")])
    def test_a_name_keeps_its_ending(self, given: str, kept: str) -> None:
        assert attachments.tidy_name(given) == kept

    def test_numbers_and_sizes_are_told_as_they_are(self) -> None:
        assert (attachments.MOST, attachments.MAX_BYTES, attachments.HEAD) == (10, 20_971_520, 16)
        assert [text.params for text in (attachments.TOO_MANY, attachments.TOO_BIG)] == [{"most": 10}, {"most": 20}]


def test_every_field_of_the_form_has_its_limit() -> None:
    known = {*application_forms.REQUIRED, *application_forms.OPTIONAL, "period_start", "period_end", "applicant_kind", "answers"}
    assert known == set(application_forms.FIELDS)


def test_a_reply_is_due_from_the_submission_on_while_the_department_has_to_act() -> None:
    assert PROCESS.limit == Limit(
        Rule.APPLICATION_REPLY, events.ApplicationSubmitted, frozenset({State.SUBMITTED, State.UNDER_REVIEW}),
        ((Audience.HANDLERS, "reply_due"),), ((Audience.HANDLERS, "reply_overdue"), (
            Audience.COMPETENT, "reply_overdue_report"), (Audience.PERSON, "reply_late")))

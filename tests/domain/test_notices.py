"""Who is told what, and when."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

import pytest

from ckanext.govshare.domain import (
    agreement_events,
    appeal_events,
    application_events,
    grant_events,
    notice_texts,
    notices,
    processes,
)
from ckanext.govshare.domain.calendar import SHANGHAI, Deadline, build_calendar
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.notices import Audience, Step

CALENDAR = build_calendar()
# Tuesday to Monday; the week before has 清明节 on Saturday the 4th to Monday the 6th.
START, DUE = date(2026, 4, 7), date(2026, 4, 20)
ALL_PARAMS = {"dataset": "水质监测", "department": "市生态环境局", "due": "2026-04-20", "last_day": "2026-04-30",
              "day": "2026-04-18", "days": 3, "reason": "材料不全"}


NEVER_SIGNED = (grant_events.GrantExpired("2026-04-20", "pending_agreement"),
                grant_events.GrantTerminated("未签署", "pending_agreement"))


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)


def deadline(start: date = START, due: date = DUE) -> Deadline:
    return Deadline("chenzhou-2022", "application_reply", start, due, 9, "第二十七条", True, False, CALENDAR.version)


def key_at(steps: list[Step], moment: datetime) -> str:
    step = notices.step_at(steps, moment)
    return step.key if step else ""


def kinds(told: notices.Told) -> set[str]:
    return {kind for _, kind in told}


class TestTexts:
    def test_every_text_is_made_of_known_parameters(self) -> None:
        for text in notice_texts.KINDS.values():
            for message in (text.title, *text.sentences):
                assert notice_texts.fields(message) <= notice_texts.PARAMS

    def test_every_title_names_the_data(self) -> None:
        assert [kind for kind, text in notice_texts.KINDS.items() if "dataset" not in notice_texts.fields(text.title)] == []

    def test_whatever_is_told_has_a_text(self) -> None:
        steps = [*(step for kind in processes.watched() for step in processes.reply_steps(kind, deadline(), CALENDAR)),
                 *notices.grant_end_steps(local(2026, 5, 1), local(2026, 1, 1)),
                 *notices.close_out_steps(local(2026, 5, 1), CALENDAR), notices.unusual_step(START),
                 *(step for state in ("offered", "applicant_signed") for replaces in ("", "former")
                   for step in notices.signature_steps(state, local(2026, 5, 1), replaces))]
        told = [*processes.on_event().values(), *(step.told for step in steps),
                processes.of_event(agreement_events.AgreementOffered("a", {}, "h", "s", "e", "former"), "former"),
                processes.of_event(grant_events.GrantExpired("2026-04-20", "active", "later")),
                *(processes.of_event(event) for event in NEVER_SIGNED)]
        assert {kind for one in told for kind in kinds(one)} == set(notice_texts.KINDS)

    def test_a_sentence_without_its_parameter_is_left_out(self) -> None:
        full = notice_texts.written("application_approved", ALL_PARAMS)
        short = notice_texts.written("application_approved", {**ALL_PARAMS, "reason": ""})
        assert "Note of the department: 材料不全" in [str(sentence) for sentence in full.sentences]
        assert len(short.sentences) == len(full.sentences) - 1

    def test_no_days_left_is_a_number_of_days(self) -> None:
        written = notice_texts.written("grant_ends_soon", {**ALL_PARAMS, "days": 0})
        assert str(written.sentences[0]).startswith("Days left: 0.")

    def test_braces_in_what_people_wrote_stay_as_they_are(self) -> None:
        written = notice_texts.written("application_returned", {**ALL_PARAMS, "reason": "{dataset.__class__}"})
        assert "{dataset.__class__}" in str(written.sentences[0])


class TestEvents:
    @pytest.mark.parametrize("module", [application_events, agreement_events, grant_events, appeal_events])
    def test_every_event_of_a_case_is_told_or_silent_on_purpose(self, module: object) -> None:
        names = {found.name for found in vars(module).values()
                 if isinstance(found, type) and issubclass(found, Event) and found is not Event}
        assert names <= set(processes.on_event()) | processes.SILENT
        assert not set(processes.on_event()) & processes.SILENT

    def test_nothing_is_told_of_an_event_that_does_not_exist(self) -> None:
        modules = (application_events, agreement_events, grant_events, appeal_events)
        known = {found.name for module in modules for found in vars(module).values()
                 if isinstance(found, type) and issubclass(found, Event) and found is not Event}
        assert set(processes.on_event()) <= known

    @pytest.mark.parametrize("event", ["grant_suspended", "grant_terminated"])
    def test_suspension_and_termination_are_reported_to_the_competent_department(self, event: str) -> None:
        assert {audience for audience, _ in processes.on_event()[event]} == {Audience.PERSON, Audience.COMPETENT}

    def test_an_agreement_in_the_place_of_another_asks_to_sign_again(self) -> None:
        first = agreement_events.AgreementOffered("a", {}, "h", "s", "e")
        assert kinds(processes.of_event(first)) == {"agreement_to_sign"}
        assert kinds(processes.of_event(first, replaces="former")) == {"agreement_to_sign_again"}

    def test_whoever_goes_on_under_a_renewal_is_not_told_that_access_has_ended(self) -> None:
        assert kinds(processes.of_event(grant_events.GrantExpired("2026-04-20", "active"))) == {"grant_expired"}
        assert kinds(processes.of_event(grant_events.GrantExpired("2026-04-20", "active", "later"))) == {"grant_continued"}

    def test_nobody_is_asked_to_delete_data_that_they_never_had(self) -> None:
        for event in NEVER_SIGNED:
            for kind in kinds(processes.of_event(event)):
                text = notice_texts.KINDS[kind]
                said = [str(one.text) for one in (text.title, *text.sentences)]
                assert not [one for one in said if "copies" in one or "access has ended" in one]

    def test_no_message_says_what_a_holder_wrote_on_giving_up(self) -> None:
        event = grant_events.GrantSurrendered("张三不再需要", "active")
        [kind] = kinds(processes.of_event(event))
        assert not hasattr(event, "reason")
        text = notice_texts.KINDS[kind]
        assert [said for said in (text.title, *text.sentences) if "reason" in notice_texts.fields(said)] == []

    @pytest.mark.parametrize("kind", ["agreement_in_force", "grant_resumed", "grant_reinstated"])
    def test_nothing_is_promised_of_access_that_may_begin_later_or_await_signatures(self, kind: str) -> None:
        assert not [said for said in notice_texts.KINDS[kind].sentences if "can fetch" in said.text]

    def test_of_an_unknown_event_nobody_is_told(self) -> None:
        @dataclass(frozen=True)
        class Strange(Event):
            name: ClassVar[str] = "strange"
        assert processes.of_event(Strange()) == ()


class TestReplies:
    STEPS = processes.reply_steps("applications", deadline(), CALENDAR)

    @pytest.mark.parametrize(("moment", "key"), [
        (local(2026, 4, 15, 7, 59), ""),
        (local(2026, 4, 15, 8), "due_in_3:2026-04-20"),
        (local(2026, 4, 17, 7, 59), "due_in_3:2026-04-20"),
        (local(2026, 4, 17, 8), "due_in_1:2026-04-20"),
        (local(2026, 4, 19, 12), "due_in_1:2026-04-20"),
        (local(2026, 4, 20, 8), "due_in_0:2026-04-20"),
        (local(2026, 4, 20, 23, 59, 59), "due_in_0:2026-04-20"),
        (local(2026, 4, 21), "overdue:2026-04-20"),
        (local(2027, 4, 21), "overdue:2026-04-20"),
    ])
    def test_the_department_is_warned_three_days_one_day_and_on_the_day(self, moment: datetime, key: str) -> None:
        assert key_at(self.STEPS, moment) == key

    def test_holidays_are_no_days_of_warning(self) -> None:
        # 2026-10-01 to 07 is 国庆节: one working day before the 8th is the 30th of September.
        steps = processes.reply_steps("applications", deadline(date(2026, 9, 20), date(2026, 10, 8)), CALENDAR)
        assert next(step.at for step in steps if step.key.startswith("due_in_1")) == local(2026, 9, 30, 8)

    def test_no_warning_lies_before_the_day_after_submission(self) -> None:
        steps = processes.reply_steps("applications", deadline(date(2026, 4, 17), DUE), CALENDAR)
        assert [step.key for step in steps] == ["due_in_0:2026-04-20", "overdue:2026-04-20"]

    def test_overdue_is_reported_to_the_competent_department_and_said_to_the_applicant(self) -> None:
        assert {audience for audience, _ in self.STEPS[-1].told} == {Audience.HANDLERS, Audience.COMPETENT, Audience.PERSON}

    def test_a_new_due_date_is_warned_of_anew(self) -> None:
        later = processes.reply_steps("applications", deadline(due=date(2026, 5, 20)), CALENDAR)
        assert not {step.key for step in later} & {step.key for step in self.STEPS}

    def test_of_an_appeal_the_competent_department_is_warned(self) -> None:
        told = [step.told for step in processes.reply_steps("appeals", deadline(), CALENDAR)]
        assert {audience for one in told for audience, _ in one} == {Audience.COMPETENT}

    def test_the_review_of_entries_is_not_warned_of(self) -> None:
        assert processes.reply_steps("catalog", deadline(), CALENDAR) == []


class TestEnds:
    ENDS = local(2026, 5, 1)  # the last day is the 30th of April

    @pytest.mark.parametrize(("moment", "key"), [
        (local(2026, 3, 31, 7), ""),
        (local(2026, 3, 31, 8), "ends_in_30:2026-04-30"),
        (local(2026, 4, 23, 8), "ends_in_7:2026-04-30"),
        (local(2026, 4, 29, 8), "ends_in_1:2026-04-30"),
        (local(2026, 4, 30, 23), "ends_in_1:2026-04-30"),
    ])
    def test_the_holder_is_reminded_thirty_seven_and_one_days_before_the_last(self, moment: datetime, key: str) -> None:
        assert key_at(notices.grant_end_steps(self.ENDS, local(2026, 1, 1)), moment) == key

    def test_a_short_grant_is_not_reminded_of_days_before_it_was_given(self) -> None:
        steps = notices.grant_end_steps(self.ENDS, local(2026, 4, 25, 12))
        assert [step.key for step in steps] == ["ends_in_1:2026-04-30"]

    def test_the_last_day_is_the_one_before_the_end(self) -> None:
        assert notices.last_day_of(self.ENDS) == date(2026, 4, 30)
        assert notices.last_day_of(self.ENDS - timedelta(hours=1)) == date(2026, 4, 30)

    def test_a_missing_statement_is_told_the_department_at_last(self) -> None:
        # 劳动节 is off until the 5th, and the 9th is worked instead: the tenth working day is the 18th.
        first, last = notices.close_out_steps(self.ENDS, CALENDAR)
        assert (first.at, last.at) == (local(2026, 5, 19, 8), local(2026, 6, 2, 8))
        assert {audience for audience, _ in last.told} - {audience for audience, _ in first.told} == {Audience.HANDLERS}

    def test_whoever_has_to_sign_is_reminded(self) -> None:
        offered, signed = (notices.signature_steps(state, self.ENDS)[0] for state in ("offered", "applicant_signed"))
        assert (offered.told[0][0], signed.told[0][0]) == (Audience.PERSON, Audience.HANDLERS)
        assert offered.key != signed.key

    @pytest.mark.parametrize("state", ["offered", "applicant_signed"])
    def test_who_signs_a_new_version_is_not_told_that_there_is_no_access_before(self, state: str) -> None:
        told = {kind for step in notices.signature_steps(state, self.ENDS, "former") for kind in kinds(step.told)}
        said = [text for kind in told for text in notice_texts.KINDS[kind].sentences]
        assert [text for text in said if "stays in force" in text.text] == said

    def test_the_reminder_of_a_signature_comes_in_the_morning_three_and_ten_days_after_the_offer(self) -> None:
        offered = local(2026, 5, 1, 23, 30)
        assert notices.signature_steps("offered", offered) == [
            Step("offered_3", local(2026, 5, 4, 8), ((Audience.PERSON, "signature_missing"),)),
            Step("offered_10", local(2026, 5, 11, 8), ((Audience.PERSON, "signature_missing"),))]
        assert notices.signature_steps("applicant_signed", offered, "former")[0] == Step(
            "applicant_signed_3", local(2026, 5, 4, 8), ((Audience.HANDLERS, "countersignature_missing_again"),))

    def test_unusual_use_is_told_at_once_and_by_its_day(self) -> None:
        assert notices.unusual_step(START) == Step(
            "unusual:2026-04-07", local(2026, 4, 7), ((Audience.HANDLERS, "grant_unusual"),))

    def test_each_reminder_of_an_end_says_so_once(self) -> None:
        assert notices.grant_end_steps(self.ENDS, local(2026, 3, 31, 8))[0].key == "ends_in_7:2026-04-30"
        assert notices.grant_end_steps(self.ENDS, local(2026, 3, 31, 7, 59)) == [
            Step(f"ends_in_{days}:2026-04-30", at, ((Audience.PERSON, "grant_ends_soon"),)) for days, at in (
                (30, local(2026, 3, 31, 8)), (7, local(2026, 4, 23, 8)), (1, local(2026, 4, 29, 8)))]

    def test_the_statement_on_the_data_is_asked_for_twice(self) -> None:
        first, last = notices.close_out_steps(self.ENDS, CALENDAR)
        assert (first.key, last.key) == ("close_out_1:2026-05-01", "close_out_2:2026-05-01")
        assert first.told == ((Audience.PERSON, "close_out_missing"),)
        assert last.told == (*first.told, (Audience.HANDLERS, "close_out_missing_report"))

    def test_a_limit_of_a_reply_is_told_to_whoever_has_to_act(self) -> None:
        soon, _, today, overdue = TestReplies.STEPS
        assert soon == Step("due_in_3:2026-04-20", local(2026, 4, 15, 8), ((Audience.HANDLERS, "reply_due_soon"),))
        assert today.told == ((Audience.HANDLERS, "reply_due_today"),)
        assert overdue == Step("overdue:2026-04-20", local(2026, 4, 21), (
            (Audience.HANDLERS, "reply_overdue"), (Audience.COMPETENT, "reply_overdue_report"), (Audience.PERSON, "reply_late")))
        assert tuple(processes.watched()) == ("applications", "appeals")

    def test_the_step_whose_moment_came_last_is_told_whatever_their_order(self) -> None:
        steps = [Step("a", self.ENDS, ()), Step("b", self.ENDS - timedelta(days=1), ())]
        moments = [self.ENDS - timedelta(days=2), self.ENDS - timedelta(hours=1), self.ENDS]
        assert [key_at(steps, moment) for moment in moments] == ["", "b", "a"]


def test_a_text_is_written_of_what_is_given_and_of_nothing_else() -> None:
    written = notice_texts.written("reply_due_soon", {**ALL_PARAMS, "days": None, "unknown": "x"})
    assert (written.title.params, written.sentences) == ({"dataset": "水质监测", "due": "2026-04-20"}, ())
    whole = notice_texts.written("reply_due_soon", ALL_PARAMS)
    assert [dict(sentence.params) for sentence in whole.sentences] == [{"days": 3}]
    assert notice_texts.written("reply_due_today", {}).title.params == {"dataset": ""}
    with pytest.raises(KeyError):
        notice_texts.written("no kind", ALL_PARAMS)


def test_holder_and_department_are_told_of_a_reinstatement() -> None:
    assert processes.of_event(grant_events.GrantReinstated("active", "")) == (
        (Audience.PERSON, "grant_reinstated"), (Audience.HANDLERS, "grant_reinstated_report"))


def test_a_period_that_ends_a_moment_after_midnight_has_that_day_as_its_last() -> None:
    assert notices.last_day_of(local(2026, 5, 1) + timedelta(microseconds=1)) == date(2026, 5, 1)

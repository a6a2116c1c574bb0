"""What people are told: the inbox, e-mail that survives an outage, and reminders that a stopped clock catches up with."""
from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import trustme
from cases import REJECT_REASON, SHANGHAI, Cases, at, midnight
from ckan import model
from ckan.exceptions import CkanConfigurationException
from emptying import Snapshot, owner_engine
from mail_server import Mailbox, mail_server
from world import World

from ckanext.govshare import clock, jobs, security, subscriptions
from ckanext.govshare.logic import notices
from ckanext.govshare.repository import outbox
from ckanext.govshare.repository import trace as history

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def module_cases(shared_world: World) -> Iterator[tuple[Cases, Snapshot]]:
    made = Cases(shared_world)
    assert made.dataset
    model.Session.remove()
    snapshot = Snapshot(owner_engine(Path(tk.config["__file__"])), "notices")
    yield made, snapshot
    snapshot.forget()


@pytest.fixture
def cases(module_cases: tuple[Cases, Snapshot], empty_database: Callable[[], None]) -> Iterator[Cases]:
    """The cases' entry is one for all; of what a test does nothing is left to the next, whose reminders would tell of it."""
    made, snapshot = module_cases
    yield made
    model.Session.remove()
    empty_database()
    snapshot.put_back()


def read_all(cases: Cases) -> None:
    for person in people(cases):
        cases.world.call(person, "govshare_message_read", all=True)


def people(cases: Cases) -> list[str]:
    return [cases.applicant, cases.other_applicant, cases.clerk, cases.second_clerk, cases.world.reviewer]


def told(cases: Cases, person: str) -> list[str]:
    """The kinds of a person's unread messages, oldest first."""
    found = cases.world.call(person, "govshare_message_list", unread=True, limit=100)
    return [row["kind"] for row in reversed(found["results"])]


def user_id(name: str) -> str:
    found: str = model.User.get(name).id
    return found


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), SHANGHAI)


def due(application: dict[str, Any]) -> date:
    return date.fromisoformat(application["deadline"]["due"])


class TestInbox:
    def test_applicant_and_handlers_are_told_of_a_submission_and_nobody_else(self, cases: Cases) -> None:
        cases.submitted()
        assert told(cases, cases.applicant) == ["application_received"]
        assert told(cases, cases.clerk) == told(cases, cases.second_clerk) == ["application_to_handle"]
        assert told(cases, cases.other_applicant) == told(cases, cases.world.reviewer) == []

    def test_a_refusal_says_why_and_leads_to_its_case(self, cases: Cases) -> None:
        rejected = cases.rejected()
        newest = cases.world.call(cases.applicant, "govshare_message_list")["results"][0]
        assert newest["kind"] == "application_rejected"
        assert cases.dataset["title"] in newest["title"]
        assert any(REJECT_REASON in sentence for sentence in newest["sentences"])
        assert newest["address"] == f"/application/{rejected['id']}"

    def test_a_refused_command_tells_nobody(self, cases: Cases) -> None:
        submitted = cases.submitted()
        before = told(cases, cases.applicant)
        with pytest.raises(tk.ValidationError):
            cases.act(cases.clerk, "reject", submitted, reason=" ")
        assert told(cases, cases.applicant) == before

    def test_nobody_marks_messages_of_others_as_read(self, cases: Cases) -> None:
        cases.submitted()
        theirs = cases.world.call(cases.applicant, "govshare_message_list")["results"][0]
        assert cases.world.call(cases.other_applicant, "govshare_message_read", ids=[theirs["id"]])["marked"] == 0
        assert cases.world.call(cases.applicant, "govshare_message_read", ids=[theirs["id"]]) == {"marked": 1, "unread": 0}

    @pytest.mark.parametrize("ids", [["x"], [-1], [2**70], [True], "１", list(range(101))])
    def test_numbers_that_are_none_are_refused_by_name(self, cases: Cases, ids: Any) -> None:
        with pytest.raises(tk.ValidationError) as refusal:
            cases.world.call(cases.applicant, "govshare_message_read", ids=ids)
        assert list(refusal.value.error_dict) == ["ids"]

    def test_visitors_have_no_inbox(self, cases: Cases) -> None:
        for action in ("list", "read", "settings_show", "settings_update"):
            with pytest.raises(tk.NotAuthorized):
                cases.world.call("", f"govshare_message_{action}")

    def test_each_side_is_told_when_it_has_to_sign(self, cases: Cases) -> None:
        cases.signed()
        assert [kind for kind in told(cases, cases.applicant) if kind.startswith("agreement")] == [
            "agreement_to_sign", "agreement_in_force"]
        assert "agreement_to_countersign" in told(cases, cases.second_clerk)

    def test_an_appeal_reaches_the_competent_department_and_its_outcome_both_sides(self, cases: Cases) -> None:
        appeal = cases.appealed()
        assert told(cases, cases.world.reviewer) == ["appeal_filed"]
        cases.act(cases.world.reviewer, "decide", appeal, "appeal", outcome="upheld", reason="原决定有据")
        assert told(cases, cases.applicant)[-1] == told(cases, cases.clerk)[-1] == "appeal_upheld"

    def test_suspension_is_reported_to_the_competent_department(self, cases: Cases) -> None:
        cases.suspended()
        assert told(cases, cases.world.reviewer) == ["grant_suspended_report"]
        assert told(cases, cases.applicant)[-1] == "grant_suspended"


@pytest.fixture
def post(cases: Cases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Mailbox]:
    """A real mail server, which the settings name."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with mail_server(authority) as box:
        for key, value in {"smtp.server": box.address, "smtp.starttls": True, "smtp.mail_from": "portal@example.com",
                           "govshare.mail_ca_file": str(tmp_path / "authority.pem")}.items():
            monkeypatch.setitem(tk.config, key, value)
        yield box


def letters(box: Mailbox) -> list[EmailMessage]:
    return [email.message_from_string(text, policy=email.policy.default) for text in box.messages]


def addressed(box: Mailbox, person: str) -> list[EmailMessage]:
    return [letter for letter in letters(box) if model.User.get(person).email == letter["To"].addresses[0].addr_spec]


class TestMail:
    def test_a_message_goes_out_once_with_the_address_of_its_case(self, cases: Cases, post: Mailbox) -> None:
        submitted = cases.submitted()
        assert post.messages == []
        jobs.drain_outbox()
        jobs.drain_outbox()
        [letter] = addressed(post, cases.applicant)
        assert cases.dataset["title"] in letter["Subject"]
        assert f"{tk.config['ckan.site_url']}/application/{submitted['id']}" in letter.get_content()

    def test_no_mail_tells_what_the_applicant_wrote(self, cases: Cases, post: Mailbox) -> None:
        cases.submitted(applicant_name="郴州水环境科技有限公司", contact_name="李明", purpose="秘密的用途")
        jobs.drain_outbox()
        assert addressed(post, cases.applicant)
        assert addressed(post, cases.clerk)
        for letter in letters(post):
            assert not [word for word in ("郴州水环境", "李明", "秘密的用途") if word in letter.get_content() + letter["Subject"]]

    def test_whoever_wants_no_mail_has_the_inbox_alone(self, cases: Cases, post: Mailbox) -> None:
        cases.world.call(cases.applicant, "govshare_message_settings_update", mail=False)
        try:
            cases.submitted()
            jobs.drain_outbox()
        finally:
            cases.world.call(cases.applicant, "govshare_message_settings_update", mail=True)
        assert addressed(post, cases.applicant) == []
        assert addressed(post, cases.clerk)
        assert told(cases, cases.applicant) == ["application_received"]

    def test_mail_is_written_in_the_readers_language(self, cases: Cases, post: Mailbox) -> None:
        cases.world.call(cases.applicant, "govshare_message_settings_update", language="zh_Hans_CN")
        try:
            submitted = cases.submitted()
            jobs.drain_outbox()
        finally:
            cases.world.call(cases.applicant, "govshare_message_settings_update", language="en")
        [letter] = addressed(post, cases.applicant)
        day = due(submitted)
        assert f"{day.year}年{day.month}月{day.day}日" in letter.get_content()
        assert "/zh_Hans_CN/application/" in letter.get_content()

    def test_a_language_that_is_not_offered_is_refused_by_name(self, cases: Cases) -> None:
        with pytest.raises(tk.ValidationError) as refusal:
            cases.world.call(cases.applicant, "govshare_message_settings_update", language="../../etc")
        assert list(refusal.value.error_dict) == ["language"]

    def test_a_server_down_for_a_day_loses_no_mail_and_sends_none_twice(
            self, cases: Cases, post: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
        address = tk.config["smtp.server"]
        monkeypatch.setitem(tk.config, "smtp.server", "localhost:1")
        cases.submitted()
        start = clock.now()
        for hour in range(24):
            with at(start + timedelta(hours=hour)):
                jobs.drain_outbox()
        assert outbox.is_due(start + DAY)
        monkeypatch.setitem(tk.config, "smtp.server", address)
        for hour in (25, 26):
            with at(start + timedelta(hours=hour)):
                jobs.drain_outbox()
        assert [len(addressed(post, person)) for person in (cases.applicant, cases.clerk, cases.second_clerk)] == [1, 1, 1]
        assert outbox.pending() == []

    def test_while_the_mail_server_is_away_the_index_is_fed(self, cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "smtp.server", "localhost:1")
        cases.submitted()
        outbox.put(model.Session, subscriptions.INDEX, {"package_id": cases.dataset["id"]}, clock.now())
        model.Session.commit()
        tried = subscriptions.deliver_due()
        assert tried == 2
        assert {row["kind"] for row in outbox.pending()} == {"message"}

    def test_a_line_break_in_a_title_begins_no_header(self, cases: Cases, post: Mailbox) -> None:
        title = "水质\r\nBcc: someone@example.com"
        notices.tell([user_id(cases.applicant)], "appeal_withdrawn", {"dataset": title}, "/", clock.now())
        model.Session.commit()
        jobs.drain_outbox()
        [letter] = addressed(post, cases.applicant)
        assert letter["Bcc"] is None
        assert "Bcc: someone@example.com" in letter["Subject"]

    def test_a_name_of_which_no_header_can_be_made_holds_nobody_s_mail_back(self, cases: Cases, post: Mailbox) -> None:
        person = model.User.get(cases.applicant)
        before, person.fullname = person.fullname, "=?utf-8?q?a=0Ab?="
        model.Session.commit()
        for reader in (cases.applicant, cases.clerk):
            notices.tell([user_id(reader)], "appeal_withdrawn", {"dataset": "水质"}, "/", clock.now())
        model.Session.commit()
        jobs.drain_outbox()
        assert outbox.pending() == []
        assert addressed(post, cases.clerk)
        model.User.get(cases.applicant).fullname = before
        model.Session.commit()

    def test_a_mailbox_that_does_not_exist_is_not_tried_again(self, cases: Cases, post: Mailbox) -> None:
        post.unknown.add(model.User.get(cases.applicant).email)
        cases.submitted()
        jobs.drain_outbox()
        assert outbox.pending() == []
        assert addressed(post, cases.clerk)

    def test_after_a_week_mail_is_given_up(self, cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "smtp.server", "localhost:1")
        notices.tell([user_id(cases.applicant)], "appeal_withdrawn", {"dataset": "x"}, "/", clock.now() - 8 * DAY)
        model.Session.commit()
        jobs.drain_outbox()
        assert outbox.pending() == []

    def test_with_a_channel_that_does_not_exist_the_portal_does_not_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "govshare.message_channels", ["mail", "nowhere:Nothing"])
        with pytest.raises(CkanConfigurationException, match=r"govshare\.message_channels: there is no 'nowhere:Nothing'"):
            security.verify(tk.config)


class TestReminders:
    @pytest.mark.parametrize(("first", "last"), [
        (date(2026, 3, 2), date(2026, 3, 16)), (date(2026, 2, 3), date(2026, 2, 24)),
    ], ids=["a month like any other", "nine days of holidays before the last"])
    def test_the_department_is_warned_at_each_step_once(self, cases: Cases, first: date, last: date) -> None:
        with at(morning(first)):
            application = cases.submitted()
        assert due(application) == last
        kinds = []
        for days in range(1, (last - first).days + 1):
            with at(morning(first + days * DAY)):
                cases.world.call(cases.clerk, "govshare_message_read", all=True)
                jobs.remind()
                jobs.remind()
            kinds += told(cases, cases.clerk)
        assert kinds == ["reply_due_soon", "reply_due_soon", "reply_due_today"]

    def test_after_three_days_without_a_worker_the_last_word_is_given_once(self, cases: Cases) -> None:
        application = cases.submitted()
        read_all(cases)
        # The worker stops before the first warning and comes back when the reply is overdue.
        for _ in range(2):
            with at(morning(due(application) + 3 * DAY)):
                jobs.remind()
        assert told(cases, cases.clerk) == ["reply_overdue"]
        assert told(cases, cases.world.reviewer) == ["reply_overdue_report"]
        assert told(cases, cases.applicant) == ["reply_late"]
        events = [row["name"] for row in history.events("applications", application["id"])]
        assert events.count("deadline_missed") == 1

    def test_of_a_decided_case_nobody_is_reminded(self, cases: Cases) -> None:
        rejected = cases.rejected()
        cases.world.call(cases.clerk, "govshare_message_read", all=True)
        with at(clock.now() + 60 * DAY):
            jobs.remind()
        assert "reply_overdue" not in told(cases, cases.clerk)
        assert "deadline_missed" not in [row["name"] for row in history.events("applications", rejected["id"])]

    def test_two_clocks_at_once_give_each_notice_once(self, cases: Cases) -> None:
        application = cases.submitted()
        cases.world.call(cases.clerk, "govshare_message_read", all=True)
        moment = morning(due(application) + DAY)

        def turn(_: int) -> int:
            try:
                return jobs.remind()
            finally:
                model.Session.remove()

        with at(moment), ThreadPoolExecutor(4) as pool:
            given = sum(pool.map(turn, range(4)))
        assert given == 1
        assert told(cases, cases.clerk) == ["reply_overdue"]

    def test_the_holder_is_reminded_of_the_end_and_of_the_statement_after_it(self, cases: Cases) -> None:
        start = clock.now()
        first = start.astimezone(SHANGHAI).date()
        last = first + 40 * DAY
        cases.granted(user=cases.other_applicant, period_start=first.isoformat(), period_end=last.isoformat())
        heard = []
        for days in (*range(50), 70):
            cases.world.call(cases.other_applicant, "govshare_message_read", all=True)
            with at(morning(first + days * DAY)):
                jobs.expire()
                jobs.remind()
            heard += [(days - 40, kind) for kind in told(cases, cases.other_applicant)]
        assert heard == [(-30, "grant_ends_soon"), (-7, "grant_ends_soon"), (-1, "grant_ends_soon"), (1, "grant_expired"),
                         (30, "close_out_missing")]

    def test_whoever_has_not_signed_is_reminded(self, cases: Cases) -> None:
        offered = cases.offered()
        read_all(cases)
        with at(clock.now() + 4 * DAY):
            jobs.remind()
        assert told(cases, cases.applicant) == ["signature_missing"]
        cases.sign(offered, cases.applicant)
        read_all(cases)
        with at(clock.now() + 4 * DAY):
            jobs.remind()
        assert (told(cases, cases.applicant), told(cases, cases.clerk)) == ([], ["countersignature_missing"])

    def test_an_end_that_a_stopped_worker_slept_through_is_recorded_once(self, cases: Cases) -> None:
        first = clock.now().astimezone(SHANGHAI).date()
        grant = cases.granted(user=cases.other_applicant, period_start=first.isoformat(), period_end=first.isoformat())
        cases.world.call(cases.other_applicant, "govshare_message_read", all=True)
        with at(midnight(first + 4 * DAY)):
            jobs.expire()
            jobs.expire()
            jobs.remind()
        assert told(cases, cases.other_applicant) == ["grant_expired"]
        assert [row["name"] for row in history.events("grants", grant["id"])].count("grant_expired") == 1

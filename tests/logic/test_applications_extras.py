"""What belongs to an application besides its form: the entry's own questions, attachments, and a department's replies."""
from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from cases import Cases, at
from ckan.tests import factories
from world import World, attachment

from ckanext.govshare import clock
from ckanext.govshare.domain import attachments as rules
from ckanext.govshare.logic import attachment_files, quotas

PDF = b"%PDF-1.7 a plan"
QUESTIONS = [
    {"id": "staff", "label": "使用人数", "type": "number", "required": True},
    {"id": "place", "label": "存放地点", "type": "choice", "options": ["境内", "境外"]},
]


@pytest.fixture(scope="module")
def cases(shared_world: World) -> Cases:
    return Cases(shared_world)


@pytest.fixture(scope="module")
def asking(shared_world: World) -> Cases:
    """An entry that asks more than the common form."""
    built = Cases(shared_world)
    built.world.call(built.clerk, "govshare_entry_form_update", dataset_id=built.dataset["id"], questions=QUESTIONS,
                     agreement_required=True, limits={"daily_calls": 50}, longest_period_days=90, note="仅限科研")
    return built


def add(cases: Cases, case: dict[str, Any], content: bytes = PDF, name: str = "方案.pdf", user: str = "") -> Any:
    return cases.world.call(user or cases.applicant, "govshare_attachment_add", application_id=case["id"],
                            upload=attachment(content, name))


class TestQuestions:
    def test_anybody_who_knows_the_entry_reads_what_it_asks(self, asking: Cases) -> None:
        shown = asking.world.call("", "govshare_entry_form_show", dataset_id=asking.dataset["name"])
        assert [question["id"] for question in shown["questions"]] == ["staff", "place"]
        assert (shown["version"], shown["agreement_required"], shown["longest_period_days"]) == (1, True, 90)

    def test_an_entry_without_a_form_asks_nothing_more(self, cases: Cases) -> None:
        shown = cases.world.call("", "govshare_entry_form_show", dataset_id=cases.dataset["id"])
        assert (shown["version"], shown["questions"], shown["limits"]) == (0, [], {})

    def test_answers_are_asked_for_at_the_submission(self, asking: Cases) -> None:
        made = asking.drafted(answers={"place": "境内"})
        with pytest.raises(tk.ValidationError) as error:
            asking.act(asking.applicant, "submit", made)
        assert list(error.value.error_dict) == ["answers.staff"]
        asking.act(asking.applicant, "update", made, answers={"place": "境内", "staff": 3})
        asking.act(asking.applicant, "submit", made)
        shown = asking.show("application", made["id"], asking.clerk)
        assert [question["label"] for question in shown["questions"]] == ["使用人数", "存放地点"]
        assert shown["form"]["answers"] == {"place": "境内", "staff": 3}

    def test_wrong_answers_are_refused_by_question(self, asking: Cases) -> None:
        with pytest.raises(tk.ValidationError) as error:
            asking.drafted(answers={"place": "月球", "staff": "many"})
        assert set(error.value.error_dict) == {"answers.place", "answers.staff"}

    def test_a_new_version_leaves_what_was_submitted_with_its_questions(self, shared_world: World) -> None:
        own = Cases(shared_world)
        ask = partial(own.world.call, own.clerk, "govshare_entry_form_update", dataset_id=own.dataset["id"])
        ask(questions=QUESTIONS)
        case = own.submitted(answers={"staff": 3})
        fewer = ask(questions=QUESTIONS[:1])
        shown = own.show("application", case["id"])
        assert (shown["terms"]["form_version"] + 1, len(shown["questions"])) == (fewer["version"], 2)

    def test_the_same_form_again_is_no_new_version(self, asking: Cases) -> None:
        before = asking.world.call(asking.clerk, "govshare_entry_form_show", dataset_id=asking.dataset["id"])
        asked = {name: before[name] for name in ("questions", "agreement_required", "limits", "longest_period_days", "note")}
        again = asking.world.call(asking.clerk, "govshare_entry_form_update", dataset_id=asking.dataset["id"], **asked)
        assert again == before

    def test_the_longest_period_is_kept_to(self, asking: Cases) -> None:
        made = asking.drafted(answers={"staff": 1}, period_end="2030-01-01")
        with pytest.raises(tk.ValidationError) as error:
            asking.act(asking.applicant, "submit", made)
        assert list(error.value.error_dict) == ["period_end"]

    def test_only_editors_of_the_department_change_it(self, cases: Cases) -> None:
        world = cases.world
        for user in ("", cases.applicant, world.member, world.other_editor, world.reviewer, world.operator):
            with pytest.raises(tk.NotAuthorized):
                world.call(user, "govshare_entry_form_update", dataset_id=cases.dataset["id"], questions=[])

    @pytest.mark.parametrize(("given", "named"), [
        ({"questions": "none"}, "questions"), ({"questions": [{}, "x"]}, "questions"),
        ({"questions": [{"id": "A b", "label": "x"}]}, "questions.0.id"), ({"questions": [{"id": "a"}]}, "questions.0.label"),
        ({"questions": [{"id": "a", "label": "x", "type": "choice", "options": ["x"]}]}, "questions.0.options"),
        ({"questions": [{"id": "a", "label": "x"}, {"id": "a", "label": "y"}]}, "questions.1.id"),
        ({"limits": {"daily_rows": "many"}}, "limits.daily_rows"), ({"agreement_required": "maybe"}, "agreement_required"),
        ({"longest_period_days": -1}, "longest_period_days"), ({"note": "\0"}, "note"),
    ])
    def test_a_form_that_makes_no_sense_is_refused_by_field(self, cases: Cases, given: dict[str, Any], named: str) -> None:
        with pytest.raises(tk.ValidationError) as error:
            cases.world.call(cases.clerk, "govshare_entry_form_update", dataset_id=cases.dataset["id"], **given)
        assert list(error.value.error_dict) == [named]


class TestAttachments:
    def test_an_attachment_is_listed_for_the_department_and_lies_on_the_disk(self, cases: Cases) -> None:
        made = cases.drafted()
        kept = add(cases, made)
        cases.act(cases.applicant, "submit", made)
        shown = cases.show("application", made["id"], cases.clerk)
        assert shown["attachments"] == [kept]
        assert attachment_files.path(kept["id"]).read_bytes() == PDF
        assert cases.show("application", made["id"], cases.world.operator)["attachments"] == []

    def test_it_is_saved_and_never_shown(self, cases: Cases, app: Any) -> None:
        made = cases.drafted()
        kept = add(cases, made, name='评估"\r\n报告.pdf')
        address = f"/application/{made['id']}/attachment/{kept['id']}"
        token = cases.world.call(cases.applicant, "api_token_create", user=cases.applicant, name="t")["token"]
        answer = app.get(address, headers={"Authorization": token})
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert (answer.headers["X-Content-Type-Options"], answer.mimetype) == ("nosniff", "application/octet-stream")
        for user in (cases.other_applicant, cases.clerk, cases.world.operator):
            other = cases.world.call(user, "api_token_create", user=user, name="t")["token"]
            assert app.get(address, headers={"Authorization": other}).status_code == 404
        assert app.get(address).status_code == 404

    @pytest.mark.parametrize(("content", "name"), [
        (b"<html><script>", "a.html"), (b"<html>", "a.pdf"), (PDF, "a.exe"), (PDF, "a"), (b"", "a.pdf"), (b"MZ\x90", "a.zip"),
    ])
    def test_other_kinds_are_refused_and_leave_nothing(self, cases: Cases, content: bytes, name: str) -> None:
        made = cases.drafted()
        before = set(attachment_files.path("xx").parent.parent.rglob("*"))
        with pytest.raises(tk.ValidationError) as error:
            add(cases, made, content, name)
        assert list(error.value.error_dict) == ["upload"]
        assert {path for path in attachment_files.path("xx").parent.parent.rglob("*") if path.is_file()} <= before

    def test_they_are_not_too_many_and_not_too_large(self, cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
        made = cases.drafted()
        monkeypatch.setattr(rules, "MAX_BYTES", 20)
        monkeypatch.setattr(rules, "MOST", 1)
        with pytest.raises(tk.ValidationError):
            add(cases, made, PDF + b"x" * 20)
        add(cases, made)
        with pytest.raises(tk.ValidationError):
            add(cases, made)

    def test_what_is_handed_in_is_not_changed_any_more(self, cases: Cases) -> None:
        made = cases.drafted()
        kept = add(cases, made)
        cases.act(cases.applicant, "submit", made)
        remove = partial(cases.world.call, cases.applicant, "govshare_attachment_remove", id=kept["id"])
        for change in (partial(add, cases, made), remove):
            with pytest.raises(tk.ValidationError) as error:
                change()
            assert list(error.value.error_dict) == ["state"]

    def test_the_applicant_removes_it_and_its_bytes(self, cases: Cases) -> None:
        made = cases.drafted()
        kept = add(cases, made)
        with pytest.raises(tk.ObjectNotFound):
            cases.world.call(cases.other_applicant, "govshare_attachment_remove", id=kept["id"])
        cases.world.call(cases.applicant, "govshare_attachment_remove", id=kept["id"])
        shown = cases.show("application", made["id"])
        assert (shown["attachments"], attachment_files.path(kept["id"]).exists()) == ([], False)
        assert [row["event"] for row in shown["history"]][1:] == ["attachment_added", "attachment_removed"]

    def test_a_draft_that_is_withdrawn_leaves_no_file_and_what_was_handed_in_keeps_them(self, cases: Cases) -> None:
        made = cases.drafted()
        kept = add(cases, made)
        cases.act(cases.applicant, "withdraw", made)
        shown = cases.show("application", made["id"])
        assert (shown["attachments"], attachment_files.path(kept["id"]).exists()) == ([], False)
        assert [row["event"] for row in shown["history"]][-2:] == ["application_withdrawn", "attachment_removed"]
        made = cases.drafted()
        kept = add(cases, made)
        for command in ("submit", "withdraw"):
            cases.act(cases.applicant, command, made)
        assert cases.show("application", made["id"])["attachments"] == [kept]
        assert attachment_files.path(kept["id"]).exists()

    def test_one_person_s_files_have_a_bound_over_all_cases(self, cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(tk.config, "govshare.attachment_quota_mb", 1)
        user = factories.User()["name"]
        first, second = cases.drafted(user), cases.drafted(user)
        add(cases, first, PDF + b"x" * (2**20 - 2 * len(PDF)), user=user)
        add(cases, second, user=user)
        with pytest.raises(tk.ValidationError) as error:
            add(cases, second, user=user)
        assert list(error.value.error_dict) == ["upload"]
        cases.act(user, "withdraw", first)
        add(cases, second, user=user)

    def test_bytes_that_a_killed_process_left_are_swept_away(self, cases: Cases) -> None:
        kept, stray = add(cases, cases.drafted()), attachment_files.path("00-stray")
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.write_bytes(PDF)
        assert attachment_files.sweep() == 0
        with at(clock.now() + timedelta(days=2)):
            assert attachment_files.sweep() == 1
        assert (stray.exists(), attachment_files.path(kept["id"]).exists()) == (False, True)

    def test_what_is_no_file_is_refused(self, cases: Cases) -> None:
        made = cases.drafted()
        with pytest.raises(tk.ValidationError) as error:
            cases.world.call(cases.applicant, "govshare_attachment_add", application_id=made["id"], upload="/etc/passwd")
        assert list(error.value.error_dict) == ["upload"]


class TestLetters:
    def test_nobody_hands_in_without_end(self, cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quotas, "MOST_SUBMISSIONS", 2)
        user = factories.User()["name"]
        cases.withdrawn(user)
        again = cases.returned(user)
        cases.act(user, "submit", again)
        third = cases.drafted(user)
        with pytest.raises(tk.ValidationError) as error:
            cases.act(user, "submit", third)
        assert list(error.value.error_dict) == ["state"]
        with at(clock.now() + timedelta(days=1, minutes=1)):
            cases.act(user, "submit", third)


class TestReplies:
    def test_a_department_keeps_its_own_replies(self, cases: Cases) -> None:
        world = cases.world
        kept = world.call(cases.clerk, "govshare_canned_reply_create", organization=world.own["name"], command="reject",
                          title="用途不符", text="申请用途与开放条件不符。")
        world.call(cases.second_clerk, "govshare_canned_reply_update", id=kept["id"], title="用途不符合条件")
        found = world.call(world.member, "govshare_canned_reply_list", organization=world.own["id"], command="reject")
        assert [reply["title"] for reply in found] == ["用途不符合条件"]
        assert world.call(world.member, "govshare_canned_reply_list", organization=world.own["id"], command="approve") == []
        with pytest.raises(tk.NotAuthorized):
            world.call(world.member, "govshare_canned_reply_delete", id=kept["id"])
        for user in (world.other_editor, cases.applicant, world.operator):
            with pytest.raises(tk.ObjectNotFound):
                world.call(user, "govshare_canned_reply_delete", id=kept["id"])
            with pytest.raises(tk.NotAuthorized):
                world.call(user, "govshare_canned_reply_list", organization=world.own["id"])
        world.call(cases.clerk, "govshare_canned_reply_delete", id=kept["id"])
        assert world.call(cases.clerk, "govshare_canned_reply_list", organization=world.own["id"]) == []

    def test_a_stranger_learns_of_no_reply(self, cases: Cases) -> None:
        with pytest.raises(tk.ObjectNotFound):
            cases.world.call(factories.User()["name"], "govshare_canned_reply_update", id="none", title="x")

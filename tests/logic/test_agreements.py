"""Data-use agreements through the public actions, on a real database: signing, force, copies."""
from __future__ import annotations

import hashlib
import re
import zlib
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from cases import PASSWORD, Cases, at
from ckan import model
from emptying import forget_attempts
from world import World

from ckanext.govshare import clock, jobs
from ckanext.govshare.logic import agreement_copies
from ckanext.govshare.security.refusals import TooManyAttempts


@pytest.fixture(scope="module")
def dataset(shared_world: World) -> dict[str, Any]:
    return Cases(shared_world).dataset


@pytest.fixture
def world(shared_world: World) -> World:
    return shared_world


@pytest.fixture
def cases(shared_world: World, dataset: dict[str, Any]) -> Cases:
    """People of their own for each test, who apply for the same data."""
    made = Cases(shared_world)
    made.dataset = dataset
    return made


def inflated(pdf: bytes) -> bytes:
    """The streams of a PDF, in one."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return b"".join(zlib.decompressobj().decompress(stream) for stream in streams)


def errors_of(call: Any, *args: Any, **words: Any) -> set[str]:
    """The fields that a refusal names."""
    with pytest.raises(tk.ValidationError) as refused:
        call(*args, **words)
    model.Session.rollback()
    return set(refused.value.error_dict)


def copy_of(user: str, agreement: dict[str, Any]) -> bytes:
    return agreement_copies.give_out({"user": user, "auth_user_obj": model.User.get(user)}, agreement["id"])


class TestSigning:
    def test_the_text_is_fixed_by_its_hash_and_says_what_was_applied_for(self, cases: Cases) -> None:
        offered = cases.offered(purpose="研究*水质*变化")
        assert offered["text_hash"] == hashlib.sha256(offered["text"].encode()).hexdigest()
        assert r"研究\*水质\*变化" in offered["text"]
        assert cases.dataset["title"] in offered["text"]
        assert (offered["state"], offered["standing"], offered["commands"]) == ("offered", "unsigned", ["sign"])

    def test_it_is_in_force_once_both_sides_have_signed_and_the_data_may_then_be_fetched(self, cases: Cases) -> None:
        half = cases.half_signed()
        assert (half["state"], cases.access()["allowed"]) == ("applicant_signed", False)
        cases.sign(half, cases.clerk, "countersign", signature_name="李华")
        bound = cases.show("agreement", half["id"])
        assert (bound["state"], bound["standing"], cases.access()["allowed"]) == ("in_force", "in_force", True)
        assert [(s["party"], s["name"], s["method"], s["valid"]) for s in bound["signatures"]] == [
            ("applicant", "王芳", "password", True), ("department", "李华", "password", True)]
        assert [step["event"] for step in bound["history"]] == [
            "agreement_offered", "agreement_signed", "agreement_countersigned", "agreement_in_force"]

    def test_each_side_signs_for_itself_alone(self, cases: Cases, world: World) -> None:
        offered = cases.offered()
        for user, command in ((cases.clerk, "sign"), (cases.applicant, "countersign"), (world.member, "countersign"),
                              (world.reviewer, "countersign"), (cases.clerk, "countersign")):
            with pytest.raises((tk.NotAuthorized, tk.ValidationError)):
                cases.sign(offered, user, command)
        assert cases.show("agreement", offered["id"])["signatures"] == []

    def test_nobody_else_knows_of_it(self, cases: Cases, world: World) -> None:
        offered = cases.offered()
        for user in ("", cases.other_applicant, world.other_editor, world.operator):
            for command in ("show", "sign", "countersign"):
                with pytest.raises(tk.ObjectNotFound):
                    cases.act(user, command, offered, "agreement")

    def test_another_text_and_a_wrong_password_are_refused_by_field(self, cases: Cases) -> None:
        offered = cases.offered()
        assert errors_of(cases.sign, offered, cases.applicant, text_hash="0" * 64, signature_name=" ") == {
            "text_hash", "signature_name"}
        assert errors_of(cases.sign, offered, cases.applicant, password="wrong") == {"password"}
        assert errors_of(cases.sign, offered, cases.applicant, password="x" * 5000) == {"password"}
        assert errors_of(cases.sign, offered, cases.applicant, password="") == {"password"}
        assert cases.show("agreement", offered["id"])["state"] == "offered"

    def test_after_five_wrong_passwords_the_right_one_has_to_wait(self, cases: Cases) -> None:
        offered = cases.offered()
        for _ in range(5):
            assert errors_of(cases.sign, offered, cases.applicant, password="wrong") == {"password"}
        with pytest.raises(TooManyAttempts):
            cases.sign(offered, cases.applicant)
        forget_attempts()
        cases.sign(offered, cases.applicant)

    def test_a_password_is_kept_nowhere(self, cases: Cases) -> None:
        cases.signed()
        for table in ("govshare_agreement", "govshare_event", "govshare_trace", "govshare_outbox"):
            rows = model.Session.execute(sa.text(f"SELECT t::text FROM {table} t")).scalars()  # noqa: S608 - names from above
            assert not [row for row in rows if PASSWORD in row]

    def test_it_lapses_with_its_last_day_whether_or_not_a_job_runs(self, cases: Cases) -> None:
        bound = cases.signed()
        with at(clock.now() + timedelta(days=60)):
            assert cases.show("agreement", bound["id"])["standing"] == "lapsed"
            jobs.expire()
            jobs.expire()
            shown = cases.show("agreement", bound["id"])
        assert (shown["state"], [s["event"] for s in shown["history"]].count("agreement_lapsed")) == ("lapsed", 1)

    def test_it_ends_with_the_grant(self, cases: Cases) -> None:
        bound = cases.signed()
        application = cases.show("application", bound["application_id"])
        cases.act(cases.clerk, "terminate", {"id": application["grant_id"]}, "grant", reason="转让数据")
        ended = cases.show("agreement", bound["id"])
        assert (ended["state"], ended["standing"], ended["reason"]) == ("terminated", "terminated", "转让数据")

    def test_it_binds_again_when_an_appeal_overturns_the_termination(self, cases: Cases, world: World) -> None:
        bound = cases.signed()
        grant = {"id": cases.show("application", bound["application_id"])["grant_id"]}
        cases.act(cases.clerk, "terminate", grant, "grant", reason="转让数据")
        filed = world.call(cases.applicant, "govshare_appeal_file", grant_id=grant["id"], reason="没有转让")
        world.call(world.reviewer, "govshare_appeal_decide", id=filed["id"], outcome="overturned", reason="查无实据")
        again = cases.show("agreement", bound["id"])
        assert (again["state"], again["signatures"], cases.access()["allowed"]) == ("in_force", bound["signatures"], True)


class TestCopies:
    def test_a_copy_is_the_same_each_time_and_anybody_can_check_it_without_learning_who_signed(
            self, cases: Cases, world: World) -> None:
        bound = cases.signed()
        copy = copy_of(cases.applicant, bound)
        assert copy.startswith(b"%PDF")
        assert copy == copy_of(cases.clerk, bound)
        assert f"/verify-agreement?hash={bound['text_hash']})".encode() in inflated(copy)
        verdict = world.call("", "govshare_agreement_verify", hash=hashlib.sha256(copy).hexdigest().upper())
        assert (verdict["what"], verdict["standing"]) == ("pdf", "in_force")
        assert [signature["valid"] for signature in verdict["signatures"]] == [True, True]
        by_text = world.call("", "govshare_agreement_verify", hash=bound["text_hash"])
        assert (by_text["what"], by_text["standing"]) == ("text", "in_force")
        for personal in ("王芳", cases.applicant, cases.clerk, bound["id"], "郴州水环境科技有限公司"):
            assert personal not in str(verdict) + str(by_text)

    def test_an_altered_copy_and_any_other_hash_are_not_known(self, cases: Cases, world: World) -> None:
        altered = copy_of(cases.applicant, cases.signed()) + b"\n"
        for given in (hashlib.sha256(altered).hexdigest(), "0" * 64, "x" * 64, "%", "' OR 1=1"):
            assert world.call("", "govshare_agreement_verify", hash=given) == {"known": False}

    def test_a_copy_from_before_the_signatures_says_so(self, cases: Cases, world: World) -> None:
        offered = cases.offered()
        digest = hashlib.sha256(copy_of(cases.applicant, offered)).hexdigest()
        assert world.call("", "govshare_agreement_verify", hash=digest)["standing"] == "unsigned"
        cases.sign(offered, cases.applicant)
        cases.sign(offered, cases.clerk, "countersign")
        verdict = world.call("", "govshare_agreement_verify", hash=digest)
        assert (verdict["standing"], verdict["state_of_copy"]) == ("in_force", "offered")

    def test_only_parties_and_the_competent_department_get_a_copy(self, cases: Cases, world: World) -> None:
        offered = cases.offered()
        assert copy_of(world.reviewer, offered)
        for user in (cases.other_applicant, world.other_editor, world.operator):
            with pytest.raises(tk.ObjectNotFound):
                copy_of(user, offered)

"""Rules of what departments ask in addition, each test a sentence of them."""
from __future__ import annotations

from typing import Any

import pytest

from ckanext.govshare.domain.answers import check, check_types
from ckanext.govshare.domain.entry_forms import (
    MAX_QUESTIONS,
    EntryForm,
    Question,
    QuestionType,
    check_limits,
    parse,
)

COLOURS = Question("colour", "颜色", QuestionType.CHOICE, True, ("红", "绿"))
ASKED = [{"id": "staff", "label": "人数", "type": "number", "required": True, "options": [], "help": "全职"},
         {"id": "colour", "label": "颜色", "type": "choice", "required": False, "options": ["红", "绿"], "help": ""}]


def test_a_form_survives_its_storage() -> None:
    form, errors = parse({"questions": ASKED, "agreement_required": True, "limits": {"formats": ["csv"]}, "note": " 须知 "})
    assert (errors, form.note) == ({}, "须知")
    assert EntryForm.from_dict(form.as_dict()) == form
    assert form.as_dict()["questions"] == ASKED


def test_nothing_given_asks_nothing() -> None:
    assert parse({}) == (EntryForm(), {})


@pytest.mark.parametrize(("change", "field"), [
    ({"id": "Staff"}, "id"), ({"id": 7}, "id"), ({"label": " "}, "label"), ({"label": "x" * 201}, "label"),
    ({"type": "file"}, "type"), ({"type": []}, "type"), ({"required": "yes"}, "required"), ({"options": ["a"]}, "options"),
    ({"options": "ab"}, "options"), ({"help": "\x00"}, "help"), ({"hidden": True}, "hidden"),
    ({"type": "choices", "options": ["a", "a"]}, "options"), ({"type": "choice", "options": ["a", " "]}, "options"),
    ({"type": "choice", "options": [str(number) for number in range(101)]}, "options"),
])
def test_a_question_that_makes_no_sense_is_refused_by_its_number(change: dict[str, Any], field: str) -> None:
    _form, errors = parse({"questions": [ASKED[1], {**ASKED[0], **change}]})
    assert list(errors) == [f"questions.1.{field}"]


def test_questions_are_not_too_many() -> None:
    asked = [{"id": f"q{number}", "label": "x"} for number in range(MAX_QUESTIONS + 1)]
    assert list(parse({"questions": asked})[1]) == ["questions"]
    assert parse({"questions": asked[1:]})[1] == {}


@pytest.mark.parametrize("limits", [
    {}, {"daily_calls": 0, "daily_rows": 10**12, "downloads": 1}, {"formats": ["csv", "api"]},
    {"addresses": ["203.0.113.0/24", "2001:db8::/32", "203.0.113.7"]}])
def test_limits_that_can_be_kept_to_are_taken(limits: dict[str, Any]) -> None:
    assert check_limits(limits) == {}


@pytest.mark.parametrize("limits", [
    {"daily_calls": -1}, {"daily_rows": 1.5}, {"downloads": 10**13}, {"formats": ["exe"]}, {"formats": [[]]},
    {"addresses": ["203.0.113.7/24"]}, {"addresses": ["somewhere"]}, {"addresses": [7]}, {"nights": 1}, {"daily_calls": None}])
def test_limits_that_cannot_are_refused_by_name(limits: dict[str, Any]) -> None:
    assert list(check_limits(limits)) == [f"limits.{next(iter(limits))}"]


@pytest.mark.parametrize(("kind", "right", "wrong"), [
    (QuestionType.TEXT, "a", 1), (QuestionType.TEXT, "a", "x" * 501), (QuestionType.LONG_TEXT, "x" * 501, "\x00"),
    (QuestionType.NUMBER, 2, 10**400), (QuestionType.NUMBER, 2, float("nan")),
    (QuestionType.NUMBER, 1.5, "1"), (QuestionType.NUMBER, -3, float("inf")), (QuestionType.NUMBER, 0, True),
    (QuestionType.DATE, "2026-03-02", "2026-02-30"), (QuestionType.DATE, "2026-03-02", 20260302),
    (QuestionType.CHOICE, "红", "蓝"), (QuestionType.CHOICE, "红", ["红"]), (QuestionType.CHOICES, ["红", "绿"], "红"),
    (QuestionType.CHOICES, ["红"], ["蓝"]), (QuestionType.YES_NO, False, "no"), (QuestionType.CHOICE, "绿", {"a": 1}),
    (QuestionType.CHOICES, ["红"], [["红"]]),
])
def test_an_answer_is_of_its_questions_type(kind: QuestionType, right: Any, wrong: Any) -> None:
    asked = (Question("q", "?", kind, True, ("红", "绿") if kind in (QuestionType.CHOICE, QuestionType.CHOICES) else ()),)
    assert check(asked, {"q": right}) == {}
    assert list(check(asked, {"q": wrong})) == ["answers.q"]


def test_what_is_required_is_answered_at_the_end_and_not_before() -> None:
    assert check_types((COLOURS,), {}) == {}
    assert list(check((COLOURS,), {"colour": " "})) == ["answers.colour"]


@pytest.mark.parametrize("answers", [[], "x", None, {"size": 1}])
def test_what_nobody_asked_is_not_answered(answers: Any) -> None:
    assert list(check_types((COLOURS,), answers)) == ["answers"]

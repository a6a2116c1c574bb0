"""Rules of what departments ask in addition, each test a sentence of them."""
from __future__ import annotations

from typing import Any

import pytest

from ckanext.govshare.domain.answers import check, check_types
from ckanext.govshare.domain.entry_forms import (
    EntryForm,
    Errors,
    Question,
    QuestionType,
    check_limits,
    digest,
    parse,
)
from ckanext.govshare.domain.errors import Invalid

COLOURS = Question("colour", "颜色", QuestionType.CHOICE, True, ("红", "绿"))
ASKED = [{"id": "staff", "label": "人数", "type": "number", "required": True, "options": [], "help": "全职"},
         {"id": "colour", "label": "颜色", "type": "choice", "required": False, "options": ["红", "绿"], "help": ""}]


def fields(errors: Errors) -> list[str]:
    """The fields that are wrong, each with a reason."""
    return list(Invalid(errors).errors)


def params(errors: Errors) -> list[Any]:
    """What the reasons name."""
    return [dict(message.params) for messages in errors.values() for message in messages]


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
    assert fields(errors) == [f"questions.1.{field}"]


def test_questions_are_not_too_many() -> None:
    asked = [{"id": f"q{number}", "label": "x"} for number in range(51)]
    assert fields(parse({"questions": asked})[1]) == ["questions"]
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
    assert fields(check_limits(limits)) == [f"limits.{next(iter(limits))}"]


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
    assert fields(check(asked, {"q": wrong})) == ["answers.q"]


def test_what_is_required_is_answered_at_the_end_and_not_before() -> None:
    assert check_types((COLOURS,), {}) == {}
    assert fields(check((COLOURS,), {"colour": " "})) == ["answers.colour"]


@pytest.mark.parametrize("answers", [[], "x", None, {"size": 1}])
def test_what_nobody_asked_is_not_answered(answers: Any) -> None:
    assert fields(check_types((COLOURS,), answers)) == ["answers"]


def test_a_form_is_read_as_it_is_meant() -> None:
    asked = [{"id": "colour", "label": " 颜色 ", "type": "choices", "required": True, "options": [" 红 ", "绿"],
              "help": " 可多选 "}, {"id": "x" * 40, "label": "备注"}]
    form, errors = parse({"questions": asked, "agreement_required": True, "longest_period_days": 3660, "note": "须知",
                          "limits": {"daily_calls": 3}})
    assert errors == {}
    colour = Question("colour", "颜色", QuestionType.CHOICES, True, ("红", "绿"), "可多选")
    assert form == EntryForm((colour, Question("x" * 40, "备注")), True, {"daily_calls": 3}, 3660, "须知")


@pytest.mark.parametrize("nothing", [{"questions": None}, {"questions": []}, {"limits": None}, {"note": None},
                                     {"longest_period_days": None}, {"questions": [], "limits": {}, "note": ""}])
def test_what_is_left_empty_asks_nothing(nothing: dict[str, Any]) -> None:
    assert parse(nothing) == (EntryForm(), {})


@pytest.mark.parametrize(("given", "field"), [
    ({"questions": "x"}, "questions"), ({"questions": [1]}, "questions"), ({"questions": {"a": 1}}, "questions"),
    ({"questions": [{"id": "a", "label": "x"}, 1]}, "questions"), ({"agreement_required": "yes"}, "agreement_required"),
    ({"agreement_required": None}, "agreement_required"), ({"longest_period_days": 3661}, "longest_period_days"),
    ({"longest_period_days": -1}, "longest_period_days"), ({"longest_period_days": 1.5}, "longest_period_days"),
    ({"longest_period_days": True}, "longest_period_days"), ({"note": "x" * 5001}, "note"), ({"note": ["x"]}, "note"),
    ({"limits": "x"}, "limits"), ({"limits": [1]}, "limits")])
def test_a_form_that_makes_no_sense_is_refused_by_field_and_not_used(given: dict[str, Any], field: str) -> None:
    form, errors = parse(given)
    assert fields(errors) == [field]
    assert form == EntryForm()


def test_all_that_is_wrong_in_a_form_is_told_at_once_by_the_number_of_the_question() -> None:
    asked = [{"id": "a", "label": ""}, {"id": "b", "label": "x"}, {"id": "b", "label": "x"}, {"label": "x", "z": 1, "y": 2}]
    _form, errors = parse({"questions": asked, "note": "\0", "limits": {"nights": 1}})
    assert set(fields(errors)) == {
        "questions.0.label", "questions.2.id", "questions.3.id", "questions.3.y", "note", "limits.nights"}


def test_the_words_of_a_question_are_measured() -> None:
    longest = {"id": "q", "label": "x" * 200, "help": "x" * 1000, "type": "choice",
               "options": ["x" * 199 + "y", *(str(number) for number in range(99))]}
    assert parse({"questions": [longest], "note": "x" * 5000})[1] == {}
    assert params(parse({"questions": [{**longest, "label": "x" * 201}]})[1]) == [{"length": 201, "limit": 200}]
    assert params(parse({"questions": [{**longest, "help": "x" * 1001}]})[1]) == [{"length": 1001, "limit": 1000}]
    assert fields(parse({"questions": [{**longest, "options": ["x" * 201, "y"]}]})[1]) == ["questions.0.options"]
    assert fields(parse({"questions": [{**longest, "id": "x" * 41}]})[1]) == ["questions.0.id"]


@pytest.mark.parametrize("kind", ["choice", "choices"])
@pytest.mark.parametrize(("options", "right"), [
    ([], False), (["a"], False), (["a", "b"], True), (["a", " a "], False), (["a", "b", "a"], False), (["a", 1], False),
    (["a", None], False)])
def test_a_choice_offers_two_different_answers_at_least(kind: str, options: list[Any], right: bool) -> None:
    found = fields(parse({"questions": [{"id": "q", "label": "x", "type": kind, "options": options}]})[1])
    assert found == ([] if right else ["questions.0.options"])


def test_reasons_name_what_would_be_right() -> None:
    errors = parse({"questions": [{"id": "q", "label": "x", "type": "choice", "options": ["a"]}], "longest_period_days": -1,
                    "limits": {"downloads": -1, "formats": "csv", "addresses": "x"}})[1]
    assert params(errors) == [{"most": 100}, {"most": 3660}, {"most": 10 ** 12},
                              {"values": "csv, json, xlsx, xml, original, api"}, {"most": 50}]
    assert params(parse({"questions": [{"id": "q", "label": "x", "type": "file"}]})[1]) == [
        {"values": "text, long_text, number, date, choice, choices, yes_no"}]
    assert params(parse({"questions": [{}] * 51})[1]) == [{"limit": 50}]


def test_limits_are_counted_to_their_edges() -> None:
    assert check_limits({"daily_calls": 10 ** 12, "addresses": ["203.0.113.7"] * 50, "formats": ("csv",)}) == {}
    assert fields(check_limits({"daily_calls": 10 ** 12 + 1, "addresses": ["203.0.113.7"] * 51})) == [
        "limits.daily_calls", "limits.addresses"]
    assert fields(check_limits({"daily_calls": True, "daily_rows": "1", "downloads": 0.5, "addresses": [""]})) == [
        "limits.daily_calls", "limits.daily_rows", "limits.downloads", "limits.addresses"]
    assert check_limits({"formats": None, "addresses": None}) == {}


@pytest.mark.parametrize("limits", [None, "x", [], 5])
def test_limits_are_an_object(limits: Any) -> None:
    assert fields(check_limits(limits)) == ["limits"]


def test_a_digest_of_a_form_stands_in_histories_and_is_never_made_another_way() -> None:
    one = EntryForm((COLOURS,), True, {"daily_calls": 3, "addresses": ["203.0.113.7"]}, 30, "须知")
    other = EntryForm((COLOURS,), True, {"addresses": ["203.0.113.7"], "daily_calls": 3}, 30, "须知")
    assert digest(one) == digest(other) == "7c5e40c7b864eef560a30a6963fc9994a8dfe65a9e7b465cee1a83d258d7b604"


@pytest.mark.parametrize(("kind", "edge", "over"), [
    (QuestionType.TEXT, "x" * 500, "x" * 501), (QuestionType.LONG_TEXT, "x" * 5000, "x" * 5001),
    (QuestionType.NUMBER, 10 ** 12, 10 ** 12 + 1), (QuestionType.NUMBER, -(10 ** 12), -(10 ** 12) - 1),
    (QuestionType.CHOICES, ["红"] * 100, ["红"] * 101), (QuestionType.DATE, "2026-03-02", "20260302"),
    (QuestionType.DATE, "0001-01-01", "2026-W10-1"), (QuestionType.YES_NO, True, 1)])
def test_an_answer_goes_to_its_edge_and_no_further(kind: QuestionType, edge: Any, over: Any) -> None:
    asked = (Question("q", "?", kind, False, ("红", "绿")),)
    assert check_types(asked, {"q": edge}) == {}
    assert fields(check_types(asked, {"q": over})) == ["answers.q"]


@pytest.mark.parametrize("blank", [None, "", " ", [], {}])
def test_a_blank_answer_is_none_unless_it_is_required(blank: Any) -> None:
    asked = (Question("q", "?", QuestionType.NUMBER), Question("r", "?", QuestionType.NUMBER, True))
    assert check_types(asked, {"q": blank, "r": blank}) == {}
    assert fields(check(asked, {"q": blank, "r": blank})) == ["answers.r"]
    assert check(asked, {"r": 0}) == {}


def test_all_wrong_answers_are_told_at_once() -> None:
    asked = tuple(Question(name, "?", QuestionType.NUMBER, True) for name in ("a", "b", "c"))
    assert fields(check(asked, {"a": "x", "c": "y"})) == ["answers.a", "answers.c", "answers.b"]
    assert fields(check(asked, {"a": "x", "z": 1})) == ["answers", "answers.a"]
    assert fields(check(asked, None)) == ["answers"]

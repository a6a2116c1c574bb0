"""Answers to what a department asks in addition, checked by the question's type. Pure."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ckanext.govshare.domain.entry_forms import (
    MAX_COUNT,
    MAX_LONG_TEXT,
    MAX_OPTIONS,
    MAX_TEXT,
    MISSING,
    YES_OR_NO,
    Errors,
    Question,
    Questions,
    QuestionType,
)
from ckanext.govshare.domain.plain_text import is_blank, text_error
from ckanext.govshare.domain.wording import Message


def check_types(questions: Questions, answers: Any) -> Errors:
    """What is wrong with the answers that are given, whether or not some are missing: by `answers.<id>`."""
    if not isinstance(answers, Mapping):
        return {"answers": [Message("Expected an object of answers")]}
    known = {question.id: question for question in questions}
    errors: Errors = {"answers": [Message("Nothing of this name is asked")]} if answers.keys() - known.keys() else {}
    for key, question in known.items():
        if not is_blank(answers.get(key)) and (error := _answer_error(question, answers[key])):
            errors[f"answers.{key}"] = [error]
    return errors


def check(questions: Questions, answers: Any) -> Errors:
    """What is missing or wrong in the answers to `questions`, by `answers.<id>`; empty if nothing."""
    errors = check_types(questions, answers)
    for question in questions:
        if question.required and "answers" not in errors and is_blank(answers.get(question.id)):
            errors[f"answers.{question.id}"] = [MISSING]
    return errors


def _answer_error(question: Question, value: Any) -> Message | None:
    match question.type:
        case QuestionType.TEXT:
            return text_error(value, MAX_TEXT)
        case QuestionType.LONG_TEXT:
            return text_error(value, MAX_LONG_TEXT)
        case QuestionType.NUMBER:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return None if number and -MAX_COUNT <= value <= MAX_COUNT else Message("Expected a number")
        case QuestionType.DATE:
            return None if isinstance(value, str) and _is_date(value) else Message("Expected a date such as 2026-03-02")
        case QuestionType.CHOICE:
            return None if value in question.options else NOT_OFFERED
        case QuestionType.CHOICES:
            fits = isinstance(value, list) and all(one in question.options for one in value) and len(value) <= MAX_OPTIONS
            return None if fits else NOT_OFFERED
        case QuestionType.YES_NO:
            return None if isinstance(value, bool) else YES_OR_NO


NOT_OFFERED = Message("Choose from the answers that are offered")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

"""What a department asks for one of its entries beyond the common form, as data: questions with types, no code.

Pure. Versions are never changed: an application keeps the questions that it was submitted under.
"""
from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from ckanext.govshare.domain.plain_text import is_blank, text_error
from ckanext.govshare.domain.wording import Message

MAX_QUESTIONS, MAX_OPTIONS = 50, 100
MAX_LABEL, MAX_HELP, MAX_TEXT, MAX_LONG_TEXT = 200, 1000, 500, 5000
FORMATS = ("csv", "json", "xlsx", "xml", "original", "api")
COUNTS = ("daily_calls", "daily_rows", "downloads")
MAX_COUNT, MAX_ADDRESSES = 10**12, 50
LONGEST_DAYS = 3660
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)

Errors = dict[str, list[Message]]


class QuestionType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"


CHOOSING = (QuestionType.CHOICE, QuestionType.CHOICES)


@dataclass(frozen=True)
class Question:
    """One question. `options`: what a choice offers; `help`: a sentence beside the field."""

    id: str
    label: str
    type: QuestionType = QuestionType.TEXT
    required: bool = False
    options: tuple[str, ...] = ()
    help: str = ""


Questions = Sequence[Question]


@dataclass(frozen=True)
class EntryForm:
    """What an entry asks and what it grants by default.

    `agreement_required`: whether an agreement is signed unless the handler decides otherwise (ACC-3); `limits`: the agreed
    way of use; `longest_period_days`: 0 for no limit of its own; `note`: shown to applicants before the form.
    """

    questions: tuple[Question, ...] = ()
    agreement_required: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)
    longest_period_days: int = 0
    note: str = ""

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> EntryForm:
        """The form that `as_dict` gave."""
        return msgspec.convert(stored, cls)

    def as_dict(self) -> dict[str, Any]:
        """In JSON's types."""
        return {**asdict(self), "questions": as_dicts(self.questions)}


FIELDS = tuple(EntryForm.__dataclass_fields__)


def digest(form: EntryForm) -> str:
    """SHA-256 of the form as JSON, its fields in the order of the class: so it stands in histories, and is not to change."""
    return hashlib.sha256(msgspec.json.encode(form, order="deterministic")).hexdigest()


def as_dicts(questions: Questions) -> list[dict[str, Any]]:
    return [asdict(question) | {"type": question.type.value, "options": list(question.options)} for question in questions]


def parse(given: Mapping[str, Any]) -> tuple[EntryForm, Errors]:
    """The form that JSON describes, and what is wrong with it by field, `questions.<number>.<key>` for a question's.

    The form may be used only if there are no errors.
    """
    errors: Errors = {}
    questions = _questions(given.get("questions") or [], errors)
    agreement, days, note = given.get("agreement_required", False), given.get("longest_period_days") or 0, given.get("note") or ""
    limits = given.get("limits") or {}
    if not isinstance(agreement, bool):
        errors["agreement_required"] = [YES_OR_NO]
    if not _is_count(days) or days > LONGEST_DAYS:
        errors["longest_period_days"] = [Message("Expected a whole number from 0 to {most}", most=LONGEST_DAYS)]
    if error := text_error(note, MAX_LONG_TEXT):
        errors["note"] = [error]
    errors |= check_limits(limits)
    return (EntryForm() if errors else EntryForm(questions, agreement, dict(limits), days, note.strip())), errors


def _questions(given: Any, errors: Errors) -> tuple[Question, ...]:
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        errors["questions"] = [Message("Expected a list of questions")]
        return ()
    if len(given) > MAX_QUESTIONS:
        errors["questions"] = [Message("At most {limit} questions", limit=MAX_QUESTIONS)]
        return ()
    seen: set[str] = set()
    for number, one in enumerate(given):
        found = _question_errors(one)
        if "id" not in found and one["id"] in seen:
            found["id"] = [Message("Another question has this id")]
        seen.add(str(one.get("id")))
        errors |= {f"questions.{number}.{key}": messages for key, messages in found.items()}
    if errors:
        return ()
    return tuple(Question(one["id"], one["label"].strip(), QuestionType(one.get("type", "text")), one.get("required", False),
                          tuple(option.strip() for option in one.get("options") or ()), (one.get("help") or "").strip())
                 for one in given)


def _question_errors(one: Mapping[str, Any]) -> Errors:
    errors: Errors = {}
    kind, options = one.get("type", "text"), one.get("options") or []
    if not isinstance(one.get("id"), str) or not _ID.fullmatch(one["id"]):
        errors["id"] = [Message("Expected small letters, digits and underscores, such as staff_count")]
    if error := text_error(one.get("label"), MAX_LABEL):
        errors["label"] = [error]
    elif is_blank(one.get("label")):
        errors["label"] = [MISSING]
    if error := text_error(one.get("help"), MAX_HELP):
        errors["help"] = [error]
    if kind not in list(QuestionType):
        errors["type"] = [Message("Choose one of: {values}", values=", ".join(QuestionType))]
    if not isinstance(one.get("required", False), bool):
        errors["required"] = [YES_OR_NO]
    if error := _options_error(kind, options):
        errors["options"] = [error]
    if unknown := one.keys() - Question.__dataclass_fields__.keys():
        errors[min(str(key) for key in unknown)] = [Message("Unknown field")]
    return errors


def _options_error(kind: Any, options: Any) -> Message | None:
    if not isinstance(options, list) or any(is_blank(option) or text_error(option, MAX_LABEL) for option in options):
        return Message("Expected a list of texts")
    if kind in CHOOSING and not 2 <= len({option.strip() for option in options}) == len(options) <= MAX_OPTIONS:
        return Message("Give 2 to {most} different answers to choose from", most=MAX_OPTIONS)
    return None if kind in CHOOSING or not options else Message("Only a choice has answers to choose from")


def check_limits(limits: Any) -> Errors:
    """What is wrong with the agreed way of use, by `limits.<key>`: formats, daily_calls, daily_rows, downloads, addresses."""
    if not isinstance(limits, Mapping):
        return {"limits": [Message("Expected an object of limits")]}
    errors = {f"limits.{key}": [Message("Unknown field")] for key in limits if key not in (*COUNTS, "formats", "addresses")}
    for key in COUNTS:
        if not _is_count(limits.get(key, 0)) or limits.get(key, 0) > MAX_COUNT:
            errors[f"limits.{key}"] = [Message("Expected a whole number from 0 to {most}", most=MAX_COUNT)]
    formats = limits.get("formats") or []
    if not isinstance(formats, list | tuple) or any(one not in FORMATS for one in formats):
        errors["limits.formats"] = [Message("Expected a list of: {values}", values=", ".join(FORMATS))]
    addresses = limits.get("addresses") or []
    if not isinstance(addresses, list | tuple) or len(addresses) > MAX_ADDRESSES or not all(map(_is_network, addresses)):
        errors["limits.addresses"] = [Message("Expected a list of at most {most} networks such as 203.0.113.0/24",
                                              most=MAX_ADDRESSES)]
    return errors


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_network(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(ipaddress.ip_network(value))
    except ValueError:
        return False


MISSING = Message("Missing value")
YES_OR_NO = Message("Expected true or false")

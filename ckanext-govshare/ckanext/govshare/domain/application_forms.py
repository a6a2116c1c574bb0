"""What an applicant fills in: purpose, period, security measures, who applies (ACC-1: 001 第二十七条, 004 第二十七条).

A draft may be incomplete; what is submitted is checked whole, with all errors at once. Pure.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from ckanext.govshare.domain import answers, codes, entry_forms
from ckanext.govshare.domain.entry_forms import Errors
from ckanext.govshare.domain.plain_text import text_error
from ckanext.govshare.domain.wording import Message

# Longest text by field, in characters; the first are asked of everybody.
REQUIRED: Mapping[str, int] = {"purpose": 5000, "security_measures": 5000, "applicant_name": 200}
OPTIONAL: Mapping[str, int] = {"scene": 5000, "contact_name": 100, "contact_phone": 40, "contact_email": 254, "uscc": 40}
LONGEST_DAYS = 3660  # ten years: longer is no period but for ever
FARTHEST_START = timedelta(days=731)  # two years: what is asked for later is asked for then, and no date is out of range

_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,38}[0-9]", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+\.[^\s@<>\"',;:().]+")


class ApplicantKind(StrEnum):
    """Who applies, as 001 第二十七条 has it: 自然人, 法人 and 非法人组织."""

    NATURAL_PERSON = "natural_person"
    LEGAL_ENTITY = "legal_entity"
    OTHER_ORGANISATION = "other_organisation"


@dataclass(frozen=True)
class Form:
    """What was filled in; texts are empty where nothing is said, dates are ISO and both count whole (Shanghai).

    `uscc`: 统一社会信用代码; `answers`: by question id, to what the department asks in addition.
    """

    purpose: str = ""
    scene: str = ""
    period_start: str = ""
    period_end: str = ""
    security_measures: str = ""
    applicant_kind: str = ""
    applicant_name: str = ""
    uscc: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Form:
        """The form that `as_dict` gave."""
        return msgspec.convert(stored, cls)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


FIELDS = tuple(Form.__dataclass_fields__)


def read(given: Mapping[str, Any], before: Form | None = None) -> Form:
    """The form `before` with the fields that `given` names, tidied. Raises ValueError for what is no text: check types first."""
    values = (before or Form()).as_dict() | {name: given[name] for name in FIELDS if name in given}
    tidy: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    return Form(**tidy | {"uscc": str(tidy["uscc"]).upper()})


def check_draft(form: Form) -> Errors:
    """What is wrong with the words of a draft, complete or not: by field, empty if nothing."""
    errors: Errors = {}
    for name, limit in {**REQUIRED, **OPTIONAL}.items():
        if error := text_error(getattr(form, name), limit):
            errors[name] = [error]
    if form.applicant_kind and form.applicant_kind not in list(ApplicantKind):
        errors["applicant_kind"] = [Message("Choose one of: {values}", values=", ".join(ApplicantKind))]
    for name in ("period_start", "period_end"):
        if getattr(form, name) and day(getattr(form, name)) is None:
            errors[name] = [DATE]
    if form.contact_phone and not _PHONE.fullmatch(form.contact_phone):
        errors.setdefault("contact_phone", [Message("Expected a telephone number of digits, such as 0735-2368000")])
    if form.contact_email and not _EMAIL.fullmatch(form.contact_email):
        errors.setdefault("contact_email", [Message("Expected an e-mail address such as name@example.org")])
    return errors


def check_complete(form: Form, questions: entry_forms.Questions, today: date, longest_days: int) -> Errors:
    """What is missing or wrong in a form that is handed in on `today` (Shanghai): by field, empty if nothing.

    `longest_days`: the longest period that the department grants for the entry, in days; 0: it sets none.
    """
    errors = check_draft(form)
    for name in (*REQUIRED, "applicant_kind", "period_start", "period_end"):
        if not getattr(form, name):
            errors[name] = [Message("Missing value")]
    if "applicant_kind" not in errors and (error := _uscc_error(form)):
        errors["uscc"] = [error]
    if not {"period_start", "period_end"} & errors.keys():
        errors |= check_period(form.period_start, form.period_end, today, longest_days or LONGEST_DAYS)
    return errors | answers.check(questions, form.answers)


def check_period(start: str, end: str, today: date, longest_days: int) -> Errors:
    """What is wrong with a period of use of ISO dates: by field, empty if nothing."""
    first, last = day(start), day(end)
    errors = {name: [DATE] for name, value in (("period_start", first), ("period_end", last)) if value is None}
    if first is None or last is None:
        return errors
    if last < first:
        return {"period_end": [Message("The period ends before it begins")]}
    if last < today:
        return {"period_end": [Message("The period is over already; choose a later end")]}
    if first > today + FARTHEST_START:
        return {"period_start": [Message("The period begins too far ahead; choose a start until {day}",
                                         day=(today + FARTHEST_START).isoformat())]}
    if (last - first).days + 1 > longest_days:
        return {"period_end": [Message("The longest period is {days} days; choose an earlier end", days=longest_days)]}
    return {}


DATE = Message("Expected a date such as 2026-03-02")


def day(text: str) -> date | None:
    """The date of `text` as YYYY-MM-DD, or None if it is none: Python reads other forms of ISO 8601 too, pages do not."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text else None


def _uscc_error(form: Form) -> Message | None:
    if form.applicant_kind == ApplicantKind.NATURAL_PERSON:
        return Message("A natural person has no unified social credit code; leave it empty") if form.uscc else None
    if form.applicant_kind == ApplicantKind.OTHER_ORGANISATION and not form.uscc:
        return None
    return codes.uscc_error(form.uscc)

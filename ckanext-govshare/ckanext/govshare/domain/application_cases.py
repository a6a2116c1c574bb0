"""An application for conditional data as a case: its states, what it holds, and what a decision is taken on."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ckanext.govshare.domain import entry_forms
from ckanext.govshare.domain.application_forms import Form
from ckanext.govshare.domain.wording import Message


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    DEEMED_APPROVED = "deemed_approved"
    WITHDRAWN = "withdrawn"


class Command(StrEnum):
    SAVE = "save"
    SUBMIT = "submit"
    TAKE = "take"
    ASSIGN = "assign"
    RETURN = "return"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    DEEM = "deem"
    OVERTURN = "overturn"


EDITABLE = frozenset({State.DRAFT, State.RETURNED})
WAITING = frozenset({State.SUBMITTED, State.UNDER_REVIEW})
OPEN = EDITABLE | WAITING
GRANTED = frozenset({State.APPROVED, State.DEEMED_APPROVED})

STATE_NAMES: Mapping[State, Message] = {
    State.DRAFT: Message("Draft"),
    State.SUBMITTED: Message("Application submitted"),
    State.UNDER_REVIEW: Message("Under review"),
    State.RETURNED: Message("Returned for supplement"),
    State.APPROVED: Message("Application approved"),
    State.REJECTED: Message("Rejected"),
    State.DEEMED_APPROVED: Message("Deemed approved"),
    State.WITHDRAWN: Message("Withdrawn"),
}


@dataclass(frozen=True)
class Terms:
    """What was in force when it was handed in; stays with the case whatever changes later."""

    entry_version: int = 0
    open_condition: str = ""
    form_version: int = 0
    questions: tuple[Mapping[str, Any], ...] = ()
    use_terms_version: str = ""
    profile: str = ""
    rule: str = ""
    calendar_version: str = ""


@dataclass(frozen=True)
class Decision:
    """What was granted: ISO dates, both counted whole; `limits` as `domain.entry_forms.check_limits` allows them.

    `by`: department, clock or appeal.
    """

    period_start: str = ""
    period_end: str = ""
    conditions: str = ""
    agreement_required: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True)
class Application:
    """Where an application stands. `applicant` and `assignee` are ids of users, `renews` of the grant it continues.

    `form` is the applicant's, `submitted_form` as it was last handed in: what everybody else sees and decides on.
    """

    id: str
    entry_id: str
    department: str
    applicant: str
    state: State = State.DRAFT
    form: Form = field(default_factory=Form)
    submitted_form: Form = field(default_factory=Form)
    terms: Terms = field(default_factory=Terms)
    decision: Decision = field(default_factory=Decision)
    reason: str = ""
    renews: str = ""
    assignee: str = ""
    created_at: datetime | None = None
    submitted_at: datetime | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Order:
    """A command as somebody gave it; None leaves to the form asked for and to the entry's form what an approval says."""

    command: Command
    actor: str
    reason: str = ""
    assignee: str = ""
    period_start: str | None = None
    period_end: str | None = None
    conditions: str = ""
    agreement_required: bool | None = None
    limits: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Facts:
    """What a decision is taken on.

    `applicable`: the data is published and conditional; `on_hold`: its opening is suspended; `member`: the applicant belongs
    to the entry's department; `renewable`: the grant that is renewed is the applicant's, for this entry; `overdue`, `deems`:
    the reply limit passed, and the profile of the case takes that for consent; `today` is Shanghai's.
    """

    today: date
    applicable: bool = True
    on_hold: bool = False
    member: bool = False
    renewable: bool = True
    overdue: bool = False
    deems: bool = False
    form: entry_forms.EntryForm = field(default_factory=entry_forms.EntryForm)
    terms: Terms = field(default_factory=Terms)

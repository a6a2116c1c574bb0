"""What each message to people says: a title, and sentences of which those are left out whose parameters are empty.

The messages go out by e-mail, too: no text carries a name, a purpose or anything else that an applicant wrote.
"""
from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.govshare.domain.wording import Message

# All that a text may be made of. `dataset` and `department` are titles, `due`, `last_day` and `day` ISO dates, `days` a number.
PARAMS = frozenset({"dataset", "department", "due", "last_day", "day", "days", "reason"})
DATES = frozenset({"due", "last_day", "day"})


@dataclass(frozen=True)
class Text:
    title: Message
    sentences: tuple[Message, ...] = ()


def _text(title: Message, *sentences: Message) -> Text:
    return Text(title, sentences)


_REASON = Message("Reason: {reason}")
_REPLY_DUE = Message("The reply is due on {due}.")
_APPEAL = Message("If you do not agree, you can take this to the competent department from the page of the case.")
_DELETE = Message("State on its page what became of the data: copies that the agreement does not let you keep are deleted.")
_PERIOD = Message("The agreed period lasts through {last_day}; the page of the grant says whether the data may be fetched now.")
_ONCE_SIGNED = Message("The data may be fetched, within the agreed period, once both sides have signed.")
_FORMER_BINDS = Message("The agreement that you signed stays in force until both sides have signed the new one.")
_COUNTED = Message("How many applications are not answered in time is counted by department.")

_APPLICATIONS: Mapping[str, Text] = {
    "application_received": _text(
        Message("Your application for “{dataset}” was submitted"), Message("{department} replies by {due}."),
        Message("You are told of each step; you can follow it on the page of the application.")),
    "application_to_handle": _text(Message("An application for “{dataset}” awaits a decision"), _REPLY_DUE),
    "application_taken": _text(Message("Your application for “{dataset}” is under review"), _REPLY_DUE),
    "application_assigned": _text(Message("The application for “{dataset}” was assigned to you"), _REPLY_DUE),
    "application_returned": _text(
        Message("Your application for “{dataset}” was returned for supplement"), Message("What is needed: {reason}"),
        Message("The time limit does not run until you submit the application again.")),
    "application_approved": _text(
        Message("Your application for “{dataset}” was approved"), Message("Note of the department: {reason}"),
        Message("The page of the application says what comes next, and what you may fetch until when.")),
    "application_rejected": _text(Message("Your application for “{dataset}” was rejected"), _REASON, _APPEAL),
    "application_deemed_approved": _text(
        Message("The application for “{dataset}” counts as approved: the time limit for the reply has passed"),
        Message("The page of the application says what comes next, and what may be fetched until when.")),
    "application_withdrawn": _text(Message("An application for “{dataset}” was withdrawn")),
}

_AGREEMENTS: Mapping[str, Text] = {
    "agreement_to_sign": _text(
        Message("Sign the data-use agreement for “{dataset}”"), _ONCE_SIGNED),
    "agreement_to_sign_again": _text(
        Message("The data-use agreement for “{dataset}” has a new version: sign again"), _FORMER_BINDS),
    "agreement_to_countersign": _text(
        Message("The data-use agreement for “{dataset}” awaits the department's signature"),
        Message("The applicant has signed.")),
    "agreement_in_force": _text(
        Message("The data-use agreement for “{dataset}” is in force"),
        Message("Both sides have signed."), _PERIOD),
    "signature_missing": _text(
        Message("The data-use agreement for “{dataset}” still awaits your signature"), _ONCE_SIGNED),
    "signature_missing_again": _text(
        Message("The new version of the data-use agreement for “{dataset}” still awaits your signature"), _FORMER_BINDS),
    "countersignature_missing": _text(
        Message("The data-use agreement for “{dataset}” still awaits the department's signature"),
        Message("The applicant has signed, and cannot fetch the data before the department has.")),
    "countersignature_missing_again": _text(
        Message("The new version of the data-use agreement for “{dataset}” still awaits the department's signature"),
        Message("The applicant has signed; the former agreement stays in force until the department has, too.")),
}

_GRANTS: Mapping[str, Text] = {
    "grant_suspended": _text(Message("Access to “{dataset}” was suspended"), _REASON, _APPEAL),
    "grant_suspended_report": _text(Message("{department} suspended a grant of “{dataset}”"), _REASON),
    "grant_resumed": _text(
        Message("Access to “{dataset}” was resumed"), _REASON, _PERIOD),
    "grant_resumed_report": _text(Message("A suspended grant of “{dataset}” was resumed"), _REASON),
    "grant_terminated": _text(Message("Access to “{dataset}” was terminated"), _REASON, _APPEAL, _DELETE),
    "grant_terminated_unsigned": _text(
        Message("The grant of “{dataset}” was terminated before both sides had signed"), _REASON, _APPEAL),
    "grant_terminated_report": _text(Message("{department} terminated a grant of “{dataset}”"), _REASON),
    "grant_reinstated": _text(
        Message("The grant of “{dataset}” was restored on appeal"), _PERIOD),
    "grant_reinstated_report": _text(Message("A terminated grant of “{dataset}” was restored on appeal")),
    "grant_surrendered": _text(Message("A holder gave up the access to “{dataset}”")),
    "grant_expired": _text(
        Message("Your access to “{dataset}” has ended"), Message("The agreed period ended with {last_day}."), _DELETE),
    "grant_expired_unsigned": _text(
        Message("The period granted for “{dataset}” has ended without the signatures"),
        Message("The agreed period ended with {last_day}. The agreement was not signed by both sides, so there was no access."),
        Message("You need do nothing. Who still needs the data applies again.")),
    "grant_continued": _text(
        Message("A grant of “{dataset}” has ended and is continued by your later one"),
        Message("The agreed period ended with {last_day}."),
        Message("What became of the data is to be stated when the later grant ends, not now.")),
    "grant_unusual": _text(
        Message("Unusual use of “{dataset}” on {day}: look into it"),
        Message("The page of the grant says what was noticed. Nothing was done about it.")),
    "grant_closed_out": _text(
        Message("The holder of an ended grant of “{dataset}” has stated what became of the data")),
    "grant_ends_soon": _text(
        Message("Your access to “{dataset}” ends on {last_day}"),
        Message("Days left: {days}. Who needs the data longer applies for the renewal now.")),
    "close_out_missing": _text(
        Message("Your statement on the data of “{dataset}” is missing"),
        Message("Your access ended with {last_day}."), _DELETE),
    "close_out_missing_report": _text(
        Message("A holder has not stated what became of the data of “{dataset}”"), Message("Access ended with {last_day}.")),
}

_APPEALS: Mapping[str, Text] = {
    "appeal_filed": _text(
        Message("An appeal on “{dataset}” awaits a decision"), Message("The decision is due on {due}.")),
    "appeal_filed_report": _text(
        Message("An appeal was filed against a decision on “{dataset}”"), Message("The competent department decides on it.")),
    "appeal_upheld": _text(Message("The decision on “{dataset}” was upheld on appeal"), _REASON),
    "appeal_overturned": _text(
        Message("The decision on “{dataset}” was overturned on appeal"), _REASON,
        Message("What follows from it has been carried out; the page of the case shows where it stands.")),
    "appeal_withdrawn": _text(Message("An appeal on “{dataset}” was withdrawn")),
    "appeal_due_soon": _text(
        Message("An appeal on “{dataset}” is to be decided by {due}"), Message("Working days left: {days}.")),
    "appeal_due_today": _text(Message("An appeal on “{dataset}” is to be decided today")),
    "appeal_overdue": _text(Message("An appeal on “{dataset}” is overdue"), Message("The decision was due on {due}.")),
}

_DUE_DATES: Mapping[str, Text] = {
    "reply_due_soon": _text(
        Message("The application for “{dataset}” is to be answered by {due}"), Message("Working days left: {days}.")),
    "reply_due_today": _text(Message("The application for “{dataset}” is to be answered today")),
    "reply_overdue": _text(
        Message("The application for “{dataset}” is overdue"), Message("The reply was due on {due}."),
        Message("The competent department has been told."), _COUNTED),
    "reply_overdue_report": _text(
        Message("{department} has not answered an application for “{dataset}” in time"),
        Message("The reply was due on {due}."), _COUNTED),
    "reply_late": _text(
        Message("Your application for “{dataset}” was not answered in time"), Message("The reply was due on {due}."),
        Message("The competent department has been told. You need not do anything: the department still has to decide.")),
}

KINDS: Mapping[str, Text] = {**_APPLICATIONS, **_AGREEMENTS, **_GRANTS, **_APPEALS, **_DUE_DATES}


def fields(message: Message) -> frozenset[str]:
    """The parameters that `message` names."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(message.text) if name)


def written(kind: str, params: Mapping[str, Any]) -> Text:
    """The message `kind` about `params`; a sentence that lacks one of its parameters is left out.

    Raises KeyError for a kind that is not of KINDS.
    """
    text = KINDS[kind]
    given = {name: value for name, value in params.items() if value not in ("", None)}
    title = Message(text.title.text, **{name: given.get(name, "") for name in fields(text.title)})
    return Text(title, tuple(
        Message(sentence.text, **{name: given[name] for name in fields(sentence)})
        for sentence in text.sentences if fields(sentence) <= given.keys()))

"""Who may fetch data: the rule behind the one gate (ACC-2, OPN-3: 001 第二十五条, 第二十六条).

Unconditional data is for everyone. Conditional data and data not opened are for the department that compiled them and for
the competent department. Seeing an entry gives no access; being the platform's operator gives none either.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ckanext.govshare.domain.attributes import Attribute
from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.domain.messages import Message

UNCONDITIONAL, CONDITIONAL = Attribute.UNCONDITIONAL, Attribute.CONDITIONAL

# What a file's bytes give away without being sent. CKAN leaves alone what is not given, and reads blanks as nothing.
_OF_THE_CONTENT: Mapping[str, str] = dict.fromkeys(("hash", "mimetype", "mimetype_inner", "size"), "")


class Channel(StrEnum):
    """The way by which data left: the original file, an export, the API, or the preview in the page."""

    FILE = "file"
    EXPORT = "export"
    API = "api"
    PREVIEW = "preview"


class Reason(StrEnum):
    """Why a fetch is allowed or refused."""

    OPEN = "open"
    OWN_DEPARTMENT = "own_department"
    COMPETENT_DEPARTMENT = "competent_department"
    SYSTEM = "system"
    NOT_PUBLISHED = "not_published"
    AUTHORISATION_REQUIRED = "authorisation_required"
    NOT_OPENED = "not_opened"


EXPLANATIONS: Mapping[Reason, Message] = {
    Reason.OPEN: Message("Opened unconditionally: everyone may fetch and use it"),
    Reason.OWN_DEPARTMENT: Message("Data of your own department"),
    Reason.COMPETENT_DEPARTMENT: Message("The competent department may look at all data"),
    Reason.SYSTEM: Message("The platform itself"),
    Reason.NOT_PUBLISHED: Message("This data is not published"),
    Reason.AUTHORISATION_REQUIRED: Message(
        "This data is opened under conditions: apply to the providing department, and fetch it once you are authorised"),
    Reason.NOT_OPENED: Message("This data is not opened"),
}


@dataclass(frozen=True)
class Facts:
    """What a decision needs: `open_type` is the approved one, `published` whether there is an approved version."""

    published: bool
    open_type: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class Access:
    """The decision. `until`: when it ends by itself, None for no end. `traced`: each fetch enters the trace (TRC-1)."""

    allowed: bool
    reason: Reason
    until: datetime | None = None
    traced: bool = False


def opened(published: bool, open_type: str) -> bool:
    """Whether data is for everyone, whoever asks."""
    return published and open_type == UNCONDITIONAL


def told(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as the catalogue tells it: of data that is not for everyone, nothing that was measured on its content.

    That there is a table, and when it was renewed, says whether the department does its duty: that stays.
    """
    if entry.get("open_type") == UNCONDITIONAL or "resources" not in entry:
        return dict(entry)
    return {**entry, "resources": [{**resource, **_OF_THE_CONTENT} for resource in entry["resources"]]}


def opened_since(approvals: Sequence[tuple[datetime, str]]) -> datetime | None:
    """Since when the entry has been opened unconditionally without a break; None where it is not.

    approvals: moment and open type of each approved version, oldest first.
    """
    since = None
    for moment, open_type in approvals:
        since = (since or moment) if open_type == UNCONDITIONAL else None
    return since


def decide(facts: Facts, now: datetime) -> Access:
    """Whether data may be fetched at `now`; refused unless a rule says otherwise."""
    if Role.SYSTEM in facts.roles:
        return Access(True, Reason.SYSTEM)
    if opened(facts.published, facts.open_type):
        return Access(True, Reason.OPEN)
    if facts.roles & {Role.OWN_EDITOR, Role.OWN_MEMBER}:
        return Access(True, Reason.OWN_DEPARTMENT, traced=True)
    if Role.COMPETENT in facts.roles:
        return Access(True, Reason.COMPETENT_DEPARTMENT, traced=True)
    if not facts.published:
        return Access(False, Reason.NOT_PUBLISHED)
    conditional = facts.open_type == CONDITIONAL
    return Access(False, Reason.AUTHORISATION_REQUIRED if conditional else Reason.NOT_OPENED)

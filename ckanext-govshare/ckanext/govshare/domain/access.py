"""Who may fetch data: the rule behind the one gate (ACC-2, OPN-3: 001 第二十五条, 第二十六条).

Unconditional data is for everyone. Conditional data and data not opened are for the department that compiled them and for
the competent department; conditional data besides for whoever holds a grant that counts at this moment (001 第二十七条).
Seeing an entry gives no access; being the platform's operator gives none either.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ckanext.govshare.domain.attributes import Attribute
from ckanext.govshare.domain.calendar import SHANGHAI
from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.domain.grant_limits import Limits
from ckanext.govshare.domain.grants import Grant, Standing, standing
from ckanext.govshare.domain.wording import Message

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
    GRANTED = "granted"
    PENDING = "pending"
    AGREEMENT_UNSIGNED = "agreement_unsigned"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    SURRENDERED = "surrendered"
    AGREEMENT_LAPSED = "agreement_lapsed"
    FORMER_VERSION = "former_version"
    FORMAT_NOT_AGREED = "format_not_agreed"
    ADDRESS_NOT_AGREED = "address_not_agreed"
    LIMIT_REACHED = "limit_reached"


EXPLANATIONS: Mapping[Reason, Message] = {
    Reason.OPEN: Message("Opened unconditionally: everyone may fetch and use it"),
    Reason.OWN_DEPARTMENT: Message("Data of your own department"),
    Reason.COMPETENT_DEPARTMENT: Message("The competent department may look at all data"),
    Reason.SYSTEM: Message("The platform itself"),
    Reason.NOT_PUBLISHED: Message("This data is not published"),
    Reason.AUTHORISATION_REQUIRED: Message(
        "This data is opened under conditions: apply to the providing department, and fetch it once you hold a grant"),
    Reason.NOT_OPENED: Message("This data is not opened"),
    Reason.GRANTED: Message("Your grant lets you fetch this data, up to and including {last_day}"),
    Reason.PENDING: Message(
        "Your application for this data is under way: see “My applications” for where it stands, and fetch the data once it is "
        "approved"),
    Reason.AGREEMENT_UNSIGNED: Message(
        "Your application is approved, but the agreement is not signed by both sides: sign it, or wait for the department"),
    Reason.NOT_STARTED: Message("Your grant begins on {first_day}: fetch the data from then on"),
    Reason.EXPIRED: Message("Your grant ended with {last_day}: apply to renew it if you still need the data"),
    Reason.SUSPENDED: Message(
        "The department has suspended your grant: “{reason}”. Ask the department, or file an appeal"),
    Reason.TERMINATED: Message(
        "The department has terminated your grant: “{reason}”. You may file an appeal, or apply anew"),
    Reason.SURRENDERED: Message("You gave your grant back: apply anew if you need the data again"),
    Reason.AGREEMENT_LAPSED: Message(
        "The agreement that your grant rests on is no longer in force: ask the department, or apply anew"),
    Reason.FORMER_VERSION: Message("Your grant covers the data as it is now, and none of its former versions"),
    Reason.FORMAT_NOT_AGREED: Message("Your grant does not cover this way of fetching the data, but these: {formats}"),
    Reason.ADDRESS_NOT_AGREED: Message(
        "Your grant covers other network addresses than the one that you ask from ({address}): "
        "use an agreed one, or ask the department to change it"),
    Reason.LIMIT_REACHED: Message(
        "The agreed number of calls, rows or downloads is used up: daily numbers begin anew at midnight in Beijing; "
        "if you need more, ask the department"),
}

# Whom a grant serves. The operator's account fetches nothing that is not open, whatever it once applied for.
GRANTEES = frozenset({Role.CITIZEN, Role.OTHER_EDITOR})
# What a holder without access is told: what stands nearest to it comes first. None: an application that is under way.
_MOST_TELLING: Sequence[tuple[Standing | None, Reason]] = (
    (Standing.SUSPENDED, Reason.SUSPENDED),
    (Standing.PENDING_AGREEMENT, Reason.AGREEMENT_UNSIGNED),
    (Standing.NOT_STARTED, Reason.NOT_STARTED),
    (None, Reason.PENDING),
    (Standing.AGREEMENT_LAPSED, Reason.AGREEMENT_LAPSED),
    (Standing.EXPIRED, Reason.EXPIRED),
    (Standing.TERMINATED, Reason.TERMINATED),
    (Standing.SURRENDERED, Reason.SURRENDERED),
)


@dataclass(frozen=True)
class Way:
    """How somebody asks. `form`: one of `entry_forms.FORMATS`, empty for a look in the page; `address`: the caller's IP."""

    form: str = ""
    address: str = ""


@dataclass(frozen=True)
class Facts:
    """What a decision needs: `open_type` is the approved one, `published` whether there is an approved version.

    `held`: the caller's grants for the entry, each with the state of its agreement. `applied`: whether an application of
    theirs is under way. `current`: whether they ask for what the data serves now, and not for a former version.
    """

    published: bool
    open_type: str
    roles: frozenset[Role]
    held: Sequence[tuple[Grant, str]] = ()
    applied: bool = False
    current: bool = True
    way: Way = Way()


@dataclass(frozen=True)
class Access:
    """The decision. `until`: when it ends by itself, None for no end. `traced`: each fetch enters the trace (TRC-1).

    `grant`: the id of the grant that gives access or would, empty for none; what is fetched counts against its `limits`.
    `words`: what the explanation names.
    """

    allowed: bool
    reason: Reason
    until: datetime | None = None
    traced: bool = False
    grant: str = ""
    limits: Limits = field(default_factory=Limits)
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def explanation(self) -> Message:
        """Why, and what to do next."""
        return Message(EXPLANATIONS[self.reason].text, **self.words)


def opened(published: bool, open_type: str) -> bool:
    """Whether data is for everyone, whoever asks."""
    return published and open_type == UNCONDITIONAL


def counts_grants(facts: Facts) -> bool:
    """Whether it matters which grants the caller holds: conditional data, and a caller who is not inside already."""
    return facts.published and facts.open_type == CONDITIONAL and bool(facts.roles & GRANTEES)


def without_content(entry: Mapping[str, Any]) -> dict[str, Any]:
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
    if facts.open_type != CONDITIONAL:
        return Access(False, Reason.NOT_OPENED)
    return _by_grant(facts, now) if facts.roles & GRANTEES else Access(False, Reason.AUTHORISATION_REQUIRED)


def _by_grant(facts: Facts, now: datetime) -> Access:
    """Conditional data is for holders of a valid grant; all others are told how far they are from one."""
    # Newest first, so that of two alike the later decision is told.
    found = [(standing(grant, agreement, now), grant)
             for grant, agreement in sorted(facts.held, key=lambda held: held[0].created_at, reverse=True)]
    valid = [grant for is_worth, grant in found if is_worth is Standing.VALID]
    if valid:
        return _as_agreed(valid, facts)
    for sought, reason in _MOST_TELLING:
        for is_worth, grant in found:
            if is_worth is sought:
                return Access(False, reason, grant=grant.id, words=_words(grant))
        if sought is None and facts.applied:
            return Access(False, reason)
    return Access(False, Reason.AUTHORISATION_REQUIRED)


def _as_agreed(valid: Sequence[Grant], facts: Facts) -> Access:
    """The valid grant that covers what is asked for and lasts longest, so that a renewal takes the place of the first."""
    way, grant = facts.way, max(valid, key=lambda grant: grant.ends_at)
    if not facts.current:
        return Access(False, Reason.FORMER_VERSION, grant=grant.id)
    at_home = [grant for grant in valid if grant.limits.permits_address(way.address)]
    if not at_home:
        return Access(False, Reason.ADDRESS_NOT_AGREED, grant=grant.id, words={"address": way.address or "–"})
    covering = [grant for grant in at_home if not way.form or grant.limits.permits_format(way.form)]
    if not covering:
        formats = ", ".join(dict.fromkeys(name for grant in at_home for name in grant.limits.formats))
        return Access(False, Reason.FORMAT_NOT_AGREED, grant=at_home[0].id, words={"formats": formats})
    chosen = max(covering, key=lambda grant: grant.ends_at)
    return Access(True, Reason.GRANTED, chosen.ends_at, traced=True, grant=chosen.id, limits=chosen.limits, words=_words(chosen))


def _words(grant: Grant) -> dict[str, str]:
    """What explanations name of a grant, its days as Shanghai counts them."""
    last_moment = grant.ends_at - timedelta(microseconds=1)
    return {"first_day": grant.starts_at.astimezone(SHANGHAI).date().isoformat(), "reason": grant.reason,
            "last_day": last_moment.astimezone(SHANGHAI).date().isoformat()}

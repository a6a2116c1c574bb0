"""What has happened to a grant; see `domain.events`.

What the holder wrote stays out of the history, which is never deleted: a digest identifies it.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.govshare.domain.events import Event


def digest(words: str) -> str:
    """What identifies the words of a holder in the history; empty for none."""
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


@dataclass(frozen=True)
class GrantOpened(Event):
    """An approved application became a grant. `starts_at` and `ends_at` are ISO times; at `ends_at` it no longer counts."""

    application_id: str
    agreement_id: str
    starts_at: str
    ends_at: str
    limits: Mapping[str, Any]
    renews: str = ""


@dataclass(frozen=True)
class GrantActivated(Event):
    """Both sides had signed: the agreement `agreement_id` came into force and the grant with it."""

    agreement_id: str


@dataclass(frozen=True)
class GrantAgreementReplaced(Event):
    """A later version of the agreement was signed by both sides and took the former one's place."""

    agreement_id: str
    replaced: str


@dataclass(frozen=True)
class GrantSuspended(Event):
    """The department stopped access for the time being (ACC-5: 001 第十九条, 第二十七条)."""

    reason: str


@dataclass(frozen=True)
class GrantResumed(Event):
    """A suspension ended, by the department or by an appeal."""

    reason: str


@dataclass(frozen=True)
class GrantTerminated(Event):
    """The department ended access for good (ACC-5). `before`: the state that a successful appeal brings back."""

    reason: str
    before: str


@dataclass(frozen=True)
class GrantReinstated(Event):
    """An appeal overturned a termination; the grant is again in state `state`."""

    state: str
    reason: str = ""


@dataclass(frozen=True)
class GrantSurrendered(Event):
    """The holder gave the access up. `words`: why, which stays with the grant. `before`: the state that this ended."""

    words: str
    before: str

    def payload(self) -> dict[str, Any]:
        return {"digest": digest(self.words), "before": self.before}


@dataclass(frozen=True)
class GrantExpired(Event):
    """The agreed period was over. Access had ended by itself at `ended_at`, whenever this was recorded.

    `before`: the state that this ended; there was no access where signatures were awaited. `renewed_by`: the grant that
    continues this one, empty for none.
    """

    ended_at: str
    before: str
    renewed_by: str = ""


@dataclass(frozen=True)
class GrantClosedOut(Event):
    """The holder stated what became of the data after the end; the `statement` stays with the grant."""

    statement: str

    def payload(self) -> dict[str, Any]:
        return {"digest": digest(self.statement)}

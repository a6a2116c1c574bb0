"""What happens to a data-use agreement (ACC-3: 001 第二十七条, 004 第二十七条).

The text and the names beneath it stay out of the history, which is never deleted: hashes identify them.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.govshare.domain.events import Event


@dataclass(frozen=True)
class AgreementOffered(Event):
    """The platform fixed the text that both sides are to sign. `template`: scope, scope_id and version of what it is made from.

    `replaces`: the agreement in whose place it comes once both have signed; empty for the first.
    """

    application_id: str
    template: Mapping[str, Any]
    text_hash: str
    starts_at: str
    ends_at: str
    replaces: str = ""


@dataclass(frozen=True)
class AgreementSigned(Event):
    """The applicant signed the text of `text_hash`. `method` and `proof`: how, as the signer tells it."""

    text_hash: str
    method: str
    proof: Mapping[str, Any]


@dataclass(frozen=True)
class AgreementCountersigned(Event):
    """A handler signed for the providing department."""

    text_hash: str
    method: str
    proof: Mapping[str, Any]


@dataclass(frozen=True)
class AgreementInForce(Event):
    """Both sides had signed. It binds from `starts_at` on, until the moment `ends_at`."""

    starts_at: str
    ends_at: str


@dataclass(frozen=True)
class AgreementReplaced(Event):
    """Its parties signed a later version, `by`, which took its place."""

    by: str


@dataclass(frozen=True)
class AgreementTerminated(Event):
    """It ended with the grant that it was made for (ACC-5)."""

    reason: str


@dataclass(frozen=True)
class AgreementReinstated(Event):
    """An appeal overturned the termination of the grant (ACC-6): it stands again as its signatures have it."""

    reason: str = ""


@dataclass(frozen=True)
class AgreementLapsed(Event):
    """The agreed period was over at `ended_at`, whenever this was recorded."""

    ended_at: str


@dataclass(frozen=True)
class AgreementTemplateChanged(Event):
    """Agreements of `scope` are offered with another text from now on; signed ones stay as they are."""

    scope: str
    scope_id: str
    version: int
    text_hash: str
    sign_again: bool

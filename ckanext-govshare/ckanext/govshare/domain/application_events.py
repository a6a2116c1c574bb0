"""What happens to an application for conditional data (ACC-1: 001 第二十七条, 004 第二十七条).

What the applicant wrote stays out of the history, which is never deleted: a digest identifies it.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.govshare.domain.events import Event


@dataclass(frozen=True)
class ApplicationSaved(Event):
    """The applicant saved a draft, or what was returned. `digest` identifies the form."""

    digest: str


@dataclass(frozen=True)
class ApplicationSubmitted(Event):
    """The applicant handed it in. `terms`: what it was applied under (`domain.applications.Terms`)."""

    digest: str
    terms: Mapping[str, Any]


@dataclass(frozen=True)
class ApplicationTaken(Event):
    """A handler of the department began to examine it."""


@dataclass(frozen=True)
class ApplicationAssigned(Event):
    """The department says who works on it: a user's id, empty for nobody."""

    assignee: str


@dataclass(frozen=True)
class ApplicationReturned(Event):
    """The department asks for a supplement; the reply limit does not run meanwhile."""

    reason: str


@dataclass(frozen=True)
class ApplicationApproved(Event):
    """The department consents. `decision`: what to (`domain.applications.Decision`)."""

    decision: Mapping[str, Any]
    reason: str = ""


@dataclass(frozen=True)
class ApplicationRejected(Event):
    """The department refuses, saying why (ACC-4)."""

    reason: str


@dataclass(frozen=True)
class ApplicationWithdrawn(Event):
    """The applicant took it back. `reason`: the applicant's words, which stay with the case; the history keeps their digest."""

    reason: str = ""

    def payload(self) -> dict[str, Any]:
        return {"digest": hashlib.sha256(self.reason.encode()).hexdigest() if self.reason else ""}


@dataclass(frozen=True)
class ApplicationDeemedApproved(Event):
    """The reply limit passed under a profile by which silence is consent; given by the clock alone."""

    decision: Mapping[str, Any]


@dataclass(frozen=True)
class ApplicationOverturned(Event):
    """The competent department overturned the refusal on appeal (ACC-6): the application is granted as it was asked."""

    decision: Mapping[str, Any]


@dataclass(frozen=True)
class AttachmentAdded(Event):
    """The applicant added a file. `sha256` identifies its bytes, `size` counts them."""

    attachment: str
    sha256: str
    size: int


@dataclass(frozen=True)
class AttachmentRemoved(Event):
    """The applicant removed a file before the application was decided."""

    attachment: str
    sha256: str


@dataclass(frozen=True)
class EntryFormChanged(Event):
    """The department asks something else of who applies for its entry, from version `version` of the form on."""

    version: int
    digest: str

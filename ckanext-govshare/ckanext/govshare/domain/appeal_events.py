"""What happens to an appeal to the competent department (ACC-6, by analogy with 001 第二十一条 and 004 第二十条).

What the appellant wrote stays out of the history, which is never deleted: a digest identifies it.
"""
from __future__ import annotations

from dataclasses import dataclass

from ckanext.govshare.domain.events import Event


@dataclass(frozen=True)
class AppealFiled(Event):
    """The applicant or holder took a decision to the competent department. `digest` identifies the reasons given."""

    subject_kind: str
    subject_id: str
    against: str
    digest: str


@dataclass(frozen=True)
class AppealUpheld(Event):
    """The competent department lets the department's decision stand, saying why."""

    reason: str


@dataclass(frozen=True)
class AppealOverturned(Event):
    """The competent department sets the department's decision aside. `remedy`: what that did to the case at once."""

    reason: str
    remedy: str


@dataclass(frozen=True)
class AppealWithdrawn(Event):
    """The appellant took the appeal back; the department's decision stands."""

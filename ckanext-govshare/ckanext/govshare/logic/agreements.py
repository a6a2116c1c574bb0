"""What applications, grants and the clock ask of agreements, each in the caller's transaction."""
from __future__ import annotations

from datetime import datetime

from ckanext.govshare.domain.applications import Application

CASE = "agreements"


def offer(application: Application, now: datetime) -> str:
    """Fix the text of the agreement on an approved application and offer it for signature; its id.

    In the caller's transaction, with the application locked and its `decision` made.
    """
    raise NotImplementedError


def terminate_for_grant(grant_id: str, reason: str, actor: str, now: datetime) -> None:
    """End what was agreed for a grant that the caller, who holds its lock, ends for good. Nothing where nothing was agreed."""
    raise NotImplementedError


def reinstate_for_grant(grant_id: str, reason: str, actor: str, now: datetime) -> None:
    """Put the agreement of a grant back as its signatures have it, once an appeal overturned the termination (ACC-6)."""
    raise NotImplementedError


def lapse_due(now: datetime) -> int:
    """Record agreements whose period was over at `now`, each in a transaction of its own; how many were."""
    raise NotImplementedError

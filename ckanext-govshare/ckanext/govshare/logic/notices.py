"""What people are told of their cases: rows of the inbox and an effect "mail", in the transaction of the change (ADR 086)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ckanext.govshare.domain.events import Event


def about(case_kind: str, case: Any, event: Event, now: datetime) -> None:
    """Tell everyone concerned what ``event`` did to ``case``; called inside the transaction that records the event.

    :param case_kind: ``applications``, ``agreements``, ``grants`` or ``appeals``.
    :param case: the case after the event, as its domain module defines it.
    """


def tell(user_ids: Iterable[str], kind: str, params: Mapping[str, Any], address: str, now: datetime) -> None:
    """Put one message into each inbox and on its way by e-mail; called inside the caller's transaction."""

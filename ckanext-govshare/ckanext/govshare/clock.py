"""The application's only clock: rules and SQL are given the time, they never ask for it (design principle 6)."""
from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)

"""Links by which somebody chooses a password: bound to what the account was when they were made, so that one use
ends them. Pure.
"""
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Holder:
    """The account that a link is for. `fixed`: its state, address and password hash, any change of which ends the link."""

    id: str
    fixed: tuple[str, ...]


def claims(holder: Holder, now: datetime) -> list[Any]:
    """What a link says, to be signed."""
    return [holder.id, _print(holder), int(now.timestamp())]


def claimed(said: object) -> str:
    """The id of the account that a link with a valid signature names; empty where it says something else."""
    named = isinstance(said, Sequence) and len(said) == 3 and isinstance(said[0], str)
    return str(said[0]) if named and isinstance(said, Sequence) else ""


def holds(said: Sequence[Any], holder: Holder, lasts: timedelta, now: datetime) -> bool:
    """Whether a link still opens the account as it is now."""
    _id, fingerprint, made = said
    age = now.timestamp() - made
    # A moment is cut to the second below, so that the age is never negative but for clocks that differ.
    return bool(fingerprint == _print(holder) and -60 <= age < lasts.total_seconds())


def _print(holder: Holder) -> str:
    return hashlib.sha256("\n".join((holder.id, *holder.fixed)).encode()).hexdigest()

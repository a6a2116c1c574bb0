"""Links by which somebody chooses a password, registers, or confirms an address: bound to what the account was when they were
made, so that one use ends them. Pure.
"""
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# What a link is for; one made for the one serves no other.
PASSWORD, REGISTRATION, ADDRESS = "password", "registration", "address"
# The state of an account that is not there: of whoever registers.
ABSENT = "absent"
USABLE = {PASSWORD: ("active", "pending"), REGISTRATION: (ABSENT,), ADDRESS: ("active",)}
_PARTS = 4


@dataclass(frozen=True)
class Holder:
    """The account that a link is for; of whoever registers the one that they get. `fixed`: what ends the link when it changes."""

    id: str
    state: str
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claims:
    """What a link says: the account's id, a fingerprint of what the account was, when the link was made (in seconds), and the
    address that it confirms, empty where it confirms none.
    """

    account: str
    fingerprint: str
    made: int
    address: str


def written(holder: Holder, address: str, now: datetime) -> list[Any]:
    """What a link for `holder` says, to be signed. `address`: the one that whoever opens it has shown to be theirs."""
    return [holder.id, _print(holder), int(now.timestamp()), address]


def read(said: object) -> Claims | None:
    """What a link with a valid signature says; None where that is no link of this kind."""
    if not isinstance(said, Sequence) or len(said) != _PARTS:
        return None
    kinds = (str, str, int, str)
    return Claims(*said) if all(isinstance(part, kind) for part, kind in zip(said, kinds, strict=True)) else None


def holds(purpose: str, claims: Claims, holder: Holder, lasts: timedelta, now: datetime) -> bool:
    """Whether a link still serves the account as it is now."""
    age = now.timestamp() - claims.made
    # A moment is cut to the second below, so that the age is never negative but for clocks that differ.
    in_time = -60 <= age < lasts.total_seconds()
    return in_time and holder.state in USABLE[purpose] and claims.fingerprint == _print(holder)


def _print(holder: Holder) -> str:
    return hashlib.sha256("\n".join((holder.id, holder.state, *holder.fixed)).encode()).hexdigest()

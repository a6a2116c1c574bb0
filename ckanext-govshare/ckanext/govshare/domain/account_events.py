"""What happens to accounts, memberships and tokens, as events of the trace (TRC-1: 001 第十四条). Pure.

An event names the account by its id and says which fields changed, never what they hold: the values are personal data.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.govshare.domain.events import Event

ACTIVE, PENDING, DELETED = "active", "pending", "deleted"
SYSADMIN, STATE, PASSWORD = "sysadmin", "state", "password"


@dataclass(frozen=True)
class AccountEvent(Event):
    """Something that happened to the account with the id `account`."""

    account: str


@dataclass(frozen=True)
class AccountCreated(AccountEvent):
    """Somebody registered, was invited (`state` pending) or was made on the server's command line."""

    state: str
    sysadmin: bool


@dataclass(frozen=True)
class AccountChanged(AccountEvent):
    """`fields` of the account have other values than before."""

    fields: tuple[str, ...]


@dataclass(frozen=True)
class PasswordSet(AccountEvent):
    """The account has another password."""


@dataclass(frozen=True)
class AccountActivated(AccountEvent):
    """An invited person chose a password."""


@dataclass(frozen=True)
class AccountBlocked(AccountEvent):
    """Nobody can use the account any more; CKAN calls it deleted, and it can be restored."""


@dataclass(frozen=True)
class AccountRestored(AccountEvent):
    """A blocked account can be used again."""


@dataclass(frozen=True)
class AccountDeleted(AccountEvent):
    """The account's row is gone for good."""


@dataclass(frozen=True)
class OperatorAppointed(AccountEvent):
    """The account is the platform's operator (sysadmin) from now on."""


@dataclass(frozen=True)
class OperatorDismissed(AccountEvent):
    """The account is the platform's operator no more."""


@dataclass(frozen=True)
class MembershipGiven(AccountEvent):
    """The account has `role` in the department or theme `group` (an id); `before` is the role it had, empty for none."""

    group: str
    role: str
    before: str


@dataclass(frozen=True)
class MembershipEnded(AccountEvent):
    """The account had `role` in `group` and has none now."""

    group: str
    role: str


@dataclass(frozen=True)
class TokenCreated(AccountEvent):
    """An API token for the account was made; `token` is a hash of its id."""

    token: str


@dataclass(frozen=True)
class TokenRevoked(AccountEvent):
    """An API token of the account works no more."""

    token: str


Changed = Mapping[str, tuple[Any, Any]]


def of_account(account: str, changed: Changed) -> Iterator[AccountEvent]:
    """The events of an account whose fields changed from the first value to the second of each pair."""
    if STATE in changed:
        yield from _of_state(account, *changed[STATE])
    if SYSADMIN in changed and bool(changed[SYSADMIN][0]) != bool(changed[SYSADMIN][1]):
        yield OperatorAppointed(account) if changed[SYSADMIN][1] else OperatorDismissed(account)
    if PASSWORD in changed:
        yield PasswordSet(account)
    if others := sorted(set(changed) - {STATE, SYSADMIN, PASSWORD}):
        yield AccountChanged(account, tuple(others))


def _of_state(account: str, before: str | None, after: str) -> Iterator[AccountEvent]:
    if after == DELETED:
        yield AccountBlocked(account)
    elif after == ACTIVE:
        yield AccountActivated(account) if before == PENDING else AccountRestored(account)
    else:
        yield AccountChanged(account, (STATE,))


def of_membership(account: str, group: str, before: tuple[str, str], after: tuple[str, str]) -> Iterator[AccountEvent]:
    """The event of a membership whose (state, role) changed; an empty state is that of a row which is not there."""
    was, role_before = before
    is_now, role = after
    if is_now == ACTIVE and before != after:
        yield MembershipGiven(account, group, role, role_before if was == ACTIVE else "")
    elif was == ACTIVE and is_now != ACTIVE:
        yield MembershipEnded(account, group, role_before)

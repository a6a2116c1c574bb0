"""Making and reading the links by which people choose a password, register, or confirm an address (ADR 097, 101).

A link is signed with the portal's key and kept nowhere: neither table, outbox nor log holds what opens an account, and of whoever
never opens theirs nothing is left.
"""
from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from itsdangerous import BadData, URLSafeSerializer

from ckanext.govshare import clock, config
from ckanext.govshare.domain import account_links as rules
from ckanext.govshare.domain.account_links import ADDRESS, PASSWORD, REGISTRATION, Claims, Holder
from ckanext.govshare.repository import accounts as repository
from ckanext.govshare.security import throttle

# Longer than any link of ours.
_MOST = 2000
_PAGES = {PASSWORD: "/user/reset/{account}?key={key}", REGISTRATION: "/user/register?key={key}",
          ADDRESS: "/account/address?key={key}"}


@dataclass(frozen=True)
class Link:
    """A link that is good: the account's id, the account (None for whoever registers), and the address that is confirmed."""

    account: str
    user: model.User | None
    address: str


def for_password(user: model.User, now: datetime) -> str:
    """The key of a link by which `user` chooses a password."""
    return _signed(PASSWORD, _holder(user.id, user), "", now)


def to_register(address: str, now: datetime) -> str:
    """The key of a link by which whoever reads the mail of `address` registers. The account's id is chosen here: one link, one
    account.
    """
    return _signed(REGISTRATION, _holder(str(uuid.uuid4()), None), address, now)


def to_confirm(user: model.User, address: str, now: datetime) -> str:
    """The key of a link by which `address` becomes that of `user`."""
    return _signed(ADDRESS, _holder(user.id, user), address, now)


def path(purpose: str, key: str, account: str = "") -> str:
    """The page of a link."""
    return _PAGES[purpose].format(account=account, key=key)


def lasts(user: model.User | None) -> timedelta:
    """How long a link for `user` works: an invitation for days, others for hours."""
    pending = user is not None and user.state == model.State.PENDING
    return timedelta(days=config.invitation_days()) if pending else timedelta(hours=config.reset_link_hours())


def opened(purpose: str, key: object, named: object = None, lock: bool = False) -> Link | None:
    """What `key` opens now; None for whatever is no key of this purpose, was used, is too old, of a blocked account, or for an
    address that an account has meanwhile. What opens nothing is counted.

    named: what the page's address names, by which it is counted; else by where the caller is.
    lock: hold account and address until the transaction ends, so that two requests do not use the key at once.
    :raises TooManyAttempts: where too many opened nothing; Unavailable where that cannot be counted.
    """
    link = _read(purpose, key, lock)
    if link is None:
        throttle.count(f"link {purpose}", named or throttle.address())
    return link


def ended() -> tk.ValidationError:
    """What is said of a key that opens nothing; whatever was held for it is let go."""
    model.Session.rollback()
    return tk.ValidationError({"key": [tk._("This link was used, is too old or is not complete. Ask for a new one")]})


def _read(purpose: str, key: object, lock: bool) -> Link | None:
    claims = _claims(purpose, key)
    if claims is None:
        return None
    if claims.address and lock:
        repository.lock(claims.address)
    user = repository.locked(claims.account) if lock else repository.fresh(claims.account)
    if not rules.holds(purpose, claims, _holder(claims.account, user), lasts(user), clock.now()):
        return None
    if claims.address and repository.holders(claims.address, other_than=claims.account):
        return None
    return Link(claims.account, user, claims.address)


def _claims(purpose: str, key: object) -> Claims | None:
    try:
        said: Any = _signer(purpose).loads(key) if isinstance(key, str) and len(key) <= _MOST else None
    except BadData:
        return None
    return rules.read(said)


def _holder(account: str, user: model.User | None) -> Holder:
    return Holder(account, user.state, (user.email or "", user.password or "")) if user else Holder(account, rules.ABSENT)


def _signed(purpose: str, holder: Holder, address: str, now: datetime) -> str:
    return _signer(purpose).dumps(rules.written(holder, address, now))


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(config.secret_key(), salt=f"govshare-{purpose}-link")

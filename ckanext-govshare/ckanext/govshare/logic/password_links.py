"""Making and reading the links by which people choose a password (ADR 097).

A link is signed with the portal's key and kept nowhere: neither table, outbox nor log holds what opens an account.
"""
from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from itsdangerous import BadData, URLSafeSerializer

from ckanext.govshare import config
from ckanext.govshare.domain import password_links as rules
from ckanext.govshare.domain.password_links import Holder

# Longer than any link of ours.
_MOST = 1000


def make(user: model.User, now: datetime) -> str:
    """What the link for `user` ends with."""
    made = _signer().dumps(rules.claims(_holder(user), now))
    return made if isinstance(made, str) else made.decode()


def path(user: model.User, key: str) -> str:
    """The page of a link."""
    return f"/user/reset/{user.id}?key={key}"


def lasts(user: model.User) -> timedelta:
    """How long a link for `user` works: an invitation for days, a reset for hours."""
    pending = user.state == model.State.PENDING
    return timedelta(days=config.invitation_days()) if pending else timedelta(hours=config.reset_link_hours())


def open_with(key: object, now: datetime, lock: bool = False) -> model.User | None:
    """The account that `key` opens now; None for whatever is no key, was used, is too old, or of a blocked account.

    lock: hold the account until the transaction ends, so that two requests do not use the key at once.
    """
    try:
        said: Any = _signer().loads(key) if isinstance(key, str) and len(key) <= _MOST else None
    except BadData:
        return None
    account = rules.claimed(said)
    if not account:
        return None
    query = model.Session.query(model.User).filter(model.User.id == account).populate_existing()
    user: model.User | None = (query.with_for_update() if lock else query).one_or_none()
    usable = user is not None and user.state in (model.State.ACTIVE, model.State.PENDING)
    return user if usable and rules.holds(said, _holder(user), lasts(user), now) else None


def _holder(user: model.User) -> Holder:
    return Holder(user.id, (user.state, user.email or "", user.password or ""))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(tk.config["SECRET_KEY"], salt="govshare-password-link")

"""Delivering a message by a channel: what the outbox asks for, again until it has succeeded."""
from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from ckan import model

from ckanext.govshare import clock, notifications
from ckanext.govshare.notifications import Letter, Recipient, Undeliverable, preferences, texts
from ckanext.govshare.repository import notices as repository

log = logging.getLogger(__name__)


def deliver(payload: Mapping[str, Any]) -> None:
    """Send one message by one channel, unless its reader wants none outside the inbox or has no account any more.

    What a channel declares undeliverable is logged and not tried again: the message stays in the inbox.
    """
    message = repository.get(payload["message"])
    user = model.User.get(message["user_id"]) if message else None
    if message is None or user is None or user.state != model.State.ACTIVE:
        return
    chosen = preferences.of(user)
    if not chosen.mail:
        return
    recipient = Recipient(user.id, user.name, texts.line(user.display_name), user.email or "")
    try:
        sent = notifications.channel(payload["channel"]).send(_letter(message, chosen.language), recipient)
    except Undeliverable as error:
        log.warning("Message %s is undeliverable by %s: %s", message["id"], payload["channel"], error)
        return
    if sent and payload["channel"] == "mail":
        repository.mailed(message["id"], clock.now())


def _letter(message: Mapping[str, Any], language: str) -> Letter:
    title, sentences = texts.write(message["kind"], message["params"], language)
    return Letter(message["id"], texts.line(title), tuple(sentences), texts.absolute(message["address"], language), language)

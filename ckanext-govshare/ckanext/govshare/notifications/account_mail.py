"""Letters about accounts, as the outbox asks for them. The link is made when the letter is: the outbox never holds one."""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from babel.dates import format_datetime, get_timezone
from ckan import model

from ckanext.govshare import clock
from ckanext.govshare.domain import account_letters
from ckanext.govshare.logic import password_links
from ckanext.govshare.notifications import Letter, Recipient, mail, preferences, texts
from ckanext.govshare.repository import accounts as repository
from ckanext.govshare.repository import departments, outbox

ASKED, LETTER = "password_asked", "account_letter"


def look_up(payload: Mapping[str, Any]) -> None:
    """Somebody asked for a new password: a letter for each account that may be meant, in the same transaction.

    Done here, not in the request, whose answer then takes the same time whoever exists.
    """
    for user in repository.reachable(payload["asked"]):
        outbox.put(model.Session, LETTER, {"letter": account_letters.RESET, "account": user.id}, clock.now())


def deliver(payload: Mapping[str, Any]) -> None:
    """Send a letter about an account, unless the account was blocked meanwhile."""
    user = model.User.get(payload["account"])
    if user is None or user.state not in (model.State.ACTIVE, model.State.PENDING):
        return
    language = preferences.of(user).language
    key = password_links.make(user, clock.now())
    subject, sentences = texts.filled(account_letters.written(payload["letter"], _params(user, payload, language)), language)
    letter = Letter(0, texts.line(subject), tuple(sentences), texts.absolute(password_links.path(user, key), language), language)
    reference = hashlib.sha256(key.encode()).hexdigest()[:32]
    mail.post(letter, Recipient(user.id, user.name, texts.line(user.display_name), user.email or ""), f"account-{reference}")


def _params(user: model.User, payload: Mapping[str, Any], language: str) -> dict[str, Any]:
    until = clock.now() + password_links.lasts(user)
    zone = get_timezone(str(tk.config.get("ckan.display_timezone") or "UTC"))
    params = {"site": tk.config["ckan.site_title"], "account": user.name,
              "until": format_datetime(until, "medium", tzinfo=zone, locale=language)}
    if payload["letter"] == account_letters.INVITATION:
        group = departments.find(payload["group"])
        params |= {"department": (group.title or group.name) if group else "",
                   "role": texts.word(payload["role"].capitalize(), language)}
    return params

"""Letters about accounts, as the outbox asks for them. The link is made when the letter is: the outbox never holds one."""
from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from babel.dates import format_datetime, get_timezone
from ckan import model

from ckanext.govshare import clock, config
from ckanext.govshare.domain import account_letters
from ckanext.govshare.domain.account_links import ADDRESS, REGISTRATION
from ckanext.govshare.logic import account_links
from ckanext.govshare.notifications import Letter, Recipient, Undeliverable, mail, preferences, texts
from ckanext.govshare.repository import accounts as repository
from ckanext.govshare.repository import departments, outbox

log = logging.getLogger(__name__)

ASKED, ADDRESS_ASKED, LETTER = "password_asked", "address_asked", "account_letter"


def look_up(payload: Mapping[str, Any]) -> None:
    """Somebody asked for a new password: a letter for each account that may be meant, in the same transaction.

    Done here, not in the request, whose answer then takes the same time whoever exists.
    """
    for user in repository.reachable(payload["asked"]):
        _put({"letter": account_letters.RESET, "account": user.id})


def look_up_address(payload: Mapping[str, Any]) -> None:
    """An address is wanted, by the account `account`, or to register where that is empty: its mailbox gets the link for it, or is
    told of the account that has it.
    """
    holders = repository.holders(payload["email"], other_than=payload["account"])
    for user in holders:
        _put({"letter": account_letters.TAKEN, "account": user.id})
    if not holders:
        _put({**payload, "letter": account_letters.CONFIRM if payload["account"] else account_letters.REGISTER})


def _put(letter: Mapping[str, Any]) -> None:
    outbox.put(model.Session, LETTER, letter, clock.now())


def deliver(payload: Mapping[str, Any]) -> None:
    """Send a letter about an account, unless the account was blocked meanwhile. What no mailbox takes is logged and dropped."""
    kind, user = payload["letter"], repository.fresh(payload["account"])
    purpose = account_letters.PURPOSES[kind]
    usable = user is not None and user.state in (model.State.ACTIVE, model.State.PENDING)
    if not usable and purpose != REGISTRATION:
        return
    language = preferences.of(user).language if user else preferences.or_default(payload["language"])
    recipient = _recipient(user, payload.get("email"))
    key = _key(purpose, user, recipient.email)
    subject, sentences = texts.filled(account_letters.written(kind, _params(user, payload, language)), language)
    address = texts.absolute(account_links.path(purpose, key, payload["account"]), language)
    reference = hashlib.sha256(key.encode()).hexdigest()[:32]
    letter = Letter(0, texts.line(subject), tuple(sentences), address, language)
    try:
        mail.post(letter, recipient, f"account-{reference}")
    except Undeliverable as error:
        # Anybody may name an address that no server takes: to try again would hold back the letters of others.
        log.warning("A letter about an account (%s) is undeliverable: %s", kind, error)


def _recipient(user: model.User | None, email: str | None) -> Recipient:
    """The account at its own address, or, with an address that is to be confirmed, whoever reads that one's mail."""
    if user is None or email:
        return Recipient("", "", "", email or "")
    return Recipient(user.id, user.name, texts.line(user.display_name), user.email or "")


def _key(purpose: str, user: model.User | None, address: str) -> str:
    if user is None:
        return account_links.to_register(address, clock.now())
    if purpose == ADDRESS:
        return account_links.to_confirm(user, address, clock.now())
    return account_links.for_password(user, clock.now())


def _params(user: model.User | None, payload: Mapping[str, Any], language: str) -> dict[str, Any]:
    until = clock.now() + account_links.lasts(user)
    zone = get_timezone(config.display_timezone())
    params = {"site": config.site_title(), "account": user.name if user else "",
              "until": format_datetime(until, "medium", tzinfo=zone, locale=language)}
    if payload["letter"] == account_letters.INVITATION:
        group = departments.find(payload["group"])
        params |= {"department": (group.title or group.name) if group else "",
                   "role": texts.word(payload["role"].capitalize(), language)}
    return params

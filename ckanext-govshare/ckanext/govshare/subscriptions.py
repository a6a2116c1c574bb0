"""Side effects after commit: an outbox row is delivered, idempotently, until it has succeeded (design principle 8)."""
from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ckan import logic, model
from ckan.lib import search

from ckanext.govshare import clock
from ckanext.govshare.notifications import account_mail, delivery
from ckanext.govshare.repository import catalog, outbox

log = logging.getLogger(__name__)

INDEX, MESSAGE = "index", "message"
MAIL = frozenset({MESSAGE, account_mail.LETTER})
_LONGEST_WAIT = {INDEX: timedelta(minutes=10), MESSAGE: timedelta(hours=1), account_mail.ASKED: timedelta(minutes=10),
                 account_mail.ADDRESS_ASKED: timedelta(minutes=10), account_mail.LETTER: timedelta(minutes=10)}
# A message that could not be sent for so long is no news any more; it stays in its reader's inbox.
# Nor does anybody wait for a letter about an account so long.
_PATIENCE = {MESSAGE: timedelta(days=7), account_mail.ASKED: timedelta(days=1), account_mail.ADDRESS_ASKED: timedelta(days=1),
             account_mail.LETTER: timedelta(days=7)}
_MOST_DOUBLINGS = 12


def package_changed(package: model.Package) -> None:
    """Put the index update of `package` into the transaction that changes it."""
    outbox.put(outbox.session_of(package), INDEX, {"package_id": package.id}, clock.now())


def group_changed(group: model.Group) -> None:
    """A department or theme got another name or title: its entries are found by the new one."""
    for package_id in catalog.ids_in(group):
        outbox.put(model.Session, INDEX, {"package_id": package_id}, clock.now())


def _index(payload: Mapping[str, Any]) -> None:
    """Bring the search index in line with the database, whatever happened in between."""
    package_id = payload["package_id"]
    outbox.lock_subject(package_id)
    package = model.Package.get(package_id)
    if package is None or package.state == model.State.DELETED:
        search.clear(package_id)
    else:
        logic.index_update_package({"ignore_auth": True}, package_id)


HANDLERS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    INDEX: _index, MESSAGE: delivery.deliver, account_mail.ASKED: account_mail.look_up,
    account_mail.ADDRESS_ASKED: account_mail.look_up_address, account_mail.LETTER: account_mail.deliver}


def deliver_one(now: datetime, payload: Mapping[str, Any] | None = None) -> bool:
    """Deliver the oldest effect that is due; whether there was one. A failure is kept for a later attempt."""
    effect = outbox.take(now, payload)
    if effect is None:
        model.Session.rollback()
        return False
    _deliver(effect, now)
    return True


def _deliver(effect: Mapping[str, Any], now: datetime) -> bool:
    try:
        HANDLERS[effect["kind"]](effect["payload"])
    except Exception as error:  # noqa: BLE001 - whatever it was, it is noted and tried again
        model.Session.rollback()
        _failed(effect, error, now)
        delivered = False
    else:
        outbox.done(effect)
        delivered = True
    model.Session.commit()
    return delivered


def _failed(effect: Mapping[str, Any], error: Exception, now: datetime) -> None:
    patience = _PATIENCE.get(effect["kind"])
    if patience and now - effect["created_at"] > patience:
        log.error("Effect %s %s failed for %s and is given up: %r", effect["kind"], effect["payload"], patience, error)
        outbox.done(effect)
        return
    wait = min(timedelta(seconds=2 ** min(effect["attempts"], _MOST_DOUBLINGS)), _LONGEST_WAIT[effect["kind"]])
    log.warning("Effect %s %s failed, next attempt in %s: %r", effect["kind"], effect["payload"], wait, error)
    outbox.failed(effect, repr(error), now, wait)


def deliver_due(limit: int = 1000) -> int:
    """Deliver what is due, at most `limit` effects; how many were tried.

    After a message that could not be sent the others rest until the next turn, as their server is likely to be away.
    """
    tried, resting = 0, set[str]()
    while tried < limit:
        effect = outbox.take(clock.now(), without=resting)
        if effect is None:
            model.Session.rollback()
            break
        if not _deliver(effect, clock.now()) and effect["kind"] in MAIL:
            resting |= MAIL
        tried += 1
    return tried


def deliver_index(package_id: str) -> None:
    """Deliver a package's index updates now, for the person who waits for the page; the worker retries if it fails."""
    deliver_one(clock.now(), {"package_id": package_id})

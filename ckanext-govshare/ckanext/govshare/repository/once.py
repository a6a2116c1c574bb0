"""What a request asks again and again is asked once: as long as its transaction lasts and writes nothing."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from ckan import model
from flask import has_request_context

T = TypeVar("T")
_KEPT = "govshare_once"


def once(key: tuple[str, ...], ask: Callable[[], T]) -> T:
    """The answer of `ask`, which reads from the database: that which `key` had before in this transaction of the request.

    Jobs, commands and the watchers of long answers, which look again because something may have changed, have no request, and
    are told anew each time.
    """
    if not has_request_context():
        return ask()
    session = model.Session()
    transaction, answers = session.info.get(_KEPT, (None, {}))
    if transaction is None or transaction is not session.get_transaction():
        answers = {}
    if key not in answers:
        answers[key] = ask()
        session.info[_KEPT] = (session.get_transaction(), answers)
    found: T = answers[key]
    return found


def _forget(session: Any, *_: Any) -> None:
    session.info.pop(_KEPT, None)


if not sa.event.contains(model.Session, "after_flush", _forget):
    sa.event.listen(model.Session, "after_flush", _forget)

"""How a database fails, for those who answer, wait or try again."""
from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache

import psycopg2
import sqlalchemy as sa
from ckan import model

log = logging.getLogger(__name__)

# Whatever goes wrong in a statement or on the way to it.
ANY: type[Exception] = sa.exc.SQLAlchemyError
# A database that is not there, or has ended what was under way; SQLAlchemy's and, where the driver is used by itself, its own.
AWAY: tuple[type[Exception], ...] = (
    sa.exc.OperationalError, sa.exc.InterfaceError, psycopg2.OperationalError, psycopg2.InterfaceError)
# A session that was left in a transaction that is no more, or a pool that gave no connection in time.
BROKEN: tuple[type[Exception], ...] = (sa.exc.PendingRollbackError, sa.exc.TimeoutError)
# The database cancelled what took longer than it may; the driver's way of saying that a job's time is over.
CANCELED: type[Exception] = psycopg2.errors.QueryCanceled


@cache  # asked once is enough
def on_lost_connection(note: Callable[[], None]) -> None:
    """Call `note` whenever a connection is lost or none can be had. May be called again."""
    def look(failure: sa.engine.ExceptionContext) -> None:
        if not failure.is_pre_ping and (failure.is_disconnect or failure.connection is None):
            note()

    sa.event.listen(sa.engine.Engine, "handle_error", look)


def release() -> None:
    """Give the thread's database session back. One whose connection broke is forgotten where it cannot even be closed."""
    try:
        model.Session.remove()
    except ANY:
        log.warning("A broken database session is dropped", exc_info=True)
        model.Session.registry.clear()

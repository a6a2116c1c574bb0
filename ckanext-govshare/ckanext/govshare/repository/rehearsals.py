"""Parts of a transaction that are taken back, or that CKAN's actions opened within ours."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ckan import model


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is written inside is read there, and nothing of it is kept; the rest of the transaction is as it was."""
    savepoint = model.Session.begin_nested()
    try:
        yield
    finally:
        if savepoint.is_active:
            savepoint.rollback()
        model.Session.expire_all()
        # CKAN would notify its observers of the objects that were just rolled back.
        vars(model.Session()).pop("_object_cache", None)


def close_savepoint() -> None:
    """Make what an action wrote within a savepoint a part of the transaction; it leaves one open where it does not commit."""
    nested = model.Session().get_nested_transaction()
    if nested is not None:
        nested.commit()


def flush() -> None:
    """Send what was changed, so that the database refuses here what it would refuse at the commit."""
    model.Session.flush()

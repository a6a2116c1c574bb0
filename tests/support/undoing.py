"""Requests whose writes are undone, for walks that post everything everywhere and still find the world as it was."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ckan import model


@contextmanager
def undone() -> Iterator[None]:
    """What is committed to the portal's tables meanwhile, on this thread, is rolled back. The tables of data files stay."""
    model.Session.remove()
    factory = model.Session.session_factory
    before = dict(factory.kw)
    with model.meta.engine.connect() as connection:
        outer = connection.begin()
        model.Session.configure(bind=connection, join_transaction_mode="create_savepoint")
        try:
            yield
        finally:
            model.Session.remove()
            factory.kw.clear()
            factory.kw.update(before)
            outer.rollback()

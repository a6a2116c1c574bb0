"""Of the watch that no template writes, which looks on in every test that renders a page (tests/support/rendering.py)."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from flask import render_template_string
from rendering import Wrote


def _write() -> None:
    model.Session.execute(sa.text("UPDATE package SET title = title"))


def _lock() -> None:
    model.Session.execute(sa.text("SELECT id FROM package FOR UPDATE"))


def _commit() -> None:
    model.Session.execute(sa.text("SELECT 1"))
    model.Session.commit()


@pytest.mark.parametrize("call", [_write, _lock, _commit])
def test_a_template_that_writes_locks_or_commits_is_found(app: Any, call: Callable[[], None]) -> None:
    with app.flask_app.test_request_context():
        with pytest.raises(Wrote, match="a text"):
            render_template_string("{{ call() }}", call=call)
        model.Session.rollback()


def test_a_template_may_read_and_whoever_renders_may_write(app: Any) -> None:
    with app.flask_app.test_request_context():
        read = sa.text("SELECT count(*) FROM package")
        assert render_template_string("{{ call() }}", call=lambda: model.Session.scalar(read) is not None) == "True"
        _write()
        model.Session.rollback()

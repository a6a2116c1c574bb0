"""Templates never write: while one is rendered, in any test, no statement that writes is sent, and nothing is committed."""
from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import Any

import flask.templating
import sqlalchemy as sa

_WRITES = re.compile(
    r"\s*(insert|update|delete|merge|copy|truncate|create|alter|drop)\b|\bfor\s+(no\s+key\s+)?update\b", re.IGNORECASE)
_rendering: ContextVar[str] = ContextVar("rendering", default="")


class Wrote(AssertionError):
    """A template called something that writes."""


@cache
def install() -> None:
    """Watch every template of this process and every database that it uses."""
    setattr(flask.templating, "_render", _watched(flask.templating._render))  # noqa: B010 - mypy knows it as a function
    sa.event.listen(sa.engine.Engine, "before_cursor_execute", _statement)
    sa.event.listen(sa.engine.Engine, "commit", _commit)


def _watched(render: Callable[..., str]) -> Callable[..., str]:
    def watched(app: Any, template: Any, context: Any) -> str:
        before = _rendering.set(template.name or "a text")
        try:
            return render(app, template, context)
        finally:
            _rendering.reset(before)
    return watched


def _statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    if _rendering.get() and _WRITES.search(statement):
        raise Wrote(f"{_rendering.get()}: {statement}")


def _commit(_connection: Any) -> None:
    if _rendering.get():
        raise Wrote(f"{_rendering.get()}: COMMIT")

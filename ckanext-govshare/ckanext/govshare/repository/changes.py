"""What a flush changes of CKAN's own rows, for those who listen: many places change them, one session writes them all."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa


def listen(target: Any, name: str, listener: Callable[..., None]) -> None:
    """Call `listener` at the event `name` of SQLAlchemy's on `target`. May be called again."""
    if not sa.event.contains(target, name, listener):
        sa.event.listen(target, name, listener)


def change(row: Any, field: str) -> tuple[Any, Any] | None:
    """What `field` was and what it becomes; None where it stays."""
    history = sa.inspect(row).attrs[field].history
    return ((history.deleted or [None])[0], history.added[0]) if history.added else None


def has_changed(row: Any, field: str) -> bool:
    """Whether `field` becomes something else, or was emptied."""
    return bool(sa.inspect(row).attrs[field].history.has_changes())

"""When an API token was used last is noted once a minute, not with every request: a program's reads write nothing."""
from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ckan import model

NOTED_EVERY = timedelta(minutes=1)
_note = model.ApiToken.touch


def _touch(token: Any, commit: bool = False) -> None:
    last = token.last_access
    # As CKAN notes it: a time in UTC without a zone.
    if last is None or datetime.utcnow() - last >= NOTED_EVERY:  # noqa: DTZ003 - CKAN's column has no zone
        _note(token, commit)


def install() -> None:
    """Let CKAN's requests note it so."""
    model.ApiToken.touch = _touch

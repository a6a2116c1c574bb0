"""Sending what is not for everyone only as long as the caller may have it: access that ends, ends a download under way, too.

The moment at which access ends by itself is looked at with every piece; whether somebody ended it before, every few seconds.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

from ckan import model
from ckan.types import Context

from ckanext.govshare import clock
from ckanext.govshare.domain.datafiles import FileState
from ckanext.govshare.logic.gate import access
from ckanext.govshare.logic.gate.access import Fetch
from ckanext.govshare.repository import by_id

SECONDS: float = 3


class AccessEnded(Exception):
    """The caller may no longer have what is being sent; the connection is cut."""


class Watched(Iterator[bytes]):
    """The pieces of an answer. `close` closes what they come from; the web server calls it at the end."""

    def __init__(self, pieces: Iterable[bytes], still: Callable[[], bool], ended: Callable[[], bool]) -> None:
        self._source, self._pieces = pieces, iter(pieces)
        self._still, self._ended = still, ended
        self._next_look = monotonic() + SECONDS

    def __next__(self) -> bytes:
        if self._ended() or not self._confirmed():
            raise AccessEnded
        return next(self._pieces)

    def _confirmed(self) -> bool:
        if monotonic() < self._next_look:
            return True
        allowed = self._still()
        self._next_look = monotonic() + SECONDS
        return allowed

    def close(self) -> None:
        close: Any = getattr(self._source, "close", None)
        if close is not None:
            close()


def watched(pieces: Iterable[bytes], context: Context, fetch: Fetch, form: str) -> Iterable[bytes]:
    """`pieces` of what `fetch` admitted as `form`; those of open data as they are."""
    if not fetch.access.traced:
        return pieces
    until = fetch.access.until
    return Watched(pieces, _question(context, fetch, form), lambda: until is not None and clock.now() >= until)


def _question(context: Context, fetch: Fetch, form: str) -> Callable[[], bool]:
    """The question whether the caller may still have it, to be asked when the request and its session are over."""
    user, way, file = str(context.get("user") or ""), access.asked(form), fetch.file
    package_id = fetch.package.id

    def answer() -> bool:
        try:
            package = by_id.package(package_id)
            asking = Context(user=user)
            # A file that is replaced meanwhile may be sent to its end.
            found = package and (access.effective_access(asking, package, way=way) if file.state is FileState.CURRENT
                                 else access.access_to_file(asking, package, file, way=way))
            return bool(found and found.allowed)
        finally:
            model.Session.remove()

    def ask() -> bool:
        # A thread of its own has a database session of its own, and nothing of the request that it could believe.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(answer).result()
    return ask

"""The portal as the seed sees it: public actions over HTTP, in somebody's name."""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import requests
from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, ServerIncompatibleError, ValidationError

__all__ = ["ApiError", "NotAuthorized", "NotFound", "Portal", "SeedError", "ValidationError", "each"]

# Web workers are two; one more keeps them busy while this process reads files.
_THREADS = 3
ApiError = (CKANAPIError, NotAuthorized, NotFound, ServerIncompatibleError, ValidationError, requests.RequestException)
T = TypeVar("T")


class SeedError(Exception):
    """The seed cannot go on; the message says why in one line."""


class Portal:
    """Actions at `url`; a connection is kept for each thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._local = threading.local()

    def call(self, action: str, token: str | None = None, /, upload: tuple[str, Path] | None = None, **data: Any) -> Any:
        """The action's result in the name of `token`'s owner, anonymous without one.

        upload: a file, and the name under which its department has it. Raises ckanapi's errors: NotFound, NotAuthorized,
        ValidationError; SeedError where nobody answers.
        """
        portal = RemoteCKAN(self.url, apikey=token, user_agent="govshare-seed", session=self._session())
        try:
            if upload is None:
                return portal.call_action(action, data)
            name, path = upload
            with path.open("rb") as content:
                return portal.call_action(action, data, files={"upload": (name, content)})
        except requests.ConnectionError as error:
            raise SeedError(f"the portal at {self.url} does not answer {action}") from error

    def found(self, action: str, token: str | None = None, /, **data: Any) -> Any:
        """As `call`; None for what does not exist or must not be known."""
        try:
            return self.call(action, token, **data)
        except (NotFound, NotAuthorized):
            return None

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        session: requests.Session = self._local.session
        return session


def each(title: str, work: Callable[[T], bool], things: Iterable[T], every: int = 10) -> int:
    """Do `work` for all `things`, a few at a time, telling how far it is; how many of them it changed."""
    todo = list(things)
    changed = 0
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            for number, done in enumerate(pool.map(work, todo), start=1):
                changed += done
                if number % every == 0 or number == len(todo):
                    print(f"{title} {number}/{len(todo)}", flush=True)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return changed

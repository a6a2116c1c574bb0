"""Until the portal has read the files that were sent to it; a reader that stands still ends the seed with a clear word."""
from __future__ import annotations

import threading
import time
from typing import Any

from api import Portal, SeedError

_PAUSE_SECONDS = 0.5
_PATIENCE_SECONDS = 240
_UNREAD = ("waiting", "reading")


class Waiting:
    """The files that were sent, each with the token of who may ask about it."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._sent: dict[str, str] = {}
        self._lock = threading.Lock()

    def add(self, token: str, *file_ids: str) -> None:
        with self._lock:
            self._sent.update(dict.fromkeys(file_ids, token))

    def until_read(self) -> None:
        """Wait for all files, telling how far it is. Raises SeedError where nothing moves for minutes."""
        total, moved, told = len(self._sent), time.monotonic(), 0.0
        while self._sent:
            left = len(self._sent)
            self._drop_read()
            now = time.monotonic()
            moved = now if len(self._sent) < left else moved
            if now - moved > _PATIENCE_SECONDS:
                raise SeedError(f"{len(self._sent)} files are not read: does the program `reader` run?")
            if now - told > 5 or not self._sent:
                told = now
                print(f"files read {total - len(self._sent)}/{total}", flush=True)
            if self._sent:
                time.sleep(_PAUSE_SECONDS)

    def _drop_read(self) -> None:
        """Files are read in the order in which they came, so one that is not read yet ends the look."""
        for file_id, token in list(self._sent.items()):
            shown: dict[str, Any] = self._portal.call("govshare_file_show", token, id=file_id)
            if shown["state"] in _UNREAD:
                return
            del self._sent[file_id]

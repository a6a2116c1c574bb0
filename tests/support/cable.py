"""What lies between the portal and one of its stores, for tests that cut or hold it. Nobody else's store is harmed."""
from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE = 2**16


class Cable:
    """Carries what comes to `port` on to another port of this machine, until it is cut."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._ends: set[socket.socket] = set()
        self._whole = threading.Event()
        self._whole.set()
        self._flowing = threading.Event()
        self._flowing.set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End all connections, and each that is tried from now on."""
        self._whole.clear()
        for end in list(self._ends):
            self._end(end)

    def hold(self) -> None:
        """Let nothing pass, as if the store's processes were stopped."""
        self._flowing.clear()

    def mend(self) -> None:
        """Let everything pass again."""
        self._whole.set()
        self._flowing.set()

    def close(self) -> None:
        self.mend()
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                if self._whole.is_set():
                    self._connect(here)
                else:
                    here.close()

    def _connect(self, here: socket.socket) -> None:
        there = socket.create_connection(("127.0.0.1", self._target))
        self._ends |= {here, there}
        for one, other in ((here, there), (there, here)):
            threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(PIECE):
                self._flowing.wait()
                other.sendall(piece)
        for end in (one, other):
            self._end(end)

    def _end(self, end: socket.socket) -> None:
        self._ends.discard(end)
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def cable(target: int) -> Iterator[Cable]:
    """A cable to the store that listens on the port `target`."""
    made = Cable(target)
    try:
        yield made
    finally:
        made.close()

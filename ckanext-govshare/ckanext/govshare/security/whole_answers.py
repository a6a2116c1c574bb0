"""An answer that breaks off looks broken: nobody takes half a file for a whole one.

With HTTP/1.1 the web server cuts the connection before the last chunk. An answer to HTTP/1.0, as some proxies ask, ends with the
connection, so that a cut looks like its end: there the connection is reset, which is an error for whoever reads. An answer with
fewer bytes than it announced is cut, too, or its reader would wait, and take the next answer for the rest.
"""
from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ckanext.govshare.security.proxies import WSGIApp

if TYPE_CHECKING:
    from ckan.types import CKANApp

_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing discards what is unsent, and resets


class TooShort(Exception):
    """An answer ended before the bytes that it announced."""


def install(app: CKANApp) -> None:
    """Watch every answer of `app`."""
    app.wsgi_app = WholeAnswers(app.wsgi_app)


class WholeAnswers:
    """The application, whose answers end as they should or visibly do not."""

    def __init__(self, app: WSGIApp) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        announced: list[int] = []

        def started(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            length = next((value for name, value in headers if name.lower() == "content-length"), "")
            bodiless = environ["REQUEST_METHOD"] == "HEAD" or int(status.split(" ", 1)[0]) in _WITHOUT_BODY
            announced[:] = [int(length)] if length and not bodiless else []
            return start_response(status, headers, *exc_info)

        pieces = self.app(environ, started)
        # A file on the disk goes to the socket by the system, and past us.
        files = environ.get("wsgi.file_wrapper")
        return pieces if isinstance(files, type) and isinstance(pieces, files) else _Watched(pieces, announced, environ)


class _Watched(Iterator[bytes]):
    def __init__(self, pieces: Iterable[bytes], announced: list[int], environ: dict[str, Any]) -> None:
        self._source, self._pieces, self._announced, self._environ = pieces, iter(pieces), announced, environ
        self._sent, self._begun = 0, False

    def __next__(self) -> bytes:
        try:
            piece = next(self._pieces)
        except StopIteration:
            if self._announced and self._sent < self._announced[0]:
                raise TooShort(f"{self._sent} of {self._announced[0]} bytes") from None
            raise
        except BaseException:
            # Before the first piece the server can still say that it failed.
            if self._begun and not self._announced and self._environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
                _reset(self._environ.get("gunicorn.socket"))
            raise
        self._begun = True
        self._sent += len(piece)
        return piece

    def close(self) -> None:
        close: Any = getattr(self._source, "close", None)
        if close is not None:
            close()


def _reset(connection: socket.socket | None) -> None:
    """End a connection with a reset. The server, which would first end it in peace, is left an idle one in its place."""
    with suppress(OSError):
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            with socket.socket(connection.family, connection.type) as idle:
                os.dup2(idle.fileno(), connection.fileno(), inheritable=False)

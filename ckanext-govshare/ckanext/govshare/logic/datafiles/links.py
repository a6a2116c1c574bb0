"""Fetching linked files without being led astray (SEC-1): an address that a clerk types must not reach the portal's own network.

The host is resolved once, each of its addresses is judged, and the connection goes to the address that was judged. So a
name that answers differently the next time gains nothing. A redirect is a new address, judged like the first.
"""
from __future__ import annotations

import hashlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote_to_bytes, urljoin

from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url
from werkzeug.http import parse_options_header

from ckanext.govshare.domain.file_fields import bare_name

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Progress = Callable[[Mapping[str, Any]], None]
Resolver = Callable[[str, int], Sequence[str]]

MAX_REDIRECTS = 5
_CHUNK = 2**18
_PORTS = {"http": 80, "https": 443}
_HEADERS = {"User-Agent": "GovShare", "Accept": "*/*", "Accept-Encoding": "identity"}
# Not public whatever a library says of them: IPv6 addresses that carry an IPv4 one (NAT64, 6to4, Teredo, IPv4-compatible).
_NEVER = [ipaddress.ip_network(text) for text in (
    "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23", "::/96",
    "192.88.99.0/24", "192.0.0.0/24", "100.64.0.0/10", "fec0::/10")]
_NO_HOST = re.compile(r"[\x00-\x20\x7f]")
_BARE_NAME = re.compile(r"filename=\s*([^;\"]+)", re.IGNORECASE)


class FetchRefused(Exception):
    """The file was not fetched. `code` is a finding's, beginning with `link_`; `params` fill its text."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True)
class Limits:
    """`size`: bytes; `seconds`: for everything; `read_seconds`: without a byte; `networks`: allowed though not public."""

    size: int
    seconds: float = 600
    read_seconds: float = 30
    ports: Sequence[int] = (80, 443)
    networks: Sequence[str] = ()


@dataclass(frozen=True)
class Fetched:
    """`filename`: as the server names it, without folders and unprintable characters; `sha256`: in hexadecimal."""

    filename: str
    size: int
    sha256: str
    media_type: str


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system resolves it."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def fetch(url: str, target: Path, limits: Limits, on_progress: Progress = lambda progress: None,
          resolver: Resolver = resolve) -> Fetched:
    """Write what `url` gives to `target`. `on_progress` gets `{"step": "fetching", "done": bytes, "total": bytes or 0}`.

    Raises FetchRefused, OSError where the disk does not take it, and what `on_progress` raises; `target` may then be partial.
    """
    with _Watch(limits.seconds) as watch:
        for _ in range(MAX_REDIRECTS + 1):
            connection = _connection(url, limits, resolver, watch)
            try:
                with _answered(connection, url, watch) as response:
                    if not (redirect := response.get_redirect_location()):
                        return _save(response, url, target, limits, on_progress, watch)
            finally:
                connection.close()
            url = urljoin(url, _text(str(redirect).encode("latin-1", "replace")))
    raise FetchRefused("link_redirects", limit=MAX_REDIRECTS)


class _Watch:
    """Ends a connection when the time is up, even while its other side sends a byte now and then."""

    def __init__(self, seconds: float) -> None:
        self.fired = False
        self._end = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        for twin in self._sockets:
            twin.close()

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        """A connection that ends with the time. Its twin stays in reach when TLS takes the socket over."""
        made = socket.create_connection((address, port), max(min(seconds, self._end - time.monotonic()), 0.01))
        made.settimeout(seconds)
        self._sockets.append(made.dup())
        if self.fired:
            self._fire()
        return made

    def _fire(self) -> None:
        self.fired = True
        for twin in self._sockets:
            with suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Around what asks or hears the other side: whatever goes wrong there is a refusal."""
        try:
            yield
        except ssl.SSLCertVerificationError:
            raise FetchRefused("link_certificate") from None
        except (TimeoutError, OSError, HTTPError, http.client.HTTPException) as error:
            raise FetchRefused("link_too_slow" if self.fired or _timed_out(error) else "link_unreachable") from error
        if self.fired:
            raise FetchRefused("link_too_slow")


def _timed_out(error: BaseException | None) -> bool:
    return error is not None and (isinstance(error, TimeoutError) or _timed_out(error.__cause__ or error.__context__))


class _Pinned(HTTPConnection):
    """Goes to the address that was judged. Host header and certificate stay those of the name."""

    address: str
    watch: _Watch

    def _new_conn(self) -> socket.socket:
        return self.watch.connect(self.address, int(self.port), float(str(self.timeout)))


class _PinnedTls(_Pinned, HTTPSConnection):
    """The same by TLS."""


def _connection(url: str, limits: Limits, resolver: Resolver, watch: _Watch) -> _Pinned:
    parts, host, port = _judged_url(url, limits)
    kind = _PinnedTls if parts.scheme == "https" else _Pinned
    connection = kind(host, port, timeout=limits.read_seconds)
    connection.address, connection.watch = _judged_address(host, port, limits, resolver), watch
    return connection


def _judged_url(url: str, limits: Limits) -> tuple[Url, str, int]:
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise FetchRefused("link_address") from None
    if parts.scheme not in _PORTS or not parts.host or _NO_HOST.search(parts.host):
        raise FetchRefused("link_address")
    if "@" in (parts.netloc or "") or parts.auth is not None:
        raise FetchRefused("link_credentials")
    port = parts.port if parts.port is not None else _PORTS[parts.scheme]
    if port not in limits.ports:
        raise FetchRefused("link_port", port=port)
    return parts, parts.host.strip("[]"), port


def _judged_address(host: str, port: int, limits: Limits, resolver: Resolver) -> str:
    """The address to connect to. One that is not public among a host's addresses is reason enough to refuse the host."""
    try:
        found = resolver(host, port)
    except (OSError, UnicodeError):
        found = ()
    if not found:
        raise FetchRefused("link_unknown_host")
    if not all(_allowed(ipaddress.ip_address(address), limits.networks) for address in found):
        raise FetchRefused("link_not_public")
    return found[0]


def _allowed(address: Address, networks: Sequence[str]) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in ipaddress.ip_network(network, strict=False) for network in networks):
        return True
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special and not any(address in network for network in _NEVER)


@contextmanager
def _answered(connection: _Pinned, url: str, watch: _Watch) -> Iterator[HTTPResponse]:
    """The other side's answer, which holds the socket as long as it is open: it is closed, also where it is refused."""
    with ExitStack() as opened:
        with watch.listening():
            connection.request("GET", parse_url(url).request_uri, headers=_HEADERS, preload_content=False, decode_content=False)
            response = opened.enter_context(closing(connection.getresponse()))
        if response.status != http.client.OK and not response.get_redirect_location():
            raise FetchRefused("link_status", status=response.status)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise FetchRefused("link_compressed")
        yield response


def _save(response: HTTPResponse, url: str, target: Path, limits: Limits, on_progress: Progress, watch: _Watch) -> Fetched:
    total, size, digest = response.length_remaining or 0, 0, hashlib.sha256()
    if total > limits.size:
        raise FetchRefused("link_too_big", limit=limits.size // 2**20)
    with target.open("wb") as file:
        while chunk := _chunk(response, watch):
            size += len(chunk)
            if size > limits.size:
                raise FetchRefused("link_too_big", limit=limits.size // 2**20)
            digest.update(chunk)
            file.write(chunk)
            on_progress({"step": "fetching", "done": size, "total": total})
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Fetched(_filename(response, url), size, digest.hexdigest(), media_type)


def _chunk(response: HTTPResponse, watch: _Watch) -> bytes:
    with watch.listening():
        return response.read1(_CHUNK)


def _filename(response: HTTPResponse, url: str) -> str:
    """As the server says (RFC 6266, and what Chinese servers send instead), else the end of the address."""
    said = _text(response.headers.get("Content-Disposition", "").encode("latin-1", "replace"))
    unquoted = _BARE_NAME.search(said)  # in Chinese, which the standard's parser passes over
    name = parse_options_header(said)[1].get("filename") or (unquoted[1] if unquoted else "")
    last = (parse_url(url).path or "").rpartition("/")[2]
    return bare_name(_unquoted(name)) or bare_name(_unquoted(last))


def _unquoted(name: str) -> str:
    return _text(unquote_to_bytes(name)) if "%" in name else name


def _text(raw: bytes) -> str:
    """Text of a header: servers send UTF-8 or GB 18030, whatever the standard says."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")

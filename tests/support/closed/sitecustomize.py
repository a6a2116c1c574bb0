"""Python reads this in every process that a test starts: such a process reaches this machine, and nothing beyond.

In the tests' own process pytest-socket sees to that; it does not reach those that they start, nor look at names.
"""
from __future__ import annotations

import sys
from ipaddress import ip_address
from typing import Any

_ASKED = {"socket.connect": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.sendto": 1}


class Beyond(RuntimeError):
    """A test asked for another machine. No OSError, so that nobody takes it for one that is away."""


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _ASKED:
        return
    asked = arguments[_ASKED[event]]
    host = asked[0] if isinstance(asked, tuple) else None if event in ("socket.connect", "socket.sendto") else asked
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str) and not _is_here(name):
        raise Beyond(f"A test asked for {name}")


def _is_here(name: str) -> bool:
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return name in ("", "localhost")
    inner = getattr(address, "ipv4_mapped", None) or address
    return bool(inner.is_loopback or inner.is_unspecified)


sys.addaudithook(_look)

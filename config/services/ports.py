"""Which port each service listens on: the one place where they are chosen."""
from __future__ import annotations

import json
import os
import socket
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from console import Failure

# Below Linux's range of outgoing ports (32768 and up), so that a connection never takes one by chance.
DEFAULTS: Mapping[str, int] = {"web": 5000, "postgres": 21610, "redis": 21611, "solr": 21612, "supervisor": 21613,
                               "app": 21614}

# The address of the portal is promised to people; the others are internal and may move when taken.
PROMISED = ("web",)

# Between the claim of a port and the service that listens on it a while goes by, in which another checkout may look for one.
RESERVATIONS = Path(tempfile.gettempdir(), "govshare-ports")
RESERVED_SECONDS = 600


def variable(service: str) -> str:
    """The environment variable that sets the port of a service."""
    return f"GOVSHARE_{service.upper()}_PORT"


def stored(run: Path) -> dict[str, int]:
    """The ports that this checkout used last."""
    path = run / "ports.json"
    return json.loads(path.read_text()) if path.exists() else {}


def wanted(run: Path, environ: Mapping[str, str] = os.environ) -> dict[str, int]:
    """Each service's port: from the environment, else as used last, else the default."""
    last = stored(run)
    return {name: _asked(name, environ) or last.get(name, default) for name, default in DEFAULTS.items()}


def claim(
    run: Path, ports: Mapping[str, int], starting: Iterable[str], environ: Mapping[str, str] = os.environ,
) -> dict[str, int]:
    """Make sure that the services to be started find their ports free, move the internal ones, remember the result.

    Raises Failure when a port is taken that was asked for or promised.
    """
    chosen = dict(ports)
    for name in starting:
        if is_free(chosen[name]) and _reserve(run, chosen[name]):
            continue
        if name in PROMISED or _asked(name, environ):
            raise Failure(
                f"Port {chosen[name]} ({name}) is taken by another program: stop it, or choose another with {variable(name)}",
            )
        chosen[name] = _next_free(run, chosen[name], set(chosen.values()))
    (run / "ports.json").write_text(json.dumps(chosen, indent=2))
    return chosen


def is_free(port: int) -> bool:
    """Whether nothing listens on the port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _asked(name: str, environ: Mapping[str, str]) -> int | None:
    text = environ.get(variable(name), "")
    if not text:
        return None
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise Failure(f"{variable(name)} must be a port from 1024 to 65535, not {text!r}")
    return int(text)


def _reserve(run: Path, port: int) -> bool:
    """Whether the port is this checkout's for a while; not where another one is starting on it."""
    RESERVATIONS.mkdir(mode=0o1777, exist_ok=True)
    note = RESERVATIONS / str(port)
    with suppress(OSError):
        if note.read_text() != str(run) and time.time() - note.stat().st_mtime < RESERVED_SECONDS:
            return False
        note.unlink()
    try:
        with note.open("x") as file:
            file.write(str(run))
    except FileExistsError:  # somebody else was faster
        return False
    return True


def _next_free(run: Path, port: int, used: set[int]) -> int:
    for candidate in range(port + 10, port + 2000, 10):
        if candidate not in used and is_free(candidate) and _reserve(run, candidate):
            return candidate
    raise Failure(f"No free port found above {port}")

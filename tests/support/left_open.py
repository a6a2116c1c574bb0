"""Who opened what was left for the garbage collector to close: of ours it is a fault, CKAN and its libraries do as they like.

Python tells what is left open, not who opened it. An audit hook notes that at each opening: whoever called the standard
library. What CKAN opens on our behalf is CKAN's. Not looked at: files without a name (by number, or temporary), and what
processes leave open that a test starts.
"""
from __future__ import annotations

import _socket
import os
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = str(Path(__file__).parents[2])
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("purelib", "platlib")})
_STANDARD = sysconfig.get_path("stdlib")
# The argument of each event that says what was opened: a path or a number, or the socket itself.
_OPENINGS = {"open": 0, "socket.__new__": 0, "tempfile.mkdtemp": 0}
_ours: set[Any] = set()

Hook = Callable[[Any], object]


def install() -> None:
    """Look at what is opened from now on, and let the unraisable hook that stands hear of ours alone. Once a process."""
    sys.addaudithook(_note)
    sys.unraisablehook = but_for_others(sys.unraisablehook)


def but_for_others(hear: Hook) -> Hook:
    """`hear`, of everything but what others than us left open."""
    def heard(unraisable: Any) -> None:
        if not issubclass(unraisable.exc_type, ResourceWarning) or _is_ours(unraisable):
            hear(unraisable)
    return heard


def _is_ours(unraisable: Any) -> bool:
    left, told = unraisable.object, str(unraisable.exc_value)
    if told.startswith("Implicitly cleaning up"):
        return any(repr(path) in told for path in _ours if isinstance(path, str))
    return told.endswith("is still running") or _key(getattr(left, "name", left)) in _ours


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _OPENINGS:
        key = _key(arguments[_OPENINGS[event]])
        if key is not None and _is_called_by_us(sys._getframe(1)):
            _ours.add(key)
        else:
            _ours.discard(key)


def _key(opened: Any) -> Any:
    """Paths by their text, sockets by their id, which is good for as long as they live; None for what cannot be told."""
    if isinstance(opened, str | bytes | Path):
        return os.fsdecode(opened)
    return ("socket", id(opened)) if isinstance(opened, _socket.socket) else None


def _is_called_by_us(frame: FrameType | None) -> bool:
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_LIBRARIES):
            return False
        if not name.startswith((_STANDARD, "<")):
            return name.startswith(ROOT) and name != __file__
        frame = frame.f_back
    return False

"""What our code leaves open fails a test; what CKAN and its libraries leave open does not."""
from __future__ import annotations

import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import left_open
import pytest

LIBRARY = Path(sysconfig.get_path("purelib"), "library.py")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a test would fail by, at its end."""
    found: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", left_open.but_for_others(lambda one: found.append(str(one.exc_value))))
    return found


def _file(path: Path) -> None:
    path.open("w")


def _socket(_: Path) -> None:
    socket.socket()


def _folder(_: Path) -> None:
    tempfile.TemporaryDirectory()


def _process(_: Path) -> None:
    subprocess.Popen([sys.executable, "-c", ""])


@pytest.mark.parametrize("leave", [_file, _socket, _folder, _process])
def test_what_we_leave_open_is_heard(heard: list[str], tmp_path: Path, leave: Callable[[Path], None]) -> None:
    leave(tmp_path / "left")
    assert len(heard) == 1


def test_what_is_closed_is_not(heard: list[str], tmp_path: Path) -> None:
    with (tmp_path / "closed").open("w"), socket.socket(), tempfile.TemporaryDirectory():
        pass
    assert heard == []


@pytest.mark.parametrize("words", ["path.open('w')", "open(path, 'w')", "socket.socket()"])
def test_what_a_library_leaves_open_is_its_own(heard: list[str], tmp_path: Path, words: str) -> None:
    known: dict[str, Any] = {"path": tmp_path / "left", "socket": socket}
    exec(compile(words, str(LIBRARY), "exec"), known)  # noqa: S102 - as a library that is installed
    assert heard == []


def test_a_file_of_ours_that_a_library_left_open_before_is_ours(heard: list[str], tmp_path: Path) -> None:
    exec(compile("path.open('w')", str(LIBRARY), "exec"), {"path": tmp_path / "left"})  # noqa: S102 - likewise, a library
    _file(tmp_path / "left")
    assert len(heard) == 1

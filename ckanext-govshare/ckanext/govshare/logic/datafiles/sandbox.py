"""Reading a stranger's file in a process of its own, bounded by the operating system (SEC-1).

The child has no settings, no credentials and no database: it gets a file and a folder, and leaves a report and a table.
What it says is checked like any input.
"""
from __future__ import annotations

import errno
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ckanext.govshare import config
from ckanext.govshare.reading import limits

Progress = Callable[[Mapping[str, Any]], None]

# -I: neither the environment nor the folder in which it runs adds to what is imported.
COMMAND = (sys.executable, "-I", "-X", "utf8", "-m", limits.__name__)
REPORT, TABLE = "report.json", "table.csv"
_MB = 2**20
_MAX_REPORT = 8 * _MB
_MAX_LINE = 4096
_KEPT_ERRORS = 4096
_CODES = {limits.OUT_OF_MEMORY: "out_of_memory", limits.TOO_BIG: "too_big",
          -signal.SIGXCPU: "too_slow", -signal.SIGXFSZ: "too_big"}


@dataclass(frozen=True)
class Bounds:
    """`memory_mb`: address space of the child; `seconds`: by the clock and of processor time; `output_mb`: of each file."""

    memory_mb: int
    seconds: int
    output_mb: int


def configured() -> Bounds:
    """The bounds that the settings give."""
    return Bounds(config.reading_memory_mb(), config.reading_seconds(), config.reading_output_mb())


class ReadingStopped(Exception):
    """The file was not read to its end. `code` is a finding's: out_of_memory, too_slow, too_big or crashed."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code


def run(path: Path, out_dir: Path, filename: str, on_progress: Progress, bounds: Bounds | None = None) -> dict[str, Any]:
    """Read the file at `path` into the existing, empty folder `out_dir`; the report of the reader.

    `filename` is the clerk's name for it, `on_progress` gets `{"step": "reading", "done": n, "total": n}`,
    `bounds` are the settings' if None. Raises ReadingStopped where the file is to blame, OSError (ENOSPC) where the disk is
    full, and what `on_progress` raises.
    """
    bounds = bounds or configured()
    deadline = time.monotonic() + bounds.seconds
    child = _start(path, out_dir, filename, bounds)
    try:
        errors = _listen(child, deadline, on_progress)
        code = _wait(child, deadline)
    finally:
        _kill(child)
    if code:
        raise _why(code, errors)
    return _report(out_dir)


def _start(path: Path, out_dir: Path, filename: str, bounds: Bounds) -> subprocess.Popen[bytes]:
    child = limits.Limits(memory=bounds.memory_mb * _MB, seconds=bounds.seconds, written=bounds.output_mb * _MB,
                          parent=os.getpid())
    command = [*COMMAND, child.to_json(), str(path.resolve()), str(out_dir.resolve()), f"--name={filename.replace(chr(0), '')}"]
    environ = {"LANG": "C.UTF-8", "TMPDIR": str(out_dir.resolve())}
    return subprocess.Popen(command, cwd=out_dir, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, start_new_session=True)


def _listen(child: subprocess.Popen[bytes], deadline: float, on_progress: Progress) -> bytes:
    """Pass on the progress until the child closes its outputs; the end of what it wrote as errors."""
    assert child.stdout  # noqa: S101 - it is a pipe
    assert child.stderr  # noqa: S101 - it is a pipe, too
    errors, line = b"", b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        selector.register(child.stderr, selectors.EVENT_READ)
        while selector.get_map():
            for stream in _ready(selector, deadline):
                chunk = os.read(stream.fileno(), 65536)
                if not chunk:
                    selector.unregister(stream)
                elif stream is child.stderr:
                    errors = (errors + chunk)[-_KEPT_ERRORS:]
                else:
                    line = _tell((line + chunk)[-_MAX_LINE:], on_progress)
    return errors


def _ready(selector: selectors.BaseSelector, deadline: float) -> Iterator[Any]:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ReadingStopped("too_slow")
    return (key.fileobj for key, _ in selector.select(left))


def _tell(text: bytes, on_progress: Progress) -> bytes:
    """Pass on the last whole line of `text` if it is progress; what follows it."""
    whole, end, rest = text.rpartition(b"\n")
    if end and (progress := _progress(whole.rpartition(b"\n")[2])):
        on_progress(progress)
    return rest


def _progress(line: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
        return {"step": "reading", "done": int(said["done"]), "total": int(said["total"])}
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _wait(child: subprocess.Popen[bytes], deadline: float) -> int:
    try:
        return child.wait(max(deadline - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired:
        raise ReadingStopped("too_slow") from None


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started; nothing of it outlives the reading."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for stream in (child.stdout, child.stderr):
        if stream:
            stream.close()


def _why(code: int, errors: bytes) -> Exception:
    if code == limits.NO_SPACE:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    starved = b"memory allocation" in errors or b"MemoryError" in errors or b"bad_alloc" in errors
    return ReadingStopped(_CODES.get(code) or ("out_of_memory" if starved else "crashed"),
                          f"({code}) {errors.decode(errors='replace')}")


def _report(out_dir: Path) -> dict[str, Any]:
    """The report that was left, if it is one. A link in place of a file would show the worker's own files."""
    path, table = out_dir / REPORT, out_dir / TABLE
    if path.is_symlink() or table.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_REPORT:
        raise ReadingStopped("crashed", "left no report")
    try:
        report = json.loads(path.read_bytes())
        if not isinstance(report["findings"], list) or (report["columns"] and not table.is_file()):
            raise ValueError("incomplete")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ReadingStopped("crashed", "left no usable report") from None
    return dict(report)

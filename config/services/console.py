"""What the person at the terminal sees: one line as a step starts, one as it ends, one when something fails."""
from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Failure(Exception):
    """Something that the person can put right: printed as one line, exit code 1.

    ``log`` is the file in which the details are.
    """

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(f"{message} (log: {log})" if log else message)


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print ``name`` as the step starts, and its seconds as it ends."""
    started = time.monotonic()
    say(f"  … {name}")
    yield
    say(f"  ✓ {name} ({time.monotonic() - started:.1f} s)")


def fail(error: Failure) -> int:
    """Print the failure as one line on standard error and give the exit code."""
    print(f"✗ {error}", file=sys.stderr, flush=True)
    return 1

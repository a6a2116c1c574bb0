"""Real processes for tests that kill them: the worker that reads data files, a Redis, and a disk that is soon full."""
from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import ckan.plugins.toolkit as tk
import redis
from webserver import ROOT, free_port

PATIENCE = 60  # seconds


class Worker:
    """`ckan jobs worker files`, or another of CKAN's commands, on the test databases."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def horses(self) -> list[int]:
        """The processes that work for it now, the youngest first: the job's own, and the reader of the file."""
        found, parents = [], [self.process.pid]
        while parents:
            with suppress(OSError):
                pid = parents[0]
                children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
                found += children
                parents += children
            del parents[0]
        return found[::-1]

    def kill_horses(self) -> None:
        for pid in self.horses():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """As the kernel does when memory is short: no process says goodbye."""
        horses = self.horses()
        self.process.kill()
        for pid in horses:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


def until(happened: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.02)


READER = ("jobs", "worker", "files")


@contextmanager
def working(settings: dict[str, str] | None = None, burst: bool = False, words: Sequence[str] = READER) -> Iterator[Worker]:
    """A worker that reads data files; with `burst` it ends when none is left. `settings` differ from test.ini.

    words: another command of `ckan` that runs until it is stopped.
    """
    ini = Path(tk.config["__file__"])
    own = ini.with_name(f"worker-{free_port()}.ini")
    lines = "\n".join(f"{key} = {value}" for key, value in (settings or {}).items())
    own.write_text(f"[app:main]\nuse = config:{ini}\n{lines}\n", encoding="utf8")
    command = [str(Path(sys.executable).with_name("ckan")), "-c", str(own), *words]
    with (ini.parent / "log" / "test-worker.log").open("ab") as log:
        worker = Worker(subprocess.Popen([*command, *(["--burst"] if burst else [])], cwd=ROOT, stdout=log, stderr=log))
    try:
        yield worker
    finally:
        if worker.process.poll() is None:
            worker.kill()
        own.unlink()


def read_all() -> None:
    """Let a worker read what is in the queue."""
    with working(burst=True) as worker:
        assert worker.process.wait(PATIENCE) == 0


class Redis:
    """A Redis of a test's own; `url` is its address."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Empty, as after a loss of its disk."""
        self._process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self._port), "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL)
        client = redis.Redis.from_url(self.url, retry=redis.retry.Retry(redis.backoff.ConstantBackoff(0.05), 200))
        client.ping()
        client.close()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)


@contextmanager
def small_disk(megabytes: int, owner: str = "") -> Iterator[Path]:
    """A disk of its own size. Needs root, as the tests' databases do."""
    folder = Path(tempfile.mkdtemp(dir=Path(tk.config["__file__"]).parent))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)], check=True)
    try:
        if owner:
            shutil.chown(folder, owner)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()

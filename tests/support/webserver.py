"""A real web server for tests that kill it or press it: gunicorn with the portal's own settings, on the test databases."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import requests
from urllib3.util import Retry

ROOT = Path(__file__).parents[2]
_START_SECONDS = 60


class WebServer:
    """`url` serves; `kill_workers` ends the processes that answer requests, and gunicorn starts others."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self.process = process
        self.url = url

    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill_workers(self) -> None:
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    def wait(self) -> None:
        """Until it answers; connections are refused or cut while workers start."""
        session = requests.Session()
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=Retry(
            total=None, connect=200, read=200, backoff_factor=0.05, backoff_max=0.2)))
        session.get(f"{self.url}/api/3/action/status_show", timeout=_START_SECONDS).raise_for_status()

    def post(self, action: str, token: str, **data: Any) -> requests.Response:
        return requests.post(f"{self.url}/api/3/action/{action}", json=data, headers={"Authorization": token}, timeout=60)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def serving(workers: int, settings: dict[str, str]) -> Iterator[WebServer]:
    """Serve the test site with `workers` processes; `settings` are configuration options that differ from test.ini."""
    port = free_port()
    ini = Path(tk.config["__file__"])
    own = ini.with_name(f"web-{port}.ini")
    lines = "\n".join(f"{key} = {value}" for key, value in settings.items())
    own.write_text(f"[app:main]\nuse = config:{ini}\n{lines}\n", encoding="utf8")
    with (ini.parent / "log" / "test-web.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.conf.py", "wsgi:application"],
            cwd=ROOT, env={**os.environ, "CKAN_INI": str(own), "GOVSHARE_BIND": f"127.0.0.1:{port}",
                           "GOVSHARE_WEB_WORKERS": str(workers)},
            stdout=subprocess.DEVNULL, stderr=log)
    try:
        server = WebServer(process, f"http://127.0.0.1:{port}")
        server.wait()
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)
        own.unlink()

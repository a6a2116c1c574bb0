"""gunicorn's production settings; the service passes the address, workers and threads by environment.

Threads, so that whoever takes a large table over a slow line holds one thread and no worker: docs/adr/070.
"""
from __future__ import annotations

import os
import socket
import struct
from typing import Any

chdir = "config"
bind = os.environ["GOVSHARE_BIND"]
worker_class = "gthread"
workers = int(os.environ.get("GOVSHARE_WEB_WORKERS", "2"))
# More than govshare.exports_at_once: the others answer pages.
threads = int(os.environ.get("GOVSHARE_WEB_THREADS", "8"))
timeout = 120
# A worker to be replaced finishes what it sends within these seconds.
graceful_timeout = 60
# A worker that leaks is replaced in time; the jitter keeps them from being replaced together.
max_requests = 10_000
max_requests_jitter = 2000
# supervisord controls it; gunicorn's own control socket would lie in the home directory.
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1"
accesslog = None
errorlog = "-"
# Loaded once, in the parent: a worker that died is replaced at once, and the workers share memory.
preload_app = True

# Who takes nothing for so long is gone.
SEND_SECONDS = 60


def when_ready(server: Any) -> None:
    """Let no caller hold a thread by not reading. Connections inherit it from the socket that accepts them (Linux)."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))


def post_fork(server: Any, worker: Any) -> None:
    """Leave the parent's database connections to the parent; two processes on one would mix up their answers."""
    from ckan import model
    from ckanext.datastore.backend import postgres

    for engine in (model.meta.engine, *postgres._engines.values()):  # noqa: SLF001 - CKAN hands them out by address alone
        engine.dispose(close=False)

"""gunicorn's production settings; the service passes the address and the number of workers by environment."""
from __future__ import annotations

import os
from typing import Any

chdir = "config"
bind = os.environ["GOVSHARE_BIND"]
workers = int(os.environ.get("GOVSHARE_WEB_WORKERS", "2"))
timeout = 120
graceful_timeout = 20
# A worker that leaks is replaced in time; the jitter keeps them from being replaced together.
max_requests = 2000
max_requests_jitter = 200
# supervisord controls it; gunicorn's own control socket would lie in the home directory.
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1"
accesslog = None
errorlog = "-"
# Loaded once, in the parent: a worker that died is replaced at once, and the workers share memory.
preload_app = True


def post_fork(server: Any, worker: Any) -> None:
    """Leave the parent's database connections to the parent; two processes on one would mix up their answers."""
    from ckan import model

    model.meta.engine.dispose(close=False)

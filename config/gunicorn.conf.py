"""gunicorn's production settings; the service passes the address and the number of workers by environment."""
from __future__ import annotations

import os

chdir = "config"
bind = os.environ["GOVSHARE_BIND"]
workers = int(os.environ.get("GOVSHARE_WEB_WORKERS", "2"))
timeout = 120
graceful_timeout = 20
# A worker that leaks is replaced in time; the jitter keeps them from being replaced together.
max_requests = 2000
max_requests_jitter = 200
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat file must not wait for a disk
forwarded_allow_ips = "127.0.0.1"
accesslog = None
errorlog = "-"

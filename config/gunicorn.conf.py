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
# supervisord controls it; gunicorn's own control socket would lie in the home directory.
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1"
accesslog = None
errorlog = "-"

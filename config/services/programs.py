"""The services in their order of start."""
from __future__ import annotations

import json
import os
import urllib.error
import urllib.request

import nginx
import postgres
import redis_server
import solr
from instance import Instance
from supervise import Program

BACKING = ("postgres", "redis", "solr")
# These have no port to ask: one that cannot load the portal ends within these seconds.
SETTLING = 6


def backing(instance: Instance) -> list[Program]:
    """What the portal and its tests stand on."""
    return [
        Program(
            "postgres", postgres.server_command(instance), instance.run, {"LC_ALL": "C.UTF-8"}, postgres.is_ready, "postgres",
            stop_signal="INT",
        ),
        Program(
            "redis", redis_server.server_command(instance), instance.run, ready=redis_server.is_ready, port="redis",
        ),
        Program("solr", solr.server_command(instance), instance.run, ready=solr.is_ready, port="solr", patience=120),
    ]


def portal(instance: Instance) -> list[Program]:
    """The portal itself: web workers, job worker, reader of data files, scheduler, and what stands before the web workers."""
    ini = str(instance.run / "portal.ini")
    ckan = [str(instance.venv / "ckan"), "-c", ini]
    web = [str(instance.venv / "gunicorn"), "-c", "config/gunicorn.conf.py", "wsgi:application"]
    environ = {
        "CKAN_INI": ini,
        "GOVSHARE_BIND": f"127.0.0.1:{instance.ports['app']}",
        "GOVSHARE_WEB_WORKERS": os.environ.get("GOVSHARE_WEB_WORKERS", "2"),
        "PYTHONUNBUFFERED": "1",
    }
    plain = {"CKAN_INI": ini, "PYTHONUNBUFFERED": "1"}
    return [
        Program("web", web, instance.root, environ, web_is_ready, "app", patience=120),
        Program("worker", [*ckan, "jobs", "worker"], instance.root, plain, settle=SETTLING),
        # Apart from the other worker: a long table must not keep mail and index waiting.
        Program("reader", [*ckan, "jobs", "worker", "files"], instance.root, plain, settle=SETTLING),
        Program("scheduler", [*ckan, "govshare", "scheduler"], instance.root, plain, settle=SETTLING),
        Program("nginx", nginx.server_command(instance), instance.run, {"GOVSHARE_CONFIGURATION": nginx.digest(instance)},
                nginx.is_ready, "web"),
    ]


def every(instance: Instance) -> list[Program]:
    return [*backing(instance), *portal(instance)]


def web_is_ready(instance: Instance) -> bool:
    """Whether the portal answers its own API, and it is this one: another checkout's may have taken the port first."""
    address = f"http://127.0.0.1:{instance.ports['app']}/api/3/action/status_show"
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            told = json.load(answer)["result"]["site_url"]
        return f"\nckan.site_url = {told}\n" in (instance.run / "portal.ini").read_text()
    except (urllib.error.URLError, OSError, ValueError, KeyError):
        return False

"""nginx: takes in requests and gives the web workers whole ones, so that nobody holds a worker by sending slowly."""
from __future__ import annotations

import configparser
import hashlib
import html
import json
import os
import shutil
import socket
from http import HTTPStatus
from pathlib import Path
from string import Template

from instance import Instance
from unprivileged import as_user

SYSTEM_USER = "www-data"
# The forms' other fields, and room for the portal's own refusal.
AROUND_A_FILE = 9
PROGRAM = "/usr/sbin/nginx"
TEMPLATES = ("nginx.conf", "application.conf")

# What nginx says itself, when the portal cannot: Chinese and English, as nobody's language is known here.
_REFUSED = ("请求无法处理 · Request refused",
            "请求不完整、过大或格式有误。请检查地址和提交的内容后重试。",
            "The request was incomplete, too large or malformed. Check the address and what you send, then try again.")
_BUSY = ("请稍候 · Please wait",
         "您同时进行的下载过多。请等待其中一项完成后再试。",
         "You have too many downloads under way at once. Wait until one of them is done, then try again.")
_UNAVAILABLE = ("平台稍后恢复 · Back in a moment",
                "平台暂时无法访问。如果您刚才正在提交内容，请先查看是否已经保存，再决定是否重新提交。",
                "The platform cannot be reached for a moment. If you were sending something, look whether it is there before you "
                "send it again.")
_STYLE = "body{font:17px/1.7 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 20px}h1{font-size:24px}"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def folder(instance: Instance) -> Path:
    return instance.run / "nginx"


def write_configuration(instance: Instance) -> None:
    """Write nginx.conf; the folder belongs to the user that nginx runs as."""
    place = folder(instance)
    place.mkdir(mode=0o700, exist_ok=True)
    values = {"folder": place, "port": instance.ports["web"], "application_port": instance.ports["app"],
              "body_megabytes": _largest_file_mb(instance) + AROUND_A_FILE}
    for name in TEMPLATES:
        template = Template((instance.root / "config" / "nginx" / f"{name}.template").read_text(encoding="utf-8"))
        (place / name).write_text(template.substitute(values), encoding="utf-8")
    (place / "pages.conf").write_text(_pages(), encoding="utf-8")
    if os.geteuid() == 0:
        for path in (place, *place.iterdir()):
            shutil.chown(path, SYSTEM_USER, SYSTEM_USER)


def server_command(instance: Instance) -> list[str]:
    place = folder(instance)
    server = [PROGRAM, "-p", str(place), "-e", "stderr", "-c", str(place / "nginx.conf")]
    # Changing the user forgets which signal to get when the supervisor dies: asked for again after it.
    return as_user(SYSTEM_USER, place, ["setpriv", "--pdeathsig", "TERM", *server])


def is_ready(instance: Instance) -> bool:
    """Whether it takes connections."""
    try:
        with socket.create_connection(("127.0.0.1", instance.ports["web"]), timeout=2):
            return True
    except OSError:
        return False


def digest(instance: Instance) -> str:
    """Changes with the configuration, once there is one, so that the supervisor starts nginx anew."""
    texts = (folder(instance) / name for name in (*TEMPLATES, "pages.conf"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in texts if path.exists())).hexdigest()


def _largest_file_mb(instance: Instance) -> int:
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(instance.run / "portal.ini", encoding="utf-8")
    return settings.getint("app:main", "ckan.max_resource_size")


def _pages() -> str:
    """A location for each answer, as a page and as the API's JSON; the status is that of the error which led there."""
    answers = (("refused", HTTPStatus.BAD_REQUEST, _REFUSED), ("busy", HTTPStatus.TOO_MANY_REQUESTS, _BUSY),
               ("unavailable", HTTPStatus.SERVICE_UNAVAILABLE, _UNAVAILABLE))
    return "".join(_location(f"/{name}.{form}", status, body, form)
                   for name, status, texts in answers for form, body in _bodies(texts).items())


def _bodies(texts: tuple[str, str, str]) -> dict[str, str]:
    title, *paragraphs = texts
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in paragraphs)
    page = (f'<!DOCTYPE html><html lang="zh-Hans-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>{lines}</html>")
    error = {"__type": title.partition(" · ")[2], "message": " ".join(paragraphs)}
    return {"html": page, "json": json.dumps({"help": "", "success": False, "error": error}, ensure_ascii=False)}


def _location(path: str, status: HTTPStatus, body: str, form: str) -> str:
    kind = "text/html" if form == "html" else "application/json"
    retry = "" if status is HTTPStatus.BAD_REQUEST else "add_header Retry-After 5 always;"
    return f"""
location = {path} {{
  internal;
  default_type {kind};
  add_header Content-Security-Policy "{_POLICY}" always;
  add_header X-Content-Type-Options nosniff always;
  add_header Cache-Control no-store always;
  {retry}
  return {status.value} '{body}';
}}
"""

"""What stands before the web workers: nobody holds them by sending slowly, and what they cannot say is said for them."""
from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from webserver import WebServer, free_port, serving
from worker import until

ROOT = Path(__file__).resolve().parents[2]
HALF_A_HEADER = b"GET / HTTP/1.1\r\nHost: x\r\n"
HALF_A_BODY = (b"POST /user/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
               b"Content-Length: 99\r\n\r\na=")
HALF_SENT = (b"", HALF_A_HEADER, HALF_A_BODY)
Front = Callable[..., str]
LARGE = 50 * 2**20  # far beyond what a connection holds
taken = threading.Semaphore(0)


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Front]:
    """Starts nginx before the program on a port; `change` edits its configuration. Gives its address."""
    monkeypatch.syspath_prepend(str(ROOT / "config" / "services"))
    import nginx
    from instance import Instance

    started: list[subprocess.Popen[bytes]] = []
    (tmp_path / "portal.ini").write_text("[app:main]\nckan.max_resource_size = 1\n")

    def start(application: int, change: tuple[str, str] = ("", "")) -> str:
        instance = Instance(ROOT, tmp_path, {"web": free_port(), "app": application}, {})
        nginx.write_configuration(instance)
        path = nginx.folder(instance) / "nginx.conf"
        text = path.read_text()
        assert change[0] in text
        path.write_text(text.replace(*change) if change[0] else text)
        started.append(subprocess.Popen(nginx.server_command(instance)))
        until(lambda: nginx.is_ready(instance))
        return instance.web_url
    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=30)


class Application(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/download/large":
            self.send_response(200)
            self.send_header("Content-Length", str(LARGE))
            self.end_headers()
            self.wfile.write(b"x" * LARGE)
            taken.release()
            return
        if self.path == "/broken":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nfirst\r\n")
            self.close_connection = True
            return
        body = str(self.headers["X-Forwarded-For"]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def application() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def web(portal: None) -> Iterator[WebServer]:
    with serving(1, {}) as server:
        yield server


def test_whoever_reads_slowly_holds_nobody_up(front: Front, application: int) -> None:
    with connect(front(application), b"GET /download/large HTTP/1.1\r\nHost: x\r\n\r\n"):
        # Nothing of it is read here, and the application is done with it.
        assert taken.acquire(timeout=30)


def test_of_many_downloads_at_once_the_rest_are_asked_to_wait(front: Front, application: int) -> None:
    url = front(application, ("limit_conn downloads 32", "limit_conn downloads 1"))
    with connect(url, b"GET /download/large HTTP/1.1\r\nHost: x\r\n\r\n"):
        assert taken.acquire(timeout=30)
        answer = requests.get(f"{url}/dataset/x/download", timeout=30)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
        assert requests.get(f"{url}/dataset/x", timeout=30).status_code == 200


def connect(url: str, sent: bytes) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=30)
    connection.sendall(sent)
    return connection


def test_requests_that_are_never_sent_whole_hold_nobody_up(front: Front, web: WebServer) -> None:
    url = front(int(web.url.rpartition(":")[2]))
    half_sent = [connect(url, HALF_SENT[number % 3]) for number in range(60)]
    assert [requests.get(f"{url}/about", timeout=10).status_code for _ in range(5)] == [200] * 5
    for connection in half_sent:
        connection.close()


@pytest.mark.parametrize(("limit", "sent"), [
    ("client_header_timeout 15s", HALF_A_HEADER), ("client_body_timeout 30s", HALF_A_BODY)])
def test_a_request_that_is_not_sent_whole_in_time_is_ended(front: Front, application: int, limit: str, sent: bytes) -> None:
    url = front(application, (limit, f"{limit.split(maxsplit=1)[0]} 1s"))
    with connect(url, sent) as connection:
        try:
            rest = connection.recv(2**16)
        except ConnectionResetError:
            rest = b""
        assert rest == b"" or b" 408 " in rest


def test_what_breaks_in_the_middle_breaks_for_the_caller_too(front: Front, application: int) -> None:
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(f"{front(application)}/broken", timeout=30)


def test_no_caller_can_name_an_address_of_his_own(front: Front, application: int) -> None:
    answer = requests.get(front(application), headers={"X-Forwarded-For": "203.0.113.9"}, timeout=30)
    assert answer.text.split(", ")[-1] == "127.0.0.1"


@pytest.mark.parametrize(("path", "kind"), [("/dataset", "text/html"), ("/api/3/action/x", "application/json"),
                                            ("/en/api/3/action/x", "application/json")])
def test_while_the_portal_is_away_the_answer_says_so(front: Front, path: str, kind: str) -> None:
    answer = requests.get(front(free_port()) + path, timeout=30)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Content-Type"].split(";")[0] == kind
    assert "平台暂时无法访问" in answer.content.decode()


@pytest.mark.parametrize(("path", "headers", "size", "status"), [
    ("/%00", {}, 0, 400), ("/", {"X-Long": "x" * 2**17}, 0, 400), ("/", {}, 11 * 2**20, 413)])
def test_what_is_refused_before_it_reaches_the_portal_is_explained(
        front: Front, application: int, path: str, headers: dict[str, str], size: int, status: int) -> None:
    answer = requests.post(front(application) + path, headers=headers, data=b"x" * size, timeout=30)
    assert answer.status_code == status
    assert "请求不完整" in answer.content.decode()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"

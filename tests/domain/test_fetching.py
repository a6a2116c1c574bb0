"""Linked files: which addresses are never asked, what is never followed, and how much and how long at most."""
from __future__ import annotations

import hashlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ckanext.govshare.logic.datafiles.links import Fetched, FetchRefused, Limits, Resolver, fetch

BODY = "站点,读数\n城区,5\n".encode()
Answer = Callable[[BaseHTTPRequestHandler], None]


class _Quiet(ThreadingHTTPServer):
    """Connections that break off are part of these tests, and no news."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class Site:
    """A real server on loopback whose answers are functions by path; it remembers what it was asked."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append((self.path, dict(self.headers)))
                self.close_connection = True
                site.answers[self.path](self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = _Quiet(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def url(self, path: str = "/data.csv", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def limits(self, **limits: Any) -> Limits:
        usual = {"size": 2**20, "seconds": 10, "read_seconds": 5, "ports": [self.port], "networks": ["127.0.0.0/8"]}
        return Limits(**{**usual, **limits})


def answer(body: bytes = BODY, status: int = 200, **headers: str) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
    return send


def sending(raw: bytes) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(raw)
    return send


@pytest.fixture
def site() -> Iterator[Site]:
    running = Site()
    running.answers["/data.csv"] = answer()
    yield running
    running.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "fetched"


def refused(url: str, target: Path, limits: Limits, **options: Any) -> str:
    with pytest.raises(FetchRefused) as refusal:
        fetch(url, target, limits, **options)
    return refusal.value.code


def resolving(*addresses: str) -> Resolver:
    def resolver(host: str, port: int) -> Sequence[str]:
        return addresses
    return resolver


def test_a_linked_file_is_fetched(site: Site, target: Path) -> None:
    site.answers["/data.csv"] = answer(Content_Type="text/csv; charset=utf-8")
    heard: list[Any] = []
    fetched = fetch(site.url(), target, site.limits(), heard.append)
    assert fetched == Fetched("data.csv", len(BODY), hashlib.sha256(BODY).hexdigest(), "text/csv")
    assert target.read_bytes() == BODY
    assert heard[-1] == {"step": "fetching", "done": len(BODY), "total": len(BODY)}


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",  # noqa: S104 - judged, not listened on
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "192.88.99.1",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::",
    "2001:0:4136:e378::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1",
])
def test_no_address_that_is_not_public_is_asked(target: Path, address: str) -> None:
    assert refused("http://data.example.org/a.csv", target, Limits(size=1), resolver=resolving(address)) == "link_not_public"


def test_a_host_with_one_address_that_is_not_public_is_not_asked(target: Path) -> None:
    limits = Limits(size=1)
    assert refused("http://a.example.org/", target, limits, resolver=resolving("93.184.215.14", "10.0.0.1")) == "link_not_public"


@pytest.mark.parametrize("host", [
    "127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
def test_loopback_is_not_asked_however_it_is_written(site: Site, target: Path, host: str) -> None:
    assert refused(site.url(host=host), target, site.limits(networks=())) == "link_not_public"
    assert not site.asked


def test_a_listed_network_is_asked(site: Site, target: Path) -> None:
    with pytest.raises(FetchRefused):
        fetch(site.url(), target, site.limits(networks=["10.0.0.0/8"]))
    assert fetch(site.url(), target, site.limits(networks=["127.0.0.1"])).size


def test_a_listed_network_counts_for_its_mapped_form_too(site: Site, target: Path) -> None:
    assert fetch(site.url(host="a.example.org"), target, site.limits(), resolver=resolving("::ffff:127.0.0.1")).size


def test_the_host_is_resolved_once_and_the_judged_address_is_asked(site: Site, target: Path) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    assert fetch(site.url(host="a.example.org"), target, site.limits(), resolver=lambda host, port: next(answers)).size
    assert next(answers) == ["10.0.0.1"]
    assert site.asked[0][1]["Host"] == f"a.example.org:{site.port}"


@pytest.mark.parametrize(("url", "code"), [
    ("ftp://127.0.0.1/a", "link_address"), ("file:///etc/passwd", "link_address"), ("gopher://127.0.0.1/", "link_address"),
    ("http:///a", "link_address"), ("a.csv", "link_address"), ("//127.0.0.1/a", "link_address"),
    ("http://x:99999/", "link_address"),
    ("http://user:word@127.0.0.1/", "link_credentials"), ("http://user@127.0.0.1/", "link_credentials"),
    ("http://127.0.0.1:22/", "link_port"), ("http://127.0.0.1:6379/", "link_port"), ("http://127.0.0.1:0/", "link_port"),
    ("http://no-such-host.invalid/", "link_unknown_host"),
    ("http://a b/", "link_address"), ("http://a\0b/", "link_address"),
])
def test_addresses_that_are_no_link(target: Path, url: str, code: str) -> None:
    assert refused(url, target, Limits(size=1, networks=["127.0.0.0/8"])) == code


def test_line_ends_in_an_address_do_not_reach_the_server(site: Site, target: Path) -> None:
    site.answers["/data.csv%0D%0AX:%201"] = answer()
    fetch(site.url("/data.csv\r\nX: 1"), target, site.limits())
    assert "X" not in site.asked[0][1]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(site: Site, target: Path, status: int) -> None:
    site.answers["/old"] = answer(b"", status, Location="/data.csv")
    assert fetch(site.url("/old"), target, site.limits()).filename == "data.csv"


@pytest.mark.parametrize(("location", "code"), [
    ("http://10.0.0.1:{port}/", "link_not_public"), ("http://[::1]:{port}/", "link_not_public"),
    ("http://127.0.0.1:22/", "link_port"),
    ("file:///etc/passwd", "link_address"), ("http://user:word@127.0.0.1:{port}/", "link_credentials"),
    ("//10.0.0.1:{port}/data.csv", "link_not_public"),
])
def test_a_redirect_is_judged_like_an_address(site: Site, target: Path, location: str, code: str) -> None:
    site.answers["/old"] = answer(b"", 302, Location=location.format(port=site.port))
    assert refused(site.url("/old"), target, site.limits()) == code


def test_redirects_without_end_are_left(site: Site, target: Path) -> None:
    site.answers["/old"] = answer(b"", 302, Location="/old")
    assert refused(site.url("/old"), target, site.limits()) == "link_redirects"
    assert len(site.asked) == 6


def test_a_size_that_is_declared_too_big_is_refused_at_once(site: Site, target: Path) -> None:
    site.answers["/data.csv"] = answer(Content_Length=str(2 * 2**30))
    assert refused(site.url(), target, site.limits()) == "link_too_big"
    assert not target.exists()


def test_a_body_that_grows_too_big_is_left(site: Site, target: Path) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"1,2,3\n" * 10_000)
    site.answers["/data.csv"] = endless
    assert refused(site.url(), target, site.limits()) == "link_too_big"
    assert target.stat().st_size <= 2**20


def test_a_body_that_ends_early_is_refused(site: Site, target: Path) -> None:
    site.answers["/data.csv"] = answer(Content_Length="1000")
    assert refused(site.url(), target, site.limits()) == "link_unreachable"


def test_a_compressed_body_is_refused_and_never_asked_for(site: Site, target: Path) -> None:
    site.answers["/data.csv"] = answer(Content_Encoding="gzip")
    assert refused(site.url(), target, site.limits()) == "link_compressed"
    assert site.asked[0][1]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("status", [204, 206, 304, 401, 403, 404, 500])
def test_only_an_ok_is_a_file(site: Site, target: Path, status: int) -> None:
    site.answers["/data.csv"] = answer(b"", status)
    with pytest.raises(FetchRefused) as refusal:
        fetch(site.url(), target, site.limits())
    assert (refusal.value.code, refusal.value.params) == ("link_status", {"status": status})


def drip(handler: BaseHTTPRequestHandler, prefix: bytes) -> None:
    stop = threading.Event()
    handler.wfile.write(prefix)
    while not stop.wait(0.05):
        handler.wfile.write(b"a")


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("prefix", [OK + b"X: ", OK + b"\r\n", OK + b"Content-Length: 9999\r\n\r\n"],
                         ids=["header", "body", "body with length"])
def test_a_server_that_drips_is_left_when_the_time_is_up(site: Site, target: Path, prefix: bytes) -> None:
    site.answers["/data.csv"] = lambda handler: drip(handler, prefix)
    began = time.monotonic()
    assert refused(site.url(), target, site.limits(seconds=0.5)) == "link_too_slow"
    assert time.monotonic() - began < 3


def test_a_server_that_says_nothing_is_left(target: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        limits = Limits(size=9, read_seconds=0.2, ports=[port], networks=["127.0.0.1"])
        assert refused(f"http://127.0.0.1:{port}/", target, limits) == "link_too_slow"
        assert refused(f"https://127.0.0.1:{port}/", target, limits) == "link_too_slow"


def test_a_closed_port_is_unreachable(site: Site, target: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert refused(f"http://127.0.0.1:{port}/", target, site.limits(ports=[port])) == "link_unreachable"


@pytest.mark.parametrize("raw", [
    b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", OK + b"A: b\r\n" * 1000 + b"\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"], ids=["ssh", "status", "headers", "chunks"])
def test_what_is_no_http_is_refused(site: Site, target: Path, raw: bytes) -> None:
    site.answers["/data.csv"] = sending(raw)
    assert refused(site.url(), target, site.limits()) == "link_unreachable"


def test_no_proxy_and_no_password_file_is_used(site: Site, target: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login canary password canary\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    fetch(site.url(), target, site.limits())
    assert not {"Authorization", "Proxy-Authorization", "Cookie", "Referer"} & set(site.asked[0][1])


@pytest.mark.parametrize(("disposition", "name"), [
    ("attachment; filename*=UTF-8''%E7%A9%BA%E6%B0%94.csv", "空气.csv"),
    ("attachment; filename=\"a.csv\"; filename*=UTF-8''%E7%A9%BA%E6%B0%94.csv", "空气.csv"),
    ('attachment; filename="空气.csv"', "空气.csv"),
    ("attachment; filename=%E7%A9%BA%E6%B0%94.csv", "空气.csv"),
    ('attachment; filename="../../etc/passwd"', "passwd"),
    ('attachment; filename="..\\\\..\\\\a.csv"', "a.csv"),
    ("attachment; filename*=UTF-8''%2e%2e%2f%2e%2e%2fa.csv", "a.csv"),
    ("attachment; filename*=UTF-8''a%E2%80%AEvsc.exe", "avsc.exe"),
    ('attachment; filename=".."', "data.csv"),
    ("attachment", "data.csv"),
    ("", "data.csv"),
])
def test_the_file_name_is_the_servers_made_harmless(site: Site, target: Path, disposition: str, name: str) -> None:
    headers = f"Content-Disposition: {disposition}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    site.answers["/data.csv"] = sending(OK + headers.encode() + BODY)
    assert fetch(site.url(), target, site.limits()).filename == name


def test_a_file_name_in_gb18030_is_read(site: Site, target: Path) -> None:
    site.answers["/data.csv"] = sending(
        OK + b"Content-Length: 1\r\nContent-Disposition: attachment; filename=" + "空气.csv".encode("gb18030") + b"\r\n\r\n1")
    assert fetch(site.url(), target, site.limits()).filename == "空气.csv"


def test_a_long_file_name_is_cut(site: Site, target: Path) -> None:
    site.answers["/data.csv"] = answer(Content_Disposition=f"attachment; filename={'a' * 3000}.csv")
    name = fetch(site.url(), target, site.limits()).filename
    assert len(name) <= 200
    assert name.endswith(".csv")


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A TLS server for `data.example.org`, whose certificate the process trusts."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run([
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
        "/CN=data.example.org", "-addext", "subjectAltName=DNS:data.example.org", "-keyout", str(key), "-out", str(certificate),
    ], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    running = Site(context)
    running.answers["/data.csv"] = answer()
    yield running
    running.close()


def test_tls_to_the_pinned_address_checks_the_name(certified: Site, target: Path) -> None:
    to_loopback, limits = resolving("127.0.0.1"), certified.limits()
    assert fetch(certified.url(host="data.example.org", scheme="https"), target, limits, resolver=to_loopback).size == len(BODY)
    other = certified.url(host="other.example.org", scheme="https")
    assert refused(other, target, limits, resolver=to_loopback) == "link_certificate"


def test_a_certificate_that_nobody_trusts_is_refused(certified: Site, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    url = certified.url(host="data.example.org", scheme="https")
    assert refused(url, target, replace(certified.limits()), resolver=resolving("127.0.0.1")) == "link_certificate"


def test_a_full_disk_is_not_the_servers_fault(site: Site) -> None:
    with pytest.raises(OSError, match="No space left"):
        fetch(site.url(), Path("/dev/full"), site.limits())

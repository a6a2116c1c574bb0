"""A real mail server on loopback that insists on STARTTLS with the certificate it is given."""
from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import trustme
from aiosmtpd.controller import Controller

HOST = "localhost"


@dataclass
class Mailbox:
    """What arrived, and where the server is. `unknown`: addresses that it knows no mailbox of."""

    address: str
    messages: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.unknown:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.messages.append(envelope.content.decode())
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def mail_server(authority: trustme.CA, name: str = HOST) -> Iterator[Mailbox]:
    """A server whose certificate `authority` issued for the host `name`."""
    port = _free_port()
    box = Mailbox(f"{HOST}:{port}")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(tls)
    controller = Controller(box, hostname="127.0.0.1", port=port, tls_context=tls, require_starttls=True)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()

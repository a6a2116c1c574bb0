"""The SMS gateway of docs/operations.md works as it is printed there."""
from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import requests

from ckanext.govshare import config, notifications
from ckanext.govshare.notifications import Channel, Letter, Recipient, Undeliverable

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
LETTER = Letter(7, "“水质监测”的申请已获同意", ("请查看下一步事项。",), "https://example.com/application/1", "zh_Hans_CN")
LI, WANG = (Recipient(name, name, name, "") for name in ("li", "wang"))


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Channel:
    """The channel as an operator would install it."""
    found = re.search(r"```python\n(\"\"\"my_city/sms\.py.*?)```", OPERATIONS.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    directory, module = ModuleType("my_city.directory"), ModuleType("my_city.sms")
    vars(directory)["number_of"] = {"li": "13800000000"}.get
    for name, one in {"my_city": ModuleType("my_city"), "my_city.directory": directory, "my_city.sms": module}.items():
        monkeypatch.setitem(sys.modules, name, one)
    exec(found.group(1), vars(module))  # noqa: S102 - our own documentation
    config.instance.cache_clear()
    return notifications.channel("my_city.sms:Gateway")


class Provider(HTTPServer):
    """A provider of messages on loopback that answers `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.status, self.asked = 200, list[dict[str, Any]]()


class _Desk(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing to say."""


@pytest.fixture
def provider(portal: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with Provider() as server:
        monkeypatch.setitem(tk.config, "my_city.sms_gateway", f"http://127.0.0.1:{server.server_port}/send")
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_message_goes_to_the_number_of_the_account(gateway: Channel, provider: Provider) -> None:
    assert gateway.send(LETTER, LI)
    assert provider.asked == [{"id": "govshare-7", "to": "13800000000", "text": LETTER.subject}]


def test_without_a_number_nothing_is_sent(gateway: Channel, provider: Provider) -> None:
    assert not gateway.send(LETTER, WANG)
    assert provider.asked == []


@pytest.mark.parametrize(("status", "error"), [(400, Undeliverable), (503, requests.HTTPError)])
def test_a_refusal_is_final_and_an_outage_is_not(
        gateway: Channel, provider: Provider, status: int, error: type[Exception]) -> None:
    provider.status = status
    with pytest.raises(error):
        gateway.send(LETTER, LI)

"""What a portal without a mail server would have sent, as the demonstration keeps it."""
from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ckanext.govshare import jobs
from ckanext.govshare.notifications import mailbox


def mailed(folder: Path) -> list[Any]:
    """The mails that are there when the outbox is delivered, the last one first."""
    jobs.drain_outbox()
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in mailbox.newest(folder)]


def link_in(mail: Any) -> str:
    """The address, from its path on, that a letter ends with."""
    parts = urlsplit(mail.get_content().split()[-1])
    return f"{parts.path}?{parts.query}"


def key_in(mail: Any) -> str:
    """The key in the address that a letter ends with."""
    return parse_qs(urlsplit(link_in(mail)).query)["key"][0]

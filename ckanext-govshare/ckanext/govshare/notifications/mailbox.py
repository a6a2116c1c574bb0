"""Mail that nobody sends: without a mail server it is written to files, for the person who runs a demonstration."""
from __future__ import annotations

import os
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from ckanext.govshare import clock

# The newest; older ones are deleted.
KEPT = 1000
_PATTERN = "*.eml"


def put(folder: Path, message: EmailMessage) -> Path:
    """Write `message` as a file that its owner alone can read, under a name that sorts by time."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = clock.now()
    message["Date"] = format_datetime(now)
    path = folder / f"{now:%Y%m%dT%H%M%S%f}-{os.urandom(3).hex()}.eml"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(message.as_bytes(policy=policy.SMTPUTF8))
    for old in newest(folder)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def newest(folder: Path) -> list[Path]:
    """The mails in `folder`, the last one first."""
    return sorted(folder.glob(_PATTERN), reverse=True)

"""Running a server as a user that is not root, also below a directory which that user may not enter."""
from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from console import Failure

# Either lets a process pass through directories that its user may not enter, and no more than we need of it.
PASSING_CAPABILITIES = {"dac_read_search": 2, "dac_override": 1}


def as_user(user: str, folder: Path, command: Sequence[str]) -> list[str]:
    """`command`, to run as the system's `user`, who owns `folder`; started by anybody but root, as whoever starts it."""
    if os.geteuid() != 0:
        return list(command)
    drop = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
    if not _others_may_pass(folder):
        capability = _passing_capability(user, folder)
        drop += [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
    return [*drop, *command]


def _others_may_pass(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.parents)


def _passing_capability(user: str, folder: Path) -> str:
    found = re.search(r"CapBnd:\s*([0-9a-f]+)", Path("/proc/self/status").read_text())
    bounding = int(found.group(1), 16) if found else 0
    for name, bit in PASSING_CAPABILITIES.items():
        if bounding >> bit & 1:
            return name
    raise Failure(f"The user {user!r} may not enter {folder.parent}: clone to a directory that others may enter")

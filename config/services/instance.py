"""One checkout's running portal: its directories, ports and secrets. All that it writes is below ``.run/``."""
from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SECRET_NAMES = (
    "postgres_password",
    "owner_password",
    "app_password",
    "datastore_write_password",
    "datastore_read_password",
    "redis_password",
    "supervisor_password",
    "secret_key",
)

# Seconds to connect within, and milliseconds after which a server that confirms nothing counts as lost.
PATIENCE = "connect_timeout=5&tcp_user_timeout=30000"


@dataclass(frozen=True)
class Instance:
    """``root`` is the checkout, ``run`` the directory of all data, ``ports`` the port of each service by its name."""

    root: Path
    run: Path
    ports: Mapping[str, int]
    secrets: Mapping[str, str]

    @property
    def logs(self) -> Path:
        return self.run / "log"

    @property
    def venv(self) -> Path:
        return self.root / ".venv" / "bin"

    def log(self, service: str) -> Path:
        return self.logs / f"{service}.log"

    def database_url(self, role: str, database: str) -> str:
        """The URL of a database for one of the roles ``owner``, ``app``, ``datastore_write``, ``datastore_read``."""
        password = self.secrets[f"{role}_password"]
        return f"postgresql://govshare_{role}:{password}@127.0.0.1:{self.ports['postgres']}/{database}?{PATIENCE}"

    def redis_url(self, number: int) -> str:
        return f"redis://:{self.secrets['redis_password']}@127.0.0.1:{self.ports['redis']}/{number}?socket_connect_timeout=5&socket_timeout=10"

    def solr_url(self, core: str) -> str:
        return f"http://127.0.0.1:{self.ports['solr']}/solr/{core}"

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['web']}"


def run_directory(root: Path = ROOT) -> Path:
    """The directory of all data; ``GOVSHARE_RUN_DIR`` puts it elsewhere."""
    return Path(os.environ.get("GOVSHARE_RUN_DIR", root / ".run")).resolve()


def load_secrets(run: Path) -> dict[str, str]:
    """Read ``secrets.json``, generating what it lacks; a secret that is there is never changed."""
    path = run / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in SECRET_NAMES if name not in known]
    if missing:
        known.update({name: secrets.token_hex(24) for name in missing})
        write_private(path, json.dumps(known, indent=2))
    return known


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    draft.replace(path)

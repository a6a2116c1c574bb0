"""What the machine must have: disk, JDK, Debian packages, and the virtual environment."""
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

from console import Failure, step
from instance import Instance

MINIMUM_FREE_BYTES = 2 * 1024**3
POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")

# Package, and the file or program whose presence makes it needless.
RUNTIME_PACKAGES: Mapping[str, str] = {
    "postgresql-15": str(POSTGRES_BIN / "initdb"),
    "redis-server": "redis-server",
    "nginx": "/usr/sbin/nginx",
    "libmagic1": "/usr/lib/x86_64-linux-gnu/libmagic.so.1",
    "libpq-dev": "pg_config",
    "gcc": "gcc",
    "libc6-dev": "/usr/include/stdio.h",
    "python3-dev": f"{sysconfig.get_path('include')}/Python.h",
    "python3-venv": f"{sysconfig.get_path('stdlib')}/ensurepip/__init__.py",
    # Agreements are given out as PDF with Chinese text.
    "libpangoft2-1.0-0": "/usr/lib/x86_64-linux-gnu/libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "/usr/lib/x86_64-linux-gnu/libharfbuzz-subset.so.0",
    "fonts-noto-cjk": "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
}
# The demo's administrative divisions come from a package for Node.
DEMO_PACKAGES: Mapping[str, str] = {"npm": "npm"}
TEST_PACKAGES: Mapping[str, str] = {"chromium": "chromium"}


def check_disk(run: Path) -> None:
    """Refuse to start on a disk that is almost full: PostgreSQL would stop in the middle of a write."""
    free = shutil.disk_usage(run).free
    if free < MINIMUM_FREE_BYTES:
        raise Failure(f"Only {free / 1024**3:.1f} GB are free on the disk of {run}: at least 2 GB are needed")


def check_java(need_maven: bool) -> None:
    """Refuse to start without the programs that Solr needs."""
    if not shutil.which("java") or not shutil.which("javac"):
        raise Failure("No JDK found: install a JDK 17, for instance with: apt-get install openjdk-17-jdk-headless")
    if need_maven and not shutil.which("mvn"):
        raise Failure("Maven is missing, which fetches Solr: install it, for instance with: apt-get install maven")


def missing_packages(packages: Mapping[str, str]) -> list[str]:
    """The Debian packages whose file or program is not there."""
    return [name for name, sign in packages.items() if not _is_there(name, sign)]


def _is_there(package: str, sign: str) -> bool:
    if Path(sign).exists() if sign.startswith("/") else shutil.which(sign):
        return True
    answer = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True, check=False)
    return answer.stdout == "install ok installed"


def install_packages(instance: Instance, packages: Mapping[str, str]) -> None:
    """Install the missing Debian packages, as root or through sudo."""
    missing = missing_packages(packages)
    if not missing:
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and not shutil.which("sudo"):
        raise Failure(f"Not root and no sudo: ask for these packages to be installed: {' '.join(missing)}")
    # RUNLEVEL=1 keeps Debian from starting its own PostgreSQL, Redis and nginx: we run ours.
    prefix = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", "-q"]
    with step(f"Debian packages: {' '.join(missing)}"):
        run_logged(instance, "packages", [*prefix, "update"], "apt-get update failed")
        command = [*prefix, "install", "-y", "--no-install-recommends", *missing]
        run_logged(instance, "packages", command, f"apt-get could not install {' '.join(missing)}")


def prepare_venv(instance: Instance, requirements: Sequence[str]) -> None:
    """Bring ``.venv`` to the pinned requirements; nothing is done when they did not change."""
    files = [instance.root / name for name in (*requirements, "pyproject.toml", "setup.py")]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    stamp = instance.root / ".venv" / f".{requirements[-1]}.installed"
    if stamp.exists() and stamp.read_text() == digest:
        return
    if not (instance.venv / "python").exists():
        with step("Virtual environment"):
            run_logged(instance, "pip", [sys.executable, "-m", "venv", ".venv"], "The virtual environment failed")
    with step(f"Python packages: {', '.join(requirements)}"):
        pip = [str(instance.venv / "python"), "-m", "pip", "install", "--disable-pip-version-check", "-q"]
        listed = [word for name in requirements for word in ("-r", name)]
        run_logged(instance, "pip", [*pip, *listed], "pip could not install the requirements")
        run_logged(instance, "pip", [*pip, "--no-deps", "-e", "."], "pip could not install the project")
    stamp.write_text(digest)


def run_logged(
    instance: Instance, log: str, command: Sequence[str], failure: str, environ: Mapping[str, str] | None = None,
) -> None:
    """Run a command in the checkout with its output in a log; raise Failure with that log's place."""
    path = instance.log(log)
    with path.open("ab") as stream:
        done = subprocess.run(
            command,
            cwd=instance.root,
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise Failure(failure, path)

"""Brings the databases to the code's version: migrations as the owner, the DataStore's rights as the superuser."""
from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import configuration
import postgres
from console import Failure, step
from instance import Instance
from system import run_logged


def migrate(instance: Instance, name: str) -> None:
    """Bring the databases of ``portal`` or ``test`` up to date, unless nothing changed since the last time."""
    stamp = instance.run / f".{name}.migrated"
    digest = _digest(instance)
    if stamp.exists() and stamp.read_text() == digest:
        return
    ini = instance.run / f"{name}.ini"
    environ = {"CKAN_SQLALCHEMY_URL": configuration.owner_url(instance, name)}
    with step(f"Migrations of the {name} database"):
        command = [str(instance.venv / "ckan"), "-c", str(ini), "db", "upgrade"]
        run_logged(instance, "migrate", command, f"The migrations of the {name} database failed", environ)
        _set_permissions(instance, ini, environ)
    stamp.write_text(digest)


def _set_permissions(instance: Instance, ini: Path, environ: dict[str, str]) -> None:
    """CKAN writes the SQL that only a superuser may run."""
    done = subprocess.run(
        [str(instance.venv / "ckan"), "-c", str(ini), "datastore", "set-permissions"],
        cwd=instance.root,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        with instance.log("migrate").open("a") as log:
            log.write(done.stderr)
        raise Failure("CKAN could not tell the DataStore's permissions", instance.log("migrate"))
    # The command may print notices before the script.
    script = done.stdout[done.stdout.index("/*") :]
    postgres.execute(instance, "postgres", script)


def _digest(instance: Instance) -> str:
    """What decides whether there is anything to migrate: CKAN's version and our migration files."""
    files = [instance.root / "requirements.txt", instance.root / "config" / "portal.ini.template"]
    files += sorted((instance.root / "ckanext-govshare").rglob("migration/**/*.py"))
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(instance.root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()

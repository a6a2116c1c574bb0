"""One load by plain ckanext-xloader, in a process and with packages of its own: `python xloader.py INI CSV`.

Prints JSON: `rows`, `seconds` of `load_csv`, and `copied`, the seconds until its rows were in the table.
"""
from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COPIED = "...copying done"


def installed(run: Path) -> Path:
    """The folder with the peer's packages, filled when they changed."""
    wanted = HERE / "peer-requirements.txt"
    folder, stamp = run / "bench-peer", run / "bench-peer" / ".installed"
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "-q", "--no-deps", "--upgrade",
                        "--target", str(folder), "-r", str(wanted)], check=True)
        stamp.write_text(wanted.read_text())
    return folder


def load(run: Path, ini: Path, csv: Path) -> dict[str, float]:
    """Let the peer load `csv` with the settings of `ini`."""
    environ = {**os.environ, "PYTHONPATH": str(installed(run))}
    with (run / "log" / "bench.log").open("ab") as log:
        done = subprocess.run([sys.executable, str(HERE / "xloader.py"), str(ini), str(csv)], env=environ, check=True,
                              stdout=subprocess.PIPE, stderr=log)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


class _Marks(logging.Handler):
    """When each message came."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.at[record.getMessage()] = time.perf_counter()


def _main(ini: str, csv: str) -> None:
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    application = make_app(load_config(ini))
    with application._wsgi_app.test_request_context():
        print(json.dumps(_measured(csv)))


def _measured(csv: str) -> dict[str, Any]:
    import ckan.plugins.toolkit as tk
    import sqlalchemy as sa
    from ckan import model
    from ckanext.datastore.backend.postgres import get_write_engine
    from ckanext.xloader import loader

    package = model.Package(name=f"peer-{os.getpid()}", title="peer")
    resource = model.Resource(url="http://127.0.0.1/table.csv")
    package.resources_all.append(resource)
    model.Session.add(package)
    model.Session.commit()
    marks, logger = _Marks(), logging.getLogger("peer")
    logging.disable(logging.NOTSET)
    logger.setLevel(logging.INFO)
    logger.addHandler(marks)
    began = time.perf_counter()
    loader.load_csv(csv, resource.id, logger=logger)
    ended = time.perf_counter()
    with get_write_engine().begin() as connection:
        rows = connection.execute(sa.select(sa.func.count()).select_from(sa.table(resource.id))).scalar_one()
    tk.get_action("datastore_delete")({"ignore_auth": True}, {"resource_id": resource.id, "force": True})
    return {"rows": rows, "seconds": ended - began, "copied": marks.at[COPIED] - began}


if __name__ == "__main__":
    _main(*sys.argv[1:])

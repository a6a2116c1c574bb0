"""How fast a table leaves as a file, and what it costs the web server in memory, beside CKAN's own `/datastore/dump`.

Each site is one web process of the production server. The same rows lie in a table of ours and in one named by the
resource's id, where CKAN looks for it; each is asked in turn, so that whatever else the machine does meets both.
"""
from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import requests
import typed_tables
from ckanext.datastore.backend.postgres import get_write_engine
from psycopg2 import sql
from webserver import WebServer, serving
from world import World

from ckanext.govshare.repository import datafiles, table_loading

REPEAT = 3
FORMS = ("csv", "json", "xml", "xlsx")
COLUMNS = (("编号", "text"), ("站点名称", "text"), ("日期", "date"), ("浓度", "numeric"), ("人数", "int8"), ("备注", "text"))
STOCK = {"ckan.plugins": "datastore", "ckan.site_id": "bench_exports", "testing": "false"}


@dataclass
class Sent:
    """One format at one site: seconds, peak memory of the web process in bytes, and size; one for each repetition."""

    seconds: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    size: int = 0

    def rate(self, rows: int) -> float:
        """Rows per second in the median."""
        return rows / median(self.seconds)


@dataclass
class Exports:
    """What was measured, by format; the peer has no XLSX."""

    rows: int
    ours: dict[str, Sent] = field(default_factory=dict)
    peer: dict[str, Sent] = field(default_factory=dict)


def measure(world: World, rows: int) -> Exports:
    """Fetch the same table from both sites in each format, `REPEAT` times."""
    entry = typed_tables.published(world, COLUMNS, _rows(rows), "监测数据.csv")
    resource = entry["resources"][0]["id"]
    found = Exports(rows)
    _copy_for_the_peer(resource)
    try:
        competent = {"testing": "false", "govshare.competent_department": world.competent["name"]}
        with serving(1, competent) as ours, serving(1, STOCK) as peer:
            for _ in range(REPEAT):
                for form in FORMS:
                    _fetch(ours, f"/dataset/{entry['name']}/resource/{resource}/export/{form}", found.ours, form)
                    if form != "xlsx":
                        _fetch(peer, f"/datastore/dump/{resource}?format={form}", found.peer, form)
    finally:
        table_loading.drop(resource)
    return found


def _rows(count: int) -> Iterator[tuple[Any, ...]]:
    for n in range(count):
        yield (f"{n:08}", f"监测站{n % 97}", f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}", n % 997 / 10, n % 5000,
               f"正常, 第{n % 7}次")


def _copy_for_the_peer(resource: str) -> None:
    file = datafiles.current(resource)
    assert file is not None, resource
    ours, theirs = sql.Identifier(file.id), sql.Identifier(resource)
    with get_write_engine().begin() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(theirs, ours))
        cursor.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(theirs, ours))
        cursor.execute(sql.SQL("ANALYZE {}").format(theirs))


def _fetch(site: WebServer, address: str, kept: dict[str, Sent], form: str) -> None:
    [worker] = site.workers()
    process = Path(f"/proc/{worker}")
    process.joinpath("clear_refs").write_text("5")  # forget the peak so far
    sent = kept.setdefault(form, Sent())
    size = 0
    began = time.perf_counter()
    with requests.get(site.url + address, stream=True, timeout=600, headers={"Accept-Encoding": "identity"}) as answer:
        answer.raise_for_status()
        for part in answer.iter_content(2**16):
            size += len(part)
    sent.seconds.append(time.perf_counter() - began)
    sent.peaks.append(peak_memory(process))
    sent.size = size


def peak_memory(process: Path) -> int:
    """The most memory that the process had since its peak was last forgotten, in bytes."""
    [line] = [line for line in process.joinpath("status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024

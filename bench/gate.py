"""What the gate adds to a download and to `datastore_search`: the same bytes and rows, by stock CKAN's own path.

Stock CKAN's file lies where it keeps uploads, and its table is named by the resource's id. It writes no account of fetches.
"""
from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import loaded_tables
import requests
from ckan.lib import uploader
from ckan.tests import factories
from pages import WARM_UP, Row
from planting import CONDITIONAL
from webserver import WebServer
from world import World

from ckanext.govshare.logic.datafiles import loading, storage
from ckanext.govshare.repository import datafiles

ROWS = 2000
LIMIT = 100
API = "/api/3/action/datastore_search"
HEADER = "站点名称,监测时间,PM2.5,PM10,二氧化硫,二氧化氮,臭氧,一氧化碳"


@dataclass(frozen=True)
class Measured:
    """Two published data files, alike but for their open attribute, and a member of their department."""

    open: tuple[str, str]  # the entry's name and the resource's id
    conditional: tuple[str, str]
    member: str


def fill(world: World) -> Measured:
    """Publish the two, and give stock CKAN its copies; before the indexes are built."""
    rows = "".join(f"监测站{number},2026-03-02 {number % 24:02}:00,{number % 90},{number % 150},6,21,{number % 120},0.8\n"
                   for number in range(ROWS))
    content = f"{HEADER}\n{rows}".encode()
    token = factories.APIToken(user=world.member)["token"]
    return Measured(_publish(world, content), _publish(world, content, **CONDITIONAL), token)


def _publish(world: World, content: bytes, **fields: str) -> tuple[str, str]:
    entry = loaded_tables.published(world, content, "空气质量小时值.csv", **fields)
    resource = entry["resources"][0]
    file = datafiles.current(resource["id"])
    assert file is not None
    kept = Path(uploader.get_resource_uploader(dict(resource)).get_path(resource["id"]))
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(storage.path(file.location), kept)
    with tempfile.NamedTemporaryFile("wb", suffix=".csv") as table:
        table.write(content.partition(b"\n")[2])
        table.flush()
        loading.load(resource["id"], file.columns, Path(table.name), lambda _progress: None)
    return entry["name"], resource["id"]


def forget(made: Measured) -> None:
    """Remove stock CKAN's copies."""
    for _name, resource_id in (made.open, made.conditional):
        loading.drop(resource_id)
        Path(uploader.get_resource_uploader({}).get_path(resource_id)).unlink(missing_ok=True)


def measure(ours: WebServer, stock: WebServer, made: Measured, repeat: int) -> list[Row]:
    """Ask both sites in turn."""
    rows = []
    for what, (name, resource_id), token in (("open", made.open, ""), ("conditional, traced ⁵", made.conditional, made.member)):
        download = f"/dataset/{name}/resource/{resource_id}/download/data.csv"
        search = f"{API}?resource_id={resource_id}&limit={LIMIT}"
        rows += [_row(f"download, {what}", download, token, ours, stock, repeat),
                 _row(f"`datastore_search`, {LIMIT} rows, {what}", search, token, ours, stock, repeat)]
    return rows


def _row(what: str, address: str, token: str, ours: WebServer, stock: WebServer, repeat: int) -> Row:
    row = Row(what)
    pairs = [(ours.url, row.ours), (stock.url, row.stock)]
    for number in range(WARM_UP + repeat):
        for url, seconds in pairs if number % 2 else reversed(pairs):
            seconds.append(_timed(url + address, token))
    row.ours, row.stock = row.ours[WARM_UP:], row.stock[WARM_UP:]
    return row


def _timed(url: str, token: str) -> float:
    began = time.perf_counter()
    answer = requests.get(url, headers={"Authorization": token} if token else {}, timeout=60)
    took = time.perf_counter() - began
    answer.raise_for_status()
    if len(answer.content) < LIMIT:
        raise RuntimeError(f"{url} answered almost nothing")
    return took

"""What the gate adds to a download and to `datastore_search`: the same bytes and rows, by stock CKAN's own path.

Stock CKAN's file lies where it keeps uploads, and its table is named by the resource's id. It writes no account of fetches.
The tables hold GRANTS grants, each under an agreement of its own; a tenth of them are for the entry that is measured.
"""
from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import ckan.plugins.toolkit as tk
import loaded_tables
import requests
import sqlalchemy as sa
from ckan import model
from ckan.lib import uploader
from ckan.tests import factories
from emptying import owner_engine
from pages import WARM_UP, Row
from planting import CONDITIONAL
from webserver import WebServer
from world import World

from ckanext.govshare.logic.datafiles import storage
from ckanext.govshare.repository import datafiles, table_loading

ROWS = 2000
GRANTS = 100_000
LIMIT = 100
API = "/api/3/action/datastore_search"
HEADER = "站点名称,监测时间,PM2.5,PM10,二氧化硫,二氧化氮,臭氧,一氧化碳"


@dataclass(frozen=True)
class Measured:
    """Two published data files, alike but for their open attribute; tokens of a member of their department and of a holder."""

    open: tuple[str, str]  # the entry's name and the resource's id
    conditional: tuple[str, str]
    member: str
    holder: str


def fill(world: World) -> Measured:
    """Publish the two, and give stock CKAN its copies; before the indexes are built."""
    rows = "".join(f"监测站{number},2026-03-02 {number % 24:02}:00,{number % 90},{number % 150},6,21,{number % 120},0.8\n"
                   for number in range(ROWS))
    content = f"{HEADER}\n{rows}".encode()
    opened, conditional = _publish(world, content), _publish(world, content, **CONDITIONAL)
    holder = factories.User()
    _fill_grants(world.own["id"], model.Package.get(conditional[0]).id, holder["id"])
    member, grantee = (factories.APIToken(user=name)["token"] for name in (world.member, holder["name"]))
    return Measured(opened, conditional, member, grantee)


def _fill_grants(department: str, entry_id: str, holder: str) -> None:
    """GRANTS valid grants of a few thousand people for some thousand entries; the first is the holder's for `entry_id`."""
    given = {"n": GRANTS, "department": department, "entry": entry_id, "holder": holder}
    with owner_engine(Path(tk.config["__file__"])).begin() as connection:
        connection.execute(sa.text("""
            INSERT INTO govshare_agreement (id, application_id, entry_id, department, applicant, state, template, title, text,
                                            text_hash, starts_at, ends_at, offered_at, in_force_at)
            SELECT 'agreement-' || n, 'application-' || n, CASE WHEN n % 10 = 1 THEN :entry ELSE 'entry-' || n % 5000 END,
                   :department, CASE WHEN n = 1 THEN :holder ELSE 'user-' || n % 7000 END, 'in_force', '{}', '数据利用协议', '',
                   md5(n::text), '2026-01-01', '2099-01-01', '2026-01-01', '2026-01-01' FROM generate_series(1, :n) n"""), given)
        connection.execute(sa.text("""
            INSERT INTO govshare_grant (id, application_id, agreement_id, entry_id, department, holder, state, starts_at, ends_at,
                                        limits, created_at, modified_at)
            SELECT 'grant-' || substr(id, 11), application_id, id, entry_id, department, applicant, 'active', starts_at, ends_at,
                   '{"daily_rows": 1000000000}', starts_at, starts_at FROM govshare_agreement"""))
        connection.execute(sa.text("ANALYZE govshare_agreement, govshare_grant"))


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
        table_loading.load(resource["id"], file.columns, Path(table.name), lambda _progress: None)
    return entry["name"], resource["id"]


def forget(made: Measured) -> None:
    """Remove stock CKAN's copies."""
    for _name, resource_id in (made.open, made.conditional):
        table_loading.drop(resource_id)
        Path(uploader.get_resource_uploader({}).get_path(resource_id)).unlink(missing_ok=True)


def measure(ours: WebServer, stock: WebServer, made: Measured, repeat: int) -> list[Row]:
    """Ask both sites in turn."""
    rows = []
    for what, (name, resource_id), token in (("open", made.open, ""), ("conditional, traced ⁵", made.conditional, made.member),
                                             ("conditional, by a grant ⁶", made.conditional, made.holder)):
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

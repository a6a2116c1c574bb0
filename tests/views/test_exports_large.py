"""A large table over the real web server: constant memory, nobody else waits, and hanging up ends the work."""
from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
import typed_tables
from ckanext.datastore.backend.postgres import get_read_engine
from webserver import WebServer, serving
from world import World

from ckanext.govshare.repository import datafiles, table_loading

ROWS = 600_000
MOST_MEMORY = 300 * 2**20
COLUMNS = (("编号", "text"), ("站点名称", "text"), ("日期", "date"), ("浓度", "numeric"), ("备注", "text"))
# What a file has besides a line for each row.
OTHER_LINES = {"csv": 1, "json": 2, "xml": 3}


@pytest.fixture
def entry(world: World) -> Iterator[dict[str, Any]]:
    rows = ((f"{n:08}", f"监测站{n % 97}", f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}", n % 997 / 10, f"正常, 第{n % 7}次")
            for n in range(ROWS))
    made = typed_tables.published(world, COLUMNS, rows, "监测数据.csv")
    file = datafiles.current(made["resources"][0]["id"])
    assert file is not None
    yield made
    table_loading.drop(file.id)


@pytest.fixture
def server(world: World, entry: dict[str, Any]) -> Iterator[WebServer]:
    """One web process, so that all requests meet in it."""
    with serving(1, {"govshare.competent_department": world.competent["name"]}) as server:
        yield server


def _get(server: WebServer, entry: dict[str, Any], form: str) -> requests.Response:
    address = f"{server.url}/dataset/{entry['name']}/resource/{entry['resources'][0]['id']}/export/{form}"
    answer = requests.get(address, stream=True, timeout=120)
    answer.raise_for_status()
    return answer


def _peak_memory(server: WebServer) -> int:
    [worker] = server.workers()
    [line] = [line for line in Path(f"/proc/{worker}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def _lines(answer: requests.Response) -> int:
    return sum(part.count(b"\n") for part in answer.iter_content(2**16))


def _rows_of_workbook(path: Path) -> int:
    with zipfile.ZipFile(path) as book, book.open("xl/worksheets/sheet1.xml") as sheet:
        ends, last = 0, b""
        while part := sheet.read(2**20):
            ends += (last + part).count(b"</row>")
            last = part[-len(b"</row") :]
    return ends


@pytest.mark.alone
def test_every_format_is_sent_whole_in_constant_memory_and_nobody_waits_for_it(
        entry: dict[str, Any], server: WebServer, tmp_path: Path) -> None:
    for form, others in OTHER_LINES.items():
        with _get(server, entry, form) as answer:
            assert _lines(answer) == ROWS + others, form
    workbook = tmp_path / "table.xlsx"
    with _get(server, entry, "xlsx") as answer, workbook.open("wb") as file:
        file.writelines(answer.iter_content(2**16))
    assert _rows_of_workbook(workbook) == ROWS + 1
    assert _peak_memory(server) < MOST_MEMORY

    with ExitStack() as under_way:
        for form in ("json", "xml", "csv"):
            # The server goes on until what lies between it and us is full, and then waits for us with this thread.
            assert len(under_way.enter_context(_get(server, entry, form)).raw.read(2**20)) == 2**20
        assert _connections() == 3
        assert requests.get(server.url, timeout=60).status_code == 200
        assert requests.get(f"{server.url}/dataset/", timeout=60).status_code == 200
    # Its threads end before it does, and each gives back what it holds: it ends only if they end.
    server.process.terminate()
    server.process.wait(timeout=30)
    assert _connections() == 0


def _connections() -> int:
    """How many transactions of the reading role are open, without our own."""
    with get_read_engine().connect() as connection:
        found: int = connection.execute(sa.text(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid() "
            "AND datname = current_database() AND xact_start IS NOT NULL")).scalar_one()
        return found

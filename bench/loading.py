"""How fast a table gets into the DataStore: by our whole path and by its load alone, beside plain ckanext-xloader."""
from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import ckan.plugins.toolkit as tk
import xloader
from ckan import model
from world import World, attachment

from ckanext.govshare.domain.datafiles import FileState
from ckanext.govshare.logic.datafiles import reading_job, sandbox, storage
from ckanext.govshare.repository import datafiles, table_loading

REPEAT = 3
PEER = "bench_peer"


@dataclass
class Loads:
    """Seconds of each way, one for each repetition."""

    rows: int
    megabytes: float
    whole: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    peer: list[float] = field(default_factory=list)
    peer_copied: list[float] = field(default_factory=list)

    def rates(self) -> dict[str, float]:
        """Rows per second in the median, by way."""
        ways = {"whole": self.whole, "alone": self.alone, "peer": self.peer, "peer_copied": self.peer_copied}
        return {way: self.rows / median(seconds) for way, seconds in ways.items()}


def measure(world: World, run: Path, rows: int) -> Loads:
    """Load the same CSV by each way in turn, `REPEAT` times."""
    with _table(rows) as csv, _peer_settings() as ini:
        loads = Loads(rows, csv.stat().st_size / 1e6)
        xloader.installed(run)
        for _ in range(REPEAT):
            loads.whole.append(_whole(world, csv, rows))
            loads.alone.append(_alone(csv, rows))
            peer = xloader.load(run, ini, csv)
            assert peer["rows"] == rows, peer
            loads.peer.append(peer["seconds"])
            loads.peer_copied.append(peer["copied"])
    return loads


@contextmanager
def _table(rows: int) -> Iterator[Path]:
    """A CSV like those that departments publish: codes, names, dates, numbers and a text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", encoding="utf-8") as stream:
            stream.write("编号,站点名称,日期,浓度,人数,备注\n")
            stream.writelines(
                f"{n:08},监测站{n % 97},2026-{n % 12 + 1:02}-{n % 28 + 1:02},{n % 997 / 10},{n % 5000},正常运行{n % 7}\n"
                for n in range(rows))
        yield path


@contextmanager
def _peer_settings() -> Iterator[Path]:
    """CKAN with the DataStore and nothing else, on the same stores."""
    base = Path(tk.config["__file__"])
    ini = base.with_name(f"{PEER}.ini")
    ini.write_text(f"[app:main]\nuse = config:{base}\nckan.plugins = datastore\nckan.site_id = {PEER}\n")
    try:
        yield ini
    finally:
        ini.unlink()


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _whole(world: World, csv: Path, rows: int) -> float:
    """From the stored file to a verified one: a process of its own reads it, its table is loaded, its row is judged."""
    entry = world.draft(resources=[{"name": "监测数据", "upload": attachment(csv.read_bytes())}])
    file_id = datafiles.of_entry(entry["id"])[0].id
    model.Session.commit()
    seconds = _timed(lambda: reading_job.read_file(file_id))
    file = datafiles.get(file_id)
    assert file is not None, file_id
    assert (file.state, file.rows) == (FileState.VERIFIED, rows), file
    table_loading.drop(file_id)
    storage.remove(file.location)
    return seconds


def _alone(csv: Path, rows: int) -> float:
    """The load of a table that was read before."""
    file_id = str(uuid.uuid4())
    with tempfile.TemporaryDirectory() as folder:
        report = sandbox.run(csv, Path(folder), "table.csv", lambda _: None)
        seconds = _timed(lambda: table_loading.load(file_id, report["columns"], Path(folder) / sandbox.TABLE, lambda _: None))
    assert report["rows"] == rows, report
    table_loading.drop(file_id)
    return seconds

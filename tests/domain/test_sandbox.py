"""Hostile bytes meet a process that the operating system bounds: each test is one way to break out, or to last too long."""
from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ckanext.govshare.logic.datafiles import sandbox
from ckanext.govshare.logic.datafiles.sandbox import Bounds, ReadingStopped

BOUNDS = Bounds(memory_mb=512, seconds=20, output_mb=1)
LEAVES_A_REPORT = """
import json, pathlib, sys
out = pathlib.Path(sys.argv[2])
def leave(**said):
    (out / "report.json").write_text(json.dumps({"findings": [], "columns": [], **said}))
"""
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a reader that is given as Python text, in the real sandbox."""
    (tmp_path / "input").write_bytes(b"a,b\n1,2\n")
    (tmp_path / "out").mkdir()

    def run_reader(text: str, bounds: Bounds = BOUNDS, on_progress: Callable[[Any], None] = lambda _: None) -> dict[str, Any]:
        (tmp_path / "stand_in_reader.py").write_text(LEAVES_A_REPORT + text)
        monkeypatch.setattr(sandbox, "COMMAND", (sys.executable, "-I", "-X", "utf8", "-c", start_of(tmp_path)))
        return sandbox.run(tmp_path / "input", tmp_path / "out", "表.csv", on_progress, bounds)
    return run_reader


def start_of(folder: Path) -> str:
    """Python text that binds its process as for the real reader, then runs the one in `folder`."""
    return (f"import sys; sys.path.insert(0, {str(folder)!r}); from ckanext.govshare.reading import limits; "
            "limits.READER = 'stand_in_reader'; limits.main()")


def stopped(run: Run, text: str, **options: Any) -> str:
    with pytest.raises(ReadingStopped) as stop:
        run(text, **options)
    return stop.value.code


def test_the_real_reader_reads_a_table(tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes("站点,读数\n城区,5\n郊区,7\n".encode("gb18030"))
    (tmp_path / "out").mkdir()
    report = sandbox.run(tmp_path / "input", tmp_path / "out", "表.csv", lambda _: None, BOUNDS)
    assert [column["name"] for column in report["columns"]] == ["站点", "读数"]
    assert (tmp_path / "out" / "table.csv").read_text() == "城区,5\n郊区,7\n"


def test_progress_is_passed_on_and_nothing_else_is(run: Run) -> None:
    heard: list[Any] = []
    run("""
print("noise"); print(json.dumps({"done": "x", "total": 1}))
print(json.dumps({"step": "<script>", "done": 3, "total": 9}), flush=True)
leave()""", on_progress=heard.append)
    assert heard == [{"step": "reading", "done": 3, "total": 9}]


def test_a_reader_that_eats_memory_is_stopped(run: Run) -> None:
    assert stopped(run, "hoard = [bytes(2**20) for _ in range(10_000)]") == "out_of_memory"


def test_a_reader_that_never_ends_is_stopped_by_its_processor_time(run: Run) -> None:
    began = time.monotonic()
    assert stopped(run, "while True: pass", bounds=replace(BOUNDS, seconds=1)) == "too_slow"
    assert time.monotonic() - began < 5


def test_a_reader_that_waits_is_stopped_by_the_clock(run: Run) -> None:
    assert stopped(run, "import signal; signal.pause()", bounds=replace(BOUNDS, seconds=1)) == "too_slow"


def test_a_reader_that_shuts_its_outputs_and_waits_is_stopped_by_the_clock(run: Run) -> None:
    mute = "import os, signal; os.close(1); os.close(2); signal.pause()"
    assert stopped(run, mute, bounds=replace(BOUNDS, seconds=1)) == "too_slow"


def test_a_table_that_grows_without_end_is_stopped(run: Run) -> None:
    assert stopped(run, """
with open(out / "table.csv", "wb") as table:
    while True: table.write(bytes(2**16))""") == "too_big"


def test_a_full_disk_is_not_the_files_fault(run: Run) -> None:
    with pytest.raises(OSError, match="No space left"):
        run("raise OSError(28, 'No space left on device')")


def test_a_crash_is_told(run: Run) -> None:
    assert stopped(run, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)") == "crashed"


def test_endless_output_fills_no_memory(run: Run) -> None:
    assert stopped(run, "while True: print('x' * 100_000, end='')", bounds=replace(BOUNDS, seconds=2)) == "too_slow"


@pytest.mark.parametrize("text", [
    "", "(out / 'report.json').write_text('[')", "(out / 'report.json').write_text('[]')",
    "(out / 'report.json').write_text('[' * 100_000)",
    "leave(columns=[{'id': 'a'}])", "(out / 'report.json').symlink_to('/etc/hostname')",
    "leave(); (out / 'table.csv').symlink_to('/etc/hostname')",
], ids=["none", "broken", "no object", "deep", "columns without a table", "a link as report", "a link as table"])
def test_a_report_that_is_none_counts_as_a_crash(run: Run, text: str) -> None:
    assert stopped(run, text) == "crashed"


def test_the_reader_has_no_secret_in_its_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKAN_SQLALCHEMY_URL", "postgresql://canary")
    assert "canary" not in json.dumps(run("import os; leave(environ=dict(os.environ))"))


def test_the_reader_reaches_no_host_where_the_system_lets_it_leave_the_network(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as host:
        report = run(f"""
import ctypes, socket
try:
    socket.create_connection(("127.0.0.1", {host.getsockname()[1]}), 2)
    leave(reached=True)
except OSError:
    leave(reached=False)""")
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody leave the network")
    assert report["reached"] is False


def test_the_reader_imports_nothing_from_where_it_runs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out" / "csv.py").write_text("raise SystemExit(3)")
    run("import csv; leave()")


def test_the_reader_leaves_no_process_behind(run: Run, tmp_path: Path) -> None:
    run("""
import os, signal, subprocess
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], stdout=-3, stderr=-3)
leave(child=child.pid)""")
    child = json.loads((tmp_path / "out" / "report.json").read_text())["child"]
    deadline = time.monotonic() + 5
    while _runs(child) and time.monotonic() < deadline:
        os.sched_yield()
    assert not _runs(child)


def test_the_reader_dies_with_its_worker(tmp_path: Path) -> None:
    (tmp_path / "stand_in_reader.py").write_text("import os, signal; os.write(1, b'{}'); signal.pause()")
    (tmp_path / "out").mkdir()
    worker = subprocess.Popen([sys.executable, "-c", f"""
import json, os, subprocess, sys
start = {start_of(tmp_path)!r}
bounds = json.dumps(dict(memory=2**29, seconds=60, written=2**20, parent=os.getpid()))
child = subprocess.Popen([sys.executable, "-c", start, bounds], stdout=subprocess.PIPE)
child.stdout.read(2)
print(child.pid, flush=True)
child.wait()"""], stdout=subprocess.PIPE)
    assert worker.stdout
    child = int(worker.stdout.readline())
    assert _runs(child)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    deadline = time.monotonic() + 5
    while _runs(child) and time.monotonic() < deadline:
        os.sched_yield()
    assert not _runs(child)


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

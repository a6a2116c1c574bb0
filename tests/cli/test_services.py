"""The commands that start and stop the portal: what they promise to the person and to the machine they run on."""
from __future__ import annotations

import configparser
import ipaddress
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ROOT / "config" / "services"
DEBIANS_PYTHON = "3.11.2"
LISTENING = "0A"  # in /proc/net/tcp


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A module of config/services, whose folder is no package."""
    monkeypatch.syspath_prepend(str(SERVICES))
    return __import__


@pytest.fixture
def instance(load: Callable[[str], Any], tmp_path: Path) -> Any:
    """An instance of its own, which has never run."""
    (tmp_path / "log").mkdir()
    module = load("instance")
    ports = {name: free_port() for name in load("ports").DEFAULTS}
    return module.Instance(ROOT, tmp_path, ports, module.load_secrets(tmp_path))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def run(command: str, run_directory: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the services as a person would, on a directory of its own."""
    return subprocess.run(
        [sys.executable, str(SERVICES), command, *arguments],
        env={**os.environ, "GOVSHARE_RUN_DIR": str(run_directory), **environ},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


class TestPorts:
    def test_a_taken_port_gives_one_line_and_exit_code_1(self, tmp_path: Path, taken_port: int) -> None:
        done = run("up", tmp_path, GOVSHARE_WEB_PORT=str(taken_port))
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert f"Port {taken_port} (web) is taken" in done.stderr

    def test_a_taken_port_is_told_before_anything_starts(self, tmp_path: Path, taken_port: int) -> None:
        run("up", tmp_path, GOVSHARE_WEB_PORT=str(taken_port))
        assert not (tmp_path / "supervisord.pid").exists()
        assert not (tmp_path / "postgres").exists()

    def test_a_port_that_is_no_number_gives_one_line(self, tmp_path: Path) -> None:
        done = run("status", tmp_path, GOVSHARE_WEB_PORT="80;rm")
        assert done.returncode == 1
        assert done.stderr.splitlines() == ["✗ GOVSHARE_WEB_PORT must be a port from 1024 to 65535, not '80;rm'"]

    def test_an_internal_port_moves_when_it_is_taken(self, load: Any, tmp_path: Path, taken_port: int) -> None:
        ports = load("ports")
        chosen = ports.claim(tmp_path, {"web": free_port(), "solr": taken_port}, ["web", "solr"], {})
        assert chosen["solr"] != taken_port
        assert ports.is_free(chosen["solr"])

    def test_the_moved_port_is_used_the_next_time(self, load: Any, tmp_path: Path, taken_port: int) -> None:
        ports = load("ports")
        chosen = ports.claim(tmp_path, {**ports.DEFAULTS, "solr": taken_port}, ["solr"], {})
        assert ports.wanted(tmp_path, {}) == chosen

    def test_two_checkouts_that_start_at_once_get_ports_of_their_own(self, load: Any, tmp_path: Path) -> None:
        ports, free = load("ports"), free_port()
        runs = [tmp_path / name for name in ("one", "two")]
        for run in runs:
            run.mkdir()
        first, second, again = (ports.claim(run, {"app": free}, ["app"], {})["app"] for run in (*runs, runs[0]))
        assert (first, again) == (free, free)
        assert second != free

    def test_an_internal_port_that_was_asked_for_is_not_moved(
        self, load: Any, tmp_path: Path, taken_port: int,
    ) -> None:
        with pytest.raises(load("console").Failure, match="GOVSHARE_SOLR_PORT"):
            load("ports").claim(tmp_path, {"solr": taken_port}, ["solr"], {"GOVSHARE_SOLR_PORT": str(taken_port)})

    def test_a_port_of_a_service_that_runs_already_is_not_looked_at(
        self, load: Any, tmp_path: Path, taken_port: int,
    ) -> None:
        assert load("ports").claim(tmp_path, {"web": taken_port}, [], {}) == {"web": taken_port}


class TestSecrets:
    def test_secrets_can_be_read_by_their_owner_alone(self, load: Any, tmp_path: Path) -> None:
        load("instance").load_secrets(tmp_path)
        assert mode(tmp_path / "secrets.json") == 0o600

    def test_a_second_start_keeps_the_secrets(self, load: Any, tmp_path: Path) -> None:
        module = load("instance")
        assert module.load_secrets(tmp_path) == module.load_secrets(tmp_path)

    def test_two_checkouts_have_different_secrets(self, load: Any, tmp_path: Path) -> None:
        module = load("instance")
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
        first, second = module.load_secrets(tmp_path / "a"), module.load_secrets(tmp_path / "b")
        assert not set(first.values()) & set(second.values())
        assert len(set(first.values())) == len(first)

    def test_a_secret_that_a_newer_version_needs_is_added(self, load: Any, tmp_path: Path) -> None:
        module = load("instance")
        module.write_private(tmp_path / "secrets.json", '{"secret_key": "kept"}')
        known = module.load_secrets(tmp_path)
        assert known["secret_key"] == "kept"
        assert set(known) == set(module.SECRET_NAMES)

    def test_no_file_that_others_can_read_holds_a_secret(self, load: Any, instance: Any) -> None:
        render_all(load, instance)
        files = [path for path in instance.run.rglob("*") if path.is_file()]
        telling = [path for path in files if any(word in path.read_text() for word in instance.secrets.values())]
        assert {path.name for path in telling} >= {"portal.ini", "test.ini", "redis.conf", "supervisord.conf"}
        assert [path for path in telling if mode(path) != 0o600] == []

    def test_a_second_render_changes_nothing(self, load: Any, instance: Any) -> None:
        render_all(load, instance)
        before = {path: path.read_text() for path in instance.run.rglob("*") if path.is_file()}
        render_all(load, instance)
        assert before == {path: path.read_text() for path in instance.run.rglob("*") if path.is_file()}


def render_all(load: Any, instance: Any) -> None:
    load("configuration").render(instance)
    load("redis_server").write_configuration(instance)
    load("supervise").write_configuration(instance, load("programs").every(instance))


class TestConfiguration:
    def test_tests_share_no_store_with_the_portal(self, load: Any, instance: Any) -> None:
        load("configuration").render(instance)
        portal, test = (options(instance.run / f"{name}.ini") for name in ("portal", "test"))
        for key in ("sqlalchemy.url", "ckan.datastore.write_url", "ckan.datastore.read_url", "ckan.redis.url",
                    "solr_url", "ckan.storage_path", "ckan.site_id"):
            assert portal[key] != test[key], key

    def test_no_placeholder_is_left(self, load: Any, instance: Any) -> None:
        load("configuration").render(instance)
        assert not re.search(r"\$\{?[a-z]", (instance.run / "portal.ini").read_text())

    def test_every_option_of_ours_in_the_template_is_declared(self) -> None:
        declared = (ROOT / "ckanext-govshare/ckanext/govshare/config_declaration.yaml").read_text(encoding="utf-8")
        used = re.findall(r"^(govshare\.[a-z_.]+)", (ROOT / "config/portal.ini.template").read_text(), re.MULTILINE)
        assert used
        assert [name for name in used if f"key: {name}\n" not in declared] == []

    def test_every_requirement_is_pinned(self) -> None:
        for name in ("requirements.txt", "requirements-dev.txt"):
            lines = [line for line in (ROOT / name).read_text().splitlines() if line and line[0] not in "#-"]
            assert lines
            assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []

    def test_every_chosen_requirement_has_a_reason_and_its_pin(self) -> None:
        for name in ("requirements", "requirements-dev"):
            pins = (ROOT / f"{name}.txt").read_text().lower()
            for line in (ROOT / f"{name}.in").read_text().splitlines():
                if not line.startswith("#"):
                    chosen, reason = line.split("  # ")
                    assert reason, line
                    assert re.sub(r"\[.*\]", "", chosen).lower().replace("-", "_") in pins.replace("-", "_"), line

    def test_every_requirement_runs_on_debians_python(self) -> None:
        for name in ("requirements.txt", "requirements-dev.txt"):
            for line in (ROOT / name).read_text().splitlines():
                if line[0] not in "#-":
                    needed = metadata.distribution(line.split("==")[0]).metadata["Requires-Python"] or ""
                    assert SpecifierSet(needed).contains(DEBIANS_PYTHON), line

    def test_help_tells_every_target(self) -> None:
        targets = re.search(r"^\.PHONY: help (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert targets
        shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert [name for name in targets[1].split() if f"  make {name} " not in shown] == []


def options(path: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    parser.read(path, encoding="utf-8")
    return dict(parser["app:main"])


class TestMachine:
    def test_a_missing_jdk_is_named(self, load: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(load("console").Failure, match="No JDK found"):
            load("system").check_java(need_maven=False)

    def test_a_missing_maven_is_named_when_it_is_needed(
        self, load: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name in ("java", "javac"):
            (tmp_path / name).write_text("#!/bin/sh\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        load("system").check_java(need_maven=False)
        with pytest.raises(load("console").Failure, match="Maven is missing"):
            load("system").check_java(need_maven=True)

    def test_a_full_disk_is_told(self, load: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=10, used=10, free=1024**3))
        with pytest.raises(load("console").Failure, match=r"Only 1\.0 GB are free"):
            load("system").check_disk(tmp_path)

    def test_only_missing_packages_are_asked_for(self, load: Any) -> None:
        wanted = {"is-there": "sh", "no-such-package": "/no/such/file", "nor-this": "no-such-program"}
        assert load("system").missing_packages(wanted) == ["no-such-package", "nor-this"]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
    def test_a_cluster_is_made_where_others_may_not_enter(self, load: Any, instance: Any) -> None:
        postgres = load("postgres")
        instance.run.chmod(0o700)
        postgres.create_cluster(instance)
        data = postgres.data_directory(instance)
        assert data.owner() == "postgres"
        assert mode(data) == 0o700
        assert any("dac_" in word for word in postgres.server_command(instance))

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
    def test_postgres_gets_no_capability_where_it_needs_none(
        self, load: Any, instance: Any, monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        postgres = load("postgres")
        monkeypatch.setattr(load("unprivileged"), "_others_may_pass", lambda path: True)
        assert not any("caps" in word for word in postgres.server_command(instance))


class TestSupervision:
    """With a supervisord of its own."""

    @pytest.fixture
    def supervise(self, load: Any, instance: Any) -> Iterator[Any]:
        module = load("supervise")
        programs = [
            module.Program("sleeper", ["sleep", "300"], instance.run),
            module.Program("broken", ["sh", "-c", "echo it is broken; exit 3"], instance.run),
            module.Program("mute", ["sleep", "300"], instance.run, ready=lambda _: False, patience=1),
        ]
        module.write_configuration(instance, programs)
        module.start_daemon(instance)
        yield module, {program.name: program for program in programs}
        module.stop_daemon(instance)

    def test_a_program_runs_and_ends_with_its_supervisor(self, supervise: Any, instance: Any) -> None:
        module, programs = supervise
        module.launch(instance, programs["sleeper"])
        module.wait(instance, programs["sleeper"])
        assert module.states(instance)["sleeper"] == "RUNNING"
        assert module.daemon_pid(instance)
        module.stop_daemon(instance)
        assert not module.is_running(instance)
        assert module.daemon_pid(instance) is None

    def test_no_service_outlives_a_killed_supervisor(self, supervise: Any, instance: Any) -> None:
        module, programs = supervise
        module.launch(instance, programs["sleeper"])
        module.wait(instance, programs["sleeper"])
        sleeper = Path("/proc") / str(module._call(instance, "getProcessInfo", "sleeper")["pid"])
        assert sleeper.exists()
        os.kill(module.daemon_pid(instance), signal.SIGKILL)
        assert module._within(10, lambda: not sleeper.exists())

    @pytest.mark.parametrize("name", ["broken", "mute"])
    def test_a_service_that_does_not_come_up_names_its_log(
        self, supervise: Any, instance: Any, load: Any, name: str,
    ) -> None:
        module, programs = supervise
        module.launch(instance, programs[name])
        with pytest.raises(load("console").Failure) as failure:
            module.wait(instance, programs[name])
        assert str(failure.value).startswith(name)
        assert str(instance.log(name)) in str(failure.value)

    def test_another_checkouts_supervisor_on_our_port_is_not_ours(
        self, supervise: Any, instance: Any, load: Any, tmp_path: Path,
    ) -> None:
        module, _programs = supervise
        (tmp_path / "other" / "log").mkdir(parents=True)
        loaded = load("instance")
        other = loaded.Instance(ROOT, tmp_path / "other", instance.ports, loaded.load_secrets(tmp_path / "other"))
        assert not module.is_running(other)
        load("stack").stop(other)
        assert module.is_running(instance)

    def test_a_foreign_process_in_the_pid_file_is_left_alone(self, load: Any, instance: Any) -> None:
        with subprocess.Popen(["sleep", "300"]) as foreign:
            (instance.run / "supervisord.pid").write_text(str(foreign.pid))
            load("stack").stop(instance)
            assert foreign.poll() is None
            foreign.kill()

    def test_its_control_listens_on_loopback_and_wants_a_password(self, supervise: Any, instance: Any) -> None:
        import urllib.error
        import urllib.request

        port = instance.ports["supervisor"]
        assert listening_addresses(port) == {"127.0.0.1"}
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/RPC2", timeout=5)


class TestCommands:
    def test_reset_deletes_nothing_unless_told(self, tmp_path: Path) -> None:
        (tmp_path / "storage").mkdir()
        done = run("reset", tmp_path)
        assert done.returncode == 1
        assert done.stderr.splitlines() == ["✗ Nothing was deleted"]
        assert (tmp_path / "storage").exists()

    def test_reset_deletes_all_data_when_told(self, tmp_path: Path) -> None:
        for name in ("storage", "solr/home", "solr/jars"):
            (tmp_path / name).mkdir(parents=True)
        assert run("reset", tmp_path, "--yes").returncode == 0
        assert [path.name for path in tmp_path.iterdir()] == ["solr"]
        assert [path.name for path in (tmp_path / "solr").iterdir()] == ["jars"]

    def test_status_and_down_say_that_nothing_runs(self, tmp_path: Path) -> None:
        assert (run("status", tmp_path).stdout, run("status", tmp_path).returncode) == (
            "Nothing of this checkout runs.\n", 1)
        assert (run("down", tmp_path).stdout, run("down", tmp_path).returncode) == (
            "Nothing of this checkout runs.\n", 0)

    def test_one_command_at_a_time_starts_and_stops(self, load: Any, instance: Any) -> None:
        stack = load("stack")
        with stack.exclusively(instance):
            done = run("down", instance.run)
        assert done.returncode == 1
        assert "Another command" in done.stderr


class TestRunningServices:
    """The services that these tests themselves stand on."""

    @pytest.fixture
    def running(self, load: Any) -> Any:
        import ckan.plugins.toolkit as tk

        module = load("instance")
        folder = Path(tk.config["__file__"]).parent
        return module.Instance(ROOT, folder, load("ports").stored(folder), module.load_secrets(folder))

    @pytest.mark.parametrize("service", ["postgres", "redis", "solr", "supervisor"])
    def test_every_service_listens_on_loopback_alone(self, running: Any, service: str) -> None:
        assert listening_addresses(running.ports[service]) == {"127.0.0.1"}

    @pytest.mark.parametrize("statement", [
        "CREATE TABLE intruder (id int)",
        "TRUNCATE package CASCADE",
        "ALTER TABLE package ADD COLUMN intruder int",
        "DROP TABLE package CASCADE",
    ])
    def test_the_applications_role_cannot_change_a_table(self, running: Any, statement: str) -> None:
        assert_refused(running.database_url("app", "govshare_test"), statement)

    def test_the_reader_of_the_datastore_cannot_create(self, running: Any) -> None:
        assert_refused(running.database_url("datastore_read", "datastore_test"), "CREATE TABLE intruder (id int)")

    @pytest.mark.parametrize("role", ["datastore_read", "datastore_write"])
    def test_the_datastores_roles_cannot_enter_the_portals_database(self, running: Any, role: str) -> None:
        assert_refused(running.database_url(role, "govshare_test"), "SELECT 1")


def assert_refused(url: str, statement: str) -> None:
    """PostgreSQL answers that the role may not."""
    import sqlalchemy as sa

    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with pytest.raises(sa.exc.DBAPIError, match=r"permission denied|must be owner"), engine.begin() as connection:
        connection.execute(sa.text(statement))


def listening_addresses(port: int) -> set[str]:
    """The addresses on which something listens on the port, IPv4 ones in IPv6 clothes as IPv4."""
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:]:
            address, local_port = line.split()[1].split(":")
            if line.split()[3] == LISTENING and int(local_port, 16) == port:
                # The kernel writes each 32-bit word of the address in the machine's byte order.
                words = [bytes.fromhex(address[start:start + 8])[::-1] for start in range(0, len(address), 8)]
                ip = ipaddress.ip_address(b"".join(words))
                found.add(str(getattr(ip, "ipv4_mapped", None) or ip))
    return found

"""Starting and stopping: the order, and who may be stopped."""
from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import configuration
import nginx
import ports
import postgres
import programs
import redis_server
import solr
import supervise
import system
from console import Failure, step
from instance import ROOT, Instance, load_secrets, run_directory


def open_instance() -> Instance:
    """The instance of this checkout, its directory and secrets made when they are not there."""
    run = run_directory()
    run.mkdir(parents=True, exist_ok=True)
    # PostgreSQL's user passes through it, and sees nothing but its own directory.
    run.chmod(0o711)
    (run / "log").mkdir(mode=0o700, exist_ok=True)
    instance = Instance(ROOT, run, ports.wanted(run), load_secrets(run))
    last = replace(instance, ports={**instance.ports, **ports.stored(run)})
    if not supervise.is_running(last):
        return instance
    if last.ports != instance.ports:
        raise Failure("The portal of this checkout runs on other ports: `make down` first")
    return last


def prepare(instance: Instance, requirements: Sequence[str], packages: Mapping[str, str]) -> None:
    """Install what is missing on the machine."""
    system.check_disk(instance.run)
    system.install_packages(instance, packages)
    system.prepare_venv(instance, requirements)
    solr.fetch_jars(instance)


@contextmanager
def exclusively(instance: Instance) -> Iterator[None]:
    """Let one command at a time start and stop services of this checkout."""
    with (instance.run / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(f"Another command is starting or stopping services in {instance.run}") from None
        yield


def start(instance: Instance, names: Sequence[str]) -> Instance:
    """Start the named services in their order, each only when those before it serve; give the instance as it runs."""
    was_running = supervise.is_running(instance)
    down = _down(instance, names) if was_running else names
    taking = [program.port for program in programs.every(instance) if program.name in down and program.port]
    chosen = ports.claim(instance.run, instance.ports, [*taking, *([] if was_running else ["supervisor"])])
    instance = replace(instance, ports=chosen)
    _write_configurations(instance)
    if was_running:
        supervise.reread(instance)
    else:
        with step("supervisord"):
            supervise.start_daemon(instance)
    _start_in_order(instance, _down(instance, names))
    return instance


def _start_in_order(instance: Instance, down: Sequence[str]) -> None:
    """The portal's own processes begin when all that they stand on serves; within each group they load side by side."""
    for group in (programs.backing(instance), programs.portal(instance)):
        loading = [program for program in group if program.name in down]
        for program in loading:
            supervise.launch(instance, program)
        try:
            for program in loading:
                with step(program.name):
                    supervise.wait(instance, program)
        except Failure:
            # What cannot start would be tried for ever.
            supervise.stop(instance, [program.name for program in loading])
            raise
        if "postgres" in [program.name for program in group]:
            # Also one that ran before: a newer version may need another database.
            postgres.provision(instance)


def _down(instance: Instance, names: Sequence[str]) -> list[str]:
    states = supervise.states(instance)
    return [name for name in names if states.get(name, "STOPPED") in supervise.DOWN]


def stop_outdated(instance: Instance) -> None:
    """Stop the portal's processes when the code or settings they started with have changed since."""
    files = [path for folder in ("ckanext-govshare", "themes") for path in (ROOT / folder).rglob("*")]
    code = [path for path in sorted(files) if path.is_file() and path.suffix != ".pyc"]
    digest = hashlib.sha256((instance.run / "portal.ini").read_bytes() + (ROOT / "requirements.txt").read_bytes())
    for path in code:
        digest.update(f"{path}{path.stat().st_mtime_ns}".encode())
    stamp = instance.run / ".code"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        supervise.stop(instance, [program.name for program in reversed(programs.portal(instance))])
        stamp.write_text(digest.hexdigest())


def _write_configurations(instance: Instance) -> None:
    postgres.create_cluster(instance)
    redis_server.write_configuration(instance)
    configuration.render(instance)
    nginx.write_configuration(instance)
    changed = solr.install_cores(instance)
    supervise.write_configuration(instance, programs.every(instance))
    if changed and solr_runs(instance):
        # A running Solr learns of no new core; it is started again with all that is down.
        supervise.stop(instance, ["solr"])


def solr_runs(instance: Instance) -> bool:
    return supervise.is_running(instance) and supervise.states(instance).get("solr") == "RUNNING"


def is_up(instance: Instance) -> bool:
    """Whether a supervisord of this checkout runs, answering or not."""
    return supervise.daemon_pid(instance) is not None or supervise.is_running(instance)


def stop(instance: Instance) -> None:
    """End all services of this checkout, and nothing else."""
    if supervise.is_running(instance):
        names = [program.name for program in programs.every(instance)]
        supervise.stop(instance, list(reversed(names)))
    if is_up(instance):
        supervise.stop_daemon(instance)

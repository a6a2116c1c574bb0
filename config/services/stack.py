"""Starting and stopping: the order, and who may be stopped."""
from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import configuration
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
    """This checkout's instance, its directory and secrets made when they are not there."""
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


def prepare(instance: Instance, requirements: Sequence[str], packages: dict[str, str]) -> None:
    """Install what is missing on the machine."""
    system.check_disk(instance.run)
    system.install_packages(instance, packages)
    system.prepare_venv(instance, requirements)
    solr.fetch_jars(instance)


def start(instance: Instance, names: Sequence[str]) -> Instance:
    """Start the named services in their order, each only when those before it serve; give the instance as it runs."""
    was_running = supervise.is_running(instance)
    down = [name for name in names if not was_running or supervise.states(instance).get(name, "STOPPED") in supervise.DOWN]
    taking = [program.port for program in programs.every(instance) if program.name in down and program.port]
    chosen = ports.claim(instance.run, instance.ports, [*taking, *([] if was_running else ["supervisor"])])
    instance = replace(instance, ports=chosen)
    _write_configurations(instance)
    if not was_running:
        with step("supervisord"):
            supervise.start_daemon(instance)
    else:
        supervise.reread(instance)
    for program in programs.every(instance):
        if program.name in down:
            with step(program.name):
                supervise.start(instance, program)
            if program.name == "postgres":
                postgres.provision(instance)
    return instance


def _write_configurations(instance: Instance) -> None:
    postgres.create_cluster(instance)
    redis_server.write_configuration(instance)
    configuration.render(instance)
    changed = solr.install_cores(instance)
    supervise.write_configuration(instance, programs.every(instance))
    if changed and solr_runs(instance):
        solr.reload_cores(instance)


def solr_runs(instance: Instance) -> bool:
    return supervise.is_running(instance) and supervise.states(instance).get("solr") == "RUNNING"


def stop(instance: Instance) -> bool:
    """End all services of this checkout; tell whether any ran."""
    if supervise.daemon_pid(instance) is None and not supervise.is_running(instance):
        return False
    with step("Stopping"):
        if supervise.is_running(instance):
            names = [program.name for program in programs.every(instance)]
            supervise.stop(instance, list(reversed(names)))
        supervise.stop_daemon(instance)
    return True


def compile_messages(instance: Instance) -> None:
    """Compile the translations, which are committed as text only."""
    for folder in sorted(ROOT.glob("*/ckanext/*/i18n")):
        newest = max((path.stat().st_mtime for path in folder.rglob("*.po")), default=0.0)
        compiled = min((path.stat().st_mtime for path in folder.rglob("*.mo")), default=0.0)
        if compiled > newest or not newest:
            continue
        domain = next(folder.rglob("*.po")).stem
        command = [str(instance.venv / "pybabel"), "compile", "-f", "-d", os.fspath(folder), "-D", domain]
        with step(f"Translations of {folder.parent.name}"):
            system.run_logged(instance, "translations", command, "The translations could not be compiled")

"""What each command does."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable

import database
import ports
import programs
import stack
import supervise
import system
from console import Failure, say, step
from instance import Instance

RUNTIME = ("requirements.txt",)
TESTING = ("requirements.txt", "requirements-dev.txt")


def services(options: Namespace) -> int:
    """Start PostgreSQL, Redis and Solr alone, for development and tests."""
    instance = _start_backing(stack.open_instance())
    database.migrate(instance, "test")
    say(f"PostgreSQL, Redis and Solr run. Tests use {instance.run / 'test.ini'}")
    return 0


def _start_backing(instance: Instance) -> Instance:
    packages = {**system.RUNTIME_PACKAGES, **system.TEST_PACKAGES}
    stack.prepare(instance, TESTING, packages)
    return stack.start(instance, programs.BACKING)


def up(options: Namespace) -> int:
    """Start everything."""
    instance = _up(stack.open_instance())
    say(f"The portal serves {instance.web_url}")
    return 0


def _up(instance: Instance) -> Instance:
    # The address is promised: better told now than after minutes of installing.
    if not supervise.is_running(instance) or supervise.states(instance).get("web") != "RUNNING":
        ports.claim(instance.run, instance.ports, ports.PROMISED)
    stack.prepare(instance, RUNTIME, dict(system.RUNTIME_PACKAGES))
    stack.compile_messages(instance)
    instance = stack.start(instance, programs.BACKING)
    database.migrate(instance, "portal")
    return stack.start(instance, [program.name for program in programs.every(instance)])


def demo(options: Namespace) -> int:
    """Install, start, migrate and fill the portal with its demo data."""
    import seeding

    instance = _up(stack.open_instance())
    seeding.seed(instance)
    return 0


def down(options: Namespace) -> int:
    """Stop everything that this checkout started."""
    if not stack.stop(stack.open_instance()):
        say("Nothing of this checkout runs.")
    return 0


def status(options: Namespace) -> int:
    """Show the state of each service; exit code 1 when the portal does not run."""
    instance = stack.open_instance()
    if not supervise.is_running(instance):
        say("Nothing of this checkout runs.")
        return 1
    states = supervise.states(instance)
    for program in programs.every(instance):
        port = f"127.0.0.1:{instance.ports[program.port]}" if program.port else ""
        say(f"{program.name:<10} {states.get(program.name, 'STOPPED'):<9} {port:<16} {instance.log(program.name)}")
    return 0 if states.get("web") == "RUNNING" else 1


def reset(options: Namespace) -> int:
    """Stop everything and delete all data of this checkout; the fetched jars stay."""
    instance = stack.open_instance()
    if not options.yes:
        say(f"This deletes all data of the portal in {instance.run}: databases, files, accounts, secrets.")
        if not sys.stdin.isatty() or input("Type yes to go on: ").strip() != "yes":
            raise Failure("Nothing was deleted")
    stack.stop(instance)
    with step("Deleting the data"):
        for path in instance.run.iterdir():
            if path.name == "solr":
                shutil.rmtree(path / "home", ignore_errors=True)
            elif path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    return 0


def test(options: Namespace) -> int:
    """Run the tests on their own databases, and leave running what ran before."""
    before = stack.open_instance()
    ran = supervise.is_running(before)
    running = [name for name, state in supervise.states(before).items() if state not in supervise.DOWN] if ran else []
    instance = _start_backing(before)
    try:
        stack.compile_messages(instance)
        database.migrate(instance, "test")
        return _pytest(instance, options.pytest)
    finally:
        if not ran:
            stack.stop(instance)
        else:
            supervise.stop(instance, [name for name in reversed(programs.BACKING) if name not in running])


def _pytest(instance: Instance, arguments: list[str]) -> int:
    environ = {**os.environ, "CKAN_INI": str(instance.run / "test.ini")}
    command = [str(instance.venv / "python"), "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=instance.root, env=environ, check=False).returncode


COMMANDS: dict[str, tuple[Callable[[Namespace], int], str]] = {
    "demo": (demo, "install, start and fill the portal with demo data"),
    "up": (up, "start the portal"),
    "down": (down, "stop the portal"),
    "status": (status, "show the state of each service"),
    "reset": (reset, "stop the portal and delete all its data"),
    "services": (services, "start PostgreSQL, Redis and Solr alone"),
    "test": (test, "run the tests"),
}

"""What each command does."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import configuration
import database
import ports
import programs
import seeding
import stack
import supervise
import system
import translations
from console import Failure, say, step
from instance import Instance

RUNTIME = ("requirements.txt",)
TESTING = ("requirements.txt", "requirements-dev.txt")


def services(options: Namespace) -> int:
    """Start PostgreSQL, Redis and Solr alone, for development and tests."""
    instance = _start_for_tests(stack.open_instance())
    say(f"PostgreSQL, Redis and Solr run. Tests use {instance.run / 'test.ini'}")
    return 0


def _start_for_tests(instance: Instance) -> Instance:
    with stack.exclusively(instance):
        stack.prepare(instance, TESTING, {**system.RUNTIME_PACKAGES, **system.TEST_PACKAGES})
        translations.compile_messages(instance)
        instance = stack.start(instance, programs.BACKING)
        for name in configuration.TESTS:
            database.migrate(instance, name)
        translations.publish_scripts(instance, configuration.TESTS[0])
    return instance


def up(options: Namespace) -> int:
    """Start everything."""
    instance = stack.open_instance()
    instance = _start_portal(instance, system.RUNTIME_PACKAGES)
    say(f"The portal serves {instance.web_url}")
    return 0


def demo(options: Namespace) -> int:
    """Install, start, migrate and fill the portal with its demo data."""
    instance = stack.open_instance()
    instance = _start_portal(instance, {**system.RUNTIME_PACKAGES, **system.DEMO_PACKAGES})
    seeding.seed(instance)
    seeding.show_accounts(instance)
    return 0


def _start_portal(instance: Instance, packages: Mapping[str, str]) -> Instance:
    with stack.exclusively(instance):
        if not supervise.is_running(instance) or supervise.states(instance).get("web") != "RUNNING":
            # The address is promised: better told now than after minutes of installing.
            ports.claim(instance.run, instance.ports, ports.PROMISED)
        stack.prepare(instance, RUNTIME, packages)
        translations.compile_messages(instance)
        instance = stack.start(instance, programs.BACKING)
        database.migrate(instance, "portal")
        translations.publish_scripts(instance, "portal")
        stack.stop_outdated(instance)
        return stack.start(instance, [program.name for program in programs.every(instance)])


def down(options: Namespace) -> int:
    """Stop everything that this checkout started."""
    instance = stack.open_instance()
    with stack.exclusively(instance):
        if not stack.is_up(instance):
            say("Nothing of this checkout runs.")
            return 0
        with step("Stopping"):
            stack.stop(instance)
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


def mail(options: Namespace) -> int:
    """Show the newest mail that the portal wrote to files, as it has no mail server."""
    instance = stack.open_instance()
    if not supervise.is_running(instance):
        raise Failure("The portal does not run: `make up` starts it")
    command = [str(instance.venv / "ckan"), "-c", str(instance.run / "portal.ini"), "govshare", "mail", "show"]
    shown = subprocess.run([*command, *options.arguments], cwd=instance.root, check=False, stderr=subprocess.DEVNULL)
    return shown.returncode


def reset(options: Namespace) -> int:
    """Stop everything and delete all data of this checkout; what was fetched stays."""
    instance = stack.open_instance()
    if not options.yes:
        say(f"This deletes all data of the portal in {instance.run}: databases, files, accounts, secrets.")
        if not sys.stdin.isatty() or input("Type yes to go on: ").strip() != "yes":
            raise Failure("Nothing was deleted")
    with stack.exclusively(instance), step("Stopping and deleting the data"):
        stack.stop(instance)
        for path in instance.run.iterdir():
            _delete(instance, path.name)
    return 0


def _delete(instance: Instance, name: str) -> None:
    path = instance.run / name
    if name == "solr":
        shutil.rmtree(path / "home", ignore_errors=True)
    elif name == "demo-data":
        return
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def test(options: Namespace) -> int:
    """Run the tests side by side on their own databases, and leave running what ran before, and nothing else.

    Nothing is printed after pytest's closing line.
    """
    with _backing_services() as instance:
        # Whole files, in the order of their names: what a file's tests share is built once.
        side_by_side = ["-n", str(len(configuration.TESTS)), "--dist", "loadfile", "--no-loadscope-reorder"]
        return _pytest(instance, [*side_by_side, *options.arguments])


@contextmanager
def _backing_services() -> Iterator[Instance]:
    """PostgreSQL, Redis and Solr, started for as long as needed and left running if they ran before."""
    instance = stack.open_instance()
    running = _running(instance)
    try:
        yield _start_for_tests(instance)
    finally:
        _stop_all_but(stack.open_instance(), running)


def _running(instance: Instance) -> list[str]:
    if not supervise.is_running(instance):
        return []
    return [name for name, state in supervise.states(instance).items() if state not in supervise.DOWN]


def _stop_all_but(instance: Instance, names: Sequence[str]) -> None:
    with stack.exclusively(instance):
        if not names:
            stack.stop(instance)
        else:
            supervise.stop(instance, [name for name in reversed(programs.BACKING) if name not in names])


def _pytest(instance: Instance, arguments: Sequence[str]) -> int:
    return _python(instance, ["-m", "pytest", *arguments])


def _python(instance: Instance, words: Sequence[str]) -> int:
    environ = {**os.environ, "CKAN_INI": str(instance.run / "test.ini")}
    command = [str(instance.venv / "python"), *words]
    return subprocess.run(command, cwd=instance.root, env=environ, check=False).returncode


def fast(options: Namespace) -> int:
    """Run the tests of the pure domain: no service, no CKAN."""
    instance = stack.open_instance()
    _prepare_tools(instance)
    return _pytest(instance, ["tests/domain", "-p", "no:ckan", "-p", "no:ckan_fixtures"])


def mutants(options: Namespace) -> int:
    """Run the tests of the pure domain on mutants of it: no service, no CKAN."""
    instance = stack.open_instance()
    _prepare_tools(instance)
    return _python(instance, ["config/mutants/mutants.py", *options.arguments])


def lint(options: Namespace) -> int:
    """Check the code's form and types."""
    instance = stack.open_instance()
    _prepare_tools(instance)
    for words in (["ruff", "check", "."], ["mypy"]):
        command = [str(instance.venv / words[0]), *words[1:]]
        if code := subprocess.run(command, cwd=instance.root, check=False).returncode:
            return code
    return 0


def _prepare_tools(instance: Instance) -> None:
    with stack.exclusively(instance):
        system.install_packages(instance, system.RUNTIME_PACKAGES)
        system.prepare_venv(instance, TESTING)


def bench(options: Namespace) -> int:
    """Run the measurements of bench/ on the tests' databases."""
    with _backing_services() as instance:
        return _python(instance, ["bench", *options.arguments])


COMMANDS: dict[str, tuple[Callable[[Namespace], int], str]] = {
    "demo": (demo, "install, start and fill the portal with demo data"),
    "up": (up, "start the portal"),
    "down": (down, "stop the portal"),
    "status": (status, "show the state of each service"),
    "mail": (mail, "show the newest mail that was not sent"),
    "reset": (reset, "stop the portal and delete all its data"),
    "services": (services, "start PostgreSQL, Redis and Solr alone"),
    "test": (test, "run the tests"),
    "fast": (fast, "run the tests of the pure domain"),
    "mutants": (mutants, "see whether the tests of the pure domain notice wrong rules"),
    "lint": (lint, "check form and types"),
    "bench": (bench, "measure beside stock CKAN"),
}

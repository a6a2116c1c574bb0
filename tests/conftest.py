"""What every test of the running portal stands on: a clean database, a clean index, and a small government."""
from __future__ import annotations

import fcntl
import gc
import os
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Tests that run side by side run on sites of their own: the first on that of test.ini, the second on that of test2.ini."""
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        # Not in the process that only hands tests out: those that run them would start closed, and pytest-socket sees to these.
        _close_sockets_of_what_tests_start()
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    if number > 1:
        first = Path(os.environ["CKAN_INI"])
        os.environ["CKAN_INI"] = config.option.ckan_ini = str(first.with_stem(f"{first.stem}{number}"))


def pytest_sessionstart() -> None:
    """After pytest has hung in its own hook, which this one leads to."""
    import left_open

    left_open.install()


def _close_sockets_of_what_tests_start() -> None:
    closed = str(Path(__file__).parent / "support" / "closed")
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join([closed, *(path for path in paths if path not in ("", closed))])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-docs", action="store_true", help="write the pages of docs/ that tests generate")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how a random order is repeated, also where `-q` leaves the head of the report out."""
    from random_order.config import Config

    if (order := Config(config)).is_enabled:
        terminalreporter.write_line(f"The same order again: --random-order-seed={order.seed}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test marked `alone` harms or measures what all tests stand on: no other runs meanwhile."""
    alone = any(item.iter_markers("alone"))
    with Path(tempfile.gettempdir(), f"govshare-tests-{os.getppid()}").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        done = yield
        if model := sys.modules.get("ckan.model"):
            # What a test left open would not outlive a crash of PostgreSQL that comes next.
            model.Session.remove()
        return done


def pytest_collection_finish(session: pytest.Session) -> None:
    """No module empties the database between tests that share what another fixture put there: a random order would tell."""
    scopes: dict[str, set[str]] = {}
    for item in cast("list[Any]", session.items):
        for definitions in item._fixtureinfo.name2fixturedefs.values():
            if {"reset_db", "new_world"} & set(definitions[-1].argnames):
                scopes.setdefault(item.nodeid.partition("::")[0], set()).add(definitions[-1].scope)
    if mixed := [module for module, found in scopes.items() if {"module", "function"} <= found]:
        raise pytest.UsageError(f"Shared and emptied worlds in one module: {', '.join(mixed)}")
    # What is loaded by now stays: looking through all of it again and again took a twentieth of the time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session")
def empty_database() -> Callable[[], None]:
    """Empty all tables."""
    import ckan.plugins.toolkit as tk
    from emptying import empty_tables, owner_engine

    owner = owner_engine(Path(tk.config["__file__"]))
    return lambda: empty_tables(owner)


@pytest.fixture(scope="session")
def reset_db(empty_database: Callable[[], None]) -> Callable[[], None]:
    """CKAN's own would drop the tables, which the application's role does not own."""
    import chance
    from ckan import model
    from ckan.tests import factories
    from emptying import forget_attempts, remove_data_files

    chance.install()

    def reset() -> None:
        factories.fake.unique.clear()
        model.Session.remove()
        empty_database()
        remove_data_files()
        forget_attempts()
    return reset


@pytest.fixture
def mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a portal without a mail server, as the demonstration is."""
    import ckan.plugins.toolkit as tk

    folder = tmp_path / "mail"
    monkeypatch.setitem(tk.config, "govshare.mail_directory", str(folder))
    monkeypatch.setitem(tk.config, "smtp.server", "")
    return folder


@pytest.fixture
def portal() -> None:
    """Our plugins are loaded; they stay so, as loading them for each test would take a second."""
    from ckan import plugins

    if not plugins.plugin_loaded("govshare"):
        plugins.load_all()


@pytest.fixture(scope="session")
def built_applications() -> list[Any]:
    """The one application that tests share, once a test has built it. Whatever it renders, no template writes."""
    import rendering

    rendering.install()
    return []


@pytest.fixture
def app(request: pytest.FixtureRequest, make_app: Callable[[], Any], built_applications: list[Any]) -> Any:
    """A browser without cookies before an application that is built once, which takes a second.

    A test marked with a setting builds its own, and so does the test after it: building loads the plugins anew.
    """
    from ckan.tests.helpers import CKANTestApp

    if any(request.node.iter_markers("ckan_config")):
        built_applications.clear()
        return make_app()
    if not built_applications:
        built_applications.append(make_app().app)
    return CKANTestApp(built_applications[0])


@pytest.fixture(scope="module")
def shared_app(built_applications: list[Any]) -> Any:
    """As `app`, for fixtures of a whole module."""
    from ckan.tests.helpers import CKANTestApp, _get_test_app

    if not built_applications:
        built_applications.append(_get_test_app().app)
    return CKANTestApp(built_applications[0])


@pytest.fixture(scope="session")
def new_world(reset_db: Callable[[], None]) -> Callable[[], Any]:
    """Empty everything and found the world; what was founded once is put back, as founding takes most of a second."""
    import ckan.plugins.toolkit as tk
    from ckan import plugins
    from ckan.tests.factories import fake
    from emptying import Snapshot, empty_trace, owner_engine
    from world import World

    founded: list[tuple[World, Snapshot, dict[Any, set[Any]]]] = []

    def found() -> World:
        if not plugins.plugin_loaded("govshare"):
            plugins.load_all()
        reset_db()
        if not founded:
            # Of its founding nobody asks: the trace begins with what a test does.
            built = World()
            empty_trace(owner_engine(Path(tk.config["__file__"])))
            founded.append((built, Snapshot(owner_engine(Path(tk.config["__file__"]))), _copied(fake.unique._seen)))
        else:
            founded[0][1].put_back()
        world, _, names = founded[0]
        # Nobody else is to be given the name of somebody who is there.
        fake.unique._seen = _copied(names)
        return deepcopy(world)
    return found


def _copied(names: dict[Any, set[Any]]) -> dict[Any, set[Any]]:
    return {key: set(given) for key, given in names.items()}


@pytest.fixture(scope="module")
def shared_world(new_world: Callable[[], Any], reset_index: Callable[[], None]) -> Iterator[Any]:
    """A world for all tests of a module that only look at it; such a module does not use `world` besides."""
    import ckan.plugins.toolkit as tk

    reset_index()
    built = new_world()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tk.config, "govshare.competent_department", built.competent["name"])
        yield built


@pytest.fixture
def world(portal: None, new_world: Callable[[], Any], clean_index: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Departments, people of every role, and short words for what they do (see `world.World`)."""
    import ckan.plugins.toolkit as tk

    built = new_world()
    monkeypatch.setitem(tk.config, "govshare.competent_department", built.competent["name"])
    return built

"""Runs the tests of the domain on mutants: each in a forked process that ends at the first test that fails."""
from __future__ import annotations

import gc
import importlib
import os
import pickle
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from importing import DOMAIN, Texts, tests_that_name
from making import Mutant
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

ARGUMENTS = ("-q", "-s", "--tb=no", "--no-header", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:ckan", "-p",
             "no:ckan_fixtures", "-p", "no:xdist", "-p", "no:random-order", "-p", "no:faker", "-p", "no:factoryboy")
# A mutant that waits or loops is dead: seconds of processor time, on top of ten times what its tests take; and by the clock.
CPU_SECONDS = 5
FRESH_CPU_SECONDS = 60
CLOCK_SECONDS = 900
NOTHING_WRONG = Mutant("", "", "")
MEMORY = 2 << 30  # bytes that a mutant may take beyond what there is
DEAD = 1


@dataclass
class Learnt:
    """Which functions run at the import already, which libraries the tests need, and which mutants lived."""

    at_import: set[str] = field(default_factory=set)
    libraries: list[str] = field(default_factory=list)
    alive: list[Mutant] = field(default_factory=list)


class _Stop:
    """Ends the process where a test fails, or cannot even be read."""

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            os._exit(DEAD)

    pytest_collectreport = pytest_runtest_logreport


Tell = Callable[[Mutant, bool], None]


class _Switching:
    """Learns on the unchanged code which tests reach what; then runs those on each mutant, in forked processes."""

    def __init__(self, mutants: Sequence[Mutant], tell: Tell) -> None:
        self.learnt = Learnt()
        self._mutants, self._tell = mutants, tell
        self._reaching: defaultdict[str, list[Any]] = defaultdict(list)
        self._seconds: dict[Any, float] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.learnt.at_import = set(state()._stats)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._learn(session)
        session.config.pluginmanager.register(_Stop())
        gc.freeze()
        if not self._passes({item for items in self._reaching.values() for item in items}, NOTHING_WRONG):
            raise pytest.UsageError("The tests fail in the order in which mutants run them")
        self.learnt.alive = _alive(self._mutants, self._survives, self._tell)
        return True

    def _learn(self, session: pytest.Session) -> None:
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            _forget()
            state()._stats.clear()
            begin, failed = time.process_time(), session.testsfailed
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            self._seconds[item] = time.process_time() - begin
            if session.testsfailed > failed:
                print(f"Left out, as it fails where nothing is wrong: {item.nodeid}\n", file=sys.__stdout__, flush=True)
                continue
            for function in state()._stats:
                self._reaching[function].append(item)

    def _survives(self, mutant: Mutant) -> bool:
        return self._passes(self._reaching[mutant.key.partition("__mutmut_")[0]], mutant)

    def _passes(self, reaching: Iterable[Any], mutant: Mutant) -> bool:
        items = self._various(reaching)
        limit = CPU_SECONDS + 10 * sum(map(self._seconds.__getitem__, items))
        return not items or _forked(lambda: self._run(mutant, items), int(limit))

    def _various(self, items: Iterable[Any]) -> list[Any]:
        """One test of each kind before all parameters of any, quick ones first: what is wrong shows sooner."""
        seen: Counter[Any] = Counter()
        order: dict[Any, tuple[int, float]] = {}
        for item in items:
            kind = getattr(item, "originalname", None), item.path
            order[item] = seen[kind], self._seconds[item]
            seen[kind] += 1
        return sorted(order, key=order.__getitem__)

    def _run(self, mutant: Mutant, items: Sequence[Any]) -> None:
        set_mutant_under_test(mutant.key)
        _forget()
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)


def _alive(mutants: Sequence[Mutant], survives: Callable[[Mutant], bool], tell: Tell) -> list[Mutant]:
    """Those that survive, each told at once, as it takes a while."""
    alive = []
    for number, mutant in enumerate(mutants, 1):
        lived = survives(mutant)
        tell(mutant, lived)
        if lived:
            alive.append(mutant)
            print(f"Alive: {mutant.name}\n", file=sys.__stdout__, flush=True)
        if number % 100 == 0:
            print(f"{number} of {len(mutants)}: {len(alive)} alive\n", file=sys.__stdout__, flush=True)
    return alive


def _forget() -> None:
    """What the domain computed before and keeps would hide what is computed wrongly now."""
    for name, module in list(sys.modules.items()):
        if name.startswith(DOMAIN):
            for value in list(vars(module).values()):
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()


def _forked(work: Callable[[], object], cpu_seconds: int) -> bool:
    """Whether `work` came to its end in a process of its own."""
    if (child := os.fork()) == 0:
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            most = pages * resource.getpagesize() + MEMORY
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
            signal.alarm(CLOCK_SECONDS)
            work()
        except BaseException:  # noqa: BLE001 - whatever ends it ends this process alone
            os._exit(DEAD)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def run_switched(texts: Mapping[str, str], mutants: Sequence[Mutant], files: Sequence[Path], tell: Tell) -> Learnt:
    """Run mutants that are switched in one reading of `files`, and say which lived.

    texts: the modules with trampolines. tell: is told of each mutant whether it lived, in the process that runs the tests.
    A test that fails on the unchanged code is left out, and told. Raises RuntimeError where the tests cannot be run.
    """
    receiving, sending = os.pipe()
    if (child := os.fork()) == 0:
        os.close(receiving)
        set_mutant_under_test("stats")
        Texts(texts).install()
        plugin = _Switching(mutants, tell)
        code = _pytest(files, plugin)
        plugin.learnt.libraries = _libraries()
        with os.fdopen(sending, "wb") as stream:
            pickle.dump(plugin.learnt, stream)
        os._exit(int(code))
    os.close(sending)
    with os.fdopen(receiving, "rb") as stream:
        answer = stream.read()
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise RuntimeError("The tests cannot be run: `make test-fast` says why")
    return pickle.loads(answer)  # noqa: S301 - from our own child


def run_fresh(trampolines: Mapping[str, str], mutants: Sequence[Mutant], libraries: Iterable[str], tell: Tell) -> list[Mutant]:
    """Run mutants that are in force from the import on, each with the tests that name its module, and say which lived."""
    for library in libraries:
        with suppress(Exception):
            importlib.import_module(library)
    gc.freeze()
    return _alive(mutants, lambda mutant: _forked(lambda: _import_and_run(trampolines, mutant), FRESH_CPU_SECONDS), tell)


def _import_and_run(trampolines: Mapping[str, str], mutant: Mutant) -> None:
    set_mutant_under_test(mutant.key)
    Texts({mutant.module: mutant.text or trampolines[mutant.module]}).install()
    for file in tests_that_name(mutant.module):
        if _pytest([file], _Stop()):
            os._exit(DEAD)


def _pytest(files: Sequence[Path], plugin: object) -> int:
    with Path(os.devnull).open("w") as silence:
        sys.stdout = sys.stderr = silence
        return int(pytest.main([*ARGUMENTS, *map(str, files)], plugins=[plugin]))


def _libraries() -> list[str]:
    return sorted({name.partition(".")[0] for name, module in list(sys.modules.items())
                   if "site-packages" in (getattr(module, "__file__", None) or "")} - {"ckanext", "ckan"})

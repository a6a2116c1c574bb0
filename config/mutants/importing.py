"""Which modules and tests there are, and modules imported from texts instead of their files."""
from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).parents[2]
PACKAGE = "ckanext.govshare"
SOURCES = ROOT / "ckanext-govshare"
DOMAIN = f"{PACKAGE}.domain"
TESTS = ROOT / "tests" / "domain"
# They are slow, and test what reads and fetches files, beside which they hardly touch the domain.
NOT_ASKED = frozenset({"test_reading", "test_reading_formats", "test_reading_types", "test_sandbox", "test_fetching"})


def path_of(module: str) -> Path:
    """The file of a module of the package; it need not exist."""
    return SOURCES.joinpath(*module.split(".")).with_suffix(".py")


def domain_modules() -> list[str]:
    """The names of all modules of the domain, without the package's."""
    return sorted(f"{DOMAIN}.{path.stem}" for path in path_of(DOMAIN).with_suffix("").glob("[!_]*.py"))


@cache
def _imported(path: Path) -> frozenset[str]:
    """The modules of the package that a file names in its imports, wherever they stand."""
    if not path.exists():
        return frozenset()
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(name for name in found if name.startswith(PACKAGE) or _support(name).exists())


def _support(name: str) -> Path:
    return ROOT / "tests" / "support" / f"{name}.py"


@cache
def _reached(path: Path) -> frozenset[str]:
    """What a file imports, directly or by way of others."""
    found: set[str] = set()
    waiting = list(_imported(path))
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += _imported(path_of(name) if name.startswith(PACKAGE) else _support(name))
    return frozenset(found)


def _tests() -> list[Path]:
    return [path for path in sorted(TESTS.glob("test_*.py")) if path.stem not in NOT_ASKED]


def tests_that_reach(modules: Sequence[str]) -> list[Path]:
    """The files of tests that import one of `modules`, directly or by way of others."""
    return [path for path in _tests() if _reached(path).intersection(modules)]


def tests_that_name(module: str) -> list[Path]:
    """The files of tests that import `module` themselves; where there are none, those that reach it. Its own come first."""
    found = [path for path in _tests() if module in _imported(path)]
    return sorted(found or tests_that_reach([module]), key=lambda path: path.stem != f"test_{module.rpartition('.')[2]}")


class _Text(SourceFileLoader):
    def __init__(self, module: str, text: str) -> None:
        super().__init__(module, str(path_of(module)))
        self._code = compile(text, self.path, "exec", dont_inherit=True)

    def get_code(self, fullname: str) -> CodeType:
        return self._code


class Texts(MetaPathFinder):
    """Imports some modules from texts; all others as ever. `texts`: Python by the name of the module."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def install(self) -> None:
        """In force for what this process has not imported yet."""
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in self._texts:
            return None
        return importlib.util.spec_from_file_location(name, path_of(name), loader=_Text(name, self._texts[name]))

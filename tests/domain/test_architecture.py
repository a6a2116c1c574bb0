"""The rules of docs/architecture.md, asked of what each module imports."""
from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

NAME = "ckanext.govshare"
ROOT = Path(__file__).parents[2] / "ckanext-govshare" / "ckanext" / "govshare"
# What reaches out of the process, or tells the time.
OUTSIDE = {"os", "socket", "subprocess", "tempfile", "time", "urllib.request", "http", "threading", "secrets", "random"}
# Libraries that compute, and nothing else.
PURE = {"chinese_calendar", "markdown_it", "msgspec", "nh3", "pyparsing", "pypinyin", "stdnum", "zxcvbn"}
MOST_AT_THE_ROOT = 8


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join((NAME, *(parts[:-1] if parts[-1] == "__init__" else parts)))


@cache
def _modules() -> dict[str, ast.Module]:
    return {_name(path): ast.parse(path.read_text(encoding="utf8")) for path in sorted(ROOT.rglob("*.py"))
            if "migration" not in path.parts}


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported."""
    for statement in body:
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            continue
        yield statement
        for part in ("body", "orelse", "handlers", "finalbody"):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _statements(getattr(statement, part, []))


def _imports(module: str) -> set[str]:
    """What a module imports when it is imported: modules of ours, and the names of others."""
    found: set[str] = set()
    for statement in _statements(_modules()[module].body):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            source = statement.module or ""
            found |= {f"{source}.{alias.name}" if f"{source}.{alias.name}" in _modules() else source for alias in statement.names}
    return found


def _in(module: str, *layers: str) -> bool:
    return any(module == f"{NAME}.{layer}" or module.startswith(f"{NAME}.{layer}.") for layer in layers)


def _wrong(layer: str, *forbidden: str) -> list[tuple[str, str]]:
    """What modules of a layer import of others that they may not know."""
    return [(module, imported) for module in _modules() if _in(module, layer)
            for imported in _imports(module) if _in(imported, *forbidden)]


def test_the_domain_knows_nothing_but_itself_and_what_computes() -> None:
    allowed = (sys.stdlib_module_names - OUTSIDE) | PURE
    wrong = [(module, imported) for module in _modules() if _in(module, "domain") for imported in _imports(module)
             if not _in(imported, "domain") and (imported in OUTSIDE or imported.partition(".")[0] not in allowed)]
    assert wrong == []


@pytest.mark.parametrize(("layer", "forbidden"), [
    ("model", ("logic", "repository", "views", "display", "security", "cli")),
    ("repository", ("logic", "views", "display", "security", "cli")),
    ("logic", ("views", "cli")),
    ("display", ("views", "cli")),
    ("reading", ("logic", "repository", "model", "views", "display", "security", "cli")),
    ("logic.cases.kernel", tuple(f"logic.{feature}" for feature in (
        "applications", "agreements", "grants", "appeals", "review", "attachments", "action", "auth"))),
])
def test_a_layer_does_not_know_those_above_it(layer: str, forbidden: tuple[str, ...]) -> None:
    assert _wrong(layer, *forbidden) == []


def test_a_feature_commands_no_other_but_through_the_table_of_consequences() -> None:
    features = ("agreements", "grants", "appeals", "attachments")
    wrong = [pair for feature in ("applications", "agreements", "grants")
             for pair in _wrong(f"logic.{feature}", *(f"logic.{other}" for other in features if other != feature))]
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    ours = _modules().keys()
    order = TopologicalSorter({module: (_imports(module) & ours) - {module} for module in ours})
    try:
        order.prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


def test_settings_of_ours_are_read_in_config_alone() -> None:
    read = re.compile(r"""config(?:\[|\.get\()["']govshare\.""")
    assert [path.name for path in ROOT.rglob("*.py") if path != ROOT / "config.py" and read.search(path.read_text("utf8"))] == []


def test_few_modules_stand_at_the_root() -> None:
    assert len([path for path in ROOT.glob("*.py") if path.name != "__init__.py"]) <= MOST_AT_THE_ROOT

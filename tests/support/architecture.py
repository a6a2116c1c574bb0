"""What modules import and call, read from their sources: the questions of docs/architecture.md, asked of any set of sources."""
from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

# SQL and what sends it; a driver's errors are part of it.
SQL = ("sqlalchemy", "psycopg2", "ckanext.datastore.backend.postgres.get_read_engine",
       "ckanext.datastore.backend.postgres.get_write_engine")
# The end of a transaction is no SQL; what is asked and changed in it is.
ENDS = frozenset({"commit", "rollback", "remove"})
# Who may do what is asked by actions, and by what they stand on.
AUTHORISATION = ("logic.auth", "logic.roles", "logic.parts", "logic.visibility", "logic.review", "logic.labels")
AUTHZ = "ckan.authz"
RIGHTS = frozenset({"check_access", "sysadmin", "is_sysadmin", "has_user_permission_for_group_or_org"})
# `ckan.config` is a package of CKAN's; its settings have these names.
SETTINGS = ("ckan.plugins.toolkit.config", "ckan.common.config")
# Names of others that are told from what else stands in their module.
NAMED = frozenset({*SQL, *SETTINGS, AUTHZ})


class Module:
    """One source, looked through once."""

    def __init__(self, source: str) -> None:
        self.source, tree = source, ast.parse(source)
        nodes = list(ast.walk(tree))
        self.attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
        self.imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
        self.early = {id(statement) for statement in _statements(tree.body)}
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        self.late = [node for node in self.imports if any(f.lineno < node.lineno <= (f.end_lineno or 0) for f in functions)]


class House:
    """Modules by their dotted name, beginning with `package`."""

    def __init__(self, package: str, sources: Mapping[str, str]) -> None:
        self.package = package
        self.modules = {name: Module(text) for name, text in sources.items()}
        # What a module imports when it is imported, and at any time: modules of ours, and the names of others.
        self.imports = {name: set(self._imported(node for node in module.imports if id(node) in module.early))
                        for name, module in self.modules.items()}
        self.imports_anywhere = {name: set(self._imported(module.imports)) for name, module in self.modules.items()}

    @classmethod
    def of(cls, package: str, root: Path) -> House:
        """Everything beneath `root` but the migrations, which stay as they were when they ran."""
        paths = [path for path in sorted(root.rglob("*.py")) if "migration" not in path.parts]
        return cls(package, {_name(package, path.relative_to(root)): path.read_text(encoding="utf8") for path in paths})

    def within(self, module: str, *layers: str) -> bool:
        """Whether a module is one of `layers`, or in one."""
        return any(module == f"{self.package}.{layer}" or module.startswith(f"{self.package}.{layer}.") for layer in layers)

    def _imported(self, statements: Iterable[ast.Import | ast.ImportFrom]) -> Iterator[str]:
        for statement in statements:
            if isinstance(statement, ast.Import):
                yield from (alias.name for alias in statement.names)
            else:
                source = statement.module or ""
                names = (f"{source}.{alias.name}" for alias in statement.names)
                yield from (name if name in self.modules or name in NAMED else source for name in names)

    def forbidden(self, layer: str, *others: str) -> list[tuple[str, str]]:
        """What modules of a layer import of others that they may not know."""
        return [(module, imported) for module in self.modules if self.within(module, layer)
                for imported in sorted(self.imports[module]) if self.within(imported, *others)]

    @cached_property
    def circle(self) -> list[str]:
        """Modules that import each other in a circle; empty where none do."""
        order = TopologicalSorter({name: (found & self.modules.keys()) - {name} for name, found in self.imports.items()})
        try:
            order.prepare()
        except CycleError as circle:
            return list(circle.args[1])
        return []

    def sql(self, *layers: str) -> list[tuple[str, str]]:
        """SQL outside of `layers`: what imports the library, or asks CKAN's session for more than the end of a transaction."""
        return [(name, found) for name in self._outside(layers)
                for found in (*self._named(name, SQL), *map(ast.unparse, filter(_asks_session, self.modules[name].attributes)))]

    def settings(self, *layers: str) -> list[tuple[str, str]]:
        """Where CKAN's settings are read outside of `layers`, by whatever name they are imported."""
        return [(name, found) for name in self._outside(layers)
                for found in (*self._named(name, SETTINGS), *map(ast.unparse, filter(_is_config, self.modules[name].attributes)))]

    def authorising(self, layer: str) -> list[tuple[str, str]]:
        """What modules of a layer ask of who somebody is, beyond whether somebody is logged in and which page is theirs."""
        inside = [name for name in self.modules if self.within(name, layer)]
        return [(name, found) for name in inside for found in sorted(self.imports_anywhere[name])
                if found == AUTHZ or self.within(found, *AUTHORISATION)] + [
            (name, ast.unparse(node)) for name in inside for node in self.modules[name].attributes if node.attr in RIGHTS]

    def unexplained_imports(self) -> list[tuple[str, str]]:
        """Imports inside functions without a comment on their line or right above."""
        return [(name, ast.unparse(node)) for name, module in self.modules.items() for node in module.late
                if not {node.lineno, node.lineno - 1} & _commented(module.source)]

    def _outside(self, layers: Iterable[str]) -> list[str]:
        return [name for name in self.modules if not self.within(name, *layers)]

    def _named(self, module: str, names: Iterable[str]) -> list[str]:
        """What of `names`, or within them, a module imports at any time."""
        return sorted(found for found in self.imports_anywhere[module] for name in names
                      if found == name or found.startswith(f"{name}."))


def _asks_session(node: ast.Attribute) -> bool:
    asked = node.value.func if isinstance(node.value, ast.Call) else node.value
    return isinstance(asked, ast.Attribute) and asked.attr == "Session" and node.attr not in ENDS


def _is_config(node: ast.Attribute) -> bool:
    return node.attr == "config" and isinstance(node.value, ast.Name) and node.value.id in ("tk", "toolkit", "common")


def _name(package: str, path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join((package, *(parts[:-1] if parts[-1] == "__init__" else parts)))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported."""
    for statement in body:
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            continue
        yield statement
        for part in ("body", "orelse", "handlers", "finalbody"):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _statements(getattr(statement, part, []))


def _commented(source: str) -> set[int]:
    """The lines with a comment that says something: one that only switches a check off does not."""
    return {token.start[0] for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT and len(token.string.split("noqa")[0].strip("# ")) > 0}

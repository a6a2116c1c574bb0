"""Makes the mutants of one module with mutmut's operators: copies of it in each of which one thing is wrong.

What is inside a function is switched while the tests run (mutmut's trampolines). What stands outside of functions, and functions
with a decorator, are in force from the import on: such a mutant is a whole text, which a fresh process imports.
"""
from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, MutationVisitor, combine_mutations_to_source
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

SWITCHED = frozenset({"staticmethod", "classmethod"})
# Calls, and the argument from which on they say facts: a msgid is words, and of what mypy alone reads nothing runs.
FACTS_FROM: Mapping[str, int] = {"Message": 1, "cast": 1, "TypeVar": 99}
# Outside of functions: words, and whether a name stands for anything at all.
LEFT_OUT = (cst.BaseString, cst.Assign, cst.AnnAssign)


@dataclass(frozen=True)
class Mutant:
    """One wrong copy.

    `place`: the function, or <module>. `change`: the lines that differ, with - and +. `key`: what mutmut's trampolines switch
    by, empty where `text` is the whole module.
    """

    module: str
    place: str
    change: str
    key: str = ""
    text: str = ""

    @property
    def name(self) -> str:
        """The same in every run, as long as the lines are."""
        return f"{self.module}.{self.place}\n{self.change}"


@dataclass(frozen=True)
class Made:
    """All mutants of a module, and the text that holds those that are switched."""

    module: str
    trampolines: str
    mutants: tuple[Mutant, ...]


class _Visitor(MutationVisitor):
    """Mutmut's, but for two things: it goes into decorated functions, and leaves out texts for people."""

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in FACTS_FROM:
            for argument in node.args[FACTS_FROM[node.func.value]:]:
                argument.visit(self)
            return False
        return super().on_visit(node)

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return False
        return super()._skip_node_and_children(node)


def make(module: str, path: Path) -> Made:
    """The mutants of `module`, whose source is at `path`."""
    source = path.read_text(encoding="utf8")
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = _Visitor(mutation_operators, IgnoredCode(set(), set(), set()))
    tree = wrapper.visit(visitor)
    inside = [each for each in visitor.mutations if _is_switched(each)]
    outside = [each for each in visitor.mutations if not _is_switched(each) and not _is_left_out(each)]
    combined = combine_mutations_to_source(tree, inside)
    found = [*_switched(module, combined.code, combined.line_span_by_function_name, combined.mutant_names),
             *_whole(module, source, wrapper.resolve(PositionProvider), outside)]
    return Made(module, combined.code, tuple(_numbered(found)))


def _is_switched(mutation: Mutation) -> bool:
    function = mutation.contained_by_top_level_function
    if not isinstance(function, cst.FunctionDef):
        return False
    names = [each.decorator.value if isinstance(each.decorator, cst.Name) else "" for each in function.decorators]
    return len(names) <= 1 and SWITCHED.issuperset(names)


def _is_left_out(mutation: Mutation) -> bool:
    return not isinstance(mutation.contained_by_top_level_function, cst.FunctionDef) and isinstance(
        mutation.original_node, LEFT_OUT)


def _switched(module: str, code: str, spans: Mapping[str, Any], names: Iterable[str]) -> Iterator[Mutant]:
    lines = code.splitlines()

    def text(name: str) -> list[str]:
        # The first line with the function's name differs in the name alone.
        whole = lines[spans[name].start - 1:spans[name].end]
        return [re.sub(r"\bx[_ǁ]\w*__mutmut_\w+", "", line) for line in whole]

    for name in names:
        stem = name.partition("__mutmut_")[0]
        place = stem.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
        yield Mutant(module, place, _difference(text(f"{stem}__mutmut_orig"), text(name)), key=f"{module}.{name}")


def _whole(module: str, source: str, positions: Mapping[Any, Any], mutations: Iterable[Mutation]) -> Iterator[Mutant]:
    starts = [0, *accumulate(map(len, source.splitlines(keepends=True)))]
    for each in mutations:
        if (at := positions.get(each.original_node)) is None:
            continue
        begin, end = starts[at.start.line - 1] + at.start.column, starts[at.end.line - 1] + at.end.column
        text = source[:begin] + cst.Module([]).code_for_node(each.mutated_node) + source[end:]
        function = each.contained_by_top_level_function
        place = function.name.value if isinstance(function, cst.FunctionDef) else "<module>"
        last = starts[at.end.line]
        change = _difference(source[starts[at.start.line - 1]:last].splitlines(),
                             text[starts[at.start.line - 1]:last + len(text) - len(source)].splitlines())
        yield Mutant(module, place, change, text=text)


def _difference(old: list[str], new: list[str]) -> str:
    compared = difflib.unified_diff(old, new, lineterm="", n=0)
    return "\n".join(f"{line[0]} {line[1:].strip()}" for line in compared if not line.startswith(("---", "+++", "@@")))


def _numbered(mutants: Iterable[Mutant]) -> Iterator[Mutant]:
    """Two mutants of the same lines in one function are told apart by a number."""
    seen: Counter[str] = Counter()
    for each in mutants:
        seen[each.name] += 1
        yield each if seen[each.name] == 1 else replace(each, change=f"{each.change}\n# {seen[each.name]}")

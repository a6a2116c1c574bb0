"""Whoever silences a checker says which rule and why, in words."""
from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("bench", "ckanext-govshare", "config", "demo", "tests", "themes")
SILENCES = re.compile(r"#\s*(?:type:\s*ignore|noqa)\b", re.IGNORECASE)
# Two words at least, in the form that each checker reads: after " - " for ruff, as a second comment for mypy.
REASONED = re.compile(r"#\s(?:type: ignore\[[a-z, -]+\]  # |noqa: [A-Z]+\d+(?:, [A-Z]+\d+)* - )\w\S* \S+")


def _silent(source: str) -> Iterator[str]:
    """The comments in `source` that silence a checker without saying which rule and why."""
    if not SILENCES.search(source):
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and SILENCES.search(token.string):
            # A line may silence two checkers: each says its own reason.
            for found in SILENCES.finditer(token.string):
                if not REASONED.match(token.string, found.start()):
                    yield f"{token.start[0]}: {token.string}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_ignore_says_its_rule_and_its_reason(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    assert [f"{file.relative_to(ROOT)}:{line}" for file in files for line in _silent(file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("comment", [
    "# noqa", "# noqa: S608", "# noqa: S608  - ", "# type: ignore", "# type: ignore[misc]", "# type: ignore  # CKAN has no types",
    "# noqa: S608 - why", "# noqa: S608 - names of ours  # type: ignore[misc]", "#noqa:S608", "#  Type: Ignore",
])
def test_an_ignore_without_a_rule_or_a_reason_is_found(comment: str) -> None:
    assert len(list(_silent(f"a = 1  {comment}\n"))) == 1


@pytest.mark.parametrize("line", [
    "a = 1  # noqa: S608 - names of our own tables", "a = 1  # type: ignore[misc, arg-type]  # CKAN's own class is replaced",
    "a = 1  # noqa: S608, S101 - both are pipes", 'a = "# noqa"', "a = 1  # a comment",
])
def test_reasons_and_texts_are_none(line: str) -> None:
    assert list(_silent(line + "\n")) == []

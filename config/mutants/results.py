"""What became of the mutants: kept by module, shown, and written to docs/mutants.md with what people judged of the survivors."""
from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from importing import ROOT
from making import Mutant

KEPT = ROOT / ".run" / "mutants"
JUDGED = ROOT / "docs" / "mutants-judged.yaml"
PAGE = ROOT / "docs" / "mutants.md"
HEAD = """# Mutants of the domain

Written by `make mutants`: rules of `domain/` made wrong, one at a time, and what `tests/domain` says of it. The judgements
are kept by hand in [mutants-judged.yaml](mutants-judged.yaml). How it works, and what is left out:
[ADR 103](adr/103-mutants-of-the-domain.md).

"""


@dataclass(frozen=True)
class Result:
    """Of one module: each mutant by its text, and whether it lived."""

    module: str
    alive: Mapping[str, bool]

    @property
    def total(self) -> int:
        return len(self.alive)

    @property
    def survivors(self) -> list[str]:
        return [name for name, lived in self.alive.items() if lived]

    @property
    def killed(self) -> int:
        return self.total - len(self.survivors)

    @property
    def row(self) -> str:
        return f"{self.module:<20} {self.total:>6} {self.killed:>6} {_percent(self.killed, self.total):>6}"


def _percent(killed: int, total: int) -> str:
    return f"{100 * killed / total:.1f}" if total else "–"


def _short(module: str) -> str:
    return module.rpartition(".")[2]


def _file(module: str) -> Path:
    return KEPT / f"{_short(module)}.json"


def keep(module: str, alive: Mapping[str, bool]) -> None:
    """Keep what became of the mutants of one module."""
    KEPT.mkdir(parents=True, exist_ok=True)
    _file(module).write_text(json.dumps(alive, ensure_ascii=False, indent=1), encoding="utf8")


def note(mutant: Mutant, lived: bool) -> None:
    """Keep what became of one mutant, so that a run that is broken off was not in vain."""
    keep(mutant.module, kept(mutant.module) | {mutant.name: lived})


def kept(module: str) -> dict[str, bool]:
    """What became of the mutants of one module when they last ran; empty where they did not."""
    found: dict[str, bool] = json.loads(_file(module).read_text(encoding="utf8")) if _file(module).exists() else {}
    return found


def _kept(modules: Sequence[str]) -> list[Result]:
    return [Result(_short(module), found) for module in modules if (found := kept(module))]


def _sum(results: Sequence[Result]) -> Result:
    return Result("all", {f"{each.module} {name}": lived for each in results for name, lived in each.alive.items()})


def show(modules: Sequence[str]) -> None:
    """Print the score, by module."""
    results = _kept(modules)
    print(f"{'module':<20} {'made':>6} {'killed':>6} {'%':>6}")
    for result in [*results, _sum(results)] if len(results) > 1 else results:
        print(result.row)


def write_docs(made: Mapping[str, Collection[str]]) -> None:
    """Write the page from the newest results.

    made: the texts of all mutants of each module: what is kept of others is no more, and what is not kept did not run.
    """
    results = [Result(_short(module), {name: lived for name, lived in kept(module).items() if name in names})
               for module, names in made.items() if names]
    judged, whole = _judgements(), _sum(results)
    waiting = {_short(module): len(names) for module, names in made.items()} | {"all": sum(map(len, made.values()))}
    rows = [f"| {each.module} | {each.total} | {each.killed} | {_percent(each.killed, each.total)} "
            f"| {waiting[each.module] - each.total} |" for each in [*results, whole]]
    table = ["| module | run | killed | % | not run |", "| :-- | --: | --: | --: | --: |", *rows]
    survivors = [_survivor(name, judged.get(name, "Not judged yet.")) for each in results for name in sorted(each.survivors)]
    text = HEAD + "\n".join([*table, "", "## Survivors", "", *survivors]) + "\n"
    PAGE.write_text(text, encoding="utf8")


def _survivor(name: str, judgement: str) -> str:
    place, _, change = name.partition("\n")
    return f"`{place}`: {judgement}\n\n```diff\n{change}\n```\n"


def _judgements() -> dict[str, str]:
    """What people wrote of survivors, by the survivor's text."""
    if not JUDGED.exists():
        return {}
    entries: list[dict[str, Any]] = yaml.safe_load(JUDGED.read_text(encoding="utf8")) or []
    return {str(mutant).strip(): str(entry["judged"]).strip() for entry in entries for mutant in entry["mutants"]}

"""What became of the mutants: kept by module, shown, and written to docs/mutants.md with what people judged of the survivors."""
from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import yaml
from importing import ROOT

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
    """Of one module: how many mutants there were, and those that lived, as text."""

    module: str
    total: int
    survivors: list[str]

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


def keep(module: str, total: int, survivors: Sequence[str]) -> None:
    """Keep the result of one module until it runs again."""
    KEPT.mkdir(parents=True, exist_ok=True)
    result = Result(_short(module), total, list(survivors))
    (KEPT / f"{result.module}.json").write_text(json.dumps(asdict(result), ensure_ascii=False), encoding="utf8")


def _kept(modules: Sequence[str]) -> list[Result]:
    files = [KEPT / f"{_short(module)}.json" for module in modules]
    return [Result(**json.loads(path.read_text(encoding="utf8"))) for path in files if path.exists()]


def _sum(results: Sequence[Result]) -> Result:
    return Result("all", sum(each.total for each in results), [name for each in results for name in each.survivors])


def show(modules: Sequence[str]) -> None:
    """Print the score, by module."""
    results = _kept(modules)
    print(f"{'module':<20} {'made':>6} {'killed':>6} {'%':>6}")
    for result in [*results, _sum(results)] if len(results) > 1 else results:
        print(result.row)


def write_docs(modules: Sequence[str]) -> None:
    """Write the page from the newest results of `modules`."""
    results = _kept(modules)
    judged = _judgements()
    rows = [f"| {each.module} | {each.total} | {each.killed} | {_percent(each.killed, each.total)} |"
            for each in [*results, _sum(results)] if each.total]
    table = ["| module | mutants | killed | % |", "| :-- | --: | --: | --: |", *rows]
    if missing := sorted(set(map(_short, modules)) - {each.module for each in results}):
        table += ["", f"Not run: {', '.join(missing)}."]
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
    entries: list[dict[str, object]] = yaml.safe_load(JUDGED.read_text(encoding="utf8")) or []
    return {str(mutant).strip(): str(entry["judged"]).strip() for entry in entries for mutant in entry["mutants"]}  # type: ignore[attr-defined]

"""What reading a file gives: a report with findings, and how a reader gives up (001 第二十六条)."""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ckanext.govshare.domain.findings import FINDINGS, Finding, finding, worst_first

MAX_FINDINGS = 200
MAX_OF_ONE_CODE = 20
MAX_PARAM = 100  # characters of a value quoted in a finding

Progress = Callable[[int, int], None]


class Refused(Exception):
    """The file cannot be read on from here; `code` is one of `domain.findings.FINDINGS`."""

    def __init__(self, code: str, /, *, row: int | None = None, column: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code, self.row, self.column, self.params = code, row, column, params


class Findings:
    """Findings in the order in which they were made; counts all, keeps the first `MAX_OF_ONE_CODE` of each code."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._kept: list[Finding] = []

    def add(self, code: str, /, *, row: int | None = None, column: str | None = None, **params: Any) -> None:
        """Note a finding. `row` counts from 1 in the source, `column` is the header there; `params` fill its text,
        a list as an enumeration.
        """
        self.counts[code] += 1
        if self.counts[code] <= MAX_OF_ONE_CODE:
            self._kept.append(finding(code, row=row, column=_short(column), **{key: _short(v) for key, v in params.items()}))

    def add_refusal(self, refused: Refused) -> None:
        self.add(refused.code, row=refused.row, column=refused.column, **refused.params)

    def has_error(self) -> bool:
        return any(FINDINGS[code][0] == "error" for code in self.counts)

    def reported(self) -> list[Finding]:
        """The worst first, at most `MAX_FINDINGS`; the last of a code says how many more of it there are."""
        more = [{**finding("more_of_these", code=code, count=count - MAX_OF_ONE_CODE), "severity": FINDINGS[code][0]}
                for code, count in self.counts.items() if count > MAX_OF_ONE_CODE]
        return worst_first([*self._kept, *more])[:MAX_FINDINGS]


def _short(value: Any) -> Any:
    if isinstance(value, list):  # of texts, whose maker bounds it
        return "、".join(value)
    return value[:MAX_PARAM] + "…" if isinstance(value, str) and len(value) > MAX_PARAM else value


@dataclass(frozen=True)
class Source:
    """A file to read. `head`: its first bytes (64 KiB); `name`: the clerk's file name, for advice only, never trusted."""

    path: Path
    name: str
    size: int
    head: bytes
    kind: str = ""
    progress: Progress = lambda done, total: None  # done and total in one unit of the reader's choice


@dataclass
class Report:
    """The result of reading; `report.json` is its `to_dict`."""

    format: str
    machine_readable: bool = False
    reading: Mapping[str, Any] = field(default_factory=dict)
    columns: Sequence[Mapping[str, Any]] = ()
    rows: int | None = None
    findings: Sequence[Mapping[str, Any]] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.to_dict(), ensure_ascii=False), encoding="utf-8")

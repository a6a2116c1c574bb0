"""A file and what reading makes of it."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """`columns`: id and type; `rows`: the first rows of the table; `findings`: code and row, the worst first."""

    id: str
    filename: str
    content: Callable[[], bytes]
    columns: dict[str, str] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)
    count: int | None = None  # of all rows, where `rows` are not all
    findings: list[tuple[str, int | None]] = field(default_factory=list)
    reading: dict[str, object] = field(default_factory=dict)

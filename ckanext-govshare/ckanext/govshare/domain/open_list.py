"""The open list (政务信息资源开放清单): what the departments open, one line an entry (OPN-1: 001 第二十六条)."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

OPENED = ("unconditional", "conditional")


@dataclass(frozen=True)
class Line:
    """One opened entry. `conditions`: its opening condition, empty for unconditional ones; `updated`: its data, else itself."""

    id: str
    name: str
    title: str
    catalog_code: str
    department_name: str
    department_title: str
    open_type: str
    conditions: str
    update_frequency: str
    formats: tuple[str, ...]
    updated: datetime


@dataclass(frozen=True)
class DepartmentCount:
    """How many entries a department opens."""

    id: str
    name: str
    title: str
    count: int


def total(departments: Iterable[DepartmentCount], department_id: str | None = None) -> int:
    """The length of the list: of one department, or of the whole portal."""
    return sum(department.count for department in departments if department_id in (None, department.id))

"""The report of the process that met the hostile bytes, checked like any input before anything of it is kept (SEC-1)."""
from __future__ import annotations

from typing import Any, Literal

import msgspec


class Malformed(Exception):
    """The report is not of the form that the reader writes."""


class _Column(msgspec.Struct):
    id: str
    name: str
    type: str
    nulls: int = 0
    longest: int = 0


class _Finding(msgspec.Struct):
    severity: Literal["error", "warning", "note"]
    code: str
    row: int | None = None
    column: str | None = None
    params: dict[str, str | int | float | bool | None] = {}


class _Report(msgspec.Struct):
    format: str
    machine_readable: bool
    findings: list[_Finding]
    reading: dict[str, str | int | float | bool | None] = {}
    columns: list[_Column] = []
    rows: int | None = None


def checked(report: dict[str, Any]) -> dict[str, Any]:
    """What is known of `report`'s fields, and nothing else. Raises Malformed."""
    try:
        known = msgspec.convert(_storable(report), type=_Report)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Malformed(str(error)) from error
    plain: dict[str, Any] = msgspec.to_builtins(known)
    return plain


def _storable(value: Any) -> Any:
    """Without NUL and halves of surrogate pairs, which PostgreSQL does not keep."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode().replace("\0", "")
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list) else value

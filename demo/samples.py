"""Made-up tables: the same rows at every run, from a few words beside each entry, and always labelled 示例数据.

A column is one of `cycle` (values in turn), `block` (a count, then values for that many rows each), `pick` (by chance),
`int` and `dec` (a range), `date` and `hour` (start, step, rows that share a value) and `format` (text with `{n}`, the
row's number, and other columns).
"""
from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
_ROWS = 40
_TURNS = ["甲", "乙", "丙", "丁"]
# Around Chenzhou, for columns of places.
_PLACES = {"经度": [112.6, 113.4, 5], "纬度": [25.4, 26.1, 5]}
_DATES = {4: ["2023", "2024", "2025", "2026"], 7: ["2026-05", "2026-06", "2026-07", "2026-08"]}


def header(spec: dict[str, Any]) -> list[str]:
    """The columns' names, in order."""
    return list(spec["columns"])


def of_items(items: list[dict[str, Any]], count: int = _ROWS) -> dict[str, Any]:
    """The words for a table that has an entry's information items as columns, for entries that say nothing else."""
    return {"rows": count, "columns": {item["name"]: _column(item) for item in items}}


def _column(item: dict[str, Any]) -> dict[str, Any]:
    name, kind, length = item["name"], item["data_type"], item.get("length", 0)
    if name in _PLACES:
        return {"dec": _PLACES[name]}
    if kind in ("N", "I"):
        return {"int": [1, 10 ** min(max(length, 1), 3) - 1]}
    if kind in ("Y", "B", "F"):
        return {"dec": [100, 9000, 2]}
    if kind == "D":
        return {"cycle": _DATES[length]} if length in _DATES else {"date": ["2026-08-01", 1]}
    if kind == "T":
        return {"hour": ["2026-10-01", 1]}
    if kind == "L":
        return {"cycle": ["是", "否"]}
    return {"cycle": _TURNS} if kind == "C" and length < len(name) + 5 else {"format": f"示例{name}{{n:03d}}"}


def rows(seed: str, spec: dict[str, Any]) -> Iterator[list[Any]]:
    """`spec["rows"]` rows; `seed`, the entry's name, makes chance the same at every run."""
    chance = random.Random(seed)  # noqa: S311 - made-up figures, not secrets
    columns = spec["columns"]
    for number in range(spec["rows"]):
        row = {name: _cell(column, number, chance) for name, column in columns.items() if "format" not in column}
        for name, column in columns.items():
            if "format" in column:
                row[name] = column["format"].format(n=number + 1, **row)
        yield [row[name] for name in columns]


def _cell(column: dict[str, Any], number: int, chance: random.Random) -> Any:
    ((kind, values),) = column.items()
    return _KINDS[kind](values, number, chance)


def _dec(values: list[Any], number: int, chance: random.Random) -> str:
    low, high, digits = values
    return f"{chance.uniform(low, high):.{digits}f}"


def _date(values: list[Any], number: int, chance: random.Random) -> str:
    start, step, shared = [*values, 1][:3]
    return (datetime.fromisoformat(start) + timedelta(days=step * (number // shared))).date().isoformat()


def _hour(values: list[Any], number: int, chance: random.Random) -> str:
    start, step, shared = [*values, 1][:3]
    return (datetime.fromisoformat(start) + timedelta(hours=step * (number // shared))).strftime("%Y-%m-%d %H:%M")


_KINDS: dict[str, Callable[[list[Any], int, random.Random], Any]] = {
    "cycle": lambda values, number, chance: values[number % len(values)],
    "block": lambda values, number, chance: values[1:][number // values[0] % (len(values) - 1)],
    "pick": lambda values, number, chance: chance.choice(values),
    "int": lambda values, number, chance: chance.randint(*values),
    "dec": _dec,
    "date": _date,
    "hour": _hour,
}

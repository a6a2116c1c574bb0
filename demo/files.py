"""The data files of an entry: which it has, under what names, and how each is made when it is needed."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import formats
import samples
import tables
from api import Portal
from portal_table import portal_rows
from seed_data import Entry

REAL = "来源与许可见数据集说明。"
SAMPLE = "演示用的虚构数据，不代表真实情况。"
SAMPLE_MARK = "（示例数据）"
PRELIMINARY = "（待审核）"


@dataclass(frozen=True)
class File:
    """A data file of an entry. `filename`: as its department calls it; `make` writes it."""

    title: str
    description: str
    filename: str
    make: Callable[[], Path]

    @property
    def upload(self) -> tuple[str, Path]:
        return self.filename, self.make()


class Files:
    """Makes the files of entries; `portal` is asked for the table on the portal itself."""

    def __init__(self, portal: Portal, sources: tables.Sources) -> None:
        self._portal = portal
        self._sources = sources

    def of(self, entry: Entry) -> list[File]:
        """All files of the entry, in the order of its page."""
        return [self._file(entry, name, form) for name in (entry.tables or ("",) if entry.sample or entry.tables else ())
                for form in (entry.form, *entry.also)]

    def later(self, entry: Entry) -> File:
        """The newer version of the entry's made-up table."""
        return self._sample(entry, entry.form, first=False)

    def _file(self, entry: Entry, table: str, form: str) -> File:
        found = self._plain(entry, table, form)
        # An entry may have the same table in several forms, and a data file is known by its title.
        return found if form == entry.form else replace(found, title=f"{found.title}（{formats.FORMS[form].ending.upper()}）")

    def _plain(self, entry: Entry, table: str, form: str) -> File:
        if not table:
            return self._sample(entry, form, first=bool(entry.later))
        if table == tables.PORTAL:
            return _named(tables.PORTAL_TITLE, REAL, form, self._portal_table)
        return _named(tables.TABLES[table].title, REAL, form, partial(tables.file, self._sources, table, form))

    def _sample(self, entry: Entry, form: str, first: bool) -> File:
        return _named(f"{entry.dataset['title']}{SAMPLE_MARK}", SAMPLE, form, partial(self._write_sample, entry, form, first))

    def _write_sample(self, entry: Entry, form: str, first: bool) -> Path:
        spec = entry.sample or {}
        rows: Any = samples.rows(entry.name, spec)
        if first:
            rows = _first_version(list(islice(rows, spec["rows"] - entry.later)))
        path = self._sources.directory / f"sample-{entry.name}{'-1' if first else ''}-{form}.{formats.FORMS[form].ending}"
        title = f"{entry.dataset['title']}{SAMPLE_MARK}"
        formats.save(path, form, formats.Sheet(title, samples.header(spec), rows, entry.department, entry.merge))
        return path

    def _portal_table(self) -> Path:
        path = self._sources.directory / f"{tables.PORTAL}.csv"
        formats.save(path, "csv", formats.Sheet(tables.PORTAL_TITLE, tables.PORTAL_HEADER, portal_rows(self._portal)))
        return path


def _first_version(rows: list[list[Any]]) -> list[list[Any]]:
    """The rows as they were first published: the last one was still to be checked."""
    return [*rows[:-1], [*rows[-1][:-1], f"{rows[-1][-1]}{PRELIMINARY}"]]


def _named(title: str, description: str, form: str, make: Callable[[], Path]) -> File:
    kind = formats.FORMS[form]
    return File(title, description + kind.note, f"{title}.{kind.ending}", make)

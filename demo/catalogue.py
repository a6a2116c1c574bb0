"""Entries: compiled by their departments, with their tables, and reviewed by the competent department.

What is there is left as it is: people may have gone on from where an earlier run ended. How far an entry came is read
from its history, so a run that was interrupted goes on.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import samples
import tables
from accounts import Accounts
from api import NotAuthorized, NotFound, Portal, SeedError, ValidationError
from portal_table import portal_rows
from seed_data import Entry

REAL = "来源与许可见数据集说明。UTF-8 编码，首行为列名。"
SAMPLE = "演示用的虚构数据，不代表真实情况。UTF-8 编码，首行为列名。"
APPROVAL = "符合编制要求，同意发布。"


@dataclass(frozen=True)
class File:
    """A data file of an entry; `make` writes it when it is needed."""

    title: str
    description: str
    make: Callable[[], Path]


class Catalogue:
    """The entries of `portal`, brought where the seed wants them."""

    def __init__(self, portal: Portal, accounts: Accounts, sources: tables.Sources) -> None:
        self._portal = portal
        self._accounts = accounts
        self._sources = sources

    def bring(self, entry: Entry) -> bool:
        """Bring one entry to its state; whether anything was to be done. Raises SeedError naming the entry."""
        try:
            if self._is_there(entry):
                return False
            self._compile(entry)
            if entry.state != "draft":
                self._review(entry)
        except (NotAuthorized, NotFound, ValidationError) as error:
            raise SeedError(f"{entry.name}: {getattr(error, 'error_dict', None) or error}") from error
        return True

    def _shown(self, entry: Entry) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._portal.found("govshare_entry_show", self._accounts.admin, id=entry.name)
        return found

    def _events(self, shown: dict[str, Any] | None) -> Counter[str]:
        return Counter(event["event"] for event in shown["history"]) if shown else Counter()

    def _is_there(self, entry: Entry) -> bool:
        shown = self._shown(entry)
        events = self._events(shown)
        if entry.state == "draft":
            return shown is not None and (shown["state"] != "draft" or not self._missing_files(entry, shown))
        if entry.state == "pending":
            return events["entry_submitted"] > 1
        last = {"submitted": "entry_submitted", "returned": "entry_returned", "approved": "entry_approved"}[entry.state]
        return events[last] > 0 or events["entry_returned"] > 0

    def _compile(self, entry: Entry) -> None:
        compiler = self._accounts.compiler(entry.department)
        shown = self._shown(entry)
        if shown is None:
            self._portal.call("package_create", compiler, **entry.dataset)
            shown = self._shown(entry)
        if shown is None or shown["state"] != "draft" or shown["published"]:
            return
        for file in self._missing_files(entry, shown):
            self._portal.call("resource_create", compiler, upload=file.make(), package_id=entry.name, name=file.title,
                              description=file.description, format="CSV")

    def _missing_files(self, entry: Entry, shown: dict[str, Any]) -> list[File]:
        held = {resource.get("name") for resource in (shown["draft"] or {}).get("resources", ())}
        return [wanted for wanted in self._files(entry) if wanted.title not in held]

    def _files(self, entry: Entry) -> list[File]:
        if entry.sample:
            return [File(f"{entry.dataset['title']}（示例数据）", SAMPLE, partial(self._sample, entry))]
        return [
            File(tables.PORTAL_TITLE, REAL, self._portal_table) if name == tables.PORTAL
            else File(tables.TABLES[name].title, REAL, partial(tables.file, self._sources, name))
            for name in entry.tables
        ]

    def _sample(self, entry: Entry) -> Path:
        path = self._sources.directory / f"sample-{entry.name}.csv"
        spec = entry.sample or {}
        tables.write(path, samples.header(spec), samples.rows(entry.name, spec))
        return path

    def _portal_table(self) -> Path:
        path = self._sources.directory / f"{tables.PORTAL}.csv"
        tables.write(path, tables.PORTAL_HEADER, portal_rows(self._portal))
        return path

    def _review(self, entry: Entry) -> None:
        compiler, authority = self._accounts.compiler(entry.department), self._accounts.authority
        events = self._events(self._shown(entry))
        if not events["entry_submitted"]:
            self._portal.call("govshare_entry_submit", compiler, id=entry.name)
        if entry.state == "returned":
            self._portal.call("govshare_entry_return", authority, id=entry.name, reason=entry.reason)
        if entry.state in ("approved", "pending") and not events["entry_approved"]:
            self._portal.call("govshare_entry_approve", authority, id=entry.name, reason=APPROVAL)
        if entry.state == "pending":
            self._portal.call("package_patch", compiler, id=entry.name, **entry.change)
            self._portal.call("govshare_entry_submit", compiler, id=entry.name, narrowing_basis=entry.basis)

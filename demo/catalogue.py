"""Entries: compiled by their departments, with their files, and reviewed by the competent department.

What is there is left as it is: people may have gone on from where an earlier run ended. How far an entry came is read
from its history, so a run that was interrupted goes on. Files are sent first and read by the portal while others are
being compiled; the review waits for them (see `waiting`).
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from accounts import Accounts
from api import NotAuthorized, NotFound, Portal, SeedError, ValidationError
from files import File, Files
from seed_data import Entry
from waiting import Waiting

APPROVAL = "符合编制要求，同意发布。"
_REFUSALS = (NotAuthorized, NotFound, ValidationError)


class Catalogue:
    """The entries of `portal`, brought where the seed wants them; `waiting` gets every file that the portal has to read."""

    def __init__(self, portal: Portal, accounts: Accounts, files: Files, waiting: Waiting) -> None:
        self._portal = portal
        self._accounts = accounts
        self._files = files
        self._waiting = waiting
        self._complete: set[str] = set()

    def compile(self, entry: Entry) -> bool:
        """Write the entry with its files; whether anything was to be done. Raises SeedError naming the entry."""
        return _told(entry, self._compile)

    def review(self, entry: Entry) -> bool:
        """Submit, return or approve the entry, as the seed wants it; whether anything was to be done. Raises as `compile`."""
        return entry.name not in self._complete and entry.state != "draft" and _told(entry, self._review)

    def refresh(self, entry: Entry) -> bool:
        """Send the later version of a published file; whether it was still to be sent. Raises as `compile`."""
        return _told(entry, self._refresh)

    def _compile(self, entry: Entry) -> bool:
        compiler = self._accounts.compiler(entry.department)
        shown = self._shown(entry)
        if self._is_there(entry, shown):
            self._complete.add(entry.name)
            return False
        if shown is None:
            self._portal.call("package_create", compiler, **entry.dataset)
            shown = self._shown(entry)
        if shown is None or shown["published"]:
            return True
        self._waiting.add(compiler, *(file["file_id"] for file in shown["files"]))
        if shown["state"] == "draft":
            for file in self._missing_files(entry, shown):
                made = self._portal.call("resource_create", compiler, upload=file.upload, package_id=entry.name,
                                         name=file.title, description=file.description)
                self._waiting.add(compiler, made["file_id"])
        return True

    def _review(self, entry: Entry) -> bool:
        compiler, authority = self._accounts.compiler(entry.department), self._accounts.authority
        events = _events(self._shown(entry))
        if not events["entry_submitted"]:
            self._portal.call("govshare_entry_submit", compiler, id=entry.name)
        if entry.state == "returned":
            self._portal.call("govshare_entry_return", authority, id=entry.name, reason=entry.reason)
        if entry.state in ("approved", "pending") and not events["entry_approved"]:
            self._portal.call("govshare_entry_approve", authority, id=entry.name, reason=APPROVAL)
        if entry.state == "pending":
            self._portal.call("package_patch", compiler, id=entry.name, **entry.change)
            self._portal.call("govshare_entry_submit", compiler, id=entry.name, narrowing_basis=entry.basis)
        return True

    def _refresh(self, entry: Entry) -> bool:
        compiler = self._accounts.compiler(entry.department)
        resource = self._portal.call("package_show", compiler, id=entry.name)["resources"][0]
        if len(self._portal.call("govshare_file_list", compiler, resource_id=resource["id"])) > 1:
            return False
        self._portal.call("resource_patch", compiler, upload=self._files.later(entry).upload, id=resource["id"])
        newest = self._portal.call("govshare_file_list", compiler, resource_id=resource["id"])[0]
        self._waiting.add(compiler, newest["id"])
        return True

    def _shown(self, entry: Entry) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._portal.found("govshare_entry_show", self._accounts.admin, id=entry.name)
        return found

    def _is_there(self, entry: Entry, shown: dict[str, Any] | None) -> bool:
        events = _events(shown)
        if entry.state == "draft":
            return shown is not None and (shown["state"] != "draft" or not self._missing_files(entry, shown))
        if entry.state == "pending":
            return events["entry_submitted"] > 1
        last = {"submitted": "entry_submitted", "returned": "entry_returned", "approved": "entry_approved"}[entry.state]
        return events[last] > 0 or events["entry_returned"] > 0

    def _missing_files(self, entry: Entry, shown: dict[str, Any]) -> list[File]:
        held = {resource.get("name") for resource in (shown["draft"] or {}).get("resources", ())}
        return [wanted for wanted in self._files.of(entry) if wanted.title not in held]


def _events(shown: dict[str, Any] | None) -> Counter[str]:
    return Counter(event["event"] for event in shown["history"]) if shown else Counter()


def _told(entry: Entry, work: Callable[[Entry], bool]) -> bool:
    try:
        return work(entry)
    except _REFUSALS as error:
        raise SeedError(f"{entry.name}: {getattr(error, 'error_dict', None) or error}") from error

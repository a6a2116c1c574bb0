"""A replaced file takes its place by itself once it is verified: the review is of the catalogue, not of each day's rows.

001 第十条; ADR 043 left the maintenance of rows to the department. Columns that differ go through the review.
"""
from __future__ import annotations

from typing import Any

from ckan import model
from ckan.types import Context

from ckanext.govshare import clock
from ckanext.govshare.domain import datafiles as life
from ckanext.govshare.domain import events
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.domain.findings import worst_first
from ckanext.govshare.logic import drafts, review
from ckanext.govshare.logic.datafiles.publication import with_facts
from ckanext.govshare.logic.record import Case, record
from ckanext.govshare.repository import by_id, catalog, datafiles

# The history of a data file is a case of its own: its id is the file's.
CASE = "datafiles"
SYSTEM = "system"


def lock_entry(file: DataFile) -> None:
    """Take the entry's lock: every command takes entry, file, package and chain in this order."""
    catalog.get(file.entry_id, lock=True)


def published(entry_id: str) -> dict[str, Any]:
    """The entry as the public has it."""
    return drafts.stored(_context(), entry_id)


def settle(read: DataFile) -> None:
    """Record that `read` was read, and publish it if it is a refresh that may. The caller holds the locks and commits."""
    publication = _publish(read) if read.refresh and read.state is FileState.VERIFIED else None
    record_read(read)
    if publication:
        record(_case(read), publication, read.created_by or SYSTEM, clock.now())


def record_read(file: DataFile) -> None:
    """Enter in history and trace what reading the file gave."""
    errors = sum(found["severity"] == "error" for found in file.findings)
    record(_case(file), events.DataFileRead(file.resource_id, file.state.value, file.sha256, file.rows, errors),
           SYSTEM, clock.now())


def _case(file: DataFile) -> Case:
    return Case(CASE, file.id, review.load(file.entry_id).department)


def _publish(new: DataFile) -> events.DataFilePublished | None:
    """Make the file current, or note why it does not become so by itself."""
    package = model.Package.get(new.entry_id)
    served = datafiles.current(new.resource_id)
    resource = by_id.resource(new.resource_id)
    there = package is not None and package.state == model.State.ACTIVE and resource is not None and resource.state == "active"
    if served is None or not there:
        return None
    if obstacle := life.replacement_refused(new, served):
        datafiles.change(new.id, findings=worst_first([*new.findings, obstacle]))
        return None
    now = clock.now()
    datafiles.make_current(new.id, now)
    current = datafiles.get(new.id)
    if current is None or current.number is None:
        return None
    _write(package, current, served)
    return events.DataFilePublished(new.resource_id, current.number, new.sha256, new.rows, served.id)


def _write(package: model.Package, current: DataFile, former: DataFile) -> None:
    """Bring the published resource up to its current file; nothing else of the entry changes."""
    data = published(package.id)
    resources = [with_facts(resource, current, former) if resource["id"] == current.resource_id else resource
                 for resource in data["resources"]]
    drafts.write(_context(), "package_update", {k: v for k, v in data.items() if k != "metadata_modified"} | {
        "resources": resources}, private=package.private, publishing=True)


def _context() -> Context:
    return Context(user="", ignore_auth=True)

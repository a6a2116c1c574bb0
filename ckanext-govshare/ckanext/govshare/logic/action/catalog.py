"""The review of catalogue entries: thin actions over `domain.catalog` (CAT-4: 001 第十条)."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare.domain import catalog, publishing
from ckanext.govshare.domain.catalog import Role, State
from ckanext.govshare.domain.findings import describe
from ckanext.govshare.logic import listing, named, review, roles
from ckanext.govshare.logic.cases import history
from ckanext.govshare.logic.datafiles import publication
from ckanext.govshare.logic.schema import catalog as schema
from ckanext.govshare.logic.schema.fields import reference
from ckanext.govshare.logic.wording import translate
from ckanext.govshare.repository import catalog as repository
from ckanext.govshare.repository import deadlines, departments, trace

__all__ = ["govshare_entry_list", "govshare_entry_queue", "govshare_entry_show", "govshare_entry_version_list"]


@tk.side_effect_free
@validate(reference)
def govshare_entry_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Where an entry stands in its review, what its draft changes, and what the caller may do now.

    ``files`` are the data files that an approval would publish, or that are published where there is no draft:
    ``resource_id``, ``name``, ``file_id``, ``filename``, ``state``, ``rows``, ``format``, ``size`` in bytes, ``replaced``
    (whether another one is served now) and ``warnings`` (``column``, ``row``, ``message``); the operator, who fetches no data,
    gets neither file names nor measures nor warnings.
    ``obstacles`` are texts that say why the draft cannot be approved as it is.

    :param id: name or id of the entry
    :raises NotFound: also for callers who have no part in the review
    """
    package = review.visible_package(context, data_dict["id"])
    _require("govshare_entry_show", context, package)
    entry = review.load(package.id)
    approved = repository.version_content(entry.id, entry.version) if entry.published else None
    package_dict = review.current(context, entry)
    draft = catalog.content_of(package_dict) if entry.state != State.APPROVED else None
    chosen = publication.choices(entry.id, package_dict["resources"])
    material = review.material(draft or approved or {}, approved)
    deadline = deadlines.running(review.CASE, [entry.id]).get(entry.id)
    held = roles.of(context, entry.department)
    if Role.OPERATOR in held:
        chosen = publishing.without_content(chosen)
    return {
        **_short(package, entry), "reason": entry.reason, "narrowing_basis": entry.narrowing_basis,
        "draft": draft, "approved": approved,
        "differences": catalog.differences(approved or {}, draft) if draft else [],
        "narrowing": list(catalog.narrowing(material)) if draft else [],
        "deadline": deadline.as_dict() if deadline else None,
        "files": [{**file, "warnings": [_warning(found) for found in file["warnings"]]}
                  for file in publishing.for_reviewers(chosen)],
        "obstacles": [translate(text) for text in publishing.obstacles(draft.get("open_type", ""), chosen)] if draft else [],
        "commands": [command.value for command in catalog.PROCESS.allowed(entry, held, roles.actor_of(context))],
        "history": history.told(trace.events(review.CASE, entry.id), _words),
    }


def _words(row: Mapping[str, Any]) -> str:
    return row["payload"].get("reason") or row["payload"].get("narrowing_basis") or ""


def _warning(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"column": found.get("column"), "row": found.get("row"), "message": translate(describe(found))}


def _require(action: str, context: Context, package: model.Package) -> None:
    """Forbidden looks like absent: a caller with no part in the review learns nothing of it."""
    try:
        tk.check_access(action, Context(context, package=package), {"id": package.id})
    except tk.NotAuthorized:
        raise tk.ObjectNotFound(tk._("Entry not found")) from None


def _short(package: model.Package, entry: catalog.Entry) -> dict[str, Any]:
    return {
        "id": package.id, "name": package.name, "title": package.title,
        "organization": named.organization(entry.department) if departments.find(entry.department) else None,
        "state": entry.state.value, "published": entry.published, "version": entry.version,
        "catalog_code": entry.catalog_code, "submitted_by": named.person(entry.submitted_by)["display_name"] or None,
        "submitted_at": entry.submitted_at.isoformat() if entry.submitted_at else None,
    }


@tk.side_effect_free
@validate(reference)
def govshare_entry_version_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The published versions of an entry, newest first: ``version``, ``approved_at`` and the fields that changed.

    :raises NotFound: also for entries that the caller may not know of
    """
    package = review.visible_package(context, data_dict["id"])
    versions = repository.versions(package.id)
    before: dict[str, Any] = {}
    found = []
    for row in versions:
        changed = [difference["field"] for difference in catalog.differences(before, row["content"])] if before else []
        # Something was submitted and approved: where no word differs it was the data itself.
        found.append({"version": row["version"], "approved_at": row["approved_at"].isoformat(),
                      "changed": changed or (["resources"] if before else [])})
        before = row["content"]
    return found[::-1]


@tk.side_effect_free
@validate(schema.entry_list)
def govshare_entry_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The entries of the caller's departments, last changed first.

    :param organization: name or id of one of them (optional)
    :param state: draft, submitted, returned or approved (optional)
    :param q: part of a title or code (optional)
    :param offset, limit: paging; at most 100 a page
    :returns: ``count`` and ``results``
    """
    tk.check_access("govshare_entry_list", context, data_dict)
    return _page(listing.departments(context, {**data_dict, "role": "department"}), data_dict)


@tk.side_effect_free
@validate(schema.entry_list)
def govshare_entry_queue(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What awaits review, oldest first, of all departments or of one `organization`; paged like govshare_entry_list."""
    tk.check_access("govshare_entry_queue", context, data_dict)
    departments = listing.departments(context, {**data_dict, "role": "competent"})
    return _page(departments, {**data_dict, "state": State.SUBMITTED.value}, oldest_first=True)


def _page(departments: Sequence[str] | None, data_dict: DataDict, oldest_first: bool = False) -> dict[str, Any]:
    states = [data_dict["state"]] if data_dict.get("state") else [s.value for s in State if s != State.DISCARDED]
    count, rows = repository.search(departments, states, data_dict["q"], data_dict["offset"], data_dict["limit"], oldest_first)
    running = deadlines.running(review.CASE, [row["entry"].id for row in rows])
    return {"count": count, "results": [
        {**_short(row["package"], row["entry"]), "modified_at": row["modified_at"].isoformat(), "title": row["title"],
         "deadline": running[row["entry"].id].as_dict() if row["entry"].id in running else None}
        for row in rows
    ]}

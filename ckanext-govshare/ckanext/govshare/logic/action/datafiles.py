"""Data files: how far their reading is and what was found, the versions of a resource, and what changed between two."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare.domain import datafiles as life
from ckanext.govshare.domain.access import Channel
from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.domain.datafiles import DataFile
from ckanext.govshare.domain.findings import describe
from ckanext.govshare.domain.table_queries import TooSlow
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.datafiles import reading_job
from ckanext.govshare.logic.gate import access
from ckanext.govshare.logic.gate.accounting import record_fetch
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.schema import datafiles as schema
from ckanext.govshare.logic.wording import asking, translate
from ckanext.govshare.repository import comparisons
from ckanext.govshare.repository import datafiles as repository

__all__ = ["govshare_file_compare", "govshare_file_list", "govshare_file_retry", "govshare_file_show"]

_OUTLINE = ("id", "entry_id", "resource_id", "kind", "refresh", "number", "format", "machine_readable")
_CONTENT: Mapping[str, Any] = {"filename": "", "sha256": "", "size": None, "rows": None, "columns": [], "reading": {}}
_WORK: Mapping[str, Any] = {"progress": {}, "attempts": 0}
_INSIDE = {Role.OWN_EDITOR, Role.OWN_MEMBER, Role.COMPETENT, Role.SYSTEM}


@tk.side_effect_free
@validate(schema.file_ref)
def govshare_file_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A data file: a content that a resource has, had or may get.

    :param id: the data file's own id
    :returns: ``state``, ``number`` (its version, once published), ``format`` and times for all who know of it; ``filename``,
        ``sha256``, ``size``, ``rows``, ``columns`` and ``reading`` for those who may fetch it; ``findings`` (``severity``,
        ``code``, ``row``, ``column``, ``message``) for its department and the competent department, with ``progress``, which
        the operator sees too; ``source``, the address of a link, for its department. What is not for the caller is empty,
        ``findings`` is None.
    :raises NotFound: also for files that the caller may not know of
    """
    tk.check_access("govshare_file_show", context, data_dict)
    fetch = access.known_file(context, data_dict["id"])
    return _shown(context, fetch)


@tk.side_effect_free
@validate(schema.file_list)
def govshare_file_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Every data file of a resource that the caller may know of, newest first, each as ``govshare_file_show`` gives it.

    :param resource_id: id of the resource, also of one that only a draft has
    :raises NotFound: the resource does not exist for the caller
    """
    tk.check_access("govshare_file_list", context, data_dict)
    known = []
    for file in repository.of_resource(data_dict["resource_id"]):
        try:
            known.append(access.known_file(context, file.id))
        except tk.ObjectNotFound:
            continue
    if not known:
        tk.check_access("resource_show", context, {"id": data_dict["resource_id"]})
    return [_shown(context, fetch) for fetch in known]


def _shown(context: Context, fetch: access.Fetch) -> dict[str, Any]:
    file, held = fetch.file, roles.of(context, fetch.package.owner_org or "")
    inside = bool(_INSIDE & held)
    own = bool({Role.OWN_EDITOR, Role.OWN_MEMBER, Role.SYSTEM} & held)
    times = {name: moment and moment.isoformat() for name in ("created_at", "read_at", "current_from", "current_until")
             for moment in [getattr(file, name)]}
    return {
        **{name: getattr(file, name) for name in _OUTLINE}, "state": file.state.value, **times,
        **_part(file, _CONTENT, fetch.access.allowed), **_part(file, _WORK, inside or Role.OPERATOR in held),
        "findings": [_finding(found) for found in file.findings] if inside else None,
        "created_by": file.created_by if inside else "", "source": file.source if own else "",
    }


def _part(file: DataFile, empty: Mapping[str, Any], given: bool) -> dict[str, Any]:
    return {name: getattr(file, name) if given else nothing for name, nothing in empty.items()}


def _finding(found: Mapping[str, Any]) -> dict[str, Any]:
    return {**found, "message": translate(describe(found))}


@validate(schema.file_ref)
def govshare_file_retry(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Have a refused file read once more; a link is fetched anew.

    :param id: the data file's own id
    :returns: the file as ``govshare_file_show`` gives it
    :raises NotFound: also for files that the caller may not know of
    :raises NotAuthorized: the caller does not compile the entry
    :raises ValidationError: ``state``: the file was not refused
    """
    tk.check_access("govshare_file_retry", context, data_dict)
    with transaction():
        file = repository.get(data_dict["id"], lock=True)
        if file is None:
            raise tk.ObjectNotFound
        with asking():
            repository.save(life.retry(file))
    reading_job.enqueue(data_dict["id"])
    return _shown(context, access.known_file(context, data_dict["id"]))


@tk.side_effect_free
@validate(schema.file_compare)
def govshare_file_compare(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What changed from one data file to another of the same resource.

    :param id: the data file before
    :param other: the data file after
    :returns: ``columns`` with ``added`` and ``removed`` (names) and ``retyped`` (``name``, ``before``, ``after``); ``rows`` with
        ``columns`` (the names compared: those that both have), ``added`` and ``removed`` (counts; a row that stands there twice
        counts twice), ``added_sample`` and ``removed_sample`` (at most 20 rows each, cells as text or null); ``rows`` is null
        where one of them has no table, and ``same`` says whether the bytes are the same
    :raises NotFound: also for files that the caller may not know of
    :raises NotAuthorized: the caller may know of them, but not fetch them
    :raises ValidationError: ``other``: of another resource, or the comparison takes too long
    """
    tk.check_access("govshare_file_compare", context, data_dict)
    before, after = (access.admit_file(context, data_dict[name]) for name in ("id", "other"))
    if before.file.resource_id != after.file.resource_id:
        raise tk.ValidationError({"other": [tk._("These are files of two different resources")]})
    rows = _row_changes(before.file, after.file)
    _account(context, before, after, rows)
    changes = life.column_changes(before.file.columns, after.file.columns)
    return {
        "id": before.file.id, "other": after.file.id, "same": before.file.sha256 == after.file.sha256,
        "columns": {"added": changes.added, "removed": changes.removed, "retyped": changes.retyped},
        "rows": vars(rows) if rows else None,
    }


def _row_changes(before: DataFile, after: DataFile) -> comparisons.RowChanges | None:
    if not (before.readable and before.has_table and after.readable and after.has_table):
        return None
    try:
        return comparisons.rows(before, after)
    except TooSlow:
        raise tk.ValidationError({"other": [tk._("These tables are too large to be compared here")]}) from None


def _account(context: Context, before: access.Fetch, after: access.Fetch, rows: comparisons.RowChanges | None) -> None:
    """Rows that are not for everyone leave on the record (001 第十四条)."""
    shown = len(rows.added_sample) + len(rows.removed_sample) if rows else 0
    for fetch in (after, before):
        if shown and fetch.access.traced:
            record_fetch(context, fetch, Channel.PREVIEW, shown, details={
                "file": after.file.id, "compared_with": before.file.id})
            return

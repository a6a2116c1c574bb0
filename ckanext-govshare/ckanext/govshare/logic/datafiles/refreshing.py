"""New data for a published data file, about which nothing else changes: taken in at once, past the review of the catalogue.

The review is of the entry (001 第十条); its rows are the department's to keep up to date at the period that the entry states.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.govshare.domain import entry_fields, file_fields
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.logic import drafts, review, visibility
from ckanext.govshare.logic.datafiles.intake import open_intake
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.wording import error_dict
from ckanext.govshare.repository import by_id, catalog, datafiles


def refresh(context: Context, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Take in the new data that `given`, a whole resource, brings; the published resource with `file_id` and `file_state`.

    None where this is no refresh: nothing is served yet, something else changes, or the draft has another file for it.
    Raises ValidationError on `upload` or `url`.
    """
    resource = _published(context, given)
    if resource is None or not _same(given, resource):
        return None
    with open_intake(context) as taking, transaction():
        review.load(resource["package_id"], lock=True)
        try:
            new = taking.receive(resource["package_id"], resource["id"], given, resource, refresh=True)
        except Invalid as refusal:
            raise tk.ValidationError(error_dict(refusal.errors)) from None
    return {**resource, "file_id": new.id, "file_state": new.state.value} if new else None


def _published(context: Context, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The published resource that the caller may bring up to date."""
    resource = by_id.resource(given["id"])
    if resource is None or not (given.get("upload") or given.get("url")) or given.get("clear_upload"):
        return None
    entry = review.load(resource.package_id)
    if not entry.published or datafiles.current(resource.id) is None or not visibility.may_edit(context, entry.id):
        return None
    draft = catalog.get_draft(entry.id)
    if draft and any(other["id"] == resource.id and other.get("file_id") for other in draft["resources"]):
        return None
    for shown in drafts.stored(context, entry.id)["resources"]:
        if shown["id"] == resource.id:
            return {**shown, "package_id": entry.id}
    return None


def _same(given: Mapping[str, Any], published: Mapping[str, Any]) -> bool:
    said = {**given, "format": given.get("format") or published.get("format")}
    return file_fields.same_words(said, published) and not entry_fields.resource_errors(given, published)

"""What a clerk takes over from a data file that was read: the file itself, or its columns."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare.domain import structure
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic import review
from ckanext.govshare.logic.gate import access
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.schema import datafiles as schema
from ckanext.govshare.repository import datafiles as repository

__all__ = ["govshare_file_adopt", "govshare_items_take_over"]


@validate(schema.file_ref)
def govshare_file_adopt(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Put a data file that was read into its entry's draft, for review: new data whose columns differ from the served ones.

    :param id: the data file's own id
    :returns: the ``id`` of the file, its ``resource_id``, and the ``entry_id``
    :raises NotFound: also for files that the caller may not know of
    :raises NotAuthorized: the caller does not compile the entry
    :raises ValidationError: ``state``: the file was not read without an error, or the entry cannot be changed now;
        ``id``: its data file was removed from the draft
    """
    tk.check_access("govshare_file_adopt", context, data_dict)
    file = access.known_file(context, data_dict["id"]).file
    with transaction():
        review.load(file.entry_id, lock=True)
        locked = repository.get(file.id, lock=True)
        if locked is None or locked.state is not FileState.VERIFIED:
            raise tk.ValidationError({"state": [tk._("Only a file that was read without an error can be taken over")]})
        package = _worked_on(context, file)
        if not any(resource["id"] == file.resource_id for resource in package["resources"]):
            raise tk.ValidationError({"id": [tk._("The entry's draft does not have this data file any more")]})
        repository.change(file.id, refresh=False)
        _save(context, package, resources=[
            {**resource, "file_id": file.id} if resource["id"] == file.resource_id else resource
            for resource in package["resources"]])
    return {"id": file.id, "resource_id": file.resource_id, "entry_id": file.entry_id}


@validate(schema.file_ref)
def govshare_items_take_over(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make the columns of a data file the information items of its entry's draft (国发〔2016〕51号 第七条).

    What an item of the same name says in its description stays.

    :param id: the data file's own id
    :returns: ``entry_id`` and the new ``info_items``
    :raises NotFound: also for files that the caller may not know of
    :raises NotAuthorized: the caller does not compile the entry
    :raises ValidationError: ``id``: the file has no columns; ``state``: the entry cannot be changed now
    """
    tk.check_access("govshare_items_take_over", context, data_dict)
    file = access.known_file(context, data_dict["id"]).file
    if not file.has_table:
        raise tk.ValidationError({"id": [tk._("No columns were found in this file")]})
    with transaction():
        review.load(file.entry_id, lock=True)
        package = _worked_on(context, file)
        items = _described(structure.items_from(file.columns), package.get("info_items") or [])
        saved: list[dict[str, Any]] = _save(context, package, info_items=items)["info_items"]
        repository.change(file.id, findings=structure.check_again(file.findings, file.columns, saved))
    return {"entry_id": file.entry_id, "info_items": saved}


def _worked_on(context: Context, file: DataFile) -> dict[str, Any]:
    return review.current(context, review.load(file.entry_id))


def _save(context: Context, package: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    asking = Context(user=context.get("user", ""), auth_user_obj=context.get("auth_user_obj"),
                     ignore_auth=context.get("ignore_auth", False))
    data = {key: value for key, value in package.items() if key != "metadata_modified"}
    saved: dict[str, Any] = tk.get_action("package_update")(asking, {**data, **changed})
    return saved


def _described(items: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    said = {item.get("name"): item["description"] for item in before if item.get("description")}
    return [{**item, "description": said.get(item["name"], item["description"])} for item in items]

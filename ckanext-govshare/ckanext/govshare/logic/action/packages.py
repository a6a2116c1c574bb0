"""CKAN's package actions under the review: what is saved is a draft, and the published version stays as it is.

Form and API come through here, as whatever else writes entries has to.
"""
from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Action, Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.domain import catalog, entry_fields
from ckanext.govshare.domain.catalog import Command, Entry, Order
from ckanext.govshare.domain.errors import NotYours
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic import drafts, review, roles, visibility
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.datafiles.intake import Intake, open_intake, resources_by_id
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.wording import error_dict, translate
from ckanext.govshare.repository import catalog as repository

__all__ = ["package_create", "package_delete", "package_show", "package_update"]


@tk.chained_action
def package_create(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Start an entry: a draft that only its department and the competent department can see."""
    if context.get(drafts.APPLYING):
        return original(context, data_dict)
    tk.check_access("package_create", context, data_dict)
    data_dict = _closed(data_dict, {})
    with open_intake(context) as intake, transaction():
        package_id = drafts.write(context, "package_create", _own_words(context, data_dict, intake), private=True)
        package = drafts.stored(context, package_id)
        _settle_save(context, Entry(package_id, package["owner_org"]), package)
    return _answer(context, package)


@tk.chained_action
def package_update(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Save a draft. For a published entry it is kept beside the published version until it is approved."""
    if context.get(drafts.APPLYING):
        return original(context, data_dict)
    package_id = _package_id(data_dict)
    tk.check_access("package_update", context, {**data_dict, "id": package_id})
    _check_new_department(context, data_dict)
    data_dict = _closed(data_dict, drafts.current(context, review.load(package_id)))
    with open_intake(context) as intake, transaction():
        entry = review.load(package_id, lock=True)
        review.admit(context, entry, Command.SAVE)
        draft = repository.get_draft(package_id) if entry.published else None
        # CKAN leaves the published data files where none are given; whoever edits a draft means the draft's.
        data = ({"resources": draft["resources"]} if draft else {}) | data_dict | {"id": package_id}
        if "resources" in data:
            data["resources"] = intake.take_in(package_id, data["resources"], resources_by_id(package_id, draft))
        if entry.published:
            package = drafts.rehearse(context, data, package_id)
        else:
            drafts.write(context, "package_update", data, private=True)
            package = drafts.stored(context, package_id)
            entry = replace(entry, department=package["owner_org"])
        _settle_save(context, entry, package)
    return _answer(context, package)


def _closed(data_dict: DataDict, stored: DataDict) -> DataDict:
    """What of `data_dict` is a department's to say. Raises ValidationError for what is no field of an entry."""
    if unknown := entry_fields.errors(data_dict, stored, model.Package.get_license_register().keys()):
        raise tk.ValidationError(error_dict(unknown))
    return entry_fields.compiled(data_dict)


def _own_words(context: Context, data_dict: DataDict, intake: Intake) -> DataDict:
    """With an id of our choice, unless the platform itself creates the entry, and without the files, which are taken in."""
    given = data_dict.get("id") if context.get("ignore_auth") else None
    data = {**data_dict, "id": given or str(uuid.uuid4())}
    if "resources" in data:
        data["resources"] = intake.take_in(data["id"], data["resources"], {})
    return data


def _check_new_department(context: Context, data_dict: DataDict) -> None:
    """An entry moves only to a department that the caller compiles for, too. CKAN's validator finds what is no department."""
    department = model.Group.get(data_dict.get("owner_org") or "")
    try:
        if department is not None:
            catalog.PROCESS.authorise(Command.SAVE, roles.of(context, department.id))
    except NotYours as refusal:
        raise tk.ValidationError({"owner_org": [translate(refusal.message)]}) from None


def _package_id(data_dict: DataDict) -> str:
    reference = data_dict.get("id") or data_dict.get("name")
    if not reference:
        raise tk.ValidationError({"id": [tk._("Missing value")]})
    package = model.Package.get(reference)
    if package is None:
        raise tk.ObjectNotFound(tk._("Entry not found"))
    return str(package.id)


def _settle_save(context: Context, entry: Entry, package: dict[str, Any]) -> None:
    order = Order(Command.SAVE, roles.actor_of(context))
    kernel.carry_out(review.MACHINE, replace(entry, package=package), order, roles.of(context, entry.department), clock.now())


def _answer(context: Context, package: dict[str, Any]) -> Any:
    return package["id"] if context.get("return_id_only") else package


@tk.side_effect_free
@tk.chained_action
def package_show(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As CKAN has it; to whoever edits a published entry, its pending draft."""
    editing = context.get("for_update") or context.get("for_edit")
    if not editing or context.get(drafts.APPLYING):
        return original(context, data_dict)
    package = model.Package.get(data_dict.get("id") or data_dict.get("name_or_id") or "")
    if package is not None and context.get("for_update"):
        # Before CKAN locks the package: every command takes the two locks in this order.
        repository.get(package.id, lock=True)
    shown = original(context, data_dict)
    draft = repository.get_draft(shown["id"])
    if draft is None or not visibility.may_edit(context, shown["id"]):
        return shown
    return {**draft, "tag_string": ", ".join(tag["name"] for tag in draft.get("tags", []))} if context.get("for_edit") else draft


@tk.chained_action
def package_delete(original: Action, context: Context, data_dict: DataDict) -> None:
    """Drop an entry that was never published. A published one cannot be deleted past the review."""
    package = review.visible_package(context, tk.get_or_bust(data_dict, "id"))
    tk.check_access("package_delete", context, {"id": package.id})
    if review.load(package.id).published:
        raise tk.ValidationError({"state": [translate(Message(
            "A published entry cannot be deleted. Submit a change of its open attribute for review instead"))]})
    kernel.give(review.MACHINE, context, package.id, Order(Command.DISCARD, roles.actor_of(context)))

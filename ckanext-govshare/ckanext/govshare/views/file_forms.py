"""The form of a data file: a new one, or a newer content of one that is there. In place of CKAN's, at the same addresses.

What is saved is read by a job; its page shows how far that is and what was found, so the form ends there.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context
from werkzeug.wrappers import Response

from ckanext.govshare.logic import form_pages
from ckanext.govshare.views.case_pages import context

WORDS = ("name", "description")


def _entry(entry_id: str) -> dict[str, Any]:
    """The entry as its compiler edits it; 404 for what the caller may not know of, 403 for what they may not edit."""
    try:
        # Who may see it is asked first: the question who may edit it answers 403 for drafts that nobody else knows of, too.
        form_pages.admit(context(), "package_show", {"id": entry_id})
        form_pages.admit(context(), "package_update", {"id": entry_id})
        entry: dict[str, Any] = tk.get_action("package_show")(Context(context(), for_edit=True), {"id": entry_id})
    except tk.ObjectNotFound:
        return tk.abort(404)
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not do this with this entry."))
    return entry


def _resource(entry: Mapping[str, Any], resource_id: str) -> dict[str, Any]:
    found = next((dict(one) for one in entry["resources"] if one["id"] == resource_id), None)
    return found if found is not None else tk.abort(404)


def _files(resource_id: str) -> list[dict[str, Any]]:
    """What was taken in for the resource, newest first; for people of the department that includes drafts."""
    try:
        files: list[dict[str, Any]] = tk.get_action("govshare_file_list")(context(), {"resource_id": resource_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return []
    return files


def _page(entry: Mapping[str, Any], resource: Mapping[str, Any] | None, data: Mapping[str, Any],
          errors: Mapping[str, Any]) -> str:
    files = _files(resource["id"]) if resource else []
    return tk.render("govshare/datafiles/form.html", {
        "pkg_dict": entry, "dataset_type": "dataset", "resource": resource, "data": data, "errors": errors,
        "file": files[0] if files else None, "published": any(file["state"] == "current" for file in files),
    })


def new(id: str, **_of_the_route: str) -> Response | str | tuple[str, int]:
    """Add a data file to an entry."""
    entry = _entry(id)
    if tk.request.method == "GET":
        return _page(entry, None, {}, {})
    sent = _sent()
    # Never the file's own name: what a department calls its files is not for the public.
    sent["name"] = sent["name"] or entry["title"]
    errors = _incomplete(sent, required=True)
    return _saved(entry, None, sent, errors)


def edit(id: str, resource_id: str, **_of_the_route: str) -> Response | str | tuple[str, int]:
    """Replace the content of a data file, or change its name and description.

    Only what differs is saved: a newer content alone needs no review (郴政发〔2022〕2号 第十条 is about the catalogue).
    """
    entry = _entry(id)
    resource = _resource(entry, resource_id)
    if tk.request.method == "GET":
        return _page(entry, resource, resource, {})
    sent = _sent()
    if tk.request.form.get("refetch"):
        address = next((file["source"] for file in _files(resource_id)), "")
        sent |= {"url": address} if address else {}
    changed = {key: value for key, value in sent.items() if key not in WORDS or value != (resource.get(key) or "")}
    return _saved(entry, resource, changed, _incomplete(sent, required=False))


def _sent() -> dict[str, Any]:
    """What the form brought: a file or an address only where there is one."""
    form = tk.request.form
    sent: dict[str, Any] = {name: form.get(name, "").replace("\r\n", "\n").strip() for name in WORDS}
    upload, address = tk.request.files.get("upload"), form.get("url", "").strip()
    if upload is not None and upload.filename:
        sent["upload"] = upload
    if address:
        sent["url"] = address
    return sent


def _incomplete(sent: Mapping[str, Any], required: bool) -> dict[str, list[str]]:
    if "upload" in sent and "url" in sent:
        return {"url": [tk._("Give a file or an address, not both.")]}
    if required and not ("upload" in sent or "url" in sent):
        return {"upload": [tk._("Choose a file, or give the address where the data lies.")]}
    return {}


def _saved(entry: Mapping[str, Any], resource: Mapping[str, Any] | None, data: dict[str, Any],
           errors: Mapping[str, Any]) -> Response | tuple[str, int]:
    """Save, and go to the new content's page, or to the entry's where only words changed."""
    shown = {**(resource or {}), **{key: value for key, value in data.items() if key != "upload"}}
    if errors:
        return _page(entry, resource, shown, errors), 422
    if not data:
        return tk.redirect_to("govshare_catalog.read", entry_id=entry["name"])
    try:
        saved = (tk.get_action("resource_patch")(context(), {"id": resource["id"], **data}) if resource
                 else tk.get_action("resource_create")(context(), {"package_id": entry["id"], **data}))
    except tk.ValidationError as error:
        return _page(entry, resource, shown, _of_the_file(error.error_dict)), 422
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not do this with this entry."))
    files = _files(saved["id"]) if {"upload", "url"} & data.keys() else []
    if not files:
        tk.h.flash_success(tk._("Saved."))
        return tk.redirect_to("govshare_catalog.read", entry_id=entry["name"])
    return tk.redirect_to("govshare_datafiles.read", file_id=files[0]["id"])


def _of_the_file(errors: Mapping[str, Any]) -> dict[str, Any]:
    """Errors by field of the data file. CKAN gives those of an entry as a list with a place for each of its files."""
    rows = errors.get("resources")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return dict(errors)
    return {field: texts for row in rows for field, texts in row.items()} | {k: v for k, v in errors.items() if k != "resources"}

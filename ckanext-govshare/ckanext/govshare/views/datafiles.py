"""Pages of one content of a data file: how far its reading is, what was found, its versions and their differences."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from ckanext.govshare.display.datafiles import progress_of
from ckanext.govshare.views.downloads import refused

blueprint = Blueprint("govshare_datafiles", __name__)

SAMPLE_ROWS = 8
# What a clerk may do with a content, by the word in the address.
COMMANDS: Mapping[str, str] = {
    "retry": "govshare_file_retry", "adopt": "govshare_file_adopt", "items": "govshare_items_take_over",
}


def _context() -> dict[str, Any]:
    return {"user": tk.current_user.name, "auth_user_obj": tk.current_user}


def _file(file_id: str) -> dict[str, Any]:
    """The content, or the page for what does not exist: the two are not told apart."""
    try:
        file: dict[str, Any] = tk.get_action("govshare_file_show")(_context(), {"id": file_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404)
    return file


def read(file_id: str) -> str:
    """Progress while the content is being read, then the result: the fix-it list, columns, first rows, and the next steps."""
    file = _file(file_id)
    return tk.render("govshare/datafiles/read.html", {
        "file": file, "progress": progress_of(file), "counts": Counter(f["severity"] for f in file["findings"] or ()),
        "entry": tk.h.gs_entry(file["entry_id"]), "sample": _sample(file),
    })


def _sample(file: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first rows of a table that is not published yet; a published one has its own page."""
    if file["state"] != "verified" or not file["columns"]:
        return None
    try:
        sample: dict[str, Any] = tk.get_action("govshare_file_sample")(_context(), {"id": file["id"], "limit": SAMPLE_ROWS})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    return sample


def status(file_id: str) -> Response:
    """Progress for the script that follows it."""
    file = _file(file_id)
    answer: Response = jsonify({"id": file["id"], "state": file["state"], **progress_of(file)})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def give(file_id: str, command: str) -> Response:
    """Carry out one of COMMANDS; a refusal says why on the content's page."""
    if command not in COMMANDS:
        return tk.abort(404)
    file = _file(file_id)
    try:
        tk.get_action(COMMANDS[command])(_context(), {"id": file_id})
    except tk.ValidationError as error:
        return _refused(file_id, _sentences(error.error_dict))
    except tk.ObjectNotFound:
        return tk.abort(404)
    except tk.NotAuthorized as error:
        return _refused(file_id, error.message or tk._("You may not do this with this entry."))
    return _done(file, command)


def _refused(file_id: str, why: str) -> Response:
    tk.h.flash_error(why)
    return tk.redirect_to("govshare_datafiles.read", file_id=file_id)


def _sentences(errors: Mapping[str, Any]) -> str:
    lists = (texts if isinstance(texts, list) else [texts] for texts in errors.values())
    return " ".join(str(text) for texts in lists for text in texts)


def _done(file: Mapping[str, Any], command: str) -> Response:
    if command == "items":
        tk.h.flash_success(tk._("The columns are now the entry's information items. Add descriptions where they help."))
        return tk.redirect_to(tk.url_for("dataset.edit", id=file["entry_id"]) + "#group-items")
    if command == "adopt":
        tk.h.flash_success(tk._("The file is in the entry's draft. It is published when the draft is approved."))
        return tk.redirect_to("govshare_catalog.read", entry_id=file["entry_id"])
    return tk.redirect_to("govshare_datafiles.read", file_id=file["id"])


def _published(entry_id: str, resource_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The entry and its data file as the caller may see them."""
    try:
        package = tk.get_action("package_show")(_context(), {"id": entry_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404)
    resource = next((one for one in package["resources"] if one["id"] == resource_id), None)
    return (package, resource) if resource else tk.abort(404)


def versions(entry_id: str, resource_id: str) -> str:
    """Every published content of a data file, newest first; to its department also those that are not published."""
    package, resource = _published(entry_id, resource_id)
    files = _files(resource_id)
    return tk.render("govshare/datafiles/versions.html", {
        "pkg": package, "res": resource, "files": [file for file in files if file["number"]],
        "drafts": [file for file in files if not file["number"] and file["state"] != "dropped"]})


def _files(resource_id: str) -> list[dict[str, Any]]:
    try:
        files: list[dict[str, Any]] = tk.get_action("govshare_file_list")(_context(), {"resource_id": resource_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404)
    return files


def compare(entry_id: str, resource_id: str) -> str | tuple[str, int]:
    """Two published contents beside each other: `a` the older, `b` the newer, by version number; the last two by default."""
    package, resource = _published(entry_id, resource_id)
    files = [file for file in _files(resource_id) if file["number"]]
    by_number = {str(file["number"]): file for file in files}
    newest = [str(file["number"]) for file in files[:2]]
    chosen = [tk.request.args.get("a") or newest[-1] if newest else "", tk.request.args.get("b") or newest[0] if newest else ""]
    if len(files) < 2 or not set(chosen) <= by_number.keys():
        return tk.abort(404)
    older, newer = (by_number[number] for number in chosen)
    try:
        difference = tk.get_action("govshare_file_compare")(_context(), {"id": older["id"], "other": newer["id"]})
    except tk.ObjectNotFound:
        return tk.abort(404)
    except tk.NotAuthorized as refusal:
        return refused(refusal, resource_id)
    except tk.ValidationError as error:
        difference = {"reason": _sentences(error.error_dict)}
    return tk.render("govshare/datafiles/compare.html", {
        "pkg": package, "res": resource, "files": files, "older": older, "newer": newer, "difference": difference})


blueprint.add_url_rule("/datafile/<file_id>", "read", read)
blueprint.add_url_rule("/datafile/<file_id>/status", "status", status)
blueprint.add_url_rule("/datafile/<file_id>/<command>", "give", give, methods=["POST"])
blueprint.add_url_rule("/dataset/<entry_id>/resource/<resource_id>/versions", "versions", versions)
blueprint.add_url_rule("/dataset/<entry_id>/resource/<resource_id>/compare", "compare", compare)

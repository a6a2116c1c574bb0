"""Attachments of applications, saved and never shown: strangers' files under our own address are data (ADR 087)."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from ckanext.govshare.logic import attachment_files, attachments
from ckanext.govshare.security import uploads
from ckanext.govshare.security.headers import keep_to_yourself
from ckanext.govshare.views.case_pages import context

blueprint = Blueprint("govshare_attachments", __name__)


def download(id: str, attachment_id: str) -> Response:
    """The file, to whoever may read the application. To everybody else it does not exist."""
    try:
        found = attachments.readable(context(), id, attachment_id)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return tk.abort(404)
    response: Response = send_file(attachment_files.path(found.id), mimetype=uploads.BYTES, etag=found.sha256)
    response.headers["Content-Disposition"] = uploads.attachment(found.filename)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = uploads.SANDBOX
    keep_to_yourself(response)
    return response


blueprint.add_url_rule("/application/<id>/attachment/<attachment_id>", view_func=download)

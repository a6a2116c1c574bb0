"""How much a request may send: CKAN 2.12 reads bodies of any size, and measures a file when it lies on the disk already."""
from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ckan.common import request
from ckan.plugins import toolkit
from werkzeug.datastructures import ImmutableMultiDict

from ckanext.govshare.security import refusals

if TYPE_CHECKING:
    from ckan.types import CKANApp

MB = 2**20
# What goes around a file: the form's other fields.
AROUND = MB
# JSON and plain forms are held in memory, and no entry has so much to say.
IN_MEMORY = 10 * MB
# The fields of a form with a thousand information items.
FIELDS, FIELDS_MEMORY = 6000, 5 * MB
# Uploads of anybody, by endpoint.
UPLOADS: Mapping[str, int] = {"govshare_agreements.verify_copy": 20 * MB + AROUND}


def install(app: CKANApp, config: Mapping[str, Any]) -> None:
    """Answer what is too large with 413, in the caller's language: a page, or JSON from the API."""
    whole = int(config["ckan.max_resource_size"]) * MB + AROUND
    app.config.update(MAX_CONTENT_LENGTH=whole, MAX_FORM_PARTS=FIELDS, MAX_FORM_MEMORY_SIZE=FIELDS_MEMORY)

    def bound() -> None:
        if request.mimetype != "multipart/form-data":
            request.max_content_length = min(IN_MEMORY, whole)
        elif request.endpoint in UPLOADS:
            request.max_content_length = min(UPLOADS[request.endpoint], whole)

    # Before all others: whoever looks at the form reads the body.
    app.before_request_funcs.setdefault(None, []).insert(0, bound)
    app.register_error_handler(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large)


def _too_large(_error: Exception) -> Any:
    limit = (request.max_content_length or 0) // MB
    _forget_body()
    text = toolkit._("The request is larger than this site takes (at most {limit} MB).").format(limit=limit)
    return refusals.refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text, {"upload": text})


def _forget_body() -> None:
    """Let the page be made: its templates ask for the request's parameters, and asking would fail again."""
    empty: ImmutableMultiDict[str, Any] = ImmutableMultiDict()
    vars(request._get_current_object()).update(form=empty, files=empty, stream=BytesIO())

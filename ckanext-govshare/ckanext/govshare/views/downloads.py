"""A data file's bytes as its department gave them, for those who may fetch them (OPN-5: 001 第二十六条).

They come from our own storage, by the file's location; what was a link was fetched before. No address is passed on.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.types import Context
from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from ckanext.govshare.domain.access import Channel
from ckanext.govshare.logic.datafiles import storage
from ckanext.govshare.logic.gate import access
from ckanext.govshare.logic.gate.access import Fetch
from ckanext.govshare.logic.gate.accounting import LimitReached, record_fetch
from ckanext.govshare.logic.gate.watching import watched
from ckanext.govshare.security import uploads
from ckanext.govshare.security.headers import keep_to_yourself

blueprint = Blueprint("govshare_downloads", __name__)

FORM = "original"  # as grants name the file that the department gave


def _context() -> Context:
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)


def resource(id: str, resource_id: str, **_of_the_route: str) -> Response | tuple[str, int]:
    """What a resource of entry `id` (id or name) serves now. Takes the place of CKAN's view, under its addresses."""
    return _answer(lambda: _of_entry(access.admit(_context(), resource_id, FORM), id), resource_id)


def file(file_id: str) -> Response | tuple[str, int]:
    """One file by its own id: a draft's, or a former version."""
    return _answer(lambda: access.admit_file(_context(), file_id, FORM), "")


blueprint.add_url_rule("/datafile/<file_id>/download", "file", file)


def _of_entry(fetch: Fetch, reference: str) -> Fetch:
    if reference not in (fetch.package.id, fetch.package.name):
        raise tk.ObjectNotFound
    return fetch


def _answer(admit: Callable[[], Fetch], resource_id: str) -> Response | tuple[str, int]:
    try:
        fetch = admit()
        answer = _bytes(fetch)
        if _sends_data(answer, fetch):
            record_fetch(_context(), fetch, Channel.FILE, fetch.file.rows, _length(answer), {"file": fetch.file.id})
    except tk.NotAuthorized as refusal:
        return refused(refusal, resource_id)
    answer.response = watched(cast(Iterable[bytes], answer.response), _context(), fetch, FORM)
    return answer


def refused(refusal: tk.NotAuthorized, resource_id: str = "") -> tuple[str, int]:
    """The page that says why a fetch is refused, and what to do next."""
    page = tk.render("govshare/access/refused.html", {"reason": refusal.message, "entry": access.entry_of(resource_id)})
    return page, HTTPStatus.TOO_MANY_REQUESTS if isinstance(refusal, LimitReached) else HTTPStatus.FORBIDDEN


def _bytes(fetch: Fetch) -> Response:
    path = storage.path(fetch.file.location)
    if not fetch.file.location or not path.is_file():
        raise tk.ObjectNotFound
    kind = uploads.media_type(fetch.file.format, str(fetch.file.reading.get("encoding") or ""))
    # Where downloads or rows are counted the file is sent whole: parts would be a way around the counting.
    counted = bool(fetch.access.limits.downloads or fetch.access.limits.daily_rows)
    answer = send_file(path, kind, conditional=not counted, etag=fetch.file.sha256 or False,
                       last_modified=fetch.file.current_from, max_age=0)
    answer.headers["Content-Disposition"] = uploads.attachment(fetch.file.filename or f"data.{fetch.file.format or 'bin'}")
    if fetch.access.traced:
        keep_to_yourself(answer)
    return answer


def _sends_data(answer: Response, fetch: Fetch) -> bool:
    """Whether this answer is a fetch: HEAD and "not modified" are none.

    Of a file fetched in parts the first part counts; where fetches are traced, each part does.
    """
    if tk.request.method == "HEAD" or answer.status_code not in (200, 206):
        return False
    first = answer.status_code == 200 or not answer.content_range.start
    return fetch.access.traced or first


def _length(answer: Response) -> int:
    return int(answer.content_length or 0)


def gone(*_: Any, **__: Any) -> None:
    """What CKAN serves by ways of its own, and this portal does not."""
    tk.abort(404)

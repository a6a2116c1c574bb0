"""Lists in pages: which one is asked for, and CKAN's links to the others."""
from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page
from werkzeug.exceptions import BadRequest

from ckanext.govshare.security.parameters import range_of

PER_PAGE = 20


def number() -> int:
    """The page that the request asks for, from 1 on."""
    try:
        return int(tk.h.get_page_number(tk.request.args))
    except BadRequest:  # in English, whatever the page's language
        return tk.abort(HTTPStatus.BAD_REQUEST, f"page: {range_of('page')}")


def span(page: int, per_page: int = PER_PAGE) -> dict[str, int]:
    """The part of a list that a page shows, as list actions take it."""
    return {"offset": (page - 1) * per_page, "limit": per_page}


def paged(found: Mapping[str, Any], page: int, endpoint: str, params: Mapping[str, str], per_page: int = PER_PAGE) -> Page:
    """What a list action answered (`count`, `results`) as a page. Its links lead to `endpoint` with those `params` that are
    not blank.
    """
    def url(page: int, **_: Any) -> str:
        return str(tk.url_for(endpoint, page=page, **{name: value for name, value in params.items() if value}))

    shown = Page(collection=found["results"], page=page, url=url, item_count=found["count"], items_per_page=per_page)
    # Page would cut its own part out of what is this part already.
    shown.items = found["results"]
    return shown

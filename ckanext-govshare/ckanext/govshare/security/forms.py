"""What a request may not ask of CKAN's forms.

A field such as `tags__999999999__name` makes CKAN fill a list up to that place in memory, and `return_to` leads to any host.
"""
from __future__ import annotations

import re
from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan.common import request

if TYPE_CHECKING:
    from ckan.types import CKANApp

# More rows than any form of ours has; below it a filled list is a few kilobytes.
MAX_ROW = 9999
_ROW = re.compile(r"__(\d+)(?:__|$)")


def install(app: CKANApp) -> None:
    """Refuse such requests with 400 before a view reads them."""
    @app.before_request
    def refuse() -> None:
        if not tk.h.url_is_local(request.args.get("return_to", "/")):
            tk.abort(400, tk._("The address to return to is not on this site"))
        if request.method == "POST" and request.mimetype != "application/json" and any(map(_beyond, request.form)):
            tk.abort(400, tk._("The form has too many rows"))


def _beyond(field: str) -> bool:
    return any(len(row) > len(str(MAX_ROW)) for row in _ROW.findall(field))

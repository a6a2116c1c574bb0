"""What a request may not ask of CKAN's forms, and with a form of its API.

A field such as `tags__999999999__name` makes CKAN fill a list up to that place in memory, `return_to` leads to any host;
names that make no rows (`tags__0`, `tags__x__name`, `save` beside `save__0__x`) and files in place of texts end as a 500.
"""
from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan import logic
from ckan.common import request
from ckan.lib.navl.dictization_functions import DataError, unflatten

from ckanext.govshare.security import refusals

if TYPE_CHECKING:
    from ckan.types import CKANApp

# More rows than any form of ours has; below it a filled list is a few kilobytes.
MAX_ROW = 9999
_ROW = re.compile(r"__(\d+)(?:__|$)")
# What CKAN's views take for given, by endpoint.
REQUIRED: Mapping[str, Sequence[str]] = {
    "admin.config": ("save",), "group.member_new": ("role",), "organization.member_new": ("role",)}
# Of CKAN's forms: what is one text, and what is yes or no; ways back, and other addresses that are looked into.
ONCE = ("tag_string", "email", "old_password", "name", "id", "image_url", "owner_org")
FLAGS = ("activate_user",)
FLAGS_OF: Mapping[str, Sequence[str]] = {"user.sysadmin": ("status",)}
FLAG_WORDS = frozenset({"0", "1", "true", "false", "yes", "no", "on", "off", "t", "f", "y", "n"})
ADDRESSES = ("return_to", "came_from", "next")
ADDRESSES_OF: Mapping[str, Sequence[str]] = {"util.internal_redirect": ("url",)}
# The fields that take files, of the API and of pages.
API_FILES = frozenset({"upload", "image_upload", "logo_upload"})
FILES = API_FILES | {"attachments", "file"}


def install(app: CKANApp) -> None:
    """Refuse such requests with 400 before a view reads them."""
    @app.before_request
    def refuse() -> Any:
        for name in (*ADDRESSES, *ADDRESSES_OF.get(request.endpoint or "", ())):
            if not all(map(_is_address, request.values.getlist(name))):
                return refusals.wrong(name, tk._("This is not an address"))
        if not tk.h.url_is_local(request.args.get("return_to", "/")):
            tk.abort(400, tk._("The address to return to is not on this site"))
        if request.method != "POST" or request.mimetype == "application/json":
            return None
        names = [*request.form, *request.files]
        if any(map(_beyond, names)):
            tk.abort(400, tk._("The form has too many rows"))
        for field, text in _faults(names):
            return refusals.wrong(field, text)
        return None


def _faults(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a form that has these fields, by field."""
    api = refusals.for_api()
    for field in request.files:
        if field not in (API_FILES if api else FILES):
            yield field, tk._("No file is expected here")
    if api:
        return
    if misnamed := first_misnamed(names):
        yield misnamed, tk._("This is no name of a field of this form")
    for field in REQUIRED.get(request.endpoint or "", ()):
        if field not in names:
            yield field, tk._("Missing value")
    for field in ONCE:
        if len(request.form.getlist(field)) > 1:
            yield field, tk._("Given more than once")
    for field in (*FLAGS, *FLAGS_OF.get(request.endpoint or "", ())):
        if request.form.get(field, "0").lower() not in FLAG_WORDS:
            yield field, tk._("Must be true or false")


def _is_address(text: str) -> bool:
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def _beyond(field: str) -> bool:
    return any(len(row) > len(str(MAX_ROW)) for row in _ROW.findall(field))


def first_misnamed(names: Sequence[str]) -> str:
    """The first of a form's fields that makes no row, by itself or with those before it; empty: all do."""
    if not any("__" in name for name in names) or _make_rows(names):
        return ""
    return names[bisect_left(range(len(names)), True, key=lambda last: not _make_rows(names[:last + 1]))]


def _make_rows(names: Sequence[str]) -> bool:
    try:
        unflatten(logic.tuplize_dict(dict.fromkeys(names, "")))
    except (DataError, LookupError, TypeError, AssertionError):
        return False
    return True

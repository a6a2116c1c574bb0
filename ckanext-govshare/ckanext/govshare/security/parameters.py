"""What an action's parameters may be, by the action's own documentation (`:type limit: int`), asked before the action runs.

CKAN's actions take what they are given for what they expect: a list where an id belongs ended as a 500 in SQL or Solr. Only
the API is asked; pages and commands call actions with values of their own.
"""
from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ckan import logic
from ckan.common import request
from ckan.plugins import toolkit
from ckan.views import api

from ckanext.govshare.domain.wording import Message
from ckanext.govshare.security import refusals
from ckanext.govshare.security.forms import FLAG_WORDS
from ckanext.govshare.security.json_numbers import LARGEST

if TYPE_CHECKING:
    from ckan.types import CKANApp

CORE = ("get", "create", "update", "delete", "patch", "file")
_TYPE = re.compile(r":type\s+([\w.]+)\s*:\s*(.+)")
_TYPED = re.compile(r":param\s+(\w+)\s+([\w.]+)\s*:")
# How pages and suggestions are told which part of a list is meant.
COUNTS = ("page", "limit", "offset", "rows")
# CKAN's pages that count with them as they come; our own show the first or last page where there is no such one.
COUNTING = frozenset({"dataset", "organization", "group", "user", "dashboard", "feeds", "util"})
LARGEST_COUNT = 999_999_999
_COUNT = re.compile(r"[0-9]{1,9}")
_JOB = re.compile(r"[A-Za-z0-9_-]{1,200}")
_WHOLE = re.compile(r"-?\d{1,19}")
# Flags that not every documentation calls so, and CKAN reads as such.
_FLAG = re.compile(r"include_\w+|all_fields|ids_only|use_default_schema")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return value in (True, False) if isinstance(value, int) else isinstance(value, str) and value.lower() in FLAG_WORDS


def _is_whole(value: Any) -> bool:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def _is_list(value: Any) -> bool:
    # In an address a list of one is written as that one, or as JSON.
    return isinstance(value, list | str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict | str)


def _is_mapping(value: Any) -> bool:
    """An object, in an address its JSON; other text CKAN refuses by itself."""
    try:
        return isinstance(json.loads(value) if isinstance(value, str) else value, dict)
    except ValueError:
        return True


def _has(value: Any, **needed: type) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), kind) for name, kind in needed.items())


# By the words with which documentations begin or offer a type.
KINDS: Mapping[str, tuple[Callable[[Any], bool], Message]] = {
    "text": (_is_text, Message("Must be a text")),
    "flag": (_is_flag, Message("Must be true or false")),
    "whole": (_is_whole, Message("Must be a whole number")),
    "list": (_is_list, Message("Must be a list")),
    "object": (_is_object, Message("Must be an object with named values")),
    "mapping": (_is_mapping, Message("Must be an object with named values")),
    "natural": (lambda value: _is_whole(value) and int(value) >= 0, Message("Must be a whole number")),
    "job": (lambda value: _is_text(value) and bool(_JOB.fullmatch(value)), Message("There is no such job")),
    "rows": (lambda value: isinstance(value, list) and all(map(_is_text, value)), Message("Must be a list")),
    "objects": (lambda value: isinstance(value, list) and all(isinstance(one, dict) for one in value), Message("Must be a list")),
    "entity": (lambda value: _has(value, id=str, resources=list), Message("Must be an object with named values")),
    "resource": (lambda value: _has(value, id=str, package_id=str), Message("Must be an object with named values")),
}
_WORDS = {"string": "text", "str": "text", "bool": "flag", "boolean": "flag", "int": "whole", "integer": "whole", "list": "list",
          "dict": "object", "dictionary": "object"}
# Those of actions that say it in words alone, and that name one thing everywhere.
NAMES = frozenset({"id", "id2", "resource_id", "package_id", "organization_id", "dataset_id", "application_id", "agreement_id",
                   "grant_id", "user_id", "owner_id", "file_id", "username", "name_or_id"})

# What documentations leave out or have otherwise: a row's identifier in it, the words alone.
CORRECTED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "scheming_dataset_schema_show": {"type": ("text",)},
    "scheming_organization_schema_show": {"type": ("text",)},
    "package_create_default_resource_views": {"package": ("entity",)},
    "resource_create_default_resource_views": {"resource": ("resource",)},
    "resource_view_clear": {"view_types": ("rows",)},
    "task_status_update_many": {"data": ("objects",)},
    "term_translation_update_many": {"data": ("objects",)},
    "group_list": {"groups": ("text", "rows")},
    "job_cancel": {"id": ("job",)},
    "job_show": {"id": ("job",)},
    "organization_list": {"organizations": ("text", "rows")},
    "resource_search": {"query": ("text", "rows")},
    "term_translation_show": {"terms": ("text", "rows"), "lang_codes": ("text", "rows")},
    "package_create": {"owner_org": ("text",)},
    "package_patch": {"owner_org": ("text",)},
    "package_update": {"owner_org": ("text",)},
    "datastore_search": {"filters": ("mapping",)},
    "file_owner_scan": {"rows": ("natural",), "start": ("natural",)},
    "govshare_trace_list": {"from": ("whole",), "to": ("whole",)},
}
# Actions whose every parameter ends as a column of SQL.
CLOSED: Mapping[str, frozenset[str]] = {"term_translation_update": frozenset({"term", "term_translation", "lang_code"})}
# What the core takes for given without asking.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "datastore_run_triggers": ("resource_id",),
    "group_member_create": ("id", "username", "role"),
    "group_member_delete": ("id", "username"),
    "job_cancel": ("id",),
    "job_show": ("id",),
    "organization_member_create": ("id", "username", "role"),
    "organization_member_delete": ("id", "username"),
    "package_create_default_resource_views": ("package",),
    "resource_create_default_resource_views": ("resource",),
    "resource_update": ("id",),
    "task_status_update_many": ("data",),
    "term_translation_update_many": ("data",),
}


@cache
def declared(action: str) -> Mapping[str, tuple[str, ...]]:
    """The kinds of KINDS that each parameter of `action` may be, where its documentation says so."""
    texts = [logic.get_action(action).__doc__ or ""]
    texts += [getattr(getattr(importlib.import_module(f"ckan.logic.action.{module}"), action, None), "__doc__", None) or ""
              for module in CORE]
    found: dict[str, tuple[str, ...]] = dict.fromkeys(NAMES, ("text",))
    for text in reversed(texts):
        for name, kind in [*_TYPE.findall(text), *((name, kind) for kind, name in _TYPED.findall(text))]:
            if kinds := _kinds(kind):
                found[name] = kinds
    return {**found, **CORRECTED.get(action, {})}


def _kinds(text: str) -> tuple[str, ...]:
    offered = [part.strip().split(" ")[0].split(",")[0].split("-")[0].lower() for part in text.split(" or ")]
    return tuple(_WORDS[word] for word in offered) if set(offered) <= _WORDS.keys() else ()


def wrong(action: str, data: Mapping[str, Any]) -> tuple[str, Message] | None:
    """The first of `data` that is not what `action` declares, and what it must be. None: all are; null is as if not given."""
    for name in REQUIRED.get(action, ()):
        if data.get(name) in (None, ""):
            return name, Message("Missing value")
    for name in ("order_by", "sort"):
        value = data.get(name, "given")
        if (value is None and name == "order_by") or (isinstance(value, str) and value and not value.strip()):
            return name, KINDS["text"][1]
    for name in ("limit", "offset", "rows", "days"):
        if isinstance(value := data.get(name), str) and value and not _is_whole(value):
            return name, KINDS["whole"][1]
    for name, value in data.items():
        if _FLAG.fullmatch(name) and value is not None and not _is_flag(value):
            return name, KINDS["flag"][1]
        if name not in CLOSED.get(action, data):
            return name, Message("There is no such parameter")
    for name, kinds in declared(action).items():
        if (value := data.get(name)) is not None and not any(KINDS[kind][0](value) for kind in kinds):
            return name, KINDS[kinds[0]][1]
    return None


def install(app: CKANApp) -> None:
    """Answer a call of the API with a parameter of another kind as an action answers what it does not accept: with 409.

    Of pages only their counts are asked; what an action refuses in its own words and a page lets pass is answered with 400.
    """
    app.register_error_handler(logic.ValidationError, _invalid)

    @app.before_request
    def refuse() -> Any:
        if request.endpoint != "api.action" or request.view_args is None:
            counted = COUNTS if request.blueprint in COUNTING else ()
            count = next((name for name in counted if not _counts(name, request.args.get(name))), "")
            return refusals.wrong(count, range_of(count)) if count else None
        name = str(request.view_args["logic_function"])
        try:
            reads = getattr(logic.get_action(name), "side_effect_free", False)
            found = wrong(name, api._get_request_data(try_url_params=reads))  # noqa: SLF001 - as the view reads it
        except (KeyError, ValueError):
            return None  # the view says so itself
        return refusals.wrong(found[0], toolkit._(found[1].text), HTTPStatus.CONFLICT) if found else None


def _counts(name: str, value: str | None) -> bool:
    if value is None or (value == "" and name != "page" and request.blueprint != "user"):
        return True
    return bool(_COUNT.fullmatch(value)) and int(value) >= _least(name)


def _least(name: str) -> int:
    return int(name == "page")


def range_of(count: str) -> str:
    """What one of COUNTS must be, in the caller's language."""
    return str(toolkit._("Must be a whole number from {least} to {most}")).format(least=_least(count), most=LARGEST_COUNT)


def _invalid(error: logic.ValidationError) -> Any:
    field, reasons = next(iter(error.error_summary.items()), ("", ""))
    return refusals.wrong(str(field), str(reasons))

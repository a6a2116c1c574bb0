"""CKAN's lists, counts and suggestions, without what the caller may not know of (CAT-4: 001 第十条, 第二十五条)."""
from __future__ import annotations

from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.lib.dictization import model_dictize, table_dictize
from ckan.logic import validate
from ckan.types import Action, Context, DataDict

from ckanext.govshare import config
from ckanext.govshare.logic import visibility
from ckanext.govshare.logic.auth import accounts as auth
from ckanext.govshare.logic.schema import visibility as schema
from ckanext.govshare.repository import visibility as repository

__all__ = [
    "format_autocomplete", "group_autocomplete", "group_list", "group_list_authz", "member_list",
    "organization_autocomplete", "organization_list", "organization_list_for_user", "package_relationships_list",
    "tag_autocomplete", "tag_list", "tag_search", "tag_show",
]

BY_COUNT = ("packages", "package_count")
DEFAULT_FORMATS = 5


@tk.side_effect_free
@validate(schema.tags)
def tag_list(context: Context, data_dict: DataDict) -> list[Any]:
    """The tags of published entries, or those that contain `query`; names, or dictionaries with `all_fields`."""
    tk.check_access("tag_list", context, data_dict)
    _count, tags = _tags(data_dict)
    return model_dictize.tag_list_dictize(tags, context) if data_dict["all_fields"] else [tag.name for tag in tags]


@tk.side_effect_free
@validate(schema.tags)
def tag_search(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The tags of published entries that contain every word of `query`: ``count`` and ``results``."""
    tk.check_access("tag_search", context, data_dict)
    count, tags = _tags(data_dict) if _terms(data_dict) else (0, [])
    return {"count": count, "results": [table_dictize(tag, context) for tag in tags]}


@tk.side_effect_free
@validate(schema.tags)
def tag_autocomplete(context: Context, data_dict: DataDict) -> list[str]:
    """The names of published entries' tags that contain `query`."""
    tk.check_access("tag_autocomplete", context, data_dict)
    _count, tags = _tags(data_dict) if _terms(data_dict) else (0, [])
    return [tag.name for tag in tags]


def _terms(data_dict: DataDict) -> list[str]:
    given = data_dict.get("query") or data_dict.get("q") or []
    terms = [given] if isinstance(given, str) else given
    return [str(term).strip() for term in terms if str(term).strip()]


def _tags(data_dict: DataDict) -> tuple[int, list[model.Tag]]:
    vocabulary_id = None
    if data_dict.get("vocabulary_id"):
        vocabulary = model.Vocabulary.get(data_dict["vocabulary_id"])
        if vocabulary is None:
            raise tk.ObjectNotFound
        vocabulary_id = vocabulary.id
    return repository.tags(_terms(data_dict), vocabulary_id, data_dict["offset"], data_dict.get("limit"))


@tk.side_effect_free
@tk.chained_action
def tag_show(original: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """A tag that an entry bears which the caller may see; with `include_datasets` those entries."""
    if not visibility.sees_tag(context, tk.get_or_bust(data_dict, "id"), data_dict.get("vocabulary_id")):
        raise tk.ObjectNotFound
    shown: dict[str, Any] = original(context, {**data_dict, "include_datasets": False})
    if _flag(data_dict, "include_datasets", False):
        found = tk.get_action("package_search")(_asking(context), {"fq": f'tags:"{shown["name"]}"', "rows": 1000})
        shown["packages"] = found["results"]
    return shown


def _asking(context: Context) -> Context:
    return Context(user=context.get("user", ""), auth_user_obj=context.get("auth_user_obj"),
                   ignore_auth=context.get("ignore_auth", False))


@tk.side_effect_free
def format_autocomplete(context: Context, data_dict: DataDict) -> list[str]:
    """Formats of published data files that contain `q`, at most `limit` (5)."""
    tk.check_access("format_autocomplete", context, data_dict)
    text = tk.get_or_bust(data_dict, "q")
    return repository.formats(str(text), _number(data_dict, "limit", DEFAULT_FORMATS))


def _number(data_dict: DataDict, name: str, default: int) -> int:
    value = data_dict.get(name)
    if value in (None, ""):
        return default
    if not str(value).isdecimal():
        raise tk.ValidationError({name: [tk._("Must be a natural number")]})
    return int(str(value))


def _flag(data_dict: DataDict, name: str, default: bool) -> bool:
    try:
        return bool(tk.asbool(data_dict.get(name, default)))
    except ValueError:
        raise tk.ValidationError({name: [tk._("Expected true or false")]}) from None


@tk.side_effect_free
@tk.chained_action
def organization_autocomplete(original: Action, context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """As CKAN has it, which fails where `q` is missing."""
    return cast("list[dict[str, Any]]", original(context, {**data_dict, "q": str(tk.get_or_bust(data_dict, "q"))}))


group_autocomplete = organization_autocomplete


@tk.side_effect_free
@tk.chained_action
def member_list(original: Action, context: Context, data_dict: DataDict) -> list[Any]:
    """The members of a department or theme: entries that are published, and people to those who may read its members.

    In order: in CKAN's, the place of the rows on disk, a visitor would see that something hidden moved.
    """
    members: list[Any] = sorted(original(context, data_dict))
    if visibility.labels_of(context) is None:
        return members
    published = repository.public_ids([id_ for id_, kind, _role in members if kind == "package"])
    people = authz.has_user_permission_for_group_or_org(data_dict["id"], context.get("user"), "read")
    return [row for row in members if (row[0] in published if row[1] == "package" else people)]


@tk.side_effect_free
@tk.chained_action
def package_relationships_list(original: Action, context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Relationships whose both ends the caller may see."""
    return [relation for relation in original(context, data_dict)
            if all(visibility.sees_package(context, relation[end]) for end in ("subject", "object"))]


@tk.side_effect_free
@tk.chained_action
def organization_list_for_user(original: Action, context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The caller's departments, with counts of what the caller may see. Those of others are told to the operator."""
    asked = data_dict.get("id")
    if asked and not context.get("ignore_auth") and not auth.of_the_person(context, asked)["success"]:
        raise tk.NotAuthorized
    return cast("list[dict[str, Any]]", original(_counting(context, data_dict), data_dict))


@tk.side_effect_free
@tk.chained_action
def group_list_authz(original: Action, context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The caller's themes, with counts of what the caller may see."""
    return cast("list[dict[str, Any]]", original(_counting(context, data_dict), data_dict))


def _counting(context: Context, data_dict: DataDict) -> Context:
    """Give CKAN the counts of entries for this caller; its own are everybody's."""
    if _flag(data_dict, "include_dataset_count", False) and "dataset_counts" not in context:
        context["dataset_counts"] = model_dictize.get_group_dataset_counts(permissions_labels=visibility.labels_of(context))
    return context


@tk.side_effect_free
@tk.chained_action
def organization_list(original: Action, context: Context, data_dict: DataDict) -> list[Any]:
    """As CKAN has it; sorted by `package_count`, by what is published."""
    return _list(original, context, data_dict, "organizations")


@tk.side_effect_free
@tk.chained_action
def group_list(original: Action, context: Context, data_dict: DataDict) -> list[Any]:
    """As departments."""
    return _list(original, context, data_dict, "groups")


def _list(original: Action, context: Context, data_dict: DataDict, chosen: str) -> list[Any]:
    order = str(data_dict.get("sort") or data_dict.get("order_by") or config.group_order()).split()
    if not order or order[0] not in BY_COUNT:
        return cast("list[Any]", original(context, data_dict))
    offset, limit = _number(data_dict, "offset", 0), _number(data_dict, "limit", 1000)
    every = {**data_dict, "sort": "name asc", "order_by": "", "all_fields": False, "offset": 0, "limit": 1000}
    names = original(context, every)
    counts = repository.counts(names)
    ascending = len(order) > 1 and order[1] == "asc"
    ranked = sorted(counts, key=lambda name: (counts[name] if ascending else -counts[name], name))
    page = ranked[offset:offset + limit]
    if not _flag(data_dict, "all_fields", False) or not page:
        return page
    full = original(context, {**data_dict, "sort": "name asc", "order_by": "", "offset": 0, "limit": len(page), chosen: page})
    return sorted(full, key=lambda group: page.index(group["name"]))

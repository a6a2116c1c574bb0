"""How long the texts may be that CKAN's own actions store, and how large what no table names: data, in one place.

CKAN gives most of its fields no limit, and took nine megabytes as a person's name. The portal's own actions state theirs in
their schemas (`logic/schema`), entries in `attributes.TEXTS`, `info_items.TEXTS` and `entry_fields`. Pure.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.govshare.domain.plain_text import text_error
from ckanext.govshare.domain.wording import Message

Limits = Mapping[str, int]
Errors = dict[str, list[Message]]

_ID = 100
_USER: Limits = {
    "id": _ID, "name": 100, "fullname": 100, "display_name": 100, "email": 254, "about": 2000, "password": 200, "password1": 200,
    "password2": 200, "old_password": 200, "password_hash": 500, "image_url": 500, "reset_key": 200}
_GROUP: Limits = {
    "id": _ID, "name": 100, "title": 200, "description": 2000, "image_url": 500, "image_display_url": 1000, "type": 100,
    "approval_status": 40, "uscc": 40, "contact": 500}
_MEMBER: Limits = {"id": _ID, "object": _ID, "object_type": 40, "capacity": 40, "username": _ID, "role": 40}
_VIEW: Limits = {"id": _ID, "resource_id": _ID, "title": 200, "description": 2000, "view_type": 100, "page_url": 2000,
                 "image_url": 2000}
_PAIR: Limits = {"subject": _ID, "object": _ID, "type": 100, "comment": 2000}
_TASK: Limits = {"id": _ID, "entity_id": _ID, "entity_type": 100, "task_type": 100, "key": 200}

_VOCABULARY: Limits = {"id": _ID, "name": 100}
_LISTS_OF_GROUPS: Limits = {"users": 1000, "groups": 50, "extras": 50, "tags": 100}
_LISTS_OF_VOCABULARIES: Limits = {"tags": 1000}

# By action, then by field. A test asks for a row, or for a reason to have none, for each of CKAN's actions that store.
STORED: Mapping[str, Limits] = {
    **dict.fromkeys(("user_create", "user_update", "user_patch"), _USER),
    "user_invite": {"id": _ID, "email": 254, "group_id": _ID, "role": 40},
    **dict.fromkeys(("group_create", "group_update", "group_patch", "organization_create", "organization_update",
                     "organization_patch"), _GROUP),
    **dict.fromkeys(("member_create", "member_delete", "group_member_create", "group_member_delete",
                     "organization_member_create", "organization_member_delete"), _MEMBER),
    **dict.fromkeys(("resource_view_create", "resource_view_update"), _VIEW),
    **dict.fromkeys(("package_relationship_create", "package_relationship_update"), _PAIR),
    **dict.fromkeys(("vocabulary_create", "vocabulary_update"), _VOCABULARY),
    "tag_create": {"name": 100, "vocabulary_id": _ID},
    "api_token_create": {"user": _ID, "name": 100},
    "task_status_update": _TASK,
    "term_translation_update": {"term": 500, "term_translation": 500, "lang_code": 40},
    "package_collaborator_create": {"id": _ID, "user_id": _ID, "capacity": 40},
    "resource_create": {"id": _ID, "package_id": _ID},
    "file_create": {"name": 200, "storage": _ID},
}
# Lists of these actions, by how many elements they may have.
LISTS: Mapping[str, Limits] = {
    **dict.fromkeys(("group_create", "group_update", "group_patch", "organization_create", "organization_update",
                     "organization_patch"), _LISTS_OF_GROUPS),
    **dict.fromkeys(("vocabulary_create", "vocabulary_update"), _LISTS_OF_VOCABULARIES),
}


def errors(action: str, given: Mapping[str, Any]) -> Errors:
    """What of `given` is too long for `action`, or holds characters that are no text, by field."""
    found: Errors = {}
    for field, limit in STORED.get(action, {}).items():
        value = given.get(field)
        if isinstance(value, str) and (error := text_error(value, limit)):
            found[field] = [error]
        elif isinstance(value, list | dict):
            found[field] = [Message("Expected text")]
    for field, most in LISTS.get(action, {}).items():
        value = given.get(field)
        if isinstance(value, list) and len(value) > most:
            found[field] = [Message("{count} elements; at most {limit} are allowed", count=len(value), limit=most)]
    return found


@dataclass(frozen=True)
class Size:
    """How much one request may say: characters of a text or name, parts of all lists and objects, lists within lists."""

    text: int
    parts: int
    depth: int


# More than any text of the portal: a signature with its certificates has 100,000 characters, an entry 4,000 cells.
ANY = Size(text=200_000, parts=50_000, depth=20)
ROWS = Size(text=1_000_000, parts=1_000_000, depth=30)  # of DataStore tables


def too_much(given: Any, size: Size) -> Message | None:
    """Why a request is larger than `size`, naming where; None if it is not. Stops counting where the bound is passed."""
    for parts, (path, value, depth) in enumerate(_walk(given), start=1):
        if depth > size.depth:
            return Message("“{field}” lies deeper than {limit} levels", field=path[:100], limit=size.depth)
        if parts > size.parts:
            return Message("More than {limit} values (“{field}”)", field=path[:100], limit=size.parts)
        if isinstance(value, str) and len(value) > size.text:
            return Message("“{field}” has {length} characters; at most {limit} are allowed", field=path[:100],
                           length=len(value), limit=size.text)
    return None


def _walk(given: Any) -> Iterator[tuple[str, Any, int]]:
    """Each value within `given` with its path and depth, and each name: without recursion, whatever the depth."""
    waiting: list[tuple[str, Any, int]] = [("", given, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        yield path, value, depth
        if isinstance(value, dict):
            for name in value:
                yield f"{path}.{str(name)[:60]}".lstrip("."), name, depth
            waiting += [(f"{path}.{str(name)[:60]}".lstrip("."), one, depth + 1) for name, one in value.items()]
        elif isinstance(value, list):
            waiting += [(path, one, depth + 1) for one in value]

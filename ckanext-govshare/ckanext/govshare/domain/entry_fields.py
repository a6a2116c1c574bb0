"""The fields that an entry and its data files have: a closed list. What is in none of these sets is refused by name.

CKAN keeps whatever key it is sent, and shows it to everybody. Here a department says what COMPILED names; what the platform
computes comes back from whoever read an entry and saves it again, and says nothing. Pure.
"""
from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ckanext.govshare.domain import entry_input, file_fields
from ckanext.govshare.domain.plain_text import is_blank, text_error
from ckanext.govshare.domain.wording import Message

COMPILED = frozenset({*entry_input.FIELDS, "name", "owner_org", "tag_string", "tags", "groups", "resources", "license_id"})
# Of CKAN's output; its values are the platform's to say.
COMPUTED = frozenset({
    "id", "catalog_code", "creator_user_id", "isopen", "license_title", "license_url", "metadata_created", "metadata_modified",
    "num_resources", "num_tags", "organization", "private", "relationships_as_object", "relationships_as_subject", "state",
})
# Of CKAN's forms.
_OF_FORMS = frozenset({"_ckan_phase", "_csrf_token", "pkg_name", "save", "log_message"})
ENTRY_TYPE = "dataset"
MOST_RESOURCES, MOST_TAGS, MOST_THEMES = 1000, 100, 50
_LISTS: Mapping[str, int] = {"resources": MOST_RESOURCES, "tags": MOST_TAGS, "groups": MOST_THEMES}
_TEXTS: Mapping[str, int] = {"name": 100, "owner_org": 100, "license_id": 100, "tag_string": 10_000}
_OF_TAGS, _OF_THEMES = ("name",), ("id", "name")

Errors = dict[str, list[Message]]


def errors(given: Mapping[Any, Any], stored: Mapping[str, Any], licences: Collection[str]) -> Errors:
    """What of `given` is no field of an entry, by field.

    stored: the entry as it is; what says the same says nothing new. licences: the ids of those that the portal offers.
    """
    found: Errors = {}
    for field, value in given.items():
        if not isinstance(field, str) or field in COMPILED | COMPUTED | _OF_FORMS | {"type"}:
            continue
        if not _is_nothing(value) and value != stored.get(field):
            found[str(field)[:100]] = [Message("“{field}” is no field of an entry: it would be published without review",
                                               field=str(field)[:100])]
    if not _is_nothing(given.get("type")) and given["type"] != ENTRY_TYPE:
        found["type"] = [Message("An entry is of the type “{type}”", type=ENTRY_TYPE)]
    licence = given.get("license_id")
    if isinstance(licence, str) and not is_blank(licence) and licence not in (*licences, stored.get("license_id")):
        found["license_id"] = [Message("“{value}” is none of {choices}", value=licence[:40], choices=", ".join(licences))]
    for field, message in _malformed(given):
        found.setdefault(field, []).append(message)
    return found


def _malformed(given: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    for field, limit in _TEXTS.items():
        if error := text_error(given.get(field), limit):
            yield field, error
    for field, most in _LISTS.items():
        value = given.get(field)
        if isinstance(value, list) and len(value) > most:
            yield field, Message("{count} elements; at most {limit} are allowed", count=len(value), limit=most)


def compiled(given: Mapping[str, Any]) -> dict[str, Any]:
    """What `given` says that is a department's to say. Keywords and themes are named by their names alone."""
    said = {field: value for field, value in given.items() if field in COMPILED | {"id"}}
    for field, names in (("tags", _OF_TAGS), ("groups", _OF_THEMES)):
        if isinstance(said.get(field), list):
            said[field] = [{name: one[name] for name in names if name in one} if isinstance(one, Mapping) else one
                           for one in said[field]]
    return said


def resource_errors(given: Mapping[str, Any], stored: Mapping[str, Any]) -> Errors:
    """What of `given` is no field of a data file, by field; `stored` as in `errors`."""
    return {
        str(field)[:100]: [Message("“{field}” is no field of a data file: it would be published without review",
                                   field=str(field)[:100])]
        for field, value in given.items()
        if field not in file_fields.KNOWN and field not in _OF_FORMS and not _is_nothing(value) and value != stored.get(field)
    }


def _is_nothing(value: Any) -> bool:
    return value is False or is_blank(value)

"""Names that people read for the catalogue's fields and values, taken from the schema where it has them."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.govshare.domain.catalog import STATE_NAMES, State
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic.wording import translate

OPEN_REASONS: Mapping[str, Message] = {
    "unconditional": Message("May be provided to all citizens, legal persons and other organisations: "
                             "fetch and use it directly."),
    "conditional": Message("May be provided to citizens, legal persons and other organisations under stated conditions: "
                           "apply to the providing department, and use it as granted."),
    "none": Message("Concerns state secrets, commercial secrets or personal privacy, or may not be opened under laws, "
                    "regulations or state provisions."),
}
OTHER_FIELDS: Mapping[str, Message] = {
    "title": Message("Title"), "name": Message("Address name"), "notes": Message("Summary"), "tags": Message("Keywords"),
    "groups": Message("Themes"), "resources": Message("Data files"), "owner_org": Message("Department"),
    "license_id": Message("Licence"), "catalog_code": Message("Catalogue code"), "private": Message("Visibility"),
    # What is said with a command.
    "reason": Message("Reasons"), "outcome": Message("Decision"), "statement": Message("What became of the data"),
    "conditions": Message("Conditions"), "period_start": Message("First day of use"), "period_end": Message("Last day of use"),
    "agreement_required": Message("Data-use agreement"), "limits": Message("Agreed way of use"), "user": Message("Clerk"),
    "narrowing_basis": Message("Legal basis"), "signature_name": Message("Name of the signer"),
    "password": Message("Password of your account"),
}


def _fields() -> dict[str, dict[str, Any]]:
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    return {field["field_name"]: field for field in schema.get("dataset_fields", [])}


def gs_field_names() -> list[str]:
    """The dataset fields in the order of the form."""
    return list(_fields())


def _field(name: str) -> dict[str, Any]:
    """The schema's field `name`, or the subfield `field.subfield`; empty where there is none."""
    name, _, sub = name.partition(".")
    field: dict[str, Any] = _fields().get(name, {})
    if not sub:
        return field
    return next((f for f in field.get("simple_subfields", []) if f["field_name"] == sub), {})


def gs_field_label(name: str) -> str:
    """The name of a dataset field (or `field.subfield`) in the caller's language."""
    field = _field(name)
    if field.get("label"):
        return str(tk.h.scheming_language_text(field["label"]))
    return translate(OTHER_FIELDS[name]) if name in OTHER_FIELDS else name


def gs_label(name: str, value: Any) -> str:
    """The name of one value of a choice field; the value itself where the field has no choices."""
    for choice in _field(name).get("choices") or ():
        if choice["value"] == value:
            return str(tk.h.scheming_language_text(choice["label"]))
    return "" if value is None else str(value)


def gs_labels(name: str, values: Iterable[Any] | None) -> list[str]:
    return [gs_label(name, value) for value in values or ()]


def gs_state_label(state: str) -> str:
    """The name of a state of the review."""
    return translate(STATE_NAMES[State(state)])


def gs_open_reason(open_type: str) -> str:
    """What an open attribute means (郴政发〔2022〕2号 第二十五条)."""
    return translate(OPEN_REASONS[open_type]) if open_type in OPEN_REASONS else ""


def gs_value_lines(name: str, value: Any) -> list[str]:
    """A field's value as lines of text, for comparing two versions side by side."""
    if value is None or value in ("", []):
        return []
    if isinstance(value, bool):
        return [tk._("Yes") if value else tk._("No")]
    if name == "info_items":
        return [_info_item(item) for item in value]
    if name == "resources":
        return [line for item in value for line in _resource(item)]
    if name in ("groups", "owner_org"):
        return [_group_title(item) for item in (value if isinstance(value, list) else [value])]
    if isinstance(value, list):
        return [str(item.get("title") or item.get("name")) if isinstance(item, dict) else gs_label(name, item) for item in value]
    return [gs_label(name, value)]


def _group_title(id_or_name: str) -> str:
    """The title of a department or theme; what was given where there is none."""
    group = model.Group.get(id_or_name)
    return str(group.title or group.name) if group else str(id_or_name)


def _info_item(item: Mapping[str, Any]) -> str:
    kind = gs_label("info_items.data_type", item.get("data_type"))
    size = f" {item['length']}" if item.get("length") else ""
    named = tk._("{name} ({text})").format(name=item.get("name", ""), text=kind + size)
    about = tk._(": ") + str(item["description"]) if item.get("description") else ""
    return named + about


def _resource(item: Mapping[str, Any]) -> list[str]:
    """All that is said of a data file; which file it is, the page lists below."""
    name = item.get("name") or item.get("url") or ""
    head = tk._("{name} ({text})").format(name=name, text=item["format"]) if item.get("format") else str(name)
    more = [f"{gs_resource_label(field)}{tk._(': ')}{value}" for field, value in sorted(item.items())
            if field not in ("id", "name", "format", "file_id") and value != name]
    return [head, *more]


def gs_resource_label(name: str) -> str:
    """The name of a field of data files in the caller's language."""
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    for field in schema.get("resource_fields", []):
        if field["field_name"] == name:
            return str(tk.h.scheming_language_text(field["label"]))
    return name

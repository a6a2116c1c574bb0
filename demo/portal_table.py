"""The portal's own catalogue as a table, as an anonymous visitor gets it from the public actions."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api import Portal

_COLUMNS = ("catalog_kind", "sharing_type", "open_type", "update_frequency")


def portal_rows(portal: Portal) -> Iterator[list[Any]]:
    """A row for each entry that the public may know of, in the order of their codes."""
    labels = _labels(portal)
    shown = [portal.found("package_show", id=name) for name in portal.call("package_list")]
    for package in sorted((one for one in shown if one), key=lambda one: str(one.get("catalog_code") or "")):
        words = [labels[column].get(package.get(column), package.get(column)) for column in _COLUMNS]
        themes = ";".join(group["display_name"] for group in package["groups"])
        yield [package.get("catalog_code"), package["title"], package["name"], package["organization"]["title"], *words, themes,
               len(package["resources"])]


def _labels(portal: Portal) -> dict[str, dict[str, str]]:
    """The Chinese words of each fixed set, from the schema that the portal publishes."""
    schema = portal.call("scheming_dataset_schema_show", type="dataset")
    return {
        field["field_name"]: {choice["value"]: choice["label"]["zh_Hans_CN"] for choice in field["choices"]}
        for field in schema["dataset_fields"] if field["field_name"] in _COLUMNS
    }

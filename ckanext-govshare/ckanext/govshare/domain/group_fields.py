"""The fields of a department's and of a theme's page: a closed list, as for entries (docs/adr/099). Pure."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ckanext.govshare.domain.plain_text import is_blank
from ckanext.govshare.domain.wording import Message

# What may be said, and what CKAN's output and forms bring with it.
KNOWN = frozenset({
    "id", "name", "title", "description", "uscc", "contact", "image_url", "image_upload", "clear_upload", "image_display_url",
    "users", "groups", "packages", "tags", "type", "state", "created", "is_organization", "approval_status", "display_name",
    "package_count", "num_followers", "member_count", "dataset_count", "save", "_csrf_token", "bulk_action", "return_to",
})
ACTIONS = frozenset(f"{kind}_{verb}" for kind in ("group", "organization") for verb in ("create", "update", "patch"))


def errors(given: Mapping[str, Any], stored: Mapping[str, Any], site_url: str) -> dict[str, list[Message]]:
    """What of `given` is no field of the page, or an image from elsewhere, by field. What `stored` says already may stay."""
    found: dict[str, list[Message]] = {}
    for field, value in given.items():
        if field not in KNOWN and not is_blank(value) and value is not False and value != stored.get(field):
            found[str(field)[:100]] = [Message("“{field}” is no field of a department or theme", field=str(field)[:100])]
    image = given.get("image_url")
    if isinstance(image, str) and image not in ("", stored.get("image_url")) and not _is_own(image.strip(), site_url):
        found["image_url"] = [Message("Upload the image: pages show none from other addresses")]
    return found


def _is_own(address: str, site_url: str) -> bool:
    """Whether `address` is a file name of an upload, or an address of this site."""
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:
        return False
    return not (parts.scheme or parts.netloc) or address.startswith(site_url.rstrip("/") + "/")

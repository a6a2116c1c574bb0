"""What the entry's form asks for beside its schema."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govshare import regulations
from ckanext.govshare.domain.profiles import Topic
from ckanext.govshare.domain.regulations import Citation


def gs_cite(topic: str) -> Citation | None:
    """Where the regulations in force here speak on `topic`, a Topic or a field of Provisions; None where they are silent."""
    regime = regulations.current()
    if topic in list(Topic):
        return regime.cite(Topic(topic))
    found = regime.provision(topic)
    return found[0] if found else None


def gs_themes() -> list[dict[str, Any]]:
    """All themes that a department may propose for an entry: `id` and `display_name`."""
    themes: list[dict[str, Any]] = tk.get_action("group_list")(
        {"ignore_auth": True}, {"all_fields": True, "include_dataset_count": False})
    return themes

"""How long writing takes: an entry's draft beside stock CKAN's bare dataset, and our two steps to publication."""
from __future__ import annotations

import time
from typing import Any

import requests
from ckan.tests import factories
from filling import Catalogue
from pages import Row
from webserver import WebServer
from world import entry_fields

WARM_UP = 4
_OF_CKAN = frozenset({"name", "title", "notes", "owner_org"})


def measure(ours: WebServer, stock: WebServer, made: Catalogue, repeat: int) -> list[Row]:
    """Create in turn on both sites, then submit and approve what was created on ours."""
    editor = factories.APIToken(user=made.world.editor)["token"]
    reviewer = factories.APIToken(user=made.world.reviewer)["token"]
    rows = [Row("`package_create` ²"), Row("`govshare_entry_submit`"), Row("`govshare_entry_approve`")]
    for number in range(WARM_UP + repeat):
        # Conditional: what is measured is the entry, and data that is opened unconditionally needs a file that was read.
        fields = entry_fields(owner_org=made.world.own["id"], name=f"bench-{number}", open_type="conditional",
                              open_condition="需说明用途并签订协议。")
        entry = _post(ours, "package_create", editor, fields, rows[0].ours)
        _post(stock, "package_create", editor, _as_stock(fields), rows[0].stock)
        _post(ours, "govshare_entry_submit", editor, {"id": entry["id"]}, rows[1].ours)
        _post(ours, "govshare_entry_approve", reviewer, {"id": entry["id"]}, rows[2].ours)
    for row in rows:
        row.ours, row.stock = row.ours[WARM_UP:], row.stock[WARM_UP:]
    return rows


def _as_stock(fields: dict[str, Any]) -> dict[str, Any]:
    """The same entry for a CKAN that knows none of our fields: they become extras."""
    extras = [{"key": key, "value": str(value)} for key, value in fields.items() if key not in _OF_CKAN]
    return {key: fields[key] for key in _OF_CKAN} | {"name": f"{fields['name']}-stock", "extras": extras, "private": False}


def _post(site: WebServer, action: str, token: str, data: dict[str, Any], seconds: list[float]) -> dict[str, Any]:
    began = time.perf_counter()
    answer = site.post(action, token, **data)
    seconds.append(time.perf_counter() - began)
    if not answer.ok:
        raise requests.HTTPError(f"{action}: {answer.text}", response=answer)
    result: dict[str, Any] = answer.json()["result"]
    return result

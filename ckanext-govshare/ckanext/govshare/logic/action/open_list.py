"""The open list of the departments, for everyone the same (OPN-1: 001 第二十六条)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.domain.calendar import shanghai_date
from ckanext.govshare.domain.open_list import Line, total
from ckanext.govshare.logic.schema import open_list as schema
from ckanext.govshare.repository import departments
from ckanext.govshare.repository import open_list as repository

__all__ = ["govshare_open_list"]


@tk.side_effect_free
@validate(schema.open_list)
def govshare_open_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What is opened now, unconditionally or under conditions, by department and code; what is not opened never appears.

    :param organization: name or id of a department (optional; else the whole portal)
    :param offset, limit: paging; 100 lines unless told, at most 1000
    :returns: ``as_of`` (the day in Beijing), ``count`` of all lines, ``organization`` (or None), ``departments`` that open
        something with their ``count``, and ``results``: ``id``, ``name``, ``title``, ``catalog_code``, ``organization``,
        ``open_type``, ``conditions``, ``update_frequency``, ``formats``, ``updated`` (UTC) and ``url`` of each entry
    :raises NotFound: there is no such department
    :raises ValidationError: a parameter is wrong; names it
    """
    tk.check_access("govshare_open_list", context, data_dict)
    chosen = _department(data_dict.get("organization"))
    opening = repository.departments()
    department_id = chosen["id"] if chosen else None
    found = repository.lines(department_id, data_dict["offset"], data_dict["limit"])
    return {
        "as_of": shanghai_date(clock.now()).isoformat(), "count": total(opening, department_id), "organization": chosen,
        "departments": [{"id": one.id, "name": one.name, "title": one.title, "count": one.count} for one in opening],
        "results": [_line(line) for line in found],
    }


def _department(reference: str | None) -> dict[str, str] | None:
    if not reference:
        return None
    group = departments.find(reference)
    if group is None or not group.is_organization or group.state != "active":
        raise tk.ObjectNotFound(tk._("There is no such department"))
    return {"id": group.id, "name": group.name, "title": group.title or group.name}


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id, "name": line.name, "title": line.title, "catalog_code": line.catalog_code,
        "organization": {"name": line.department_name, "title": line.department_title}, "open_type": line.open_type,
        "conditions": line.conditions, "update_frequency": line.update_frequency, "formats": list(line.formats),
        "updated": line.updated.isoformat(), "url": tk.url_for("dataset.read", id=line.name, _external=True, locale="default"),
    }

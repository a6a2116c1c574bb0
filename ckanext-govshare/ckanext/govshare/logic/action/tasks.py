"""What waits for a department beside its applications (ACC-4: 001 第二十七条)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare.logic import roles
from ckanext.govshare.logic.schema import tasks as schema
from ckanext.govshare.repository import departments
from ckanext.govshare.repository import tasks as repository

__all__ = ["govshare_task_show"]


@tk.side_effect_free
@validate(schema.task_show)
def govshare_task_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The departments whose cases the caller handles, who else handles them, and which agreements they have to countersign.

    :param limit: at most so many agreements (20; at most 100)
    :returns: ``departments`` and ``handlers`` (``id``, ``name``, ``display_name``) and ``countersign``: ``id``,
        ``application_id``, ``title``, ``dataset``, ``applicant`` and ``offered_at``, oldest first
    :raises NotAuthorized: the caller handles the cases of no department
    """
    tk.check_access("govshare_task_show", context, data_dict)
    own = roles.handled(roles.user_of(context))
    return {
        "departments": [_named(row.id, row.name, row.title) for row in map(departments.find, own) if row],
        "handlers": [_named(row["id"], row["name"], row["fullname"]) for row in repository.handlers(own)],
        "countersign": [_agreement(row) for row in repository.to_countersign(own, data_dict["limit"])],
    }


def _named(key: str, name: str, title: str | None) -> dict[str, str]:
    return {"id": key, "name": name, "display_name": title or name}


def _agreement(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"], "application_id": row["application_id"], "title": row["title"],
        "dataset": {"name": row["dataset_name"] or "", "title": row["dataset_title"] or row["dataset_name"] or ""},
        "applicant": {"name": row["applicant_name"] or "",
                      "display_name": row["applicant_fullname"] or row["applicant_name"] or ""},
        "offered_at": row["offered_at"].isoformat(),
    }

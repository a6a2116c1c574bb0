"""Sentences that a department keeps for its replies. They are aids for writing: what is sent stands with each case."""
from __future__ import annotations

from typing import Any
from uuid import uuid4

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.schema import applications as schema
from ckanext.govshare.logic.schema.fields import reference
from ckanext.govshare.repository import canned_replies as repository
from ckanext.govshare.repository import departments

__all__ = ["govshare_canned_reply_create", "govshare_canned_reply_delete", "govshare_canned_reply_list",
           "govshare_canned_reply_update"]

# So many that none is found any more.
_MOST = 200
_WORDS = ("command", "title", "text")


def _department(reference: str) -> str:
    found = departments.find(reference)
    if found is None:
        raise tk.ObjectNotFound(tk._("Department not found"))
    return str(found.id)


@tk.side_effect_free
@validate(schema.canned_reply_list)
def govshare_canned_reply_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The replies of a department, for its members: ``id``, ``department``, ``command``, ``title``, ``text``.

    :param organization: name or id of the department
    :param command: return, approve, reject, suspend or terminate (optional)
    """
    tk.check_access("govshare_canned_reply_list", context, data_dict)
    return repository.of_department(_department(data_dict["organization"]), data_dict.get("command"))


@validate(schema.canned_reply_create)
def govshare_canned_reply_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Keep a reply for the editors of a department.

    :param organization: name or id of the department
    :param command: return, approve, reject, suspend or terminate; `title`, `text`: what it is called and says
    """
    tk.check_access("govshare_canned_reply_create", context, data_dict)
    department = _department(data_dict["organization"])
    if len(repository.of_department(department, None)) >= _MOST:
        raise tk.ValidationError({"organization": [tk._("At most {limit} replies; delete one first").format(limit=_MOST)]})
    values = {"id": str(uuid4()), "department": department, **{name: data_dict[name] for name in _WORDS}}
    with transaction():
        repository.add(values)
    return values


@validate(schema.canned_reply_update)
def govshare_canned_reply_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change a reply: its `command`, `title` or `text`, those that are given.

    :param id: id of the reply
    :raises NotFound: also for replies of other departments
    """
    tk.check_access("govshare_canned_reply_update", context, data_dict)
    values = {name: data_dict[name] for name in _WORDS if data_dict.get(name)}
    with transaction():
        if values:
            repository.change(data_dict["id"], **values)
    return repository.get(data_dict["id"]) or {}


@validate(reference)
def govshare_canned_reply_delete(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Delete a reply.

    :param id: id of the reply
    :raises NotFound: also for replies of other departments
    """
    tk.check_access("govshare_canned_reply_delete", context, data_dict)
    with transaction():
        repository.remove(data_dict["id"])
    return {"id": data_dict["id"]}

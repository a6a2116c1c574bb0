"""Whose cases a list shows, by what its caller asks for: the role (`person`'s own, department, competent) and `organization`."""
from __future__ import annotations

from ckan.types import Context, DataDict

from ckanext.govshare.logic import roles
from ckanext.govshare.repository import departments as repository


def person(context: Context, data_dict: DataDict, role: str) -> str | None:
    """The id of the caller, whose own cases alone are listed in `role`; None in every other."""
    return roles.actor_of(context) if data_dict["role"] == role else None


def departments(context: Context, data_dict: DataDict) -> list[str] | None:
    """The ids of the departments whose cases are listed; None for all. A name that nobody bears has no cases."""
    user = roles.user_of(context)
    own = (list(roles.capacities(user)) if user else []) if data_dict["role"] == "department" else None
    if not data_dict.get("organization"):
        return own
    found = repository.find(data_dict["organization"])
    return [found.id] if found and (own is None or found.id in own) else []

"""What answers say of an entry, a department and a person: how they are called, and nothing else of them."""
from __future__ import annotations

from ckan import model

from ckanext.govshare.repository import departments


def dataset(entry_id: str) -> dict[str, str]:
    """`id, name, title` of an entry; what was purged keeps its id alone."""
    package = model.Package.get(entry_id)
    return {"id": entry_id, "name": package.name if package else "", "title": (package.title or package.name) if package else ""}


def organization(department: str) -> dict[str, str]:
    """`id, name, title` of a department."""
    row = departments.find(department)
    return {"id": department, "name": row.name if row else "", "title": (row.title or row.name) if row else ""}


def account(user_id: str) -> dict[str, str] | None:
    """`id, name, display_name` of an account; None for nobody."""
    user = model.User.get(user_id) if user_id else None
    return {"id": user.id, "name": user.name, "display_name": user.display_name} if user else None


def person(user_id: str) -> dict[str, str]:
    """`name, display_name` of an account; empty for one that is gone and for the platform itself."""
    user = model.User.get(user_id) if user_id else None
    return {"name": user.name if user else "", "display_name": user.display_name if user else ""}

"""The page that each role works with: where people land who log in, and what they find under their own name."""
from __future__ import annotations

from ckan import model

from ckanext.govshare.logic import roles


def home_of(user: model.User) -> str:
    """The endpoint of the list that the user's role works with."""
    if user.sysadmin:
        return "admin.index"
    if roles.is_competent(user):
        return "govshare_catalog.queue"
    if roles.handled(user):
        return "govshare_tasks.index"
    return "govshare_catalog.index" if roles.capacities(user) else "govshare_applications.mine"

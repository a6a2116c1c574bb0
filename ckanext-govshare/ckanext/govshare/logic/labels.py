"""Who sees an entry. Labels decide what is seen, never what is fetched (design principle 1)."""
from __future__ import annotations

from ckan import model

from ckanext.govshare.logic import roles

PUBLIC = "public"
_COMPETENT = "govshare-competent"


def of_entry(package: model.Package) -> list[str]:
    """Approved entries that are not 不予开放 are public; all others are known to their department and the competent one.

    `private` says which: it is set by the review alone (`logic.drafts.write`).
    """
    if package.state == model.State.ACTIVE and not package.private:
        return [PUBLIC]
    if not package.owner_org:
        return []
    return [f"member-{package.owner_org}", _COMPETENT]


def of_user(user: model.User | None) -> list[str]:
    """What an account may see beside the public: the entries of its departments, or of all if it reviews them."""
    if user is None or user.is_anonymous or user.state != model.State.ACTIVE:
        return [PUBLIC]
    departments = [f"member-{organization}" for organization in roles.capacities(user)]
    return [PUBLIC, *departments, *([_COMPETENT] if roles.is_competent(user) else [])]

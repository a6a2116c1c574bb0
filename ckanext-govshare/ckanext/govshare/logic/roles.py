"""What a caller is to an entry: the bridge from CKAN's users and organization roles to the domain's roles."""
from __future__ import annotations

from typing import Any

from ckan import authz, model
from ckan.types import Context

from ckanext.govshare import config
from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.repository import accounts, departments
from ckanext.govshare.repository.once import once

EDITORS = departments.EDITORS


def user_of(context: Context) -> model.User | None:
    """The caller, None if anonymous."""
    user: Any = context.get("auth_user_obj") or model.User.get(context.get("user") or "")
    return user if user and not user.is_anonymous else None


def actor_of(context: Context) -> str:
    """The id of the caller's account; empty for nobody."""
    user = user_of(context)
    return user.id if user else ""


def is_operator(context: Context) -> bool:
    """Whether the caller runs the site, and so has no part in what people do on it."""
    user = user_of(context)
    return user is not None and bool(user.sysadmin)


def capacities(user: model.User) -> dict[str, str]:
    """The user's CKAN role by organization id. A blocked or deleted account has none."""
    return once(("capacities", user.id), lambda: accounts.capacities(user.id)) if user.state == model.State.ACTIVE else {}


def competent_department_id() -> str | None:
    """The id of the organization that the settings name as the competent department (001 第六条)."""
    name = config.competent_department()
    group = once(("department", name), lambda: departments.find(name)) if name else None
    return group.id if group and group.is_organization and group.state == "active" else None


def is_competent(user: model.User | None) -> bool:
    """Whether the user reviews entries: a member of the competent department, and not the platform's operator."""
    return user is not None and not user.sysadmin and competent_department_id() in capacities(user)


def handled(user: model.User | None) -> list[str]:
    """Ids of the departments whose cases the user handles; the operator handles none."""
    if user is None or user.sysadmin:
        return []
    return [department for department, capacity in capacities(user).items() if capacity in EDITORS]


def of(context: Context, department: str) -> frozenset[Role]:
    """The caller's roles towards an entry of `department` (an organization id)."""
    if context.get("ignore_auth"):
        return frozenset({Role.SYSTEM})
    user = user_of(context)
    if user is None or user.state != model.State.ACTIVE:
        return frozenset({Role.ANONYMOUS})
    if authz.is_sysadmin(user.name):
        # The operator runs the site; whoever compiles or reviews does so with an account of their department.
        return frozenset({Role.OPERATOR})
    held = capacities(user)
    roles = set()
    if department in held:
        roles.add(Role.OWN_EDITOR if held[department] in EDITORS else Role.OWN_MEMBER)
    if competent_department_id() in held:
        roles.add(Role.COMPETENT)
    if not roles and any(capacity in EDITORS for capacity in held.values()):
        roles.add(Role.OTHER_EDITOR)
    return frozenset(roles or {Role.CITIZEN})

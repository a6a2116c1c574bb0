"""Departments with the members that the roles need, and themes: created where they are missing."""
from __future__ import annotations

from typing import Any

import accounts as people
import seed_data
from accounts import Accounts
from api import Portal, each


def departments(portal: Portal, accounts: Accounts) -> int:
    """Each department with its compiler; how many were created or got a member."""
    members = people.memberships()
    return each("departments", lambda department: _department(portal, accounts, department, members[department["name"]]),
                seed_data.departments(), every=25)


def _department(portal: Portal, accounts: Accounts, department: dict[str, Any], members: list[dict[str, Any]]) -> bool:
    shown = portal.found("organization_show", accounts.admin, id=department["name"], include_users=True)
    if shown is None:
        portal.call("organization_create", accounts.admin, **seed_data.organization(department), users=members)
        return True
    present = {user["name"] for user in shown["users"]}
    missing = [member for member in members if member["name"] not in present]
    for member in missing:
        portal.call("organization_member_create", accounts.admin, id=shown["id"], username=member["name"],
                    role=member["capacity"])
    return bool(missing)


def themes(portal: Portal, accounts: Accounts) -> int:
    """Each theme; how many were created."""
    return each("themes", lambda theme: _theme(portal, accounts, theme), seed_data.themes(), every=16)


def _theme(portal: Portal, accounts: Accounts, theme: dict[str, Any]) -> bool:
    if portal.found("group_show", accounts.admin, id=theme["name"]):
        return False
    portal.call("group_create", accounts.admin, **theme)
    return True

"""What a caller is to a case of conditional access: the bridge from CKAN's users to the domain's parts."""
from __future__ import annotations

from collections.abc import Mapping

from ckan.types import Context

from ckanext.govshare.domain.catalog import Role
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.logic import roles

_OF_ROLES: Mapping[Role, Part] = {
    Role.OWN_EDITOR: Part.HANDLER,
    Role.OWN_MEMBER: Part.DEPARTMENT_MEMBER,
    Role.COMPETENT: Part.COMPETENT,
    Role.OPERATOR: Part.OPERATOR,
    Role.SYSTEM: Part.SYSTEM,
}


def of(context: Context, department: str, applicant: str) -> frozenset[Part]:
    """The caller's parts in a case of `department` (an organization's id) that the user with the id `applicant` began.

    The operator has no part but that: whoever applies or decides does so with an account for it.
    """
    held = roles.of(context, department)
    parts = {_OF_ROLES[role] for role in held if role in _OF_ROLES}
    user = roles.user_of(context)
    if user is not None and user.id == applicant and not held & {Role.ANONYMOUS, Role.OPERATOR, Role.SYSTEM}:
        parts.add(Part.APPLICANT)
    return frozenset(parts or {Part.STRANGER})

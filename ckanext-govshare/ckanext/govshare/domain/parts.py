"""What a caller is to a case of conditional access: its applicant, the department that decides, or somebody looking on."""
from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """A person's part in one case. Somebody may have several; a blocked account is a stranger."""

    APPLICANT = "applicant"
    HANDLER = "handler"  # editor or administrator of the entry's department
    DEPARTMENT_MEMBER = "department_member"
    COMPETENT = "competent"
    OPERATOR = "operator"
    SYSTEM = "system"
    STRANGER = "stranger"

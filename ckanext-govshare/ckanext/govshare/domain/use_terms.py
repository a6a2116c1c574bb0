"""The terms under which data is used, as an applicant accepts them (OPN-5: 001 第四十条; 000 第二十九条).

Whoever applies is told these before the submission, and the version that they saw is kept with the case.
"""
from __future__ import annotations

from ckanext.govshare.domain.wording import Message

# To be raised with any change of a term below: stored cases name the version that they accepted.
VERSION = "1"

TERMS: tuple[Message, ...] = (
    Message("You may not transfer the data without permission."),
    Message("You may not change the purpose or the scope of use without permission."),
    Message("You may not use the data for unlawful or criminal activities."),
)

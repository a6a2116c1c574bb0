"""Reasons that are often given, offered so that none is left empty and all are in the words of the regulations (ACC-4, ACC-5).

A department adds its own as canned replies. Pure.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from ckanext.govshare.domain.wording import Message

COMMON_REASONS: Mapping[str, Sequence[Message]] = {
    "return": (
        Message("Describe the purpose and the scene of use in more detail."),
        Message("Describe the security measures: who keeps the data, how it is protected, how it is deleted."),
        Message("Attach a document that shows who applies and what for."),
        Message("The period asked for is longer than the purpose needs; shorten it or explain it."),
    ),
    "reject": (
        Message("The purpose does not meet the conditions under which the data is opened."),
        Message("The applicant is not among those to whom the data is opened."),
        Message("The security measures do not suffice for the data."),
        Message("What was stated could not be confirmed."),
    ),
    "suspend": (
        Message("The data is used beyond the agreed purpose or scope; until this is clarified, access is suspended."),
        Message("The use is unusual; until it is explained, access is suspended."),
        Message("A security incident at the holder has to be settled first."),
    ),
    "resume": (
        Message("The matter is clarified; the agreement was kept."),
        Message("The shortcoming is mended."),
    ),
    "terminate": (
        Message("The data was passed on to others, against the agreement."),
        Message("The purpose or the scope was changed without consent."),
        Message("The duties under the agreement were not met in spite of a reminder."),
    ),
}


def joined(chosen: Sequence[str], typed: str) -> str:
    """One reason of those that were chosen and what was typed, a paragraph each."""
    return "\n".join(part.strip() for part in (*chosen, typed) if part.strip())

"""What the portal writes to people about their account. Pure: texts with `{named}` gaps, translated at the edge.

The address that the letter is about follows the sentences.
"""
from __future__ import annotations

from collections.abc import Mapping

from ckanext.govshare.domain.messages import Message
from ckanext.govshare.domain.notice_texts import Text

RESET, INVITATION = "reset", "invitation"


def written(kind: str, params: Mapping[str, object]) -> Text:
    """The letter of a kind.

    :param params: ``site``, ``account`` and ``until`` (a date and time, as its reader writes it); an invitation's also
        ``department`` and ``role``.
    """
    if kind == INVITATION:
        return Text(Message("Invitation to {site}", **params), (
            Message("You have been invited to {site}: to {department}, as {role}. Your account is {account}.", **params),
            Message("If you know nothing of this, you need not do anything."),
            Message("Open this address and choose a password. It works once, until {until}:", **params)))
    return Text(Message("A new password for {site}", **params), (
        Message("Somebody, probably you, asked for a new password for your account {account} at {site}.", **params),
        Message("If it was not you, you need not do anything: your password stays as it is."),
        Message("Open this address and choose a new password. It works once, until {until}:", **params)))

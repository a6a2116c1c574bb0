"""What the portal writes to people about their account. Pure: texts with `{named}` gaps, translated at the edge.

The address that the letter is about follows the sentences.
"""
from __future__ import annotations

from collections.abc import Mapping

from ckanext.govshare.domain.account_links import ADDRESS, PASSWORD, REGISTRATION
from ckanext.govshare.domain.notice_texts import Text
from ckanext.govshare.domain.wording import Message

# Letters to whoever has the account; TAKEN where somebody wanted its address for another one.
RESET, INVITATION, TAKEN = "reset", "invitation", "taken"
# Letters to an address that nobody has: to register with it, or to give it to an account.
REGISTER, CONFIRM = "register", "confirm"
PURPOSES: Mapping[str, str] = {
    RESET: PASSWORD, INVITATION: PASSWORD, TAKEN: PASSWORD, REGISTER: REGISTRATION, CONFIRM: ADDRESS}

_RESET = (
    Message("A new password for {site}"), (
        Message("Somebody, probably you, asked for a new password for your account {account} at {site}."),
        Message("If it was not you, you need not do anything: your password stays as it is."),
        Message("Open this address and choose a new password. It works once, until {until}:")))
_INVITATION = (
    Message("Invitation to {site}"), (
        Message("You have been invited to {site}: to {department}, as {role}. Your account is {account}."),
        Message("If you know nothing of this, you need not do anything."),
        Message("Open this address and choose a password. It works once, until {until}:")))
_REGISTER = (
    Message("Your registration at {site}"), (
        Message("Somebody, probably you, wants to register an account at {site} with this e-mail address."),
        Message("If it was not you, you need not do anything: there will be no account."),
        Message("Open this address and choose a name and a password. It works once, until {until}:")))
_CONFIRM = (
    Message("Confirm your e-mail address for {site}"), (
        Message("This e-mail address is to be that of the account {account} at {site}."),
        Message("If you know nothing of this, you need not do anything: the account does not get it."),
        Message("Open this address, log in as {account} and confirm it. It works once, until {until}:")))
_TAKEN = (
    Message("You have an account at {site}"), (
        Message("Somebody, probably you, wanted to use this e-mail address at {site}: to register, or for another account."),
        Message("It belongs to your account {account}, and to no other; so nothing has changed. Log in with that account."),
        Message("If it was not you, you need not do anything."),
        Message("If you forgot the password, open this address and choose a new one. It works once, until {until}:")))
_TEXTS = {RESET: _RESET, INVITATION: _INVITATION, REGISTER: _REGISTER, CONFIRM: _CONFIRM, TAKEN: _TAKEN}


def written(kind: str, params: Mapping[str, object]) -> Text:
    """The letter of a kind.

    :param params: ``site`` and ``until`` (a date and time, as its reader writes it); but for REGISTER ``account``; an
        invitation's also ``department`` and ``role``.
    """
    subject, sentences = _TEXTS[kind]
    return Text(Message(subject.text, **params), tuple(Message(sentence.text, **params) for sentence in sentences))

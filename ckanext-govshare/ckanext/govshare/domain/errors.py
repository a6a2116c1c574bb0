"""Why a command was refused.

DomainError
├── NotNow      the state does not allow the command
├── NotYours    the person may not give it, whatever the state
└── Invalid     fields of the command or of the entry are wrong; carries every error, by field
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from ckanext.govshare.domain.wording import Message


class DomainError(Exception):
    """A refusal; `message` tells people why and what to do next. Raises TypeError where it tells nothing."""

    def __init__(self, message: Message) -> None:
        if not isinstance(message, Message):
            raise TypeError("a refusal says why")
        super().__init__(str(message))
        self.message = message


class NotNow(DomainError): ...


class NotYours(DomainError): ...


class Invalid(DomainError):
    """Refused for its content: `errors` holds all messages, by field name. Raises TypeError where one of them tells nothing."""

    def __init__(self, errors: Mapping[str, Sequence[Message]]) -> None:
        if not all(isinstance(message, Message) for messages in errors.values() for message in messages):
            raise TypeError("a refusal says why")
        super().__init__(Message("Some fields are missing or wrong"))
        self.errors = errors

"""Ways by which a message leaves the portal, beside the inbox that everyone has (ADR 086).

A channel is a class without parameters that has a `name` and a method `send`. The settings name those that are in use; one of
another package is named by its import path, as docs/operations.md shows for an SMS gateway.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ckanext.govshare import config


@dataclass(frozen=True)
class Letter:
    """A message in its reader's language. `id` is the same at each attempt, so that a channel can tell a repetition."""

    id: int
    subject: str
    sentences: tuple[str, ...]
    url: str
    language: str


@dataclass(frozen=True)
class Recipient:
    """Whom a letter is for: an active account of the portal."""

    id: str
    name: str
    display_name: str
    email: str


class Undeliverable(Exception):
    """No later attempt would succeed; the text says why."""


class Channel(Protocol):
    """One way out. It is asked again, later and later, until `send` returns or raises Undeliverable."""

    name: str

    def send(self, letter: Letter, recipient: Recipient) -> bool:
        """Hand the letter over, within half a minute; False where the recipient has no address of this kind.

        Raises Undeliverable where trying again is of no use, and anything else to be asked again.
        """


BUILT_IN = {"mail": "ckanext.govshare.notifications.mail:Mail"}


def names() -> list[str]:
    """The channels in use, as the settings name them."""
    return config.message_channels()


def channel(name: str) -> Channel:
    """The channel of a name: a built-in one, or ``package.module:Class``.

    Raises ValueError naming the setting where there is none.
    """
    made: Channel = config.instance("govshare.message_channels", BUILT_IN.get(name, name))
    return made

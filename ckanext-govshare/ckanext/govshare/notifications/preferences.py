"""What people chose about their messages, kept with their account where CKAN shows it to nobody."""
from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ckan import model

from ckanext.govshare import config

_KEY = "govshare_messages"


@dataclass(frozen=True)
class Preferences:
    """`mail`: whether messages also leave the portal, by e-mail or another channel; `language`: in which they are written."""

    mail: bool
    language: str


def offered() -> list[str]:
    """The languages to choose from."""
    return list(dict.fromkeys([config.default_locale(), *config.locales_offered()]))


def of(user: model.User) -> Preferences:
    """What `user` chose; messages are sent, in the portal's language, until told otherwise."""
    kept: dict[str, Any] = (user.plugin_extras or {}).get(_KEY) or {}
    return Preferences(bool(kept.get("mail", True)), or_default(kept.get("language")))


def or_default(language: Any) -> str:
    """`language` where it is offered, else the portal's."""
    return str(language) if language in offered() else offered()[0]


def keep(user: model.User, chosen: Preferences) -> None:
    """Keep what `user` chose, in the caller's transaction."""
    user.plugin_extras = {**(user.plugin_extras or {}), _KEY: asdict(chosen)}

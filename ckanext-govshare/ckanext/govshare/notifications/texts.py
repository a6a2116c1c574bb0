"""A message in its reader's language, read from our own catalogue, so that a worker without a request can write it, too."""
from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date

from ckanext.govshare import config
from ckanext.govshare.domain import notice_texts
from ckanext.govshare.domain.wording import Message

_DOMAIN = "ckanext-govshare"
_CATALOGUES = Path(__file__).parents[1] / "i18n"


def write(kind: str, params: Mapping[str, Any], language: str) -> tuple[str, list[str]]:
    """Title and sentences of a message in `language` (such as zh_Hans_CN); of a kind that no longer exists its name alone."""
    if kind not in notice_texts.KINDS:
        return kind, []
    shown = {name: _shown(name, value, language) for name, value in params.items()}
    return filled(notice_texts.written(kind, shown), language)


def filled(text: notice_texts.Text, language: str) -> tuple[str, list[str]]:
    """Title and sentences of a text whose parameters are shown as they are."""
    _ = _translation(language)
    return _filled(text.title, _), [_filled(sentence, _) for sentence in text.sentences]


def word(msgid: str, language: str) -> str:
    """One word or name of ours in `language`."""
    return _translation(language)(msgid)


def line(text: str) -> str:
    """`text` on one line: titles and names of people stand in headers, where a line break would begin another one."""
    return " ".join(text.split())


def _translation(language: str) -> Callable[[str], str]:
    return gettext.translation(_DOMAIN, _CATALOGUES, [language], fallback=True).gettext


def _filled(message: Message, translate: Callable[[str], str]) -> str:
    return translate(message.text).format(**message.params)


def _shown(name: str, value: Any, language: str) -> Any:
    if name in notice_texts.DATES and value:
        return format_date(date.fromisoformat(value), format="long", locale=language)
    return value


def absolute(address: str, language: str) -> str:
    """The whole address of a page of ours, in `language`."""
    prefix = "" if language == config.default_locale() else f"/{language}"
    return config.site_url() + config.root_path().replace("/{{LANG}}", prefix).rstrip("/") + address

"""The domain's texts and refusals in the language of the request and in CKAN's terms. Messages are the rows of an inbox."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.i18n import get_lang
from flask import has_request_context

from ckanext.govshare import config
from ckanext.govshare.domain.errors import DomainError, Invalid, NotYours
from ckanext.govshare.domain.wording import Message


def translate(message: Message) -> str:
    """`message` in the caller's language, its parameters translated and filled in."""
    params = {k: translate(v) if isinstance(v, Message) else v for k, v in message.params.items()}
    text: str = tk._(message.text)
    return text.format(**params) if params else text


def language() -> str:
    """The language of the request; the portal's for a job or a command, which call actions without one."""
    return str(get_lang() if has_request_context() else config.default_locale())


def error_dict(errors: Mapping[str, Iterable[Message]]) -> dict[str, list[Any]]:
    """Errors by field as CKAN's ValidationError takes them, which sums up those of `extras` in a way of their own."""
    texts = {field: [translate(m) for m in messages] for field, messages in errors.items()}
    return {field: [{"key": said}] if field == "extras" else said for field, said in texts.items()}


@contextmanager
def asking() -> Iterator[None]:
    """A refusal of the domain inside is raised in CKAN's terms: NotAuthorized, or ValidationError with field names."""
    try:
        yield
    except Invalid as refusal:
        raise tk.ValidationError(error_dict(refusal.errors)) from refusal
    except NotYours as refusal:
        raise tk.NotAuthorized(translate(refusal.message)) from refusal
    except DomainError as refusal:
        raise tk.ValidationError({"state": [translate(refusal.message)]}) from refusal

"""Text for people, kept apart from its translation so that the rules stay pure."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Message:
    """An English gettext msgid with `{named}` parameters; a parameter may be a Message itself.

    Translated at the edge by `ckanext.govshare.logic.wording.translate`. Babel extracts the first argument.
    """

    __slots__ = ("params", "text")

    def __init__(self, text: str, /, **params: Any) -> None:
        self.text = text
        self.params: Mapping[str, Any] = params

    def __str__(self) -> str:
        return self.text.format(**self.params) if self.params else self.text

    def __repr__(self) -> str:
        return f"Message({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.text, self.params) == (other.text, other.params)

    def __hash__(self) -> int:
        return hash((self.text, str(sorted(self.params.items(), key=str))))

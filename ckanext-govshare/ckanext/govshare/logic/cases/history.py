"""The steps of a case as actions show them, to each what is for them (`domain.reading`)."""
from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from ckanext.govshare.domain import reading
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.reading import Matter
from ckanext.govshare.logic import named


def reason_of(row: Mapping[str, Any]) -> str:
    """What was said at a step, as the history has it."""
    return row["payload"].get("reason") or ""


def shown(rows: Iterable[Mapping[str, Any]], held: frozenset[Part], known: Collection[str],
          words: Callable[[Mapping[str, Any]], str] = reason_of) -> list[dict[str, Any]]:
    """The steps, oldest first: `seq, event, at, actor, reason`; `actor` is a name, None where it is not for the reader.

    :param rows: of the history, as `repository.trace.events` gives them.
    :param held: the reader's parts in the case.
    :param known: ids of accounts that whoever reads the case may know: whose case it is, who signed.
    :param words: what was said at a step, of a row of the history.
    """
    readable = reading.reads(Matter.WORDS, held)
    return told(rows, words if readable else lambda row: "", lambda actor: reading.names(actor, held, known))


def told(rows: Iterable[Mapping[str, Any]], words: Callable[[Mapping[str, Any]], str],
         names: Callable[[str], bool] = bool) -> list[dict[str, Any]]:
    """The same, by what may be said: `words` of a row, and whether an account is named."""
    return [{"seq": row["seq"], "event": row["name"], "at": row["effective_at"].isoformat(),
             "actor": (named.person(row["actor"])["display_name"] or None) if names(row["actor"]) else None, "reason": words(row)}
            for row in rows]

"""The steps of a case as actions show them, to each what is for them (`domain.reading`)."""
from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from ckanext.govshare.domain import reading
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.reading import Matter
from ckanext.govshare.logic import named


def _reason(row: Mapping[str, Any]) -> str:
    return row["payload"].get("reason") or ""


def shown(rows: Iterable[Mapping[str, Any]], held: frozenset[Part], known: Collection[str],
          words: Callable[[Mapping[str, Any]], str] = _reason) -> list[dict[str, Any]]:
    """The steps, oldest first: `seq, event, at, actor, reason`; `actor` is a name, None where it is not for the reader.

    :param rows: of the history, as `repository.trace.events` gives them.
    :param held: the reader's parts in the case.
    :param known: ids of accounts that whoever reads the case may know: whose case it is, who signed.
    :param words: what was said at a step, of a row of the history.
    """
    readable = reading.reads(Matter.WORDS, held)
    return [
        {"seq": row["seq"], "event": row["name"], "at": row["effective_at"].isoformat(),
         "actor": _name(row["actor"]) if reading.names(row["actor"], held, known) else None,
         "reason": words(row) if readable else ""}
        for row in rows
    ]


def _name(actor: str) -> str | None:
    return named.person(actor)["display_name"] or None

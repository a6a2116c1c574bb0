"""What actions tell of a case of whichever kind: which it is, where it stands, and what the caller may do with it now."""
from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from ckanext.govshare import clock
from ckanext.govshare.domain.calendar import Deadline
from ckanext.govshare.logic import named
from ckanext.govshare.logic.cases import history
from ckanext.govshare.logic.cases.kernel import Machine
from ckanext.govshare.repository import deadlines, trace
from ckanext.govshare.repository.cases import KINDS


def moment(value: datetime | None) -> str | None:
    """A time as JSON has it."""
    return value.isoformat() if value else None


def which(case: Any) -> dict[str, Any]:
    """Which case it is, and where it stands."""
    return {"id": case.id, "state": case.state.value, "dataset": named.dataset(case.entry_id),
            "organization": named.organization(case.department)}


def row(case: Any, running: Deadline | None) -> dict[str, Any]:
    """A case in a list, without what people wrote."""
    return which(case) | {"deadline": running.as_dict() if running else None,
                          "overdue": bool(running and running.is_overdue(clock.now()))}


def rows(machine: Machine[Any], cases: Sequence[Any]) -> list[dict[str, Any]]:
    """Cases in a list, each with its due date where one runs."""
    running = deadlines.running(machine.kind, [case.id for case in cases])
    return [row(case, running.get(case.id)) for case in cases]


def steps(machine: Machine[Any], case: Any, held: frozenset[Any], actor: str, facts: Any = None,
          known: Collection[str] | None = None,
          words: Callable[[Mapping[str, Any]], str] = history.reason_of,
          events: Sequence[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """What may be done with a case now, and what was: `commands` and `history`, to each what is theirs.

    known: ids of accounts that whoever reads the case may know; by default whose case it is. events: of its history,
    where the caller has read them. Others as `Process.allowed` and `history.shown` take them.
    """
    person = {getattr(case, KINDS[machine.kind].person)} if known is None else known
    return {
        "commands": [command.value for command in machine.process.allowed(case, held, actor, facts)],
        "history": history.shown(trace.events(machine.kind, case.id) if events is None else events, held, person, words),
    }


def whole(machine: Machine[Any], case: Any, held: frozenset[Any], actor: str) -> dict[str, Any]:
    """One case with all that every kind has."""
    return rows(machine, [case])[0] | steps(machine, case, held, actor)

"""Appeals as actions tell them, to each what is theirs: the operator gets no texts and no names of people."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.govshare.display import case_rows
from ckanext.govshare.display.case_rows import moment
from ckanext.govshare.domain.appeals import Appeal, Kind
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.reading import Matter, reads
from ckanext.govshare.logic import named
from ckanext.govshare.logic.appeals import MACHINE, subject_of
from ckanext.govshare.repository import appeals as repository
from ckanext.govshare.repository import trace

_MASKED: Mapping[str, Any] = {"appellant": None, "reason": "", "decision_reason": ""}


def rows(found: Sequence[Appeal], readable: bool) -> list[dict[str, Any]]:
    """Appeals in a list; `readable`: with what people wrote, and who."""
    masked = {} if readable else dict(_MASKED)
    return [row | _own(appeal) | masked for appeal, row in zip(found, case_rows.rows(MACHINE, found), strict=True)]


def whole(appeal: Appeal, held: frozenset[Part], actor: str) -> dict[str, Any]:
    """All that somebody of the parts `held` sees of an appeal."""
    subject, readable = subject_of(appeal), reads(Matter.WORDS, held)
    events = trace.events(MACHINE.kind, appeal.id)
    return rows([appeal], readable)[0] | case_rows.steps(MACHINE, appeal, held, actor, subject, events=events) | {
        "remedy": next((row["payload"]["remedy"] for row in events if "remedy" in row["payload"]), None),
        "decision": {"state": subject.state, "reason": repository.decision_reason(appeal) if readable else ""},
    }


def _own(appeal: Appeal) -> dict[str, Any]:
    is_grant = appeal.subject_kind is Kind.GRANT
    return {
        "against": appeal.against.value, "application_id": None if is_grant else appeal.subject_id,
        "grant_id": appeal.subject_id if is_grant else None, "appellant": named.person(appeal.appellant),
        "reason": appeal.reason, "decision_reason": appeal.decision_reason, "filed_at": moment(appeal.filed_at),
        "decided_at": moment(appeal.decided_at),
    }

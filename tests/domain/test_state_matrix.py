"""State × part × command of conditional access: all of it is walked through the domain, and rendered into the docs.

docs/state-matrix.md is what the tables say: `pytest --write-docs` writes it, and a test fails when it is stale.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from ckanext.govshare.domain import agreements, appeals, applications, grants, reading
from ckanext.govshare.domain.errors import NotNow, NotYours
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.logic.cases import consequences

PAGE = Path(__file__).parents[2] / "docs" / "state-matrix.md"
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
START, END = NOW - timedelta(days=10), NOW + timedelta(days=30)
HASH = "0" * 64
# Whoever appears in a case only once, so that no rule about persons stands in the way of the table's.
ACTORS = {Part.APPLICANT: "company", Part.HANDLER: "clerk", Part.COMPETENT: "judge", Part.SYSTEM: "system"}


@dataclass(frozen=True)
class Feature:
    """One kind of case: its table, and how to give one of its commands in one of its states.

    `give` decides and evolves; it answers with the event and the state afterwards. State None: there is no case yet.
    """

    title: str
    transitions: Mapping[Any, Any]
    states: tuple[StrEnum | None, ...]
    give: Callable[[Any, Any, Part], tuple[Event, Any]]


def _application(state: applications.State, command: applications.Command, part: Part) -> tuple[Event, Any]:
    form = applications.Form(
        purpose="研究", period_start="2026-03-02", period_end="2026-04-01", security_measures="加密",
        applicant_kind="natural_person", applicant_name="李明", contact_name="李明", contact_phone="0735-2222222",
        contact_email="liming@example.org")
    case = applications.Application("a1", "e1", "d1", "company", state, form)
    order = applications.Order(command, ACTORS.get(part, "someone"), "理由")
    silent = command is applications.Command.DEEM
    facts = applications.Facts(today=date(2026, 3, 2), overdue=silent, deems=silent)
    event = applications.decide(case, order, frozenset({part}), facts)
    return event, applications.evolve(case, event, order.actor, NOW).state


def _agreement(state: agreements.State, command: agreements.Command, part: Part) -> tuple[Event, Any]:
    case = agreements.Agreement("x1", "a1", "e1", "d1", "company", "协议", "文本", HASH, START, END, START, state)
    order = agreements.Order(command, ACTORS.get(part, "someone"), "王芳", HASH, "password", reason="理由", by="x2")
    now = END if command is agreements.Command.LAPSE else NOW
    event = agreements.decide(case, order, frozenset({part}), now)
    return event, agreements.evolve(case, event, now).state


def _grant(state: grants.State, command: grants.Command, part: Part) -> tuple[Event, Any]:
    case = grants.Grant("g1", "a1", "e1", "d1", "company", state, START, END, START)
    order = grants.Order(command, ACTORS.get(part, "someone"), "理由")
    now = END if command is grants.Command.EXPIRE else NOW
    event = grants.decide(case, order, frozenset({part}), now)
    return event, grants.evolve(case, event, order.actor, now).state


def _appeal(state: appeals.State | None, command: appeals.Command, part: Part) -> tuple[Event, Any]:
    subject = appeals.Subject(appeals.Kind.APPLICATION, "a1", "e1", "d1", "company", "rejected", "理由", "clerk", START)
    order = appeals.Order(command, ACTORS.get(part, "someone"), "理由")
    if state is None:
        event = appeals.file(subject, order, frozenset({part}), (), NOW)
        return event, appeals.opened("p1", subject, event, order, NOW).state
    case = _filed(subject, state)
    decided = appeals.decide(case, subject, order, frozenset({part}), NOW)
    return decided, appeals.evolve(case, decided, NOW).state


def _filed(subject: appeals.Subject, state: appeals.State) -> appeals.Appeal:
    order = appeals.Order(appeals.Command.FILE, "company", "理由")
    event = appeals.file(subject, order, frozenset({Part.APPLICANT}), (), NOW)
    return replace(appeals.opened("p1", subject, event, order, NOW), state=state)


FEATURES = [
    Feature("Applications", applications.TRANSITIONS, tuple(applications.State), _application),
    Feature("Agreements", agreements.TRANSITIONS, tuple(agreements.State), _agreement),
    Feature("Grants", grants.TRANSITIONS, tuple(grants.State), _grant),
    Feature("Appeals", appeals.TRANSITIONS, (None, *appeals.State), _appeal),
]


def _cells() -> Iterator[tuple[Feature, Any, Part, Any]]:
    for feature in FEATURES:
        for state in feature.states:
            commands = [c for c, t in feature.transitions.items() if state is not None or None in t.states]
            yield from ((feature, state, part, command) for part in Part for command in commands)


def test_every_part_gets_the_answer_of_the_table_to_every_command_in_every_state() -> None:
    wrong = []
    for feature, state, part, command in _cells():
        transition = feature.transitions[command]
        expected = (NotYours if part not in transition.roles else
                    NotNow if state not in transition.states else None)
        try:
            _, after = feature.give(state, command, part)
            answer = None if after in _reached(feature, state, command) else after
        except (NotYours, NotNow) as refusal:
            answer = type(refusal)
        if answer is not expected:
            wrong.append((feature.title, state, part, command, answer))
    assert wrong == []


def _reached(feature: Feature, state: Any, command: Any) -> set[Any]:
    """The states that a command may lead to; a reinstatement leads back to one that the case itself knows."""
    if command == "reinstate":
        return {*feature.states} - {state}
    return {feature.transitions[command].to or state}


def test_each_command_has_an_event_of_its_own() -> None:
    names: dict[str, tuple[str, Any]] = {}
    for feature, state, part, command in _cells():
        transition = feature.transitions[command]
        if part in transition.roles and state in transition.states:
            event, _ = feature.give(state, command, part)
            assert names.setdefault(event.name, (feature.title, command)) == (feature.title, command)
    assert len(names) == sum(len(feature.transitions) for feature in FEATURES)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.title)
def test_a_command_leads_somewhere_and_a_state_is_reached(feature: Feature) -> None:
    transitions = feature.transitions.values()
    assert all(transition.roles and transition.states for transition in transitions)
    begun = {next(state for state in feature.states if state is not None)}
    assert begun | {t.to for t in transitions if t.to} >= {state for state in feature.states if state is not None}


def page() -> str:
    """The four tables for people: by part and state the commands, and where each command leads."""
    lines = ["# Who may do what with an application, agreement, grant or appeal", "",
             "Generated from the tables `TRANSITIONS` of `domain/applications.py`, `agreements.py`, `grants.py` and",
             "`appeals.py` by `tests/domain/test_state_matrix.py --write-docs`; the same test walks all of it. Parts are",
             "those of `domain/parts.py`: the applicant is also the holder and the appellant, the handler an editor or",
             "administrator of the department that provides the data, and `system` the platform itself (a signature, an",
             "appeal or the clock).", ""]
    for feature in FEATURES:
        lines += [f"## {feature.title}", "", *_by_part(feature), "", *_by_command(feature), ""]
    lines += ["## What follows", "", *_consequences(), "", "## Who reads what", "", *_readers(), "", *REMARKS, ""]
    return "\n".join(lines)


REMARKS = (
    "## Beyond the tables", "",
    "- Nobody decides on their own application or grant, signs for both sides, or decides an appeal in a case in which they "
    "took part.",
    "- Refusals, returns, suspensions, resumptions, terminations and decisions of appeals state their reasons.",
    "- Suspending, resuming and surrendering end with the grant's period; lapsing and expiring begin with it.",
    "- Overturning an appeal gives `overturn` on an application, `resume` or `reinstate` on a grant, in the same transaction; "
    "nothing where the decision no longer stands.",
    "- What has been upheld is not appealed against again; a later suspension is another decision.",
)


def _by_part(feature: Feature) -> list[str]:
    rows = [f"| part | {' | '.join(state or 'none yet' for state in feature.states)} |", "|---" * (len(feature.states) + 1) + "|"]
    for part in Part:
        cells = [", ".join(command for command, t in feature.transitions.items() if part in t.roles and state in t.states) or "–"
                 for state in feature.states]
        rows.append(f"| {part} | {' | '.join(cells)} |")
    return rows


def _by_command(feature: Feature) -> list[str]:
    rows = ["| command | by | from | to |", "|---|---|---|---|"]
    for command, t in feature.transitions.items():
        sources = ", ".join(state or "none yet" for state in feature.states if state in t.states)
        by = ", ".join(part for part in Part if part in t.roles)
        rows.append(f"| {command} | {by} | {sources} | {t.to or 'as it was'} |")
    return rows


def _consequences() -> list[str]:
    rows = ["In the same transaction, after the event itself (`logic/cases/consequences.py`).", "", "| event | what follows |",
            "|---|---|"]
    for event, functions in consequences.TABLE.items():
        rows += [f"| {event.name} | {(function.__doc__ or '').rstrip('.')} |" for function in functions]
    return rows


def _readers() -> list[str]:
    rows = ["Of each case, in lists, answers and pages (`domain/reading.py`). Standing: that there is one, its state, dates and "
            "steps; words: who it is about and", "what people wrote; staff: which clerk took a step. An agreement's standing is "
            "told with its words alone, a draft's to its applicant.", "",
            f"| part | {' | '.join(reading.Matter)} |", "|---" * (len(reading.Matter) + 1) + "|"]
    for part in Part:
        cells = ["yes" if part in reading.READERS[matter] else "–" for matter in reading.Matter]
        rows.append(f"| {part} | {' | '.join(cells)} |")
    return rows


def test_the_documented_matrix_is_the_one_that_decides(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--write-docs"):
        PAGE.write_text(page(), encoding="utf8")
    assert PAGE.read_text(encoding="utf8") == page()

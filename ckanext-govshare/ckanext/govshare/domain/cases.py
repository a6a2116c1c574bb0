"""A case's process as data: who may give which command from which states, where it leads, and why it is refused. Pure.

Applications, agreements, grants, appeals and the review of entries are processes. A feature's own module keeps what is its own:
its facts, what it checks of a command's content, and its events (`decide`, `evolve`).
"""
from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from ckanext.govshare.domain.errors import DomainError, Invalid, NotNow, NotYours
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.notices import Told
from ckanext.govshare.domain.plain_text import text_error
from ckanext.govshare.domain.profiles import Rule
from ckanext.govshare.domain.wording import Message

MAX_REASON = 5000  # characters

C = TypeVar("C", bound=StrEnum)  # commands
S = TypeVar("S", bound=StrEnum)  # states
P = TypeVar("P", bound=StrEnum)  # parts


class Stated(Protocol):
    """A case, as far as its process looks at it."""

    @property
    def state(self) -> Any: ...


class Given(Protocol):
    """A command as somebody gave it, with whatever its feature adds."""

    @property
    def command(self) -> Any: ...

    @property
    def actor(self) -> str: ...


@dataclass(frozen=True)
class Transition(Generic[P, S]):
    """Who may give a command, and from which states it leads where.

    `states`: with None where there is no case yet. `to`: None where the state stays, or where the case itself knows.
    `otherwise`: what others are told, where that is not what the process says of the part. `asks`: what whoever gives no
    reasons is told; None where they may be left out.
    """

    roles: frozenset[P]
    states: frozenset[S | None]
    to: S | None = None
    otherwise: Message | None = None
    asks: Message | None = None


@dataclass(frozen=True)
class _Asked(Generic[C]):
    """A command that nobody has given yet: for the buttons of a page."""

    command: C
    actor: str


@dataclass(frozen=True)
class Limit(Generic[S]):
    """The limit within which somebody has to act: `rule` of the profile, counted from the event `begins`, while in `states`.

    `warned` are told as it comes near, `overdue` once it is over.
    """

    rule: Rule
    begins: type[Event]
    states: frozenset[S]
    warned: Told = ()
    overdue: Told = ()


Hindrance = Callable[[Any, Any, Any], DomainError | None]


def _none(case: Any, order: Any, facts: Any) -> None:
    """No hindrance."""


def apart(part: P, transitions: Mapping[C, Transition[P, S]], people: Callable[[Any, Any], Collection[str]],
          message: Message) -> Hindrance:
    """Who acts for `part` is none of `people` (ids, of the case and the facts): nobody decides on what is their own."""
    def hindrance(case: Any, order: Any, facts: Any) -> DomainError | None:
        own = part in transitions[order.command].roles and order.actor in people(case, facts)
        return NotYours(message) if own else None
    return hindrance


@dataclass(frozen=True)
class Process(Generic[C, S, P]):
    """All commands of one kind of case.

    `not_yours`: what others than those of a part are told. `not_now`: what is said of a state (`{state}`) that does not allow
    the command. `personal`: who may not give a command although their part may (NotYours); `untimely`: what the state allows
    and the moment does not (NotNow). Both look at the case, the order and the facts that the feature hands through. `limit`:
    what runs while somebody has to act. `told`: who is told what, by the name of the event.
    """

    transitions: Mapping[C, Transition[P, S]]
    state_names: Mapping[S, Message]
    not_yours: Mapping[P, Message]
    not_now: Message
    personal: Hindrance = _none
    untimely: Hindrance = _none
    limit: Limit[S] | None = None
    told: Mapping[str, Told] = field(default_factory=dict)

    def authorise(self, command: C, parts: frozenset[P]) -> None:
        """Raise NotYours unless one of `parts` may give `command`."""
        if refusal := self.barred(command, parts):
            raise refusal

    def barred(self, command: C, parts: frozenset[P]) -> NotYours | None:
        """Why nobody of `parts` may give `command`, whatever the state; None where somebody may."""
        transition = self.transitions[command]
        if transition.roles & parts:
            return None
        return NotYours(transition.otherwise or next(
            text for part, text in self.not_yours.items() if part in transition.roles))

    def refusal(self, case: Stated, order: Given, parts: frozenset[P], facts: Any = None) -> DomainError | None:
        """Why somebody of `parts` may not give `order` now, whatever its content.

        Told first is what others may not do at all, then what nobody may in this state, then who may not, then when not.
        """
        if refusal := self.barred(order.command, parts):
            return refusal
        if case.state not in self.transitions[order.command].states:
            return NotNow(Message(self.not_now.text, state=self.state_names[case.state]))
        return self.personal(case, order, facts) or self.untimely(case, order, facts)

    def admit(self, case: Stated, order: Given, parts: frozenset[P], facts: Any = None) -> None:
        """Raise NotYours or NotNow unless somebody of `parts` may give `order` now, whatever its content."""
        if refusal := self.refusal(case, order, parts, facts):
            raise refusal

    def stated(self, order: Any, name: str = "reason") -> str:
        """The reasons of `order`, as they are kept. Raises Invalid, for `name`, where they are missing or no text to keep."""
        words: str = order.reason.strip()
        if error := text_error(words, MAX_REASON) if words else self.transitions[order.command].asks:
            raise Invalid({name: [error]})
        return words

    def allowed(self, case: Stated, parts: frozenset[P], actor: str, facts: Any = None) -> list[C]:
        """The commands that a person of `parts` may give now, for the buttons of a page."""
        return [command for command in self.transitions if self.refusal(case, _Asked(command, actor), parts, facts) is None]

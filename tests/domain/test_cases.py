"""What every process has in common, asked of one that exists here alone: keys to a room that are borrowed and given back."""
from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pytest

from ckanext.govshare.domain.cases import Process, Transition
from ckanext.govshare.domain.errors import DomainError, NotNow, NotYours
from ckanext.govshare.domain.wording import Message


class State(StrEnum):
    HUNG = "hung"
    LENT = "lent"


class Command(StrEnum):
    LEND = "lend"
    RETURN = "return"


class Part(StrEnum):
    PORTER = "porter"
    GUEST = "guest"


@dataclass(frozen=True)
class Key:
    state: State
    holder: str = ""


@dataclass(frozen=True)
class Order:
    command: Command
    actor: str


def _personal(key: Key, order: Order, night: bool) -> DomainError | None:
    return NotYours(Message("Not to yourself")) if order.actor == key.holder and order.command is Command.LEND else None


def _untimely(key: Key, order: Order, night: bool) -> DomainError | None:
    return NotNow(Message("Not at night")) if night else None


KEYS = Process(
    {Command.LEND: Transition(frozenset({Part.PORTER}), frozenset({State.HUNG}), State.LENT),
     Command.RETURN: Transition(frozenset({Part.PORTER, Part.GUEST}), frozenset({State.LENT}), State.HUNG,
                                Message("Guests give back"))},
    {State.HUNG: Message("On the board"), State.LENT: Message("Lent")},
    not_yours={Part.GUEST: Message("For guests"), Part.PORTER: Message("For porters")},
    not_now=Message("Not while it is {state}"), personal=_personal, untimely=_untimely)
PORTER, GUEST, NOBODY = frozenset({Part.PORTER}), frozenset({Part.GUEST}), frozenset[Part]()


@pytest.mark.parametrize(("key", "command", "actor", "parts", "night", "told"), [
    (Key(State.HUNG), Command.LEND, "anna", PORTER, False, None),
    (Key(State.LENT), Command.RETURN, "bert", GUEST, False, None),
    (Key(State.HUNG), Command.LEND, "bert", GUEST, False, NotYours(Message("For porters"))),
    (Key(State.LENT), Command.LEND, "bert", GUEST, True, NotYours(Message("For porters"))),
    (Key(State.LENT), Command.RETURN, "carl", NOBODY, False, NotYours(Message("Guests give back"))),
    (Key(State.LENT, "anna"), Command.LEND, "anna", PORTER, True, NotNow(Message(
        "Not while it is {state}", state=Message("Lent")))),
    (Key(State.HUNG, "anna"), Command.LEND, "anna", PORTER, True, NotYours(Message("Not to yourself"))),
    (Key(State.LENT), Command.LEND, "anna", PORTER, True, NotNow(Message("Not while it is {state}", state=Message("Lent")))),
    (Key(State.HUNG), Command.LEND, "anna", PORTER, True, NotNow(Message("Not at night"))),
])
def test_told_is_first_whose_command_it_is_then_the_state_then_the_person_then_the_moment(
        key: Key, command: Command, actor: str, parts: frozenset[Part], night: bool, told: DomainError | None) -> None:
    refusal = KEYS.refusal(key, Order(command, actor), parts, night)
    assert (type(refusal), refusal and refusal.message) == (type(told), told and told.message)


def test_a_refusal_is_raised_and_a_command_that_is_not_refused_passes() -> None:
    KEYS.admit(Key(State.HUNG), Order(Command.LEND, "anna"), PORTER, False)
    with pytest.raises(NotNow, match="Not while it is Lent"):
        KEYS.admit(Key(State.LENT), Order(Command.LEND, "anna"), PORTER, False)
    KEYS.authorise(Command.RETURN, GUEST)
    with pytest.raises(NotYours, match="For porters"):
        KEYS.authorise(Command.LEND, GUEST)


def test_the_buttons_of_a_page_are_the_commands_that_would_not_be_refused() -> None:
    assert KEYS.allowed(Key(State.HUNG), PORTER | GUEST, "anna", False) == [Command.LEND]
    assert KEYS.allowed(Key(State.HUNG), PORTER, "anna", True) == []
    assert KEYS.allowed(Key(State.LENT), GUEST, "bert", False) == [Command.RETURN]

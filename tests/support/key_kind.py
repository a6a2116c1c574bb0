"""A kind of case that exists in tests alone: the key to a room with data, which people ask for and a clerk lends."""
from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.govshare.domain.cases import Limit, Process, Transition
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.notices import Audience
from ckanext.govshare.domain.parts import Part
from ckanext.govshare.domain.profiles import Rule
from ckanext.govshare.domain.reading import READERS, Matter
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic.cases.kernel import Machine, Offer
from ckanext.govshare.logic.schema.fields import reference, with_reason
from ckanext.govshare.repository.cases import Kind

State = StrEnum("State", ["HUNG", "ASKED", "LENT"])
Command = StrEnum("Command", ["ASK", "LEND"])
_CELLS = [sa.Column(name, sa.Text, primary_key=name == "id") for name in ("id", "entry_id", "department", "keeper", "state")]
KIND = Kind("keys", sa.Table("govshare_key", sa.MetaData(), *_CELLS), "keeper", "id", "/key/")


@dataclass(frozen=True)
class KeyAsked(Event):
    pass


@dataclass(frozen=True)
class KeyLent(Event):
    reason: str


@dataclass(frozen=True)
class Key:
    id: str
    entry_id: str
    department: str
    keeper: str
    state: State = State.HUNG


@dataclass(frozen=True)
class Order:
    command: Command
    actor: str
    reason: str = ""


PROCESS = Process(
    {Command.ASK: Transition(frozenset({Part.APPLICANT}), frozenset({State.HUNG}), State.ASKED),
     Command.LEND: Transition(frozenset({Part.HANDLER}), frozenset({State.ASKED}), State.LENT, asks=Message("Say until when"))},
    {State.HUNG: Message("On the board"), State.ASKED: Message("Asked for"), State.LENT: Message("Lent")},
    not_yours={Part.APPLICANT: Message("Only who keeps it asks"), Part.HANDLER: Message("Only editors lend")},
    not_now=Message("Not while it is {state}"), told={"key_asked": ((Audience.HANDLERS, "key_asked"),)},
    limit=Limit(Rule.APPEAL_DECISION, KeyAsked, frozenset({State.ASKED}), warned=((Audience.HANDLERS, "key_due"),),
                overdue=((Audience.COMPETENT, "key_overdue"),)))


def get(key_id: str, lock: bool = False) -> Key | None:
    query = sa.select(KIND.table).where(KIND.table.c.id == key_id)
    row = model.Session.execute(query.with_for_update() if lock else query).mappings().first()
    return Key(**{**row, "state": State(row["state"])}) if row else None


def save(key: Key) -> None:
    model.Session.execute(insert(KIND.table).values(asdict(key)).on_conflict_do_update(index_elements=["id"], set_=asdict(key)))


def decide(key: Key, order: Order, held: frozenset[Part], now: object) -> Event:
    PROCESS.admit(key, order, held)
    return KeyAsked() if order.command is Command.ASK else KeyLent(PROCESS.stated(order))


MACHINE = Machine(
    "keys", "key", PROCESS, Order, get=get, save=lambda outcome: save(outcome.case), decide=decide,
    evolve=lambda key, event, order, now: replace(key, state=PROCESS.transitions[order.command].to or key.state),
    seen_by=lambda key: READERS[Matter.STANDING], absent=Message("Key not found"),
    offers={"ask": Offer(Command.ASK, reference, "Ask for a key."), "lend": Offer(Command.LEND, with_reason, "Lend it.")})

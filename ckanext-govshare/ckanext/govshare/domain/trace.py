"""The trace: one chain of leaves, each holding the hash of the one before (TRC-1: 001 第十四条, 004 第三十二条).

Personal data enters a leaf only as a salted hash; the salt stays with the case's own history.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from ckanext.govshare.domain import canonical

GENESIS = "0" * 64
# Made once: a verification decodes each of a million leaves.
_DECODER = msgspec.json.Decoder()


@dataclass(frozen=True)
class Leaf:
    """One row of the trace: `body` is canonical JSON, `hash` covers `prev` and `body`."""

    seq: int
    body: str
    prev: str
    hash: str


@dataclass(frozen=True)
class Verdict:
    """The outcome of a verification: the number of leaves read, and the first broken one with what is wrong."""

    checked: int
    head: str
    broken_seq: int | None = None
    problem: str = ""

    @property
    def intact(self) -> bool:
        return self.broken_seq is None


def salted(salt: str, value: str) -> str:
    """A hash that stands for `value` and can be checked by whoever holds `salt`."""
    return hashlib.sha256(f"{salt}:{value}".encode()).hexdigest()


def leaf_hash(prev: str, body: str) -> str:
    return hashlib.sha256(f"{prev}\n{body}".encode()).hexdigest()


def append(prev: Leaf | None, body: Mapping[str, Any]) -> Leaf:
    """The leaf that follows `prev` (None at the beginning)."""
    seq, prev_hash = (prev.seq + 1, prev.hash) if prev else (1, GENESIS)
    text = canonical.text({**body, "seq": seq})
    return Leaf(seq, text, prev_hash, leaf_hash(prev_hash, text))


class Record(NamedTuple):
    """What the history of a case says of the leaf `trace_seq`."""

    trace_seq: int
    actor: str
    payload: Mapping[str, Any]
    salt: str


def verify(leaves: Iterable[tuple[int, str, str, str]], history: Iterable[Record]) -> Verdict:
    """Walk rows of (seq, body, prev, hash) in order from the first, each with its history, and name the first broken link.

    Each leaf has exactly one record in the history, whose salted hashes it holds.
    """
    seq, head = 0, GENESIS
    records = iter(history)
    for found, body, prev, stored in leaves:
        seq += 1
        problem = _broken(seq, head, found, body, prev, stored) or _differs(seq, body, next(records, None))
        if problem:
            return Verdict(seq - 1, head, seq, problem)
        head = stored
    if next(records, None) is not None:
        return Verdict(seq, head, seq + 1, "missing")
    return Verdict(seq, head)


def _broken(seq: int, head: str, found: int, body: str, prev: str, stored: str) -> str:
    if found != seq:
        return "missing"
    if prev != head:
        return "not linked to the one before"
    return "" if leaf_hash(prev, body) == stored else "changed"


def _differs(seq: int, body: str, record: Record | None) -> str:
    if record is None or record.trace_seq != seq:
        return "history missing"
    leaf = _DECODER.decode(body)
    same = (leaf["seq"] == seq and leaf["actor"] == salted(record.salt, record.actor)
            and leaf["payload"] == salted(record.salt, canonical.text(record.payload)))
    return "" if same else "history changed"

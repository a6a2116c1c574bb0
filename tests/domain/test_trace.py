"""The trace shows every way of tampering with it."""
from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from ckanext.govshare.domain import canonical
from ckanext.govshare.domain.trace import GENESIS, Leaf, Record, append, leaf_hash, salted, verify


def chain(length: int) -> tuple[list[Leaf], list[Record]]:
    leaves: list[Leaf] = []
    records = []
    for n in range(1, length + 1):
        record = Record(n, f"user-{n}", {"reason": f"理由{n}"}, f"salt-{n}")
        leaves.append(append(leaves[-1] if leaves else None, {
            "event": "entry_saved", "actor": salted(record.salt, record.actor),
            "payload": salted(record.salt, canonical.text(record.payload))}))
        records.append(record)
    return leaves, records


def verdict(leaves: list[Leaf], records: list[Record]) -> tuple[int | None, str]:
    found = verify(((leaf.seq, leaf.body, leaf.prev, leaf.hash) for leaf in leaves), records)
    # What was read before the first broken leaf is what is known to be right.
    intact = (found.broken_seq or len(leaves) + 1) - 1
    assert (found.checked, found.head) == (intact, leaves[intact - 1].hash if intact else GENESIS)
    return found.broken_seq, found.problem


def rehashed(leaf: Leaf, body: str) -> Leaf:
    return replace(leaf, body=body, hash=leaf_hash(leaf.prev, body))


LEAVES, RECORDS = chain(5)


def test_an_untouched_trace_is_intact() -> None:
    found = verify(((leaf.seq, leaf.body, leaf.prev, leaf.hash) for leaf in LEAVES), RECORDS)
    assert (found.intact, found.checked, found.head) == (True, 5, LEAVES[-1].hash)


def test_an_empty_trace_is_intact() -> None:
    assert verify([], []).head == GENESIS


@pytest.mark.parametrize(("leaves", "broken"), [
    ([*LEAVES[:2], replace(LEAVES[2], body=LEAVES[2].body.replace("saved", "gone")), *LEAVES[3:]], (3, "changed")),
    ([*LEAVES[:2], rehashed(LEAVES[2], LEAVES[2].body.replace("saved", "gone")), *LEAVES[3:]],
     (4, "not linked to the one before")),
    ([*LEAVES[:2], *LEAVES[3:]], (3, "missing")),
    (LEAVES[1:], (1, "missing")),
    ([LEAVES[1], LEAVES[0], *LEAVES[2:]], (1, "missing")),
    (LEAVES[:4], (5, "missing")),
], ids=["changed", "changed and hashed again", "removed", "first removed", "swapped", "last removed while its history stays"])
def test_a_tampered_leaf_is_named(leaves: list[Leaf], broken: tuple[int, str]) -> None:
    assert verdict(leaves, RECORDS) == broken


@pytest.mark.parametrize(("records", "broken"), [
    ([*RECORDS[:2], RECORDS[2]._replace(payload={"reason": "另一个理由"}), *RECORDS[3:]], (3, "history changed")),
    ([*RECORDS[:2], RECORDS[2]._replace(actor="somebody else"), *RECORDS[3:]], (3, "history changed")),
    ([*RECORDS[:2], *RECORDS[3:]], (3, "history missing")),
    (RECORDS[:4], (5, "history missing")),
], ids=["payload", "actor", "removed", "last removed"])
def test_a_tampered_history_is_named(records: list[Record], broken: tuple[int, str]) -> None:
    assert verdict(LEAVES, records) == broken


def test_leaves_are_made_as_ever_so_that_the_chain_can_be_verified_for_ever() -> None:
    first = append(None, {"event": "entry_saved", "note": "空气", "actor": 1})
    assert first == Leaf(1, '{"actor":1,"event":"entry_saved","note":"空气","seq":1}', "0" * 64,
                         sha256(f"{'0' * 64}\n{first.body}".encode()).hexdigest())
    second = append(first, {})
    assert second == Leaf(2, '{"seq":2}', first.hash, sha256(f"{first.hash}\n{second.body}".encode()).hexdigest())
    assert salted("salt", "张三") == sha256("salt:张三".encode()).hexdigest()


def test_personal_data_is_not_in_the_trace() -> None:
    assert not any("user-" in leaf.body or "理由" in leaf.body for leaf in LEAVES)

"""How long the verification of a long trace takes, and how much memory."""
from __future__ import annotations

import io
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.govshare.domain import canonical, trace
from ckanext.govshare.domain.trace import Leaf

EVENTS_OF_A_CASE = 10
_MOMENT = "2026-03-02T09:00:00+08:00"
_SELF = Path("/proc/self")


@dataclass(frozen=True)
class Verified:
    """What the action took: `memory` is the growth of this process's peak, in bytes."""

    leaves: int
    written_in: float
    seconds: float
    memory: int


def measure(owner: sa.Engine, leaves: int) -> Verified:
    """Fill trace and history up to `leaves` events and verify them with the action that people call."""
    began = time.perf_counter()
    _write(owner, leaves)
    written_in = time.perf_counter() - began
    model.Session.remove()
    _SELF.joinpath("clear_refs").write_text("5")
    before, began = _memory("VmRSS"), time.perf_counter()
    verdict = tk.get_action("govshare_trace_verify")({"ignore_auth": True}, {})
    seconds = time.perf_counter() - began
    assert verdict["intact"], verdict
    assert verdict["checked"] == leaves, verdict
    return Verified(leaves, written_in, seconds, _memory("VmHWM") - before)


def _memory(name: str) -> int:
    status = dict(line.split(":", 1) for line in _SELF.joinpath("status").read_text().splitlines())
    return int(status[name].split()[0]) * 1024


def _write(owner: sa.Engine, leaves: int) -> None:
    last = model.Session.execute(sa.text("SELECT seq, body, prev, hash FROM govshare_trace ORDER BY seq DESC LIMIT 1")).first()
    model.Session.rollback()
    connection = owner.raw_connection()
    try:
        batch: list[tuple[Leaf, tuple[Any, ...]]] = []
        for made in _events(Leaf(*last) if last else None, leaves):
            batch.append(made)
            if len(batch) == 20_000:
                _copy(connection, batch)
                batch.clear()
        _copy(connection, batch)
        connection.commit()
    finally:
        connection.close()


def _events(prev: Leaf | None, leaves: int) -> Iterator[tuple[Leaf, tuple[Any, ...]]]:
    """Leaves as the recorder would write them, each with its row of history."""
    for seq in range(prev.seq + 1 if prev else 1, leaves + 1):
        case, step = divmod(seq, EVENTS_OF_A_CASE)
        salt, actor, payload = f"{seq:032x}", f"{case % 500:036}", {"digest": f"{seq:064x}", "published": True}
        prev = trace.append(prev, {
            "at": _MOMENT, "case": f"catalog:{case:036}", "department": f"{case % 40:036}", "event": "entry_saved",
            "actor": trace.salted(salt, actor), "payload": trace.salted(salt, canonical.text(payload))})
        yield prev, ("bench", f"{case:036}", step + 1, "entry_saved", _MOMENT, _MOMENT, actor, canonical.text(payload), salt,
                     seq)


def _copy(connection: Any, made: list[tuple[Leaf, tuple[Any, ...]]]) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY govshare_trace (seq, body, prev, hash) FROM STDIN", _lines(
            (leaf.seq, leaf.body, leaf.prev, leaf.hash) for leaf, _ in made))
        cursor.copy_expert(
            "COPY govshare_event (case_kind, case_id, seq, name, effective_at, recorded_at, actor, payload, salt, trace_seq) "
            "FROM STDIN", _lines(row for _, row in made))


def _lines(rows: Iterable[tuple[Any, ...]]) -> io.StringIO:
    """Rows in COPY's text format; nothing we make up holds a tab, a backslash or a line's end."""
    return io.StringIO("".join("\t".join(map(str, row)) + "\n" for row in rows))

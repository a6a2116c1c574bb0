"""Measure the portal beside stock CKAN 2.12 on the same data, and the checking of a long trace.

Both sites answer from the test database, side by side: each request to one is followed by the same request to the other, so
that whatever else the machine does meets both. Nothing is asserted on times.
"""
from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

import sqlalchemy as sa

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python bench", description=__doc__)
    parser.add_argument("--entries", type=int, default=1000, help="entries in the catalogue (%(default)s)")
    parser.add_argument("--requests", type=int, default=120, help="requests of each kind to each site (%(default)s)")
    parser.add_argument("--writes", type=int, default=40, help="entries written to each site (%(default)s)")
    parser.add_argument("--leaves", type=int, default=1_000_000, help="events in the trace; 0 leaves it out (%(default)s)")
    parser.add_argument("--rows", type=int, default=620_000, help="rows of the large table; 0 leaves it out (%(default)s)")
    return parser.parse_args()


def main() -> int:
    """Measure and print; the exit code."""
    options = _options()
    run = Path(os.environ.get("GOVSHARE_RUN_DIR", ROOT / ".run")).resolve()
    logging.disable(logging.INFO)
    import sites  # it finds the tests' support on the path set above

    with sites.prepared(run / "test.ini") as owner:
        _measure(options, owner, run)
    return 0


def _measure(options: argparse.Namespace, owner: sa.Engine, run: Path) -> None:
    import exports
    import filling
    import gate
    import loading
    import long_trace
    import pages
    import report
    import sites
    import writes

    report.machine(options.entries, options.requests)
    made = filling.fill(options.entries)
    gated = gate.fill(made.world)
    with sites.both(made.world.competent["name"]) as (ours, stock):
        found = {words: (pages.found(ours, words), pages.found(stock, words)) for words in ("空气", "大气")}
        report.times(pages.measure(ours, stock, made.names, options.requests), found)
        report.sizes(pages.sizes(ours, stock, made.names[0]))
        report.writes(writes.measure(ours, stock, made, options.writes))
        report.gate(gate.measure(ours, stock, gated, options.requests))
    gate.forget(gated)
    report.notes()
    if options.rows:
        report.loads(loading.measure(made.world, run, options.rows))
        report.exports(exports.measure(made.world, options.rows))
    if options.leaves:
        report.trace(long_trace.measure(owner, options.leaves))

"""The measurements as tables, in Markdown so that they can be read in docs/performance.md as they were printed."""
from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from ckan import __version__
from exports import Exports, Sent
from loading import Loads
from long_trace import Verified
from pages import Row, Size


def _say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


def machine(entries: int, repeat: int) -> None:
    """On what was measured."""
    models = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
              if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    processor = models[0] if models else platform.machine()
    _say(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({processor}), {memory:.0f} GiB, "
         f"Python {platform.python_version()}, CKAN {__version__}; "
         f"{entries} entries, {repeat} requests of each kind to each site")


def times(rows: Sequence[Row], found: Mapping[str, tuple[int, int]]) -> None:
    """Reading: milliseconds and ratios, and what the searches found."""
    _head("milliseconds")
    _table(rows)
    _say("", "Found (ours, stock): " + "; ".join(f"{words} {ours}, {stock}" for words, (ours, stock) in found.items()))


def writes(rows: Sequence[Row]) -> None:
    """Writing: the same columns; what stock CKAN has not is left empty."""
    _head("milliseconds, writing")
    _table(rows)


def gate(rows: Sequence[Row]) -> None:
    """Fetching data: the same columns, with a tenth of a millisecond, since it takes but a few."""
    _head("milliseconds, data")
    _table(rows, 1)


def _head(what: str) -> None:
    _say("", f"| {what} | ours p50 | ours p95 | stock p50 | stock p95 | ratio p50 | ratio p95 |", "|---|--:|--:|--:|--:|--:|--:|")


def _table(rows: Sequence[Row], digits: int = 0) -> None:
    for row in rows:
        ours, stock = _percentiles(row.ours), _percentiles(row.stock) if row.stock else None
        cells = [f"{1000 * value:.{digits}f}" for value in ours]
        cells += [f"{1000 * value:.{digits}f}" for value in stock] if stock else ["", ""]
        cells += [f"{mine / other:.2f}" for mine, other in zip(ours, stock, strict=True)] if stock else ["", ""]
        _say(f"| {row.what} | {' | '.join(cells)} |")


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    cut = quantiles(seconds, n=20, method="inclusive")
    return cut[9], cut[18]


def sizes(pages: Mapping[str, tuple[Size, Size]]) -> None:
    """Transfer: uncompressed, with an empty cache."""
    _say("", "| KB | ours HTML | stock HTML | ours all | stock all | ours requests | stock requests |",
         "|---|--:|--:|--:|--:|--:|--:|")
    for what, (ours, stock) in pages.items():
        kilobytes = [f"{size / 1000:.0f}" for size in (ours.html, stock.html, ours.total, stock.total)]
        _say(f"| {what} | {' | '.join(kilobytes)} | {ours.requests} | {stock.requests} |")


def notes() -> None:
    """What the marks in the tables mean."""
    _say("", "¹ Stock CKAN does not find Chinese words inside a title, so it has nothing to show.",
         "² Ours: a draft with its review, history, trace and outbox; stock: a public dataset, our fields as extras.",
         "⁵ Ours: each fetch enters the trace before the first byte; stock: the dataset is public, nothing is recorded.",
         "⁶ As ⁵, and the grant, its agreement and its use so far are looked at, and counted, among those of 100,000 grants.")


def loads(measured: Loads) -> None:
    """Loading a table: rows per second in the median, and how often the peer's."""
    rates = measured.rates()
    _say("", f"| rows/s, {measured.rows:,} rows, {measured.megabytes:.0f} MB of CSV | ours | xloader | ratio |",
         "|---|--:|--:|--:|")
    for what, peer in (("from file to verdict; `load_csv` ³", "peer"),
                       ("the same; `load_csv` until its rows are copied ⁴", "peer_copied")):
        _say(f"| {what} | {rates['whole']:,.0f} | {rates[peer]:,.0f} | {rates['whole'] / rates[peer]:.2f} |")
    _say(f"| the load alone, with key and statistics | {rates['alone']:,.0f} | | |")
    _say("", "³ Ours: read in a process of its own, checked, typed, loaded, judged. xloader: all columns are text, its rows are"
             " entered in CKAN's full-text column, which finds no words in Chinese; ours searches by parts of words instead.",
         "⁴ Ours with its checks and types, xloader without its full-text column.")


def exports(measured: Exports) -> None:
    """Sending a table: rows per second in the median, and the most memory that the web process ever had."""
    _say("", f"| exporting {measured.rows:,} rows | MB | rows/s | CKAN's dump | ratio | peak MiB | CKAN's dump |",
         "|---|--:|--:|--:|--:|--:|--:|")
    for form, ours in measured.ours.items():
        rate, peak = ours.rate(measured.rows), _mebibytes(ours)
        peer = measured.peer.get(form)
        theirs = [f"{peer.rate(measured.rows):,.0f}", f"{rate / peer.rate(measured.rows):.1f}"] if peer else ["", ""]
        cells = [form, f"{ours.size / 1e6:.0f}", f"{rate:,.0f}", *theirs, peak, _mebibytes(peer) if peer else ""]
        _say(f"| {' | '.join(cells)} |")


def _mebibytes(sent: Sent) -> str:
    return f"{max(sent.peaks) / 2**20:.0f}"


def trace(verified: Verified) -> None:
    """The verification of the trace."""
    _say("", f"`govshare_trace_verify` over {verified.leaves:,} events: {verified.seconds:.1f} s, "
             f"peak memory +{verified.memory / 2**20:.0f} MiB (the rows were written in {verified.written_in:.0f} s)")

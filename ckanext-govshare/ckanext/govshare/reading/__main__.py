"""`python -m ckanext.govshare.reading INPUT OUTDIR --name NAME`: what the worker runs, under limits of the operating system.

Writes OUTDIR/report.json and, for a table, OUTDIR/table.csv. Progress is a JSON object a line on the standard output. Exit
code 0: there is a report; any other: killed or crashed.
"""
from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from ckanext.govshare.reading.reader import read
from ckanext.govshare.reading.report import Progress

EVERY = 0.5  # seconds between two lines of progress


def _telling() -> Progress:
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= EVERY:
            last = now
            sys.stdout.write(json.dumps({"step": "reading", "done": done, "total": total}) + "\n")
            sys.stdout.flush()

    return tell


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ckanext.govshare.reading")
    parser.add_argument("input", type=Path)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--name", default="")
    arguments = parser.parse_args()
    read(arguments.input, arguments.outdir, arguments.name, _telling()).save(arguments.outdir / "report.json")


if __name__ == "__main__":
    main()

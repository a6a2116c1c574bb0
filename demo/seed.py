"""Fill a running portal with the demonstration: departments, themes, accounts, reviewed entries on real tables.

    python demo/seed.py --url http://127.0.0.1:5000 --ini .run/portal.ini --out .run/demo.json

It speaks to the portal as anybody would, through its public actions, and so tests them. A second run changes nothing.
"""
from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import accounts as people
import seed_data
import structure
import tables
from api import ApiError, Portal, SeedError, each
from catalogue import Catalogue


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when all is there, 1 with one line on standard error when something failed."""
    options = _options(arguments)
    started = time.monotonic()
    try:
        changed = seed(options.url.rstrip("/"), options.ini, options.out, options.data_dir or options.out.parent / "demo-data")
    except (SeedError, tables.SourceError, OSError, *ApiError) as error:
        print(f"seed: {_one_line(error)}", file=sys.stderr)
        return 1
    print(f"demo data complete, {changed} changes, {time.monotonic() - started:.0f} s")
    return 0


def seed(url: str, ini: Path, out: Path, data_dir: Path) -> int:
    """Put in what is missing; how many departments, themes and entries that were."""
    portal = Portal(url)
    portal.call("status_show")
    accounts = people.prepare(portal, ini, people.load(out))
    people.save(out, url, accounts)
    print(f"accounts {len(accounts.known)}/{len(accounts.known)}", flush=True)
    changed = structure.departments(portal, accounts) + structure.themes(portal, accounts)
    sources = tables.Sources(data_dir)
    catalogue = Catalogue(portal, accounts, sources)
    entries = seed_data.entries()
    try:
        changed += each("entries", catalogue.bring, (entry for entry in entries if not entry.last))
        changed += each("entries on the portal itself", catalogue.bring, (entry for entry in entries if entry.last))
    finally:
        accounts.forget_run_tokens()
    sources.clean()
    return changed


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fill a running portal with the demonstration's data.")
    parser.add_argument("--url", required=True, help="the portal's address")
    parser.add_argument("--ini", required=True, type=Path, help="the portal's configuration, for the first administrator")
    parser.add_argument("--out", required=True, type=Path, help="where the accounts are written, and read again")
    parser.add_argument("--data-dir", type=Path, help="where tables are made (default: demo-data beside --out)")
    return parser.parse_args(arguments)


def _one_line(error: BaseException) -> str:
    kind = "" if isinstance(error, SeedError | tables.SourceError) else f"{type(error).__name__}: "
    return " ".join(f"{kind}{error}".split())[:500]


if __name__ == "__main__":
    sys.exit(main())

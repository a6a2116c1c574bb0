"""Fill a running portal with the demonstration: departments, themes, accounts, reviewed entries on real tables,
applications for conditional data.

    python demo/seed.py --url http://127.0.0.1:5000 --ini .run/portal.ini --out .run/demo.json

It speaks to the portal as anybody would, through its public actions, and so tests them. A second run changes nothing.
"""
from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import accounts as people
import applications
import seed_data
import structure
import tables
from api import ApiError, Portal, SeedError, each
from catalogue import Catalogue
from files import Files
from seed_data import Entry
from waiting import Waiting


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
    """Put in what is missing; how many departments, themes, entries, reviews, newer versions and applications that were."""
    portal = Portal(url)
    portal.call("status_show")
    accounts = people.prepare(portal, ini, people.load(out))
    people.save(out, url, accounts)
    print(f"accounts {len(accounts.known)}/{len(accounts.known)}", flush=True)
    changed = structure.departments(portal, accounts) + structure.themes(portal, accounts)
    sources = tables.Sources(data_dir)
    waiting = Waiting(portal)
    catalogue = Catalogue(portal, accounts, Files(portal, sources), waiting)
    entries = seed_data.entries()
    try:
        changed += _entries(catalogue, waiting, "entries", [entry for entry in entries if not entry.last])
        changed += _entries(catalogue, waiting, "entries on the portal itself", [entry for entry in entries if entry.last])
        changed += each("newer versions", catalogue.refresh, [entry for entry in entries if entry.later])
        waiting.until_read()
        changed += applications.seed(portal, accounts)
    finally:
        accounts.forget_run_tokens()
    sources.clean()
    return changed


def _entries(catalogue: Catalogue, waiting: Waiting, title: str, entries: list[Entry]) -> int:
    """Compile all, the largest tables first so that they are read meanwhile; then review them."""
    changed = each(f"{title} compiled", catalogue.compile, sorted(entries, key=lambda entry: not entry.tables))
    waiting.until_read()
    return changed + each(f"{title} reviewed", catalogue.review, entries)


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

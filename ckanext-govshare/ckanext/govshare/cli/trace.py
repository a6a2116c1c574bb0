"""Commands about the trace."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import click


@click.group()
def trace() -> None:
    """The tamper-evident trace of all that happened."""


@trace.command()
def verify() -> None:
    """Walk the whole trace; exit code 1 and the first broken link if it was tampered with."""
    found = tk.get_action("govshare_trace_verify")({"ignore_auth": True}, {})
    if not found["intact"]:
        before = f"{found['checked']} leaves before it are intact"
        raise click.ClickException(f"leaf {found['broken_seq']}: {found['problem']} ({before})")
    click.echo(f"{found['checked']} leaves are intact, head {found['head']}")

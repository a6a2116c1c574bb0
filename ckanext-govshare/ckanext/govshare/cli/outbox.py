"""Commands about the outbox."""
from __future__ import annotations

import click

from ckanext.govshare import subscriptions
from ckanext.govshare.repository import outbox as repository


@click.group()
def outbox() -> None:
    """What still has to happen after commits: index updates and messages."""


@outbox.command()
def drain() -> None:
    """Deliver all that is due now."""
    click.echo(f"{subscriptions.deliver_due(limit=1_000_000)} effects tried")


@outbox.command()
def show() -> None:
    """What is waiting, and why."""
    for effect in repository.pending():
        click.echo(f"{effect['id']} {effect['kind']} {effect['payload']} attempts={effect['attempts']} {effect['last_error']}")

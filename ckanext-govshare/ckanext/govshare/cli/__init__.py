"""`ckan govshare …`: one module a topic."""
from __future__ import annotations

import click

from ckanext.govshare.cli import accounts, mail, outbox, regulations, scheduler, trace


@click.group(short_help="GovShare's own commands.")
def govshare() -> None:
    """政务数据开放平台."""


for command in (regulations.deadline, regulations.profiles, scheduler.scheduler, trace.trace, outbox.outbox, mail.mail,
                accounts.accounts):
    govshare.add_command(command)


def get_commands() -> list[click.Command]:
    return [govshare]

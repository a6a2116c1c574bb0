"""Commands about mail that was not sent, as there is no mail server."""
from __future__ import annotations

from email import message_from_bytes, policy

import click

from ckanext.govshare import config, subscriptions
from ckanext.govshare.notifications import mailbox


@click.group()
def mail() -> None:
    """Mail that is kept in files while no mail server is set."""


@mail.command()
@click.option("--last", default=1, show_default=True, type=click.IntRange(1, mailbox.KEPT), help="How many, the newest first.")
def show(last: int) -> None:
    """Print the newest mails of `govshare.mail_directory`, after delivering what waits in the outbox."""
    folder = config.mail_directory()
    if folder is None:
        raise click.ClickException("govshare.mail_directory is not set: there is no mail to show")
    subscriptions.deliver_due()
    paths = mailbox.newest(folder)[:last]
    if not paths:
        click.echo("There is no mail yet.")
    for path in paths:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        click.echo(f"To: {message['To']}\nSubject: {message['Subject']}\nDate: {message['Date']}\n\n{message.get_content()}")

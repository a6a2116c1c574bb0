"""E-mail through CKAN's mailer and its settings (`smtp.*`); without a server, into the files of `govshare.mail_directory`."""
from __future__ import annotations

import logging
import smtplib
from collections.abc import Mapping
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import urlsplit

from ckan.lib import mailer

from ckanext.govshare import config
from ckanext.govshare.notifications import Letter, Recipient, Undeliverable, mailbox

log = logging.getLogger(__name__)


class Mail:
    """E-mail to the address of the account."""

    name = "mail"

    def send(self, letter: Letter, recipient: Recipient) -> bool:
        """Send the letter; the same Message-ID at each attempt lets a mailbox drop a repetition."""
        return post(letter, recipient, f"message-{letter.id}")


def post(letter: Letter, recipient: Recipient, message_id: str) -> bool:
    """Send a letter by e-mail; False where there is no address, or no way to send.

    :param message_id: the part of the Message-ID before the @.
    :raises Undeliverable: where trying again is of no use; CKAN's MailerException where it may be.
    """
    if not recipient.email:
        return False
    body = "\n\n".join([*letter.sentences, letter.url])
    host = urlsplit(config.site_url()).hostname or "localhost"
    headers = {"Message-ID": f"<{message_id}@{host}>", "Auto-Submitted": "auto-generated",
               "Content-Language": letter.language.replace("_", "-")}
    try:
        return _send(letter.subject, body, recipient, headers)
    except mailer.MailerException as error:
        if _for_good(error.__context__):
            raise Undeliverable(str(error)) from error
        raise
    except (ValueError, MessageError) as error:
        # A name or address of which no header can be made: to try again would only hold back the letters of others.
        raise Undeliverable(repr(error)) from error


def _send(subject: str, body: str, recipient: Recipient, headers: Mapping[str, str]) -> bool:
    if config.sends_mail():
        mailer.mail_recipient(recipient.display_name, recipient.email, subject, body, headers=dict(headers))
        return True
    folder = config.mail_directory()
    if folder is None:
        log.warning("Mail is not sent: neither smtp.server nor govshare.mail_directory is set")
        return False
    mailbox.put(folder, _written(subject, body, recipient, headers))
    return True


def _written(subject: str, body: str, recipient: Recipient, headers: Mapping[str, str]) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTPUTF8)
    message["To"] = Address(recipient.display_name, addr_spec=recipient.email)
    message["Subject"] = subject
    for name, value in headers.items():
        message[name] = value
    # As it is, to be read in any editor.
    message.set_content(body, cte="8bit")
    return message


def _for_good(error: BaseException | None) -> bool:
    """Whether the server knows no such mailbox (5xx), in contrast to one that asks to come later (4xx)."""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        code >= 500 for code, _ in error.recipients.values())

"""Messages by e-mail, through CKAN's mailer and its settings (`smtp.*`)."""
from __future__ import annotations

import smtplib
from email.errors import MessageError
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan.lib import mailer

from ckanext.govshare.notifications import Letter, Recipient, Undeliverable


class Mail:
    """E-mail to the address of the account."""

    name = "mail"

    def send(self, letter: Letter, recipient: Recipient) -> bool:
        """Send the letter; the same Message-ID at each attempt lets a mailbox drop a repetition."""
        if not recipient.email or not tk.config.get("smtp.server"):
            return False
        body = "\n\n".join([*letter.sentences, letter.url])
        host = urlsplit(str(tk.config.get("ckan.site_url"))).hostname or "localhost"
        headers = {"Message-ID": f"<message-{letter.id}@{host}>", "Auto-Submitted": "auto-generated",
                   "Content-Language": letter.language.replace("_", "-")}
        try:
            mailer.mail_recipient(recipient.display_name, recipient.email, letter.subject, body, headers=headers)
        except mailer.MailerException as error:
            if _for_good(error.__context__):
                raise Undeliverable(str(error)) from error
            raise
        except (ValueError, MessageError) as error:
            # A name or address of which no header can be made: to try again would only hold back the letters of others.
            raise Undeliverable(repr(error)) from error
        return True


def _for_good(error: BaseException | None) -> bool:
    """Whether the server knows no such mailbox (5xx), in contrast to one that asks to come later (4xx)."""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        code >= 500 for code, _ in error.recipients.values())

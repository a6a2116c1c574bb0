"""CVE-2026-41132: STARTTLS without a check of the server's certificate.

CKAN's mailer and the log handler that mails errors both call `smtplib.SMTP(…).starttls()`, which takes any certificate.
"""
from __future__ import annotations

import smtplib
import ssl
from typing import Any

from ckanext.govshare import config

_BYE = (221, b"")
_SECONDS = 20.0


class VerifyingSMTP(smtplib.SMTP):
    """An SMTP client that hands nothing, least of all a password, to a server that it cannot verify."""

    _refused = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A server that takes the connection and says nothing must not keep the worker from all that waits behind."""
        super().__init__(*args, **{"timeout": _SECONDS, **kwargs})

    def starttls(self, *args: Any, context: ssl.SSLContext | None = None, **kwargs: Any) -> tuple[int, bytes]:
        """Encrypt the connection.

        Raises SMTPException, which CKAN's mailer turns into its own error, if the certificate is not trusted, has
        expired or names another host.
        """
        verifying = context if context and context.verify_mode is ssl.CERT_REQUIRED else _context()
        try:
            return super().starttls(context=verifying)
        except ssl.SSLError as error:
            self._refused = True
            self.close()
            raise smtplib.SMTPException(f"The mail server's certificate is refused: {error}") from error

    def quit(self) -> tuple[int, bytes]:
        """Take leave; of a refused server silently, so that the refusal remains the error that is reported."""
        return _BYE if self._refused else super().quit()


def _context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=config.mail_ca_file())


def install() -> None:
    """Make every SMTP client of this process a verifying one. May be called again."""
    smtplib.SMTP = VerifyingSMTP  # type: ignore[misc]  # to replace a class is meant here

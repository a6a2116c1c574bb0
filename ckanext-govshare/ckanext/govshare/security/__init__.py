"""What closes the holes and unsafe defaults of CKAN 2.12.0.

The plugin calls four functions, each in the hook of CKAN that comes at the right moment:
`declare` (IConfigDeclaration), `configure` (IConfigurer), `verify` (IConfigurable) and `protect` (IMiddleware).
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckan.exceptions import CkanConfigurationException

from ckanext.govshare import notifications, signing
from ckanext.govshare.logic import accounts
from ckanext.govshare.security import (
    absence,
    checks,
    csrf,
    forms,
    headers,
    json_numbers,
    jsonp,
    log_lines,
    mail,
    outages,
    parameters,
    passwords,
    proxies,
    refusals,
    request_parts,
    request_size,
    secrets,
    sessions,
    settings,
    texts,
    throttle,
    tokens,
    uploads,
    whole_answers,
)

if TYPE_CHECKING:
    from ckan.config.declaration import Declaration
    from ckan.types import CKANApp


def declare(declaration: Declaration) -> None:
    """Replace CKAN's unsafe defaults, so that a short configuration file is a safe one."""
    settings.harden(declaration)


def configure(config: dict[str, Any]) -> None:
    """Set what follows from other settings, and install the fixes that must precede the building of the application."""
    log_lines.install()
    settings.derive(config)
    csrf.install()
    mail.install()
    sessions.prepare()
    passwords.install()
    secrets.install()
    tokens.install()
    accounts.install()


def verify(config: dict[str, Any]) -> None:
    """Refuse to start with a setting that opens a hole or cannot be read, or without the signer and channels that they name.

    Raises CkanConfigurationException naming the setting.
    """
    checks.enforce(config)
    try:
        throttle.verify()
        signing.current()
        for name in notifications.names():
            notifications.channel(name)
    except ValueError as error:
        raise CkanConfigurationException(str(error)) from error


def protect(app: CKANApp, config: dict[str, Any]) -> CKANApp:
    """Add what acts on each request and answer. Returns `app`."""
    absence.install(app)
    refusals.install(app)
    json_numbers.install(app)
    texts.install(app)
    forms.install(app)
    request_parts.install(app)
    parameters.install(app)
    jsonp.install(app)
    # Flask calls the last registered first: uploads put their policy in place before the headers find none.
    headers.install(app, config)
    uploads.install(app)
    proxies.install(app)
    request_size.install(app, config)
    outages.install(app)
    # Before all others: they ask who is there.
    sessions.install(app)
    whole_answers.install(app)
    return app

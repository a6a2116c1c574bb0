"""Who is at the other end: `X-Forwarded-*` is believed only from as many proxies as the operator names.

CKAN takes `X-Forwarded-For` from anybody as the caller's address, and writes it as the author of changes.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from ckanext.govshare import config

if TYPE_CHECKING:
    from ckan.types import CKANApp

WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
             "HTTP_X_FORWARDED_PREFIX", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_SCHEME", "HTTP_X_REAL_IP")


class DropForwarded:
    """Takes the headers away, so that no code further in believes them."""

    def __init__(self, app: WSGIApp) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        for header in FORWARDED:
            environ.pop(header, None)
        return self.app(environ, start_response)


def install(app: CKANApp) -> None:
    """Set the caller's address and scheme from `govshare.trusted_proxies` proxies (0: none), then drop the headers."""
    app.wsgi_app = DropForwarded(app.wsgi_app)
    trusted = config.trusted_proxies()
    if trusted:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted)

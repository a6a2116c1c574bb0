"""Headers that tell browsers what pages of this site may do.

No other host: neither scripts, styles, fonts nor images come from elsewhere, and no page of ours sits in a stranger's
frame.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ckan.common import current_user, request

if TYPE_CHECKING:
    from ckan.types import CKANApp, Response

# Styles alone may be inline: Bootstrap positions its menus and htmx marks its requests with them.
CONTENT_SECURITY_POLICY = "; ".join((  # noqa: FLY002 - one directive a line
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-src 'self'",
    "frame-ancestors 'self'",
))

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000"


def install(app: CKANApp, config: Mapping[str, Any]) -> None:
    """Send the headers with every answer, and HSTS where `ckan.site_url` is https. What a known caller got is theirs alone."""
    headers = HEADERS | ({"Strict-Transport-Security": HSTS} if is_https(config) else {})

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if current_user and current_user.is_authenticated:
            # CKAN, which comes next, would call the answers of its API public, and a shared cache would hand them on.
            request.environ["__no_cache__"] = True
            if request.path.startswith("/api/"):
                response.headers["Cache-Control"] = "private, no-store"
        return response


def is_https(config: Mapping[str, Any]) -> bool:
    """Whether visitors reach the site by https."""
    return urlsplit(config["ckan.site_url"]).scheme == "https"


def keep_to_yourself(answer: Response) -> None:
    """No proxy and no browser keeps what is not for everyone."""
    request.environ["__no_cache__"] = True
    answer.headers["X-Accel-Buffering"] = "no"
    answer.headers["Cache-Control"] = "private, no-store"

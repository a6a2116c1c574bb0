"""CVE-2026-41255: an exemption from the CSRF check is given to one request, never to a view.

CKAN 2.12.0 calls `csrf.exempt(view)` before a request that carries an API token, or nobody's session. Flask-WTF keeps
the view exempt for the life of the process: one anonymous GET of a form opened it to forged posts from any session.
"""
from __future__ import annotations

from typing import Any

from ckan.common import current_user, g, request
from flask_wtf.csrf import CSRFProtect

API_BLUEPRINT = "api"


class PerRequestCSRFProtect(CSRFProtect):
    """CSRF protection whose exemptions by name hold for the current request alone."""

    def exempt(self, view: Any) -> Any:
        """Exempt a blueprint or function for good; given a view's name, the current request, where that is harmless."""
        if isinstance(view, str) and request:
            g.govshare_csrf_exempt = _cannot_be_forged()
            return view
        return super().exempt(view)

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse the current request with 400 if it needs a CSRF token and has no valid one."""
        if apply_exemptions and g.get("govshare_csrf_exempt", False):
            return
        super().protect(apply_exemptions=apply_exemptions)


def _cannot_be_forged() -> bool:
    """Whether the request owes nothing to a cookie: an API token names its user, or nobody calls the API.

    Anonymous forms stay protected: a forged log-in would put a victim into the attacker's account.
    """
    return bool(current_user.is_authenticated) or request.blueprint == API_BLUEPRINT


def install() -> None:
    """Replace CKAN's CSRF protection before the application is built. May be called again."""
    from ckan.config.middleware import flask_app  # here, because CKAN imports plugins while it imports this

    if not isinstance(flask_app.csrf, PerRequestCSRFProtect):
        flask_app.csrf = PerRequestCSRFProtect()

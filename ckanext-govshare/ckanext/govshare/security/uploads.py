"""Files of strangers under our own address: downloaded they are data, never pages or scripts of this site.

Our Content-Security-Policy trusts scripts from this host, and uploaded files come from this host.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

from ckan.common import request

if TYPE_CHECKING:
    from ckan.types import CKANApp, Response

DOWNLOADS = frozenset({"dataset_resource.download", "resource.download", "file.download", "file.public_download",
                       "file.trusted_download"})
# The types that browsers run as scripts (WHATWG MIME sniffing, 4.6), and what they show as a page.
SCRIPT = ("javascript", "ecmascript", "jscript", "livescript")
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


def install(app: CKANApp) -> None:
    """Send uploaded files in a sandbox, and scripts among them as plain text."""
    @app.after_request
    def disarm(response: Response) -> Response:
        if request.endpoint in DOWNLOADS:
            response.headers["Content-Security-Policy"] = SANDBOX
            if any(word in response.mimetype for word in SCRIPT):
                response.mimetype = "text/plain"
        return response

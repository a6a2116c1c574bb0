"""Files of strangers under our own address: downloaded they are data, never pages or scripts of this site.

Our Content-Security-Policy trusts scripts from this host, and uploaded files come from this host.
"""
from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from ckan.common import request

if TYPE_CHECKING:
    from ckan.types import CKANApp, Response

# How the endpoints end; the first are those of every type of dataset.
DOWNLOADS = ("resource.download", "govshare_downloads.file", "file.download", "file.public_download", "file.trusted_download")
SENDING = (200, 206, 304)
# The types that browsers run as scripts (WHATWG MIME sniffing, 4.6), and what they show as a page.
SCRIPT = ("javascript", "ecmascript", "jscript", "livescript")
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"

BYTES = "application/octet-stream"
# By the format that the portal found out by reading; whatever else there is travels as bytes.
MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv", "tsv": "text/tab-separated-values", "json": "application/json", "geojson": "application/geo+json",
    "xml": "application/xml", "rdf": "application/rdf+xml", "ttl": "text/turtle", "jsonld": "application/ld+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xls": "application/vnd.ms-excel",
    "pdf": "application/pdf", "zip": "application/zip",
}


def install(app: CKANApp) -> None:
    """Send uploaded files in a sandbox, and scripts among them as plain text. Pages that refuse a file are our own."""
    @app.after_request
    def disarm(response: Response) -> Response:
        if str(request.endpoint).endswith(DOWNLOADS) and response.status_code in SENDING:
            response.headers["Content-Security-Policy"] = SANDBOX
            if any(word in response.mimetype for word in SCRIPT):
                response.mimetype = "text/plain"
        return response


def media_type(found_format: str, encoding: str = "") -> str:
    """The type of a file's bytes. `found_format`, `encoding`: as the portal read them, never as a stranger called them."""
    plain = MEDIA_TYPES.get(found_format.lower(), BYTES)
    if plain.startswith("text/") and _is_encoding(encoding):
        return f"{plain}; charset={encoding.lower()}"
    return plain


def _is_encoding(name: str) -> bool:
    try:
        return bool(name) and name.isascii() and bool(codecs.lookup(name)) and not set(name) & set(' ;,"\r\n')
    except LookupError:
        return False


def attachment(filename: str) -> str:
    """A Content-Disposition that saves the answer under `filename`, Chinese kept (RFC 6266, RFC 8187).

    Programs that know no `filename*` get the same ending after an ASCII name. No line break, direction mark or path of the
    name's author gets through.
    """
    name = "".join(char for char in filename.replace("\\", "/").rsplit("/", 1)[-1]
                   if not unicodedata.category(char).startswith("C")).strip() or "data"
    if name.isascii() and not set(name) & set('"%'):
        return f'attachment; filename="{name}"'
    ending = name.rpartition(".")[2] if "." in name else ""
    plain = f"data.{ending}" if ending.isascii() and ending.isalnum() else "data"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='!#$&+-.^_`|~')}"

"""What a department may say of a data file, and what is the platform's to say (OPN-3: 001 第二十六条).

File names and addresses are kept with the data file, never in the catalogue entry: the entry reaches the index, feeds and
harvesters, and an address may lead into the department's own network.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from ckanext.govshare.domain.plain_text import text_error
from ckanext.govshare.domain.wording import Message

MAX_ADDRESS = 2000
MAX_NAME = 200

# Facts of the file that is served; whatever a caller says of them is not taken over.
FACTS = frozenset({"cache_last_updated", "cache_url", "datastore_active", "hash", "last_modified", "mimetype",
                   "mimetype_inner", "size", "url", "url_type"})
# Those of a resource without a file; CKAN reads blanks as nothing, and leaves alone what is not given.
NO_FILE: Mapping[str, str] = dict.fromkeys(sorted(FACTS - {"datastore_active"}), "")
# What else of a resource is not the department's words. `file_id` is the file that a draft is going to serve.
_MARKS = frozenset({"clear_upload", "created", "file_id", "file_state", "id", "metadata_modified", "package_id", "position",
                    "state", "upload"})
# What a department says of a data file; the schema has the same fields, and `url`.
WORDS = frozenset({"name", "description", "format"})
KNOWN = WORDS | FACTS | _MARKS
_EXTENSION = re.compile(r"[a-z0-9]{1,10}")
# Control, format (such as the marks that turn the direction of writing), half of a pair, line and paragraph ends.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def words(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What a department says of a data file, without facts of the file and without bookkeeping."""
    return {k: v for k, v in resource.items() if k in WORDS}


def same_words(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two resources say the same, blanks aside."""
    return _filled(one) == _filled(other)


def _filled(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in words(resource).items() if v not in (None, "", [], {})}


def bare_name(given: str) -> str:
    """The name alone of a file that somebody sent, without directories and unprintable characters; empty if none is left."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in last if unicodedata.category(char) not in _UNPRINTABLE).strip()
    if name.strip(".") == "":
        return ""
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:MAX_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) < 20 else name[:MAX_NAME]


def extension(name: str) -> str:
    """The file name's ending in small letters where it is a plain one, else empty."""
    ending = PurePosixPath(name).suffix[1:].lower()
    return ending if _EXTENSION.fullmatch(ending) else ""


def link_extension(address: str) -> str:
    """The ending of the file that an address names, if it names one."""
    return extension(_path(address).rsplit("/", 1)[-1])


def _path(address: str) -> str:
    """The path of an address; of what is none, nothing."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def neutral_url(ending: str) -> str:
    """What the catalogue shows in place of a file's name or address."""
    return f"data.{ending}" if ending else "data"


def is_own_address(url: str, resource_id: str, shown: str) -> bool:
    """Whether `url` is what the catalogue showed (`shown`) for the data file `resource_id`, sent back."""
    name = shown.rsplit("/", 1)[-1]
    if not name:
        return False
    return url in (shown, name) or _path(url).endswith(f"/resource/{resource_id}/download/{name}")


def link_error(address: str) -> Message | None:
    """What is wrong with an address from which the platform is to fetch data."""
    if error := text_error(address, MAX_ADDRESS):
        return error
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        named = parts.username is not None or parts.password is not None
    except ValueError:
        return Message("This is not an address")
    if not usable or re.search(r"[\s\\]", address):
        return Message("A link begins with http:// or https:// and a host")
    if named:
        return Message("A link holds no user name or password")
    return None

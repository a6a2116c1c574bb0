"""The Atom feeds in the language of their address: CKAN writes titles and descriptions in English."""
from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.views.feed import CKANFeed

from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic.wording import translate

KINDS = {
    'Organization: "': Message("Department"), 'Group: "': Message("Theme"), 'Tag: "': Message("Keyword"),
    "Custom query": Message("Search"),
}
DESCRIPTION = Message("Newly published and changed entries of the data catalogue")
# CKAN's titles: the site's, then what the feed is of and, but for a search, its name in quotation marks.
TITLE = re.compile(rf"^(?P<site>.*?) - (?P<kind>{'|'.join(KINDS)})(?P<name>.*?)\"?$", re.DOTALL)


class Feed(CKANFeed):
    """CKAN's feed; `language` is that of the request, where CKAN always says `en`."""

    def __init__(self, feed_title: str, feed_link: str, feed_description: str, language: str | None = None,
                 **others: Any) -> None:
        super().__init__(_title(feed_title), feed_link, translate(DESCRIPTION),
                         tk.h.unix_locale_to_bcp47(tk.h.lang()), **others)


def _title(english: str) -> str:
    found = TITLE.match(english)
    if not found:
        return english
    return " - ".join(filter(None, [found["site"], translate(KINDS[found["kind"]]), found["name"]]))

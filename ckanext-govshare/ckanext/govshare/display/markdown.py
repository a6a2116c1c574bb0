"""CKAN's two helpers for texts in Markdown, on the portal's own parser (docs/adr/098)."""
from __future__ import annotations

from ckan.lib import helpers as core_helpers
from markupsafe import Markup

from ckanext.govshare.domain import markdown


def render_markdown(data: str | None, auto_link: bool = True, allow_html: bool = False) -> Markup:
    """`data` as a few harmless tags. HTML in it is shown as it was written, whatever `allow_html` says.

    auto_link: whether words such as ``dataset:name`` are links.
    """
    if not data:
        return Markup()
    rendered = markdown.to_html(str(data))
    if auto_link:
        rendered = markdown.clean(core_helpers.html_auto_link(rendered))
    return Markup(rendered)  # noqa: S704 - cleaned in both ways


def markdown_extract(text: str | None, extract_length: int = 190) -> str:
    """The words of `text`, cut to `extract_length` characters; 0 for all. CKAN's counts Chinese sentences as one word each."""
    return markdown.to_words(str(text), extract_length) if text else ""

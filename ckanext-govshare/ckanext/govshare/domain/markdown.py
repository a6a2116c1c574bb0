"""Markdown as a few harmless tags, in time and memory that grow with the text and no faster.

Python-Markdown, which CKAN uses, needs half a minute for 12,000 opening brackets. markdown-it is linear; what can still make
its output larger than its input (blank cells of a table, one long reference used many times, nesting) is bounded here.
What people wrote for Python-Markdown reads as before: headings without a space, emphasis beside Chinese punctuation. Pure.
"""
from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

# Characters that are rendered: more than any text that is taken. What an older portal took is shown up to here.
LONGEST = 100_000
# Levels of lists (two each), quotes and emphasis that are told apart; a reader loses count at five.
DEEPEST = 20
# Characters that references may add to one text, and blank cells that are filled up in its tables.
REFERENCED, BLANK_CELLS = 50_000, 1000

STRUCTURE = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "strong", "em", "table", "thead", "tbody",
                       "tr", "th", "td", "br", "hr", "blockquote"})
# Images are shown as links to them: the page of one portal fetches nothing from another, nor anything in its reader's name.
TAGS = STRUCTURE | {"a", "code", "pre"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_TITLE_WITHOUT_SPACE = re.compile(r"^( {0,3}#{1,6})(?=[^#\s])", re.MULTILINE)
# Chinese goes on after an address without a space, and a full stop after it is the sentence's.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\[][!#-;=?-~]*")
_SENTENCE = ".,;:!?'*)"

# The library's limit makes a megabyte of two kilobytes. (The package has a function of the module's name.)
vars(import_module("markdown_it.rules_block.table"))["MAX_AUTOCOMPLETED_CELLS"] = BLANK_CELLS


def to_html(text: str, top_level: int = 1, links: bool = True) -> str:
    """`text` as HTML of TAGS. HTML in it is shown as it was written.

    top_level: the level of its first-order headings, 1 to 6. links: whether links are links; else their words alone stay.
    """
    tokens = _parser(DEEPEST).parse(_read(text), {"references": _References()})
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + top_level - 1)}"
    rendered = _parser(DEEPEST).renderer.render(tokens, _parser(DEEPEST).options, {})
    return clean(rendered, TAGS if links else STRUCTURE)


def clean(rendered: str, tags: frozenset[str] = TAGS) -> str:
    """HTML of ours without anything but `tags`, and without addresses other than http, https, mailto and of this site."""
    attributes = {tag: of for tag, of in _ATTRIBUTES.items() if tag in tags}
    return nh3.clean(rendered, tags=set(tags), attributes=attributes, url_schemes=_SCHEMES,
                     link_rel="nofollow noopener noreferrer")


def to_words(text: str, longest: int = 0) -> str:
    """The words of `text` without markup on one line, cut to `longest` characters; 0 for all."""
    read = text[:longest * 10] if longest else text
    words = " ".join(entities.unescape(nh3.clean(to_html(read), tags=set())).split())
    return words if not longest or len(words) <= longest else words[:longest - 1].rstrip() + "…"


def is_too_deep(text: str) -> bool:
    """Whether `text` nests lists and quotes deeper than is shown: what lies below would be missing."""
    return any(token.level >= DEEPEST for token in _parser(DEEPEST + 3).parse(_read(text)))


def blocks(text: str) -> int:
    """How many headings, paragraphs, items and cells `text` has: what takes time to lay out on paper."""
    return sum(token.nesting == 1 for token in _parser(DEEPEST).parse(_read(text)))


def _read(text: str) -> str:
    return _TITLE_WITHOUT_SPACE.sub(r"\1 ", text[:LONGEST])


class _References(dict[str, Mapping[str, Any]]):
    """Reference definitions that are forgotten when they have added REFERENCED characters: n uses of n characters are n²."""

    _left = REFERENCED

    def get(self, label: str, default: Any = None) -> Any:
        found = super().get(label, default)
        if found is not None:
            self._left -= len(found["href"]) + len(found["title"])
        return found if self._left > 0 else default


@cache
def _parser(deepest: int) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": deepest}).enable("table")
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.core.ruler.after("inline", "links", _plain_addresses)
    parser.core.ruler.after("links", "depth", _flattened)
    return parser


def _emphasis(state: StateInline, silent: bool) -> bool:
    """As the library's rule, but `*` beside punctuation counts as beside a letter: **注意：**请 is bold, as it always was."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(state.pos, marker == "*")
    end = state.pos + scanned.length
    opens, closes = scanned.can_open, scanned.can_close
    if marker == "*":
        opens = end < state.posMax and not state.src[end].isspace()
        closes = state.pos > 0 and not state.src[state.pos - 1].isspace()
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(Delimiter(marker=ord(marker), length=scanned.length, token=len(state.tokens) - 1, end=-1,
                                          open=opens, close=closes))
    state.pos = end
    return True


def _plain_addresses(state: StateCore) -> None:
    """Make links of addresses that stand in the text, and of images."""
    for block in state.tokens:
        if block.type == "inline":
            block.children = list(_linked(block.children or []))


def _linked(tokens: Sequence[Token]) -> Iterator[Token]:
    within = 0
    for token in tokens:
        within += token.nesting if token.type in ("link_open", "link_close") else 0
        if token.type == "image":
            address, words = str(token.attrs["src"]), token.content or str(token.attrs["src"])
            yield from [Token("text", "", 0, content=words)] if within else _link(address, words)
        elif token.type == "text" and not within:
            yield from _with_links(token.content)
        else:
            yield token


def _with_links(text: str) -> Iterator[Token]:
    done = 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_SENTENCE)
        yield Token("text", "", 0, content=text[done:found.start()])
        yield from _link(address, address)
        done = found.start() + len(address)
    yield Token("text", "", 0, content=text[done:])


def _link(address: str, words: str) -> Iterator[Token]:
    yield Token("link_open", "a", 1, attrs={"href": address})
    yield Token("text", "", 0, content=words)
    yield Token("link_close", "a", -1)


def _flattened(state: StateCore) -> None:
    """Drop emphasis within emphasis below DEEPEST: whoever reads the HTML afterwards does so recursively."""
    for block in state.tokens:
        depth, kept = 0, []
        for token in block.children or ():
            depth += token.nesting == 1
            if token.nesting == 0 or depth <= DEEPEST:
                kept.append(token)
            depth -= token.nesting == -1
        if block.children:
            block.children = kept

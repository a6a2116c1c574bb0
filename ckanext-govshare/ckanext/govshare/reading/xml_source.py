"""XML from a file, an element at a time. Nothing that a document type declares is ever expanded or fetched."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from ckanext.govshare.reading import encoding
from ckanext.govshare.reading.report import Refused, Source

Event = tuple[str, Any]
_DECLARED = b"encoding="


def events(source: Source) -> Iterator[Event]:
    """`start` and `end` of each element, in the order of the file. The caller lets go of elements that it has seen.

    Raises Refused: xml_entities, xml_invalid, nested_too_deep, value_too_long.
    """
    with source.path.open("rb") as raw, _faults():
        parser = etree.iterparse(raw, events=("start", "end"), resolve_entities=False, load_dtd=False, no_network=True,
                                 huge_tree=False, remove_comments=True, remove_pis=True, encoding=_encoding(source))
        declared = None
        for event, element in parser:
            if declared is None:
                declared = element.getroottree().docinfo.doctype
                if declared:
                    raise Refused("xml_entities")
            yield event, element


def refuse_entities(source: Source) -> None:
    """Raise Refused for a file with a document type: whatever it declares is not needed for data."""
    next(events(source), None)


def let_go(element: Any) -> None:
    """Free an element that is done with, and those before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def name(element: Any) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def _encoding(source: Source) -> str | None:
    """The encoding of a text that does not tell it; None leaves it to the declaration."""
    declaration = source.head.partition(b"?>")[0]
    if _DECLARED in declaration or source.head[:1] not in b"< \t\r\n":
        return None
    return encoding.detect(source, max_line=source.size + 1).codec


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except etree.XMLSyntaxError as error:
        text = error.msg or ""
        if "depth" in text:
            raise Refused("nested_too_deep") from None
        if "mplification" in text or "entity reference loop" in text:
            raise Refused("xml_entities") from None
        if "huge" in text.lower():
            raise Refused("value_too_long", row=error.lineno, limit=10_000_000) from None
        raise Refused("xml_invalid", row=error.lineno or None, reason=text) from None
    except LookupError as error:
        raise Refused("xml_invalid", row=1, reason=str(error)) from None

"""XML: `<data>` of `<row>`s of one element a column, in the form of CKAN's dump, with element names that XML allows."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from ckanext.govshare.exports import Columns, Portions, chosen_names

# Letters of names by the fourth edition of XML 1.0: by the fifth there are more, but widespread parsers do not know it.
_START = ("A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u0391-\u03a1\u03a3-\u03ce\u040e-\u044f\u3007\u3041-\u3094\u30a1-\u30fa"
          "\u4e00-\u9fa5\uac00-\ud7a3")
_NOT_IN_NAME = re.compile(f"[^{_START}0-9.\u00b7-]")
_RIGHT_START = re.compile(f"(?!(?i:xml))[{_START}]")
_NOT_IN_XML = "\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff"
_SPECIAL = re.compile(f"[&<>\r{_NOT_IN_XML}]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_REPLACED = "\ufffd"
_ROW_ID = "_id"


def write(columns: Columns, portions: Portions) -> Iterator[bytes]:
    """The rows as elements; a missing value is `xsi:nil`. An element whose name had to be changed says the column's."""
    names = chosen_names(columns)
    pieces = [_element(tag, name) for tag, name in zip(element_names(names), names, strict=True)]
    start = "<row>"
    if names[0] == _ROW_ID:
        pieces[0], start = _row_start, ""
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<data xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
    for rows in portions:
        # Column by column: the loops over rows then run inside the interpreter.
        cells = [list(map(piece, values)) for piece, values in zip(pieces, zip(*rows, strict=True), strict=True)]
        if cells:
            yield (start + f"</row>\n{start}".join(map("".join, zip(*cells, strict=True))) + "</row>\n").encode()
    yield b"</data>\n"


def element_names(names: Sequence[str]) -> list[str]:
    """An element name for each column: what XML does not allow becomes `_`, and twins are numbered."""
    made: list[str] = []
    for name in names:
        tag = _NOT_IN_NAME.sub("_", name)
        tag = tag if _RIGHT_START.match(tag) else f"_{tag}"
        number, unique = 1, tag
        while unique in made:
            number += 1
            unique = f"{tag}_{number}"
        made.append(unique)
    return made


def is_element_of(tag: str, name: str) -> bool:
    """Whether a column called `name` may have been written as an element `tag`."""
    [made] = element_names([name])
    return tag in (made, name) or (tag.startswith(f"{made}_") and tag[len(made) + 1:].isdigit())


def escaped(text: str) -> str:
    """`text` as XML holds it; characters that it cannot hold become the sign for such."""
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], _REPLACED), text) if _SPECIAL.search(text) else text


def _row_start(number: Any) -> str:
    return f'<row _id="{number}">'


def _element(tag: str, column: str) -> Callable[[Any], str]:
    named = "" if tag == column else " name=" + quoteattr(re.sub(f"[{_NOT_IN_XML}]", _REPLACED, column))
    begin, end, missing = f"<{tag}{named}>", f"</{tag}>", f'<{tag}{named} xsi:nil="true"/>'

    def write_value(value: Any) -> str:
        return missing if value is None else begin + _text(value) + end
    return write_value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)

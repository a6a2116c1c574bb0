"""XML: the elements that are repeated are the rows of a table, their attributes and children its columns."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ckanext.govshare.exports.xml_rows import is_element_of
from ckanext.govshare.reading import json_source, xml_source
from ckanext.govshare.reading.report import Refused, Report, Source
from ckanext.govshare.reading.sink import MAX_COLUMNS, Sink

MAX_PATHS = 20_000
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
Path = tuple[str, ...]
_EXPORTED: Path = ("data", "row")  # as this portal and others on CKAN write a table, be it of one row


@dataclass
class _Kind:
    """Elements at one path: how many there are, and the names of their attributes and children in order of occurrence."""

    count: int = 0
    attributes: dict[str, None] = field(default_factory=dict)
    children: dict[str, None] = field(default_factory=dict)
    text: bool = False

    @property
    def structured(self) -> bool:
        return bool(self.attributes or self.children)


def read_xml(source: Source, sink: Sink) -> Report:
    """Read XML into the sink. Raises Refused."""
    found = _survey(source)
    path = min((path for path, kind in found.items() if kind.count > 1 and kind.structured),
               key=lambda path: (len(path), -found[path].count), default=_EXPORTED if _EXPORTED in found else None)
    if path is None:
        sink.findings.add("no_table")
        return sink.report("xml")
    sink.findings.add("table_inside", path="/".join(path))
    if others := _others(found, path):
        sink.findings.add("other_lists", others="、".join("/".join(other) for other in others[:10]))
    columns = _columns(path, found[path])
    sink.table(list(columns.values()), _rows(source, path, list(columns), sink), total=source.size)
    return sink.report("xml", path="/".join(path))


def _others(found: dict[Path, _Kind], table: Path) -> list[Path]:
    """Paths of rows that are neither in the table nor inside of other rows."""
    rows = [path for path, kind in found.items() if kind.count > 1 and kind.structured and path != table]
    around = {table, *rows}
    return [path for path in rows if not any(path[:length] in around for length in range(1, len(path)))]


def _survey(source: Source) -> dict[Path, _Kind]:
    found: dict[Path, _Kind] = {}
    path: Path = ()
    for event, element in xml_source.events(source):
        if event == "end":
            kind = found[path]
            kind.text = kind.text or bool((element.text or "").strip())
            path = path[:-1]
            xml_source.let_go(element)
            continue
        name = xml_source.name(element)
        if path:
            _note(found[path].children, _column_of(element))
        path = (*path, name)
        kind = found.setdefault(path, _Kind())
        if len(found) > MAX_PATHS:
            raise Refused("too_many_columns", count=MAX_PATHS, limit=MAX_COLUMNS)
        kind.count += 1
        for attribute in element.keys():  # noqa: SIM118 - an element iterates over its children
            _note(kind.attributes, attribute)
    return found


def _note(names: dict[str, None], name: str) -> None:
    names[name] = None
    if len(names) > MAX_COLUMNS:
        raise Refused("too_many_columns", count=len(names), limit=MAX_COLUMNS)


def _columns(path: Path, kind: _Kind) -> dict[str, str]:
    """Keys of a row's values with the headers of the table: `@` is before an attribute's, the text's own is empty."""
    attributes = {f"@{name}": name.rpartition("}")[2] for name in kind.attributes if name != _NIL}
    taken = {key: f"@{header}" if header in kind.children else header for key, header in attributes.items()}
    text = {"": path[-1]} if kind.text and not kind.children else {}
    return {**taken, **{name: name for name in kind.children}, **text}


def _rows(source: Source, path: Path, keys: Sequence[str], sink: Sink) -> Iterator[list[Any]]:
    nested: set[str] = set()
    for number, element in enumerate(_elements(source, path), start=1):
        values = _values(element)
        if "" not in keys and (text := values.pop("", None)):
            sink.findings.add("text_left_out", row=number, value=text if isinstance(text, str) else " … ".join(text))
        for name in {name for name, value in values.items() if isinstance(value, (list, dict))} - nested:
            nested.add(name)
            sink.findings.add("nested_values", row=number, column=name)
        yield [json_source.cell(values.get(key), number, key or path[-1]) for key in keys]


def _elements(source: Source, wanted: Path) -> Iterator[Any]:
    """The elements at a path, each whole."""
    path: Path = ()
    for event, element in xml_source.events(source):
        if event == "start":
            path = (*path, xml_source.name(element))
            continue
        if path == wanted:
            yield element
        if len(path) <= len(wanted) or path[:len(wanted)] != wanted:
            xml_source.let_go(element)
        path = path[:-1]


def _values(element: Any) -> dict[str, Any]:
    """Attributes, children and text of an element; a child's value is text where it has nothing but text."""
    values: dict[str, Any] = {f"@{name}": value for name, value in element.items()}
    for child in element:
        name, value = _column_of(child), _value(child)
        if name in values:
            values[name] = [*values[name], value] if isinstance(values[name], list) else [values[name], value]
        else:
            values[name] = value
    texts = [text for part in (element.text, *(child.tail for child in element)) if (text := (part or "").strip())]
    return {**values, "": texts if len(texts) > 1 else texts[0]} if texts else values


def _value(element: Any) -> Any:
    if element.get(_NIL) in ("true", "1"):
        return None
    nested = len(element) or (element.keys() and not _is_named(element))
    return _values(element) if nested else (element.text or "").strip()


def _is_named(element: Any) -> bool:
    """Whether it is a cell whose column has a name that no element can have: exports write it into an attribute."""
    if not element.keys() or {*element.keys()} - {"name", _NIL}:
        return False
    named = element.get("name")
    return bool(named) and named != xml_source.name(element) and is_element_of(xml_source.name(element), named)


def _column_of(element: Any) -> str:
    return str(element.get("name")) if _is_named(element) else xml_source.name(element)

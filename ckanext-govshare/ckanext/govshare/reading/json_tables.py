"""JSON: a list of objects is a table, at the top of the file or inside it (as portals answer), or an object a line."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import ijson

from ckanext.govshare.reading import geojson, json_source, kinds, rdf
from ckanext.govshare.reading.json_source import Json, cell
from ckanext.govshare.reading.report import Refused, Report, Source
from ckanext.govshare.reading.sink import MAX_COLUMNS, Sink

MAX_DEPTH = 100
# Where portals put their rows; such a list goes before a longer one, which may be a list of fields.
USUAL = frozenset({"records", "rows", "data", "items", "list", "results", "features"})
_STARTS = frozenset(("start_map", "start_array"))
_ENDS = frozenset(("end_map", "end_array"))


def read_json(source: Source, sink: Sink) -> Report:
    """Read JSON, JSON lines, GeoJSON or JSON-LD into the sink. Raises Refused."""
    text = json_source.open_json(source)
    if kinds.claimed_kind(source.name) == "jsonld":
        return rdf.read_json_ld(text, sink)
    survey = _survey(text)
    if survey.repeated:
        sink.findings.add("repeated_names", row=survey.first_repeated[0], column=survey.first_repeated[1], count=survey.repeated)
    if survey.marks.get("type") == "FeatureCollection" and "features" in survey.lists:
        return geojson.read_features(text, sink)
    if "@context" in survey.marks:
        return rdf.read_json_ld(text, sink)
    if survey.marks.get("type") in geojson.GEOMETRIES | {"Feature"}:
        return _without_table(text, sink, "geojson")
    return _table(text, survey, sink)


@dataclass
class _Survey:
    """What a JSON file holds. `values`: how many values stand side by side; `marks`: what its top object says of itself;
    `lists`: the lists outside of lists, by the names that lead there, with how many objects and other things each has.
    `repeated`: how often an object has a name again; the number of the first such element, and the name.
    """

    values: int = 0
    objects: int = 0
    marks: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, Counter[str]] = field(default_factory=dict)
    repeated: int = 0
    first_repeated: tuple[int, str] = (0, "")

    def note_name(self, name: str, others: set[str], counts: Counter[str] | None) -> None:
        """Note a name of an object that has had the `others`, in the list of the `counts` or beside others in the file."""
        if name in others:
            self.first_repeated = self.first_repeated if self.repeated else (counts["object"] if counts else self.values, name)
            self.repeated += 1
        elif len(others) <= MAX_COLUMNS:  # what has more is no row of a table
            others.add(name)

    def table(self) -> str | None:
        """The names that lead to the list which is the table."""
        tables = {path: counts["object"] for path, counts in self.lists.items() if counts["object"] and not counts["other"]}
        return max(tables, key=lambda path: (path.rpartition(".")[2] in USUAL, tables[path]), default=None)


def _survey(text: Json) -> _Survey:
    survey = _Survey()
    names: list[str | None] = []  # of the open objects and lists: the name last read in it; None for a list
    seen: list[set[str]] = []  # the names of each
    counts: Counter[str] | None = None
    with text.opened() as stream:
        for event, value in ijson.basic_parse(stream, multiple_values=True, buf_size=json_source.BUFFER):
            if event == "map_key":
                names[-1] = value
                survey.note_name(value, seen[-1], counts)
                if len(names) == 1 and value in ("@context", "type"):
                    survey.marks[value] = None
                continue
            if event in _ENDS:
                names.pop()
                seen.pop()
                if names.count(None) == 0:
                    counts = None
                continue
            if not names:
                survey.values += 1
                survey.objects += event == "start_map"
            elif names[-1] is None and counts is not None and names.count(None) == 1:
                counts["object" if event == "start_map" else "other"] += 1
            elif len(names) == 1 and names[0] == "type":
                survey.marks["type"] = value
            if event in _STARTS:
                if event == "start_array" and counts is None:
                    counts = survey.lists.setdefault(".".join(name or "" for name in names), Counter())
                names.append("" if event == "start_map" else None)
                seen.append(set())
                if len(names) > MAX_DEPTH:
                    raise Refused("nested_too_deep")
    return survey


def _table(text: Json, survey: _Survey, sink: Sink) -> Report:
    lines = survey.values > 1
    path = "" if lines else survey.table()
    if path is None or (lines and survey.objects < survey.values):
        return _without_table(text, sink, "json")
    prefix = "" if lines else f"{path}.item" if path else "item"
    if path:
        sink.findings.add("table_inside", path=path)
    if others := [name for name, counts in survey.lists.items() if name != path and counts["object"] and not lines]:
        sink.findings.add("other_lists", others="、".join(others[:10]))
    names = _names(text, prefix, lines)
    sink.table(names, _rows(text, prefix, lines, names, sink), total=text.source.size)
    return sink.report("json", encoding=text.encoding.name, path=path, lines=lines)


def _names(text: Json, prefix: str, lines: bool) -> list[str]:
    """Every name that an object has, in the order in which they first occur."""
    names: dict[str, None] = {}
    for _, element in text.elements(prefix, lines):
        if not element.keys() <= names.keys():
            names |= dict.fromkeys(element)
            if len(names) > MAX_COLUMNS:
                raise Refused("too_many_columns", count=len(names), limit=MAX_COLUMNS)
    return list(names)


def _rows(text: Json, prefix: str, lines: bool, names: Sequence[str], sink: Sink) -> Iterator[list[Any]]:
    nested: set[str] = set()
    for number, element in text.elements(prefix, lines):
        for name, value in element.items():
            if isinstance(value, (dict, list)) and name not in nested:
                nested.add(name)
                sink.findings.add("nested_values", row=number, column=name)
        yield [cell(element.get(name), number, name) for name in names]


def _without_table(text: Json, sink: Sink, format: str) -> Report:
    sink.findings.add("no_table")
    return sink.report(format, encoding=text.encoding.name)

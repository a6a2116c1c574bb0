"""GeoJSON (RFC 7946): features are rows of their properties, with the geometry as text."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ckanext.govshare.reading.json_source import Json, cell
from ckanext.govshare.reading.report import Findings, Refused, Report
from ckanext.govshare.reading.sink import MAX_COLUMNS, Sink

GEOMETRIES = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"})
GEOMETRY = "geometry"
_FEATURES = "features.item"
_LONGITUDES, _LATITUDES = 180, 90


def read_features(text: Json, sink: Sink) -> Report:
    """Read a feature collection into the sink. Raises Refused."""
    names = _names(text)
    sink.table([*names, GEOMETRY], _rows(text, names, sink.findings), total=text.source.size)
    return sink.report("geojson", encoding=text.encoding.name)


def _names(text: Json) -> list[str]:
    names: dict[str, None] = {}
    for number, feature in text.elements(_FEATURES):
        names |= dict.fromkeys(_properties(feature, number))
        if len(names) >= MAX_COLUMNS:
            raise Refused("too_many_columns", count=len(names) + 1, limit=MAX_COLUMNS)
    return list(names)


def _properties(feature: Any, number: int) -> Mapping[str, Any]:
    """A feature's properties without the one that would hide the geometry's column."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or not isinstance(properties, dict | None) or feature.get("type") != "Feature":
        raise Refused("no_feature", row=number)
    return {name: value for name, value in (properties or {}).items() if name != GEOMETRY}


def _rows(text: Json, names: Sequence[str], findings: Findings) -> Iterator[list[Any]]:
    for number, feature in text.elements(_FEATURES):
        properties, geometry = _properties(feature, number), feature.get("geometry")
        if geometry is not None:
            _check(geometry, number, findings)
        yield [*(cell(properties.get(name), number, name) for name in names), cell(geometry, number, GEOMETRY)]


def _check(geometry: Any, number: int, findings: Findings) -> None:
    """Tell of the first position of a geometry that is none, or not on the earth."""
    for position in _positions(geometry):
        if len(position) < 2 or not all(isinstance(number, (int, Decimal)) for number in position[:2]):
            findings.add("no_geometry", row=number, column=GEOMETRY)
            return
        east, north = position[:2]
        if abs(east) > _LONGITUDES or abs(north) > _LATITUDES:
            swapped = abs(north) <= _LONGITUDES and abs(east) <= _LATITUDES
            findings.add("coordinates_swapped" if swapped else "coordinates_outside", row=number, column=GEOMETRY,
                         position=f"{east}, {north}"[:60])
            return


def _positions(geometry: Any) -> Iterator[list[Any]]:
    """The positions of a geometry; an empty one where it is no geometry."""
    left: list[Any] = [geometry]
    while left:
        part = left.pop()
        if isinstance(part, dict) and part.get("type") in GEOMETRIES:
            left.append(part.get("geometries" if part["type"] == "GeometryCollection" else "coordinates"))
        elif isinstance(part, list) and part and isinstance(part[0], (list, dict)):
            left.extend(reversed(part))
        elif isinstance(part, list) and part:
            yield part
        elif part != []:
            yield []

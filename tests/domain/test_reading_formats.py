"""JSON, GeoJSON, XML, RDF and documents: what becomes a table, what is kept without one, and what is refused and why."""
from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from ckanext.govshare.reading.reader import read
from ckanext.govshare.reading.report import Report

STATIONS = [{"站点": "城区", "读数": 5, "编号": "007"}, {"站点": "郊区", "读数": 7, "编号": "012"}]
ROWS = [["城区", "5", "007"], ["郊区", "7", "012"]]
TYPES = {"站点": "text", "读数": "int8", "编号": "text"}


class Reading:
    def __init__(self, folder: Path, content: bytes | str, name: str) -> None:
        source, out = folder / "input", folder / "out"
        out.mkdir()
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        self.report: Report = read(source, out, name)
        table = out / "table.csv"
        csv.field_size_limit(2**20)
        self.rows: list[list[str]] | None = None
        if table.exists():
            with table.open(encoding="utf-8", newline="") as text:
                self.rows = list(csv.reader(text))
        self.codes = {found["code"] for found in self.report.findings}
        self.errors = {found["code"]: found for found in self.report.findings if found["severity"] == "error"}
        self.types = {column["name"]: column["type"] for column in self.report.columns}


@pytest.fixture
def reading(tmp_path: Path) -> Any:
    return lambda content, name="data": Reading(tmp_path, content, name)


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("content", [
    dumped(STATIONS), dumped(STATIONS).encode("utf-8-sig"), dumped(STATIONS).encode("gb18030"),
    dumped(STATIONS).encode("utf-16"),
    dumped({"records": STATIONS}),
    dumped({"help": "…", "success": True, "result": {"fields": [{"id": "a"}] * 3, "records": STATIONS}}),
    dumped({"code": 200, "data": {"list": STATIONS, "total": 2}}), dumped({"任何名字": STATIONS}),
    "\n".join(map(dumped, STATIONS)), "\r\n\r\n".join(map(dumped, STATIONS)) + "\n",
], ids=["list", "BOM", "GB18030", "UTF-16", "records", "CKAN", "data.list", "any name", "lines", "lines with blanks"])
def test_a_list_of_objects_is_a_table(reading: Any, content: bytes | str) -> None:
    read = reading(content, "data.json")
    assert (read.report.format, read.report.machine_readable, read.report.rows) == ("json", True, 2)
    assert read.types == TYPES
    assert read.rows == ROWS


def test_objects_need_not_have_the_same_names(reading: Any) -> None:
    read = reading('[{"a": 1}, {"b": "x"}, {"a": null, "c": true}]')
    assert list(read.types.items()) == [("a", "int8"), ("b", "text"), ("c", "bool")]
    assert read.rows == [["1", "", ""], ["", "x", ""], ["", "", "true"]]


def test_nested_values_are_json_text_and_told_once(reading: Any) -> None:
    read = reading('[{"a": {"x": [1, 2.50]}}, {"a": ["中", null]}]')
    assert read.rows == [['{"x":[1,2.5]}'], ['["中",null]']]
    assert [found["column"] for found in read.report.findings if found["code"] == "nested_values"] == ["a"]


def test_numbers_keep_their_digits(reading: Any) -> None:
    read = reading('[{"a": 12345678901234567890.123456789}, {"a": 0.1}]')
    assert read.rows == [["12345678901234567890.123456789"], ["0.1"]]


@pytest.mark.parametrize("content", ['{"a": 1}', "[1, 2]", "[[1], [2]]", '"text"', "{}", '{"a": {"b": 1}}'])
def test_json_that_is_no_list_of_objects_has_no_table(reading: Any, content: str) -> None:
    read = reading(content, "a.json")
    if read.report.format == "json":
        assert (read.report.machine_readable, read.report.columns, read.rows) == (True, [], None)
        assert read.codes == {"no_table"}


def test_other_lists_are_told(reading: Any) -> None:
    read = reading(dumped({"meta": [{"a": 1}], "records": STATIONS}))
    assert read.rows == ROWS
    assert read.codes >= {"table_inside", "other_lists"}


@pytest.mark.parametrize(("content", "code", "row"), [
    ('[{"a": 1},\n{"a": }]', "json_invalid", 2), ('[{"a": 1}', "json_invalid", 1), ('[{"a": 1}] x', "json_invalid", 1),
    ("[" * 100_000, "nested_too_deep", None), ("[" * 100_000 + "]" * 100_000, "nested_too_deep", None),
    ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested_too_deep", None), ('[{"a": NaN}]', "json_invalid", None),
    (b'[{"a": "\xff\xfe"}]', "undecodable", 1), (b'[{"a": "\0"}]', "nul_bytes", 1),
    ('[{"a": "' + "x" * 1_000_001 + '"}]', "value_too_long", 1), ('[{"a": 1e99999999}]', "number_too_large", 1),
    ('[{"a": 1},\n{"b": 1, "a": ' + "1" * 2_000_000 + "}]", "number_too_large", 2),
    ('[{"t": "' + "7" * 5000 + '"},\n\n{"a": [-1.' + "1" * 2_000_000 + "]}]", "number_too_large", 3),
    ('[{"a": 1},\n{"a": 1e' + "9" * 30 + "}]", "number_too_large", 2),
    (dumped([{f"c{n}": n for n in range(100_000)}]), "too_many_columns", None),
    (dumped([{f"c{n}": n} for n in range(2000)]), "too_many_columns", None),
], ids=["comma", "open list", "more", "open depth", "depth", "depth of objects", "NaN", "bytes", "NUL",
        "long", "large", "digits", "decimals", "exponent", "wide", "ragged"])
def test_faulty_json_is_refused_and_says_where(reading: Any, content: bytes | str, code: str, row: int | None) -> None:
    read = reading(content, "a.json")
    assert list(read.errors) == [code]
    assert not read.report.machine_readable
    assert read.rows is None
    assert row is None or read.errors[code]["row"] == row


def test_texts_of_many_digits_and_overlong_names_are_read(reading: Any) -> None:
    read = reading('[{"' + "名" * 1_000_000 + '": "' + "7" * 900_000 + '", "b": "TRUE"}]')
    assert read.rows == [["7" * 900_000, "true"]]
    assert all(len(column["name"]) <= 200 for column in read.report.columns)


def collection(*coordinates: Any, kind: str = "Point") -> str:
    return dumped({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"名称": f"站{n}"}, "geometry": {"type": kind, "coordinates": c}}
        for n, c in enumerate(coordinates)]})


def test_features_are_rows_with_their_geometry(reading: Any) -> None:
    read = reading(collection([113.03, 25.77], [113, 25.8, 184.5]), "a.geojson")
    assert (read.report.format, read.report.rows) == ("geojson", 2)
    assert read.rows == [["站0", '{"type":"Point","coordinates":[113.03,25.77]}'],
                         ["站1", '{"type":"Point","coordinates":[113,25.8,184.5]}']]
    assert not read.codes


@pytest.mark.parametrize(("content", "code"), [
    (collection([25.77, 113.03]), "coordinates_swapped"), (collection([500_000, 2_850_000]), "coordinates_outside"),
    (collection([[[113, 25], [113, 26], [25, 114], [113, 25]]], kind="Polygon"), "coordinates_swapped"),
    (collection(["113", "25"]), "no_geometry"), (collection([113]), "no_geometry"), (collection("x"), "no_geometry"),
    (collection([113, 25], kind="Circle"), "no_geometry"),
    ('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": 3}]}', "no_feature"),
    ('{"type": "FeatureCollection", "features": [1]}', "no_feature"),
    ('{"type": "FeatureCollection", "features": []}', "no_rows"),
])
def test_faulty_geojson_is_refused(reading: Any, content: str, code: str) -> None:
    read = reading(content, "a.geojson")
    assert list(read.errors) == [code]
    assert code == "no_rows" or read.errors[code]["row"] == 1


def test_features_without_geometry_are_rows_too(reading: Any) -> None:
    read = reading('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1}, "geometry": null}]}')
    assert read.rows[0][0] == "1"


XML = """<?xml version="1.0" encoding="{encoding}"?>
<data xmlns="http://example.org/air"><meta><year>2026</year></meta>
<row><站点>城区</站点><读数>5</读数><编号>007</编号></row>
<row><站点>郊区</站点><读数>7</读数><编号>012</编号></row></data>"""


@pytest.mark.parametrize(("declared", "codec"), [
    ("UTF-8", "utf-8"), ("GBK", "gbk"), ("gb2312", "gbk"), ("GB18030", "gb18030"), ("UTF-16", "utf-16"), ("UTF-8", "utf-8-sig")])
def test_repeated_elements_are_a_table(reading: Any, declared: str, codec: str) -> None:
    read = reading(XML.format(encoding=declared).encode(codec), "data.xml")
    assert (read.report.format, read.report.machine_readable, read.report.rows) == ("xml", True, 2)
    assert read.types == TYPES
    assert read.rows == ROWS


def test_xml_without_declaration_may_be_in_gb18030(reading: Any) -> None:
    assert reading(XML.partition("\n")[2].encode("gb18030"), "data.xml").rows == ROWS


def test_attributes_and_text_are_columns(reading: Any) -> None:
    read = reading('<list><item code="01" 名="甲">北京</item><item code="02"/></list>', "data.xml")
    assert list(read.types) == ["code", "名", "item"]
    assert read.rows == [["01", "甲", "北京"], ["02", "", ""]]


def test_nested_elements_are_json_text(reading: Any) -> None:
    read = reading("<a><b><c><d>1</d></c><e>x</e><e>y</e></b><b><e>z</e></b></a>", "data.xml")
    assert read.rows == [['{"d":"1"}', '["x","y"]'], ["", "z"]]
    assert "nested_values" in read.codes


def test_the_portals_own_names_of_columns_come_back(reading: Any) -> None:
    read = reading('<data xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><row><a_b name="a b">1</a_b><a_b_2 name="a/b"/>'
                   '<n name="x">2</n><c_ name="c％" xsi:nil="true"/></row></data>')
    assert list(read.types) == ["a b", "a/b", "n", "c％"]
    assert read.rows == [["1", "", '{"@name":"x","":"2"}', ""]]


def test_the_table_lies_inside_an_envelope(reading: Any) -> None:
    read = reading("<s:Envelope xmlns:s='urn:s'><s:Body><r><row><a>1</a></row><row><a>2</a></row></r></s:Body></s:Envelope>")
    assert read.rows == [["1"], ["2"]]


def test_xml_without_repetition_has_no_table(reading: Any) -> None:
    read = reading("<a><b>1</b></a>", "a.xml")
    assert (read.report.machine_readable, read.rows, read.codes) == (True, None, {"no_table"})


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(("content", "code"), [
    (f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a><b>&l11;</b></a>', "xml_entities"),
    (f'<!DOCTYPE a [<!ENTITY x "{"h" * 100_000}">]><a>{"&x;" * 10_000}</a>', "xml_entities"),
    ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a><b>&x;</b><b>&x;</b></a>', "xml_entities"),
    ('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a><b>1</b></a>', "xml_entities"),
    ('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/a.dtd"> %x;]><a/>', "xml_entities"),
    ("<!--" + "x" * 100_000 + "--><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "xml_entities"),
    ("<a>&undeclared;</a>", "xml_invalid"), ("<a><b></a>", "xml_invalid"), ("<a>" * 100_000, "nested_too_deep"),
    ("<a><b c='1'>" + "x" * 11_000_000 + "</b></a>", "value_too_long"),
    ("<a>" + "".join(f"<c{n}/>" for n in range(100_000)) + "</a>", "too_many_columns"),
    (b'<?xml version="1.0" encoding="utf-8"?><a>' + "空气".encode("gbk") + b"</a>", "xml_invalid"),
    ('<?xml version="1.0" encoding="klingon"?><a/>', "xml_invalid"),
], ids=["laughs", "quadratic", "file", "dtd", "parameter", "late", "undeclared", "open", "deep", "long", "wide", "wrong",
        "unknown"])
def test_faulty_or_hostile_xml_is_refused(reading: Any, content: bytes | str, code: str) -> None:
    read = reading(content, "a.xml")
    assert list(read.errors) == [code], read.report.findings
    assert read.rows is None


TURTLE = '@prefix e: <http://example.org/> .\ne:a e:name "城区" .\ne:b e:name "郊区" .\n'
RDF_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">
<rdf:Description rdf:about="http://example.org/a"><e:name>城区</e:name></rdf:Description></rdf:RDF>"""


@pytest.mark.parametrize(("content", "name", "count"), [
    (TURTLE, "a.ttl", 2), ("<http://e.org/a> <http://e.org/b> <http://e.org/c> .\n", "a.nt", 1), (RDF_XML, "a.rdf", 1),
    (dumped({"@context": {"name": "http://example.org/name"}, "@id": "http://example.org/a", "name": "城区"}), "a.jsonld", 1),
    (dumped({"@context": {"name": "http://example.org/name"}, "@id": "http://example.org/a", "name": "城区"}), "a.json", 1),
], ids=["turtle", "n-triples", "xml", "json-ld", "json-ld as json"])
def test_rdf_is_data_without_a_table(reading: Any, content: str, name: str, count: int) -> None:
    read = reading(content, name)
    assert (read.report.format, read.report.machine_readable, read.rows) == ("rdf", True, None)
    assert read.report.reading["statements"] == count
    assert read.codes == {"no_table"}


@pytest.mark.parametrize(("content", "name", "code"), [
    (TURTLE + "e:a e:b", "a.ttl", "rdf_invalid"), ("@prefix e: <http://example.org/> .\n", "a.ttl", "no_statements"),
    (RDF_XML.replace("</rdf:RDF>", ""), "a.rdf", "rdf_invalid"),
    (RDF_XML.replace("<e:name>", "<x:name>"), "a.rdf", "rdf_invalid"),
    ("<!DOCTYPE rdf:RDF [<!ENTITY x 'y'>]>" + RDF_XML, "a.rdf", "xml_entities"),
    (dumped({"@context": "http://127.0.0.1:9/context", "@id": "urn:a", "name": "x"}), "a.jsonld", "remote_context"),
    (dumped({"@context": [{"@import": "http://127.0.0.1:9/c"}], "@id": "urn:a"}), "a.jsonld", "remote_context"),
    (dumped({"@context": {}, "a": {"@context": ["file:///etc/hostname"]}}), "a.jsonld", "remote_context"),
    (TURTLE + "e:a e:b " + "[ e:b " * 20_000, "a.ttl", "nested_too_deep"),
], ids=["open", "empty", "cut", "prefix", "entities", "remote", "import", "inner", "deep"])
def test_faulty_rdf_is_refused(reading: Any, content: str, name: str, code: str) -> None:
    read = reading(content, name)
    assert list(read.errors) == [code], read.report.findings


@pytest.mark.parametrize(("content", "name", "format"), [
    (b"%PDF-1.7\n1 0 obj", "a.pdf", "pdf"), (b"\x89PNG\r\n\x1a\n\0\0", "a.png", "png"), (b"\xff\xd8\xff\xe0\0", "a.jpg", "jpeg")])
def test_documents_are_kept_but_no_data(reading: Any, content: bytes, name: str, format: str) -> None:
    read = reading(content, name)
    assert (read.report.format, read.report.machine_readable, read.codes) == (format, False, {"not_machine_readable"})


@pytest.mark.parametrize("content", [
    "<!DOCTYPE html><script>alert(1)</script>", "<html><table><tr><td>1</td></tr></table></html>", " \n<HTML><body>",
    "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "<svg><script>1</script></svg>"])
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.xml", "a.html"])
def test_pages_and_drawings_are_no_data(reading: Any, content: str, name: str) -> None:
    assert list(reading(content, name).errors) == ["not_data"]

"""Reads any file: finds out what it is and hands it to the reader of its kind."""
from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ckanext.govshare.reading import kinds
from ckanext.govshare.reading.report import Progress, Refused, Report, Source
from ckanext.govshare.reading.sink import Sink

Reader = Callable[[Source, Sink], Report]

# kind: module and function, loaded only when needed; a reader gets the source and a sink and gives the report.
READERS: Mapping[str, str] = {
    "text": "delimited:read_delimited",
    "xlsx": "workbook:read_xlsx",
    "ole": "workbook:read_ole",
    "json": "json_tables:read_json",
    "xml": "xml_tables:read_xml",
    "rdf": "rdf:read_rdf",
    "turtle": "rdf:read_rdf",
    "pdf": "documents:read_document",
    "png": "documents:read_document",
    "jpeg": "documents:read_document",
    "gif": "documents:read_document",
    "tiff": "documents:read_document",
    "bmp": "documents:read_document",
    "docx": "documents:read_document",
    "pptx": "documents:read_document",
}
CALLED: Mapping[str, str] = {"html": "HTML", "svg": "SVG", "program": "EXE", "damaged zip": "XLSX"}


def read(path: Path, out: Path, name: str, progress: Progress = lambda done, total: None) -> Report:
    """Read `path` into the directory `out` (table.csv if it is a table). Whatever is wrong is a finding, never an exception.

    `name`: the clerk's file name. `progress(done, total)`: called now and then, in one unit.
    """
    sink = Sink(out, progress)
    kind = ""
    try:
        source = replace(kinds.open_source(path, name), progress=progress)
        kind = source.kind
        report = _checked_name(source, sink, _reader(source.kind)(source, sink))
    except Refused as refused:
        sink.findings.add_refusal(refused)
        report = sink.report(format={"text": "csv", "ole": "xls"}.get(kind, kind), machine_readable=False)
    if sink.findings.has_error():
        (out / "table.csv").unlink(missing_ok=True)
    return report


def _reader(kind: str) -> Reader:
    if kind in ("html", "svg", "program"):
        raise Refused("not_data", found=CALLED[kind])
    if kind == "damaged zip":
        raise Refused("damaged", found=CALLED[kind])
    if kind in ("ods", "xlsb"):
        raise Refused("old_spreadsheet", found=kind.upper())
    if kinds.is_archive(kind):
        raise Refused("archive", found=kind.upper())
    if kind not in READERS:
        raise Refused("unknown_format")
    module, function = READERS[kind].split(":")
    reader: Reader = getattr(importlib.import_module(f"ckanext.govshare.reading.{module}"), function)
    return reader


def _checked_name(source: Source, sink: Sink, report: Report) -> Report:
    claimed = kinds.claimed_kind(source.name)
    if not kinds.agrees(claimed, report.format):
        sink.findings.add("wrong_extension", claimed=claimed.upper(), found=report.format.upper())
        return replace(report, findings=sink.findings.reported(), counts=dict(sink.findings.counts))
    return report

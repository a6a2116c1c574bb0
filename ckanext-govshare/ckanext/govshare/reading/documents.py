"""Documents and pictures: kept and offered as they are. Machines cannot read data in them (001 第二十六条)."""
from __future__ import annotations

from ckanext.govshare.reading.report import Report, Source
from ckanext.govshare.reading.sink import Sink


def read_document(source: Source, sink: Sink) -> Report:
    """Say that the file is no data that a machine can read."""
    sink.findings.add("not_machine_readable", found=source.kind.upper())
    return sink.report(source.kind, machine_readable=False)

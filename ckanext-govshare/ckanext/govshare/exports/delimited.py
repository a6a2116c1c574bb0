"""The heading line of CSV (RFC 4180) and TSV; the rows are written by the database (`repository.table_csv.delimited`)."""
from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Sequence

from ckanext.govshare.domain.spreadsheets import harmless


def heading(names: Sequence[str], delimiter: str, bom: bool) -> bytes:
    """The first line. `bom`: with the mark by which Excel knows that the file is UTF-8."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter).writerow([harmless(name) for name in names])
    return (BOM_UTF8 if bom else b"") + line.getvalue().encode()

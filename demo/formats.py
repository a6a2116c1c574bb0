"""A table as the kinds of file that departments send: text in two encodings, workbooks, JSON, XML and GeoJSON."""
from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from openpyxl import Workbook

Row = Sequence[Any]
LONGITUDE, LATITUDE = "经度", "纬度"
_BARE: AttributesImpl[str] = AttributesImpl({})
_FIGURE = re.compile(r"-?\d+\.\d+")


@dataclass(frozen=True)
class Sheet:
    """A table with the words that some formats put around it. `merge`: a column whose equal neighbours become one cell."""

    title: str
    header: Sequence[str]
    rows: Iterable[Row]
    provider: str = ""
    merge: str = ""


@dataclass(frozen=True)
class Form:
    """A kind of file: its ending, what its description says of it, and its writer."""

    ending: str
    note: str
    write: Callable[[Path, Sheet], None]


def save(path: Path, form: str, sheet: Sheet) -> None:
    """Write `sheet` in one of FORMS; an interrupted run leaves no half file under the final name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    FORMS[form].write(unfinished, sheet)
    unfinished.rename(path)


def _csv(encoding: str) -> Callable[[Path, Sheet], None]:
    def write(path: Path, sheet: Sheet) -> None:
        with path.open("w", encoding=encoding, newline="") as target:
            writer = csv.writer(target)
            writer.writerow(sheet.header)
            writer.writerows(sheet.rows)
    return write


def _xlsx(path: Path, sheet: Sheet) -> None:
    """As departments print it: a title and who provides it above the header, neighbours with one value in one cell."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = "数据"
    width = len(sheet.header)
    page.append([sheet.title])
    page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=width)
    page.append([f"填报单位：{sheet.provider}"])
    page.append(list(sheet.header))
    rows = [list(row) for row in sheet.rows]
    for row in rows:
        page.append(row)
    if sheet.merge:
        _merge(page, sheet.header.index(sheet.merge), rows, first=4)
    book.save(path)


def _merge(page: Any, column: int, rows: Sequence[Row], first: int) -> None:
    """Join the cells of `column` wherever neighbours say the same; sheets count from 1."""
    for _, run in groupby(enumerate(rows, start=first), key=lambda numbered: numbered[1][column]):
        numbers = [number for number, _ in run]
        if len(numbers) > 1:
            page.merge_cells(start_row=numbers[0], end_row=numbers[-1], start_column=column + 1, end_column=column + 1)


def _json(path: Path, sheet: Sheet) -> None:
    records = [dict(zip(sheet.header, map(_number, row), strict=True)) for row in sheet.rows]
    path.write_text(json.dumps(records, ensure_ascii=False, indent=1), encoding="utf-8")


def _number(value: Any) -> Any:
    """A figure written with its digits after the point, as the number that it is."""
    return float(value) if isinstance(value, str) and _FIGURE.fullmatch(value) else value


def _xml(path: Path, sheet: Sheet) -> None:
    with path.open("w", encoding="utf-8") as target:
        writer = XMLGenerator(target, "utf-8", short_empty_elements=True)
        writer.startDocument()
        writer.startElement("数据集", AttributesImpl({"名称": sheet.title}))
        for row in sheet.rows:
            writer.characters("\n ")
            writer.startElement("记录", _BARE)
            for name, value in zip(sheet.header, row, strict=True):
                writer.startElement(name, _BARE)
                writer.characters(str(value))
                writer.endElement(name)
            writer.endElement("记录")
        writer.characters("\n")
        writer.endElement("数据集")
        writer.endDocument()


def _geojson(path: Path, sheet: Sheet) -> None:
    """Points; the columns of longitude and latitude give where each is."""
    records = [dict(zip(sheet.header, row, strict=True)) for row in sheet.rows]
    features = [{"type": "Feature", "geometry": _point(record), "properties": _without_place(record)} for record in records]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")


def _point(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [float(record[LONGITUDE]), float(record[LATITUDE])]}


def _without_place(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in (LONGITUDE, LATITUDE)}


def _faulty(path: Path, sheet: Sheet) -> None:
    """A text table with the faults that clerks meet: a title, a figure with its unit, a comma too many, cells left out."""
    rows = [list(map(str, row)) for row in sheet.rows]
    rows[3][-1] += "分贝"
    rows[5].append("复核")
    rows[7] = rows[7][:-1]
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([sheet.title])
        writer.writerow(sheet.header)
        writer.writerows(rows)
        writer.writerow(["合计", *[""] * (len(sheet.header) - 1)])


FORMS: Mapping[str, Form] = {
    "csv": Form("csv", "UTF-8 编码的 CSV，首行为列名。", _csv("utf-8")),
    "gbk": Form("csv", "GBK 编码的 CSV，首行为列名。", _csv("gbk")),
    "xlsx": Form("xlsx", "XLSX 工作簿，列名在标题行之下。", _xlsx),
    "json": Form("json", "UTF-8 编码的 JSON，每条记录为一个对象。", _json),
    "xml": Form("xml", "UTF-8 编码的 XML，每条记录为一个元素。", _xml),
    "geojson": Form("geojson", "GeoJSON 点要素，坐标为经度、纬度。", _geojson),
    "faulty": Form("csv", "尚待修改的 CSV。", _faulty),
}

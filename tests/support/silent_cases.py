"""Files whose values or names would change, or whose secrets would be published, without a word: each is kept, or told."""
from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from awkward_case import Case
from awkward_files import csv_of, old_workbook, one_sheet, sheet_of, with_part, workbook
from openpyxl.utils import get_column_letter

# A number format, two numbers, and what the sheet shows of them.
PADDED = (
    ("000-000", 42, 123456, "000-042", "123-456"), ('00000"号"', 42, 12345, "00042号", "12345号"),
    ('"A"0000', 42, 12345, "A0042", "A12345"), ("0000\\-00", 42, 123456, "0000-42", "1234-56"),
    ("[>9999]0000000;0000", 42, 12345, "0042", "0012345"), ("0000;-0000", 42, -42, "0042", "-0042"),
    ("[Red]0000_ ", 42, 7, "0042", "0007"), ("* 0000_);[Red](0000)", 42, -7, "0042", "(0007)"),
    ("0000;[Red]-0000;0000;@", 42, 0, "0042", "0000"), ("[$-804]0000", 42, 7, "0042", "0007"), ("0000年00月", 202103, 42, "2021年03月", "0000年42月"),
    ("##00", 5, 123, "05", "123"), ("00.00", 5.5, 12.25, "05.50", "12.25"), ("[DBNum1]0000", 42, 7, "0042", "0007"),
    ("0000", -42, 42.5, "-0042", "42.5"),
)
QUANTITIES = ("0", "General", '0"元"', "#,##0.00", "0%", "00%", "# ??/??", "0.00E+00", "[Red]0.0;[Blue]-0.0", '_ * #,##0_ ;_ * "-"_ ;_ @_ ',
              "0;-0;;@", '"约"0', "000,", "[>100]0;0.0")
HIDING = (";;;", ";;", ";;;@", "**;**;**;**", '""', '[=42]"男";"女"')


def _columns_of(types: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in types.split())


def _formatted(old: bool, formats: Sequence[str], *rows: Sequence[Any]) -> bytes:
    """A workbook with a column of each format, called c1, c2, …."""
    named = [["名称", *(f"c{number}" for number in range(1, len(formats) + 1))], *(["甲", *row] for row in rows)]
    cells = [(row, column) for row in range(1, len(named)) for column in range(1, len(formats) + 1)]
    if old:
        return old_workbook(named, {(row, column): formats[column - 1] for row, column in cells})
    return workbook(("数据", sheet_of(named, formats=[(f"{get_column_letter(column + 1)}{row + 1}", formats[column - 1]) for row, column in cells])))


def _numbered(types: Sequence[str]) -> dict[str, str]:
    return {"名称": "text"} | {f"c{number}": type for number, type in enumerate(types, start=1)}


def _sheet(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    rows = (["单位", "证号", "人数"], ["甲", "A1", 1], ["乙", "B2", 2])
    return lambda: with_part(one_sheet(*rows), "xl/worksheets/sheet1.xml", change)


def _without_references(xml: bytes) -> bytes:
    return re.sub(rb' r="[A-Z]*[0-9]+"', b"", xml)


def _merged(old: bool) -> bytes:
    """Three merges hide a value: beside the first cell, under it, and beside a blank one; one hides what it shows."""
    rows: list[list[Any]] = [["名称", "上午", "下午"], ["甲", "开", "密"], ["乙", "关", None], ["密", "关", "晚"], ["丙", None, "密"], ["丁", None, "迟"], ["戊", "早", None]]
    merges = ((1, 1, 1, 2), (2, 0, 3, 0), (2, 1, 3, 1), (4, 1, 4, 2))
    if old:
        return old_workbook(rows, change=lambda sheet: sheet.merged_ranges.extend((top, bottom, left, right) for top, left, bottom, right in merges))
    cells = "".join(f'<mergeCell ref="{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{bottom + 1}"/>'
                    for top, left, bottom, right in merges)
    return with_part(one_sheet(*rows), "xl/worksheets/sheet1.xml",
                     lambda xml: xml.replace(b"</sheetData>", f"</sheetData><mergeCells>{cells}</mergeCells>".encode()))


def _hidden_in_old(sheet: Any) -> None:
    sheet.col(1).hidden = True
    sheet.col(2).width = 0
    sheet.row(1).hidden = True


def _grouped(sheet: Any) -> None:
    for row in (["单位", "证号", "人数"], ["甲", "A1", 1], ["乙", "B2", 2]):
        sheet.append(row)
    sheet.column_dimensions.group("B", "C", hidden=True)
    sheet.row_dimensions.group(3, 3, hidden=True)


def _filtered(sheet: Any) -> None:
    for row in (["单位", "证号", "人数"], ["甲", "A1", 1], ["乙", "B2", 2]):
        sheet.append(row)
    sheet.auto_filter.ref = "A1:C3"
    sheet.auto_filter.add_filter_column(0, ["甲"])
    sheet.row_dimensions[3].hidden = True


_STAFF: tuple[dict[str, str], list[list[str]]] = (_columns_of("单位:text 证号:text 人数:int8"), [["甲", "A1", "1"], ["乙", "B2", "2"]])
_SHEETS = (
    *(case for old in (False, True) for case in (
        Case("numbers that formats pad", "a.xls" if old else "a.xlsx",
             partial(_formatted, old, *zip(*(row[:3] for row in PADDED), strict=True)),
             _numbered(["text"] * len(PADDED)), [["甲", *(row[3] for row in PADDED)], ["甲", *(row[4] for row in PADDED)]],
             findings=[("codes_as_text", None)] * sum(row[3].isdigit() and row[4].isdigit() for row in PADDED)),
        Case("quantities, however they are shown", "a.xls" if old else "a.xlsx",
             partial(_formatted, old, QUANTITIES, [42] * len(QUANTITIES)),
             _numbered(["int8"] * len(QUANTITIES)), [["甲", *["42"] * len(QUANTITIES)]]),
        Case("numbers that formats do not show", "a.xls" if old else "a.xlsx",
             partial(_formatted, old, HIDING, [42] * len(HIDING), [0] * len(HIDING)),
             _numbered(["int8"] * len(HIDING)), [["甲", *["42"] * len(HIDING)]], count=2, findings=[("hidden_cells", 2)] * len(HIDING)),
        Case("a text that a format hides", "a.xls" if old else "a.xlsx",
             partial(_formatted, old, [";;;", ";;"], ["乙", "丙"]),
             _numbered(["text", "text"]), [["甲", "乙", "丙"]], findings=[("hidden_cells", 2)]))),
    *(Case("values that merged cells cover", "a.xls" if old else "a.xlsx", partial(_merged, old),
           dict.fromkeys(("名称", "上午", "下午"), "text"),
           [["甲", "开", ""], ["乙", "关", ""], ["乙", "关", "晚"], ["丙", "", ""], ["丁", "", "迟"], ["戊", "早", ""]],
           findings=[("merged_blank", 2), ("merged_covers", 2), ("merged_cells", 3), ("merged_cells", 3), ("merged_covers", 4), ("merged_covers", 5)]) for old in (False, True)),
    *(Case("numbers with a date's format that are no dates", "a.xls" if old else "a.xlsx",
           partial(_formatted, old, ["yyyy-mm-dd", 'm"月"d"日"', "h:mm", "h:mm", "yyyy-mm-dd"], [-1, 0, -0.25, 0, 44260], [0, -3.5, 0.5, 0, 44261]),
           _numbered(["int8", "numeric", "text", "text", "date"]),
           [["甲", "-1", "0", "-0.25", "00:00:00", "2021-03-05"], ["甲", "0", "-3.5", "12:00:00", "00:00:00", "2021-03-06"]],
           findings=[("no_date", 2), ("no_date", 2), ("no_date", 2)]) for old in (False, True)),
    Case("a negative date without a reference", "a.xlsx",
         lambda: with_part(_formatted(False, ["yyyy-mm-dd"], [44260], [-1], [0]), "xl/worksheets/sheet1.xml", _without_references),
         _numbered(["text"]), [["甲", "2021-03-05"], ["甲", "-1"], ["甲", "0"]], findings=[("no_date", 3)]),
    *(Case("fractions of a second", "a.xls" if old else "a.xlsx",
           partial(_formatted, old, ["yyyy-mm-dd hh:mm:ss.000"] * 4,
                   [44260.354343171296, 44260.3543402778, 44260.999999988426, 44260.99999999999]),
           _numbered(["timestamp"] * 3 + ["date"]),
           [["甲", "2021-03-05T08:30:15.250000", "2021-03-05T08:30:15", "2021-03-05T23:59:59.999000", "2021-03-06"]]) for old in (False, True)),
    *(Case("hours beyond a day", "a.xls" if old else "a.xlsx",
           partial(_formatted, old, ["[h]:mm", "[h]:mm:ss", "[h]:mm", "[mm]:ss.0"],
                   [30 / 24 + 5 / 1440, 0.25, -1.5 / 24, 1.5 / 86400]),
           _numbered(["text"] * 4), [["甲", "30:05:00", "6:00:00", "-1:30:00", "0:00:01.5"]]) for old in (False, True)),
    Case("a row of no height", "a.xlsx", _sheet(lambda xml: xml.replace(b'<row r="3"', b'<row r="3" ht="0" customHeight="1"')), *_STAFF,
         findings=[("hidden_rows", 3)]),
    Case("a column of hardly any width", "a.xlsx",
         _sheet(lambda xml: xml.replace(b"<sheetData>", b'<cols><col min="2" max="2" width="0.1" customWidth="1"/></cols><sheetData>')),
         *_STAFF, findings=[("hidden_columns", None)]),
    Case("columns of no width but one", "a.xlsx",
         _sheet(lambda xml: xml.replace(b"<sheetFormatPr ", b'<sheetFormatPr defaultColWidth="0" ').replace(
             b"<sheetData>", b'<cols><col min="1" max="2" width="9"/></cols><sheetData>')), *_STAFF, findings=[("hidden_columns", None)]),
    Case("columns and rows in a closed group", "a.xlsx", lambda: workbook(("数据", _grouped)), *_STAFF,
         findings=[("hidden_columns", None), ("hidden_columns", None), ("hidden_rows", 3)]),
    Case("rows that a filter hides", "a.xlsx", lambda: workbook(("数据", _filtered)), *_STAFF, findings=[("hidden_rows", 3)]),
    Case("hidden columns and rows of an old workbook", "a.xls",
         lambda: old_workbook([["单位", "证号", "人数"], ["甲", "A1", 1], ["乙", "B2", 2]], change=_hidden_in_old), *_STAFF,
         findings=[("hidden_columns", None), ("hidden_columns", None), ("hidden_rows", 2)]),
)

_LISTS = (
    Case("one column of addresses with a comma each", "a.csv", lambda: csv_of("地址", "北湖区,人民路", "苏仙区,五岭大道", "苏仙区,香雪路"),
         {"地址": "text"}, [["北湖区,人民路"], ["苏仙区,五岭大道"], ["苏仙区,香雪路"]], findings=[("undivided", None)], reading={"header_row": 1}),
    Case("one column of addresses with numbers", "a.csv", lambda: csv_of("办公地址", "人民路10号,3楼", "五岭大道2号,1楼"),
         {"办公地址": "text"}, [["人民路10号,3楼"], ["五岭大道2号,1楼"]], findings=[("undivided", None)]),
    Case("one column of positions", "a.csv", lambda: csv_of("坐标", "113.01,25.79", "113.02,25.80"), {"坐标": "text"},
         [["113.01,25.79"], ["113.02,25.80"]], findings=[("undivided", None)]),
    Case("one column of one address", "a.csv", lambda: csv_of("地址", "北湖区,人民路"), {"地址": "text"}, [["北湖区,人民路"]],
         findings=[("undivided", None)]),
    Case("one column in quotation marks", "a.csv", lambda: csv_of("地址", '"北湖区,人民路"', '"苏仙区,五岭大道"'), {"地址": "text"},
         [["北湖区,人民路"], ["苏仙区,五岭大道"]]),
    Case("one column with Chinese commas", "a.csv", lambda: csv_of("地址", "北湖区，人民路", "苏仙区，五岭大道"), {"地址": "text"},
         [["北湖区，人民路"], ["苏仙区，五岭大道"]]),
    *(Case(f"one column of numbers with {sign}", "a.csv", partial(csv_of, "房号", f"1{sign}2", f"3{sign}4"),
           {"房号": "text"}, [[f"1{sign}2"], [f"3{sign}4"]], findings=[("undivided", None)]) for sign in ";|，、"),
    Case("a label above a table of texts", "a.csv", lambda: csv_of("填报单位：卫健委", "医院,院长", "一医院,甲", "二医院,乙"),
         {"医院": "text", "院长": "text"}, [["一医院", "甲"], ["二医院", "乙"]], findings=[("header_below", 2)]),
    Case("a title above a table of texts", "a.csv", lambda: csv_of("郴州市医院", "名称,等级", "一医院,三级", "二医院,二级"),
         {"名称": "text", "等级": "text"}, [["一医院", "三级"], ["二医院", "二级"]], findings=[("header_below", 2)]),
    Case("a title that says so above a table of texts", "a.csv", lambda: csv_of("2021年医院名单", "医院,院长", "一医院,甲", "二医院,乙"),
         {"医院": "text", "院长": "text"}, [["一医院", "甲"], ["二医院", "乙"]], findings=[("header_below", 2)]),
    Case("a title above a table of years", "a.csv", lambda: csv_of("人口", "地区,2019,2020", "北湖区,3,4", "苏仙区,5,6"),
         {"地区": "text", "2019": "int8", "2020": "int8"}, [["北湖区", "3", "4"], ["苏仙区", "5", "6"]], findings=[("header_below", 2)]),
    Case("a title above a table with numbers", "a.csv", lambda: csv_of("医院", "一览,床位", "一医院,3", "二医院,5"),
         {"一览": "text", "床位": "int8"}, [["一医院", "3"], ["二医院", "5"]], findings=[("header_below", 2)]),
)

_NAMES = (
    Case("names that the database does not take", "a.csv",
         lambda: csv_of('占比(%),"说""明""",时:刻,$x,_id,_full_text,a"b,a\u200bb,_,100%', "1,2,3,4,5,6,7,8,9,10", "甲,乙,丙,丁,戊,己,庚,辛,壬,癸"),
         dict.fromkeys(("占比(％)", "说 明", "时：刻", "＄x", "id", "full_text", "a b", "ab", "column_9", "100％"), "text"),
         [["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]], count=2, findings=[("renamed_headers", None)]),
    Case("names with blanks around them", "a.csv", lambda: csv_of("\ufeff 名称 ,　数 量", "甲,1"), {"名称": "text", "数 量": "int8"}, [["甲", "1"]]),
    Case("names with blanks and line ends too many", "a.csv", lambda: csv_of('名称,数  量,"单\n位",a　b,占%  比', "甲,1,2,3,4"),
         {"名称": "text", **dict.fromkeys(("数 量", "单 位", "a b", "占％ 比"), "int8")}, [["甲", "1", "2", "3", "4"]],
         findings=[("renamed_headers", None), ("spaced_headers", None)]),
    Case("line ends in the names of a workbook", "a.xlsx", lambda: one_sheet(["名称", "单\n位"], ["甲", 1]), {"名称": "text", "单 位": "int8"},
         [["甲", "1"]], findings=[("spaced_headers", None)]),
    Case("names of JSON that the database does not take", "a.json", lambda: b'[{"_id": 1, "a": 2}]', {"id": "int8", "a": "int8"}, [["1", "2"]],
         findings=[("renamed_headers", None)]),
)

# A cell of a CSV file, the type of a column of such, and what the table has: told where it is not the same.
REWRITTEN = (
    ("+5", "int8", "5"), ("-0", "int8", "0"), ("1.", "numeric", "1"), (".5", "numeric", "0.5"), ("-.50", "numeric", "-0.50"),
    ("+2.50", "numeric", "2.50"), ("-0.00", "numeric", "0.00"), ('"1,234"', "int8", "1234"), ('"-1,234.50"', "numeric", "-1234.50"),
    ("￥5", "int8", "5"), ("−4", "int8", "-4"), ("- 5", "int8", "-5"), ("2021/3/5", "date", "2021-03-05"), ("2021年3月5日", "date", "2021-03-05"),
    ("2021-03-05 08:30:00", "timestamp", "2021-03-05T08:30:00"), ("TRUE", "bool", "true"),
)
KEPT = (("1.0", "numeric"), ("0.10", "numeric"), ("-5", "int8"), ("0", "int8"), ("00.5", "text"), ("007", "text"), ("1E2", "text"), ("5元", "text"),
        ("true", "bool"), ("2021-03-05", "date"), ("2021-03-05T08:30:00", "timestamp"), ("１２", "text"), ("1 234", "text"),
        ("0x10", "text"), ("1_000", "text"), ("1,23", "text"), ("²", "text"))
_VALUES = (
    Case("values that their type writes otherwise", "a.csv",
         lambda: csv_of(*(",".join(["名称" if not row else "甲", *(f"c{n}" if not row else written for n, (written, _, _) in enumerate(REWRITTEN, 1))])
                          for row in range(3))),
         _numbered([type for _, type, _ in REWRITTEN]), [["甲", *(made for _, _, made in REWRITTEN)]] * 2, findings=[("rewritten", 2)] * len(REWRITTEN)),
    Case("values that stay as they are", "a.csv",
         lambda: csv_of(*(",".join(["名称" if not row else "甲", *(f"c{n}" if not row else f'"{written}"' for n, (written, _) in enumerate(KEPT, 1))])
                          for row in range(2))),
         _numbered([type for _, type in KEPT]), [["甲", *(written for written, _ in KEPT)]], findings=[("codes_as_text", None)] * 2),
    Case("JSON's texts are told as those of CSV", "a.json", lambda: b'[{"a": "+5", "b": "1.0", "c": 0.10, "d": " 5 "}]',
         _columns_of("a:int8 b:numeric c:numeric d:int8"), [["5", "1.0", "0.10", "5"]], findings=[("trimmed", 1), ("rewritten", 1)]),
    Case("blanks around values are told once", "a.csv", lambda: csv_of("名称,数量", '甲,"1"', '乙 ," 5 "', "　丙, ", "丁,"),
         {"名称": "text", "数量": "int8"}, [["甲", "1"], ["乙", "5"], ["丙", ""], ["丁", ""]], findings=[("trimmed", 3)]),
    Case("quotation marks of a cell's own", "a.csv",
         lambda: csv_of("名称,说明,数量", '甲,"好"的,1', '"乙","很,好" 的,2', '"丙""丁","说""好""",3', '戊,""的,4', '己,5"管"x,5', '"庚\n,辛","x,""y""",6'),
         _columns_of("名称:text 说明:text 数量:int8"),
         [["甲", '"好"的', "1"], ["乙", '"很,好" 的', "2"], ['丙"丁', '说"好"', "3"], ["戊", '""的', "4"], ["己", '5"管"x', "5"],
          ["庚\n,辛", 'x,"y"', "6"]]),
)

_TREES = (
    Case("a name twice in an object of JSON", "a.json", lambda: b'{"m": {"z": 1}, "r": [{"a": 1, "b": 2}, {"a": 3, "b": {"a": 4}, "a": 5, "a": 6}]}',
         {"a": "int8", "b": "text"}, [["1", "2"], ["6", '{"a":4}']],
         findings=[("table_inside", None), ("repeated_names", 2), ("nested_values", 2)]),
    Case("a name twice in a line of JSON", "a.json", lambda: b'{"a": 1}\n{"a": 2}\n{"a": {"x": 1, "x": 2}}\n', {"a": "text"},
         [["1"], ["2"], ['{"x":2}']], findings=[("repeated_names", 3), ("nested_values", 3)]),
    Case("a name twice in a feature", "a.geojson",
         lambda: b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1, "a": 2}, "geometry": null}]}',
         {"a": "int8", "geometry": "text"}, [["2", ""]], findings=[("repeated_names", 1), ("empty_column", None)]),
    Case("a second table of XML", "a.xml", lambda: b"<d><r><a>1</a></r><r><a>2</a></r><s><b>3</b></s><s><b>4</b></s></d>", {"a": "int8"}, [["1"], ["2"]],
         findings=[("table_inside", None), ("other_lists", None)]),
    Case("tables of XML inside of others", "a.xml",
         lambda: b"<d><r><i><x>1</x></i><i><x>2</x></i></r><r><a>2</a></r><m><s><b><c>3</c></b><b><c>5</c></b></s><s><b><c>4</c></b></s></m></d>",
         {"i": "text", "a": "int8"}, [['[{"x":"1"},{"x":"2"}]', ""], ["", "2"]],
         findings=[("table_inside", None), ("other_lists", None), ("nested_values", 1)]),
    Case("text beside the children of a row of XML", "a.xml", lambda: b"<d><r>LOST<a>1</a>TAIL</r>\n<r>\n<a>2</a>\n</r><r>3</r></d>", {"a": "int8"},
         [["1"], ["2"]], findings=[("table_inside", None), ("text_left_out", 1), ("text_left_out", 3), ("blank_rows", 3)]),
    Case("text around the children of a cell of XML", "a.xml",
         lambda: b"<d><r><a>ab<i>mid</i>cd</a></r><r><a>12<i>3</i></a></r><r><a><i>3</i>\n<i>4</i>z</a></r></d>", {"a": "text"},
         [['{"i":"mid","":["ab","cd"]}'], ['{"i":"3","":"12"}'], ['{"i":["3","4"],"":"z"}']], findings=[("table_inside", None), ("nested_values", 1)]),
)

SILENT = (*_SHEETS, *_LISTS, *_NAMES, *_VALUES, *_TREES)

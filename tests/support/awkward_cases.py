"""Real-world-like files and what reading makes of each: the table, or the explanation."""
from __future__ import annotations

import re
from datetime import date, datetime
from functools import partial
from typing import Any

from awkward_case import Case
from awkward_files import (
    bomb,
    circular_workbook,
    csv_of,
    old_document,
    old_workbook,
    one_sheet,
    protected_workbook,
    sheet_of,
    with_part,
    with_results,
    workbook,
)
from openpyxl.worksheet.worksheet import Worksheet
from silent_cases import SILENT

STATIONS = ("站点名称,监测日期,PM2.5", "苏仙,2021-03-05,35.5", "北湖,2021-03-06,41")
STATION_COLUMNS = {"站点名称": "text", "监测日期": "date", "PM2.5": "numeric"}
STATION_ROWS = [["苏仙", "2021-03-05", "35.5"], ["北湖", "2021-03-06", "41"]]

READ = (
    Case("utf-8", "a.csv", lambda: csv_of(*STATIONS), STATION_COLUMNS, STATION_ROWS,
         reading={"encoding": "UTF-8", "delimiter": ",", "header_row": 1}),
    Case("utf-8 with a mark, Windows line ends", "a.csv", lambda: csv_of(*STATIONS, encoding="utf-8-sig", end="\r\n"),
         STATION_COLUMNS, STATION_ROWS, reading={"encoding": "UTF-8 (BOM)"}),
    Case("GBK", "a.csv", lambda: csv_of(*STATIONS, encoding="gbk"), STATION_COLUMNS, STATION_ROWS, reading={"encoding": "GB18030"}),
    Case("GB 18030 with rare characters of four bytes and of the old private area", "a.csv",
         lambda: csv_of("姓名,籍贯", "𠀀䶮,郴州", encoding="gb18030") + b"\xfe\x59,\xb3\xbb\xd6\xdd\n",
         {"姓名": "text", "籍贯": "text"}, [["𠀀䶮", "郴州"], ["龴", "郴州"]], reading={"encoding": "GB18030"}),
    Case("characters that stay private are told", "a.csv", lambda: csv_of("姓名,籍贯", "\ue000三,郴州"),
         {"姓名": "text", "籍贯": "text"}, [["\ue000三", "郴州"]], findings=[("private_characters", 2)]),
    Case("UTF-8 keeps its private characters: a table may be about them", "a.csv",
         lambda: csv_of("汉字,统一码", "\ue81e,U+E81E", "\ue826,U+E826"), {"汉字": "text", "统一码": "text"}, [["\ue81e", "U+E81E"]], count=2,
         findings=[("private_characters", 2)]),
    Case("Unicode text of a spreadsheet program: UTF-16 with tabs", "a.txt",
         lambda: csv_of(*STATIONS, encoding="utf-16", end="\r\n").replace(",".encode("utf-16-le"), "\t".encode("utf-16-le")),
         STATION_COLUMNS, STATION_ROWS, reading={"encoding": "UTF-16", "delimiter": "tab"}),
    Case("UTF-16 without a mark", "a.csv", lambda: csv_of(*STATIONS, encoding="utf-16-le"), STATION_COLUMNS, STATION_ROWS,
         reading={"encoding": "UTF-16-LE"}),
    Case("semicolons", "a.csv", lambda: csv_of(*STATIONS).replace(b",", b";"), STATION_COLUMNS, STATION_ROWS, reading={"delimiter": ";"}),
    Case("sep= in the first line", "a.csv", lambda: csv_of("sep=|", *STATIONS).replace(b",", b"|"), STATION_COLUMNS, STATION_ROWS,
         reading={"delimiter": "|", "header_row": 2}),
    Case("Chinese commas", "a.csv", lambda: csv_of(*(line.replace(",", "，") for line in STATIONS)), STATION_COLUMNS, STATION_ROWS,
         reading={"delimiter": "，"}),
    Case("commas, quotation marks and line ends in cells", "a.csv",
         lambda: csv_of("名称,地址", '"甲,乙","五岭大道\n10号"', '"说""好""",北湖'),
         {"名称": "text", "地址": "text"}, [["甲,乙", "五岭大道\n10号"], ['说"好"', "北湖"]]),
    Case("title rows above, total and notes under the table", "a.csv",
         lambda: csv_of("郴州市2021年医院床位,,", "填报单位：卫健委,,单位：张", ",,", "医院,等级,床位", "一医院,三级,1200", "二医院,二级,300",
                        "合 计,,1500", ",,", "注：不含民营医院,,", "制表人：张三,,"),
         {"医院": "text", "等级": "text", "床位": "int8"}, [["一医院", "三级", "1200"], ["二医院", "二级", "300"]],
         findings=[("total_row", 7), ("note_row", 9), ("note_row", 10), ("header_below", 4)], reading={"header_row": 4}),
    Case("a last row that only looks like a note", "a.csv", lambda: csv_of("名称,床位", "一医院,5", "单位食堂,2", "注塑厂医务室,1"),
         {"名称": "text", "床位": "int8"}, [["一医院", "5"], ["单位食堂", "2"], ["注塑厂医务室", "1"]]),
    Case("a header of two rows", "a.csv",
         lambda: csv_of("地区,人口,,面积", ",男,女,", "北湖区,210000,205000,817.5", "苏仙区,190000,188000,1341"),
         {"地区": "text", "人口_男": "int8", "人口_女": "int8", "面积": "numeric"},
         [["北湖区", "210000", "205000", "817.5"], ["苏仙区", "190000", "188000", "1341"]], findings=[("joined_header", 1)]),
    Case("years as names of columns", "a.csv", lambda: csv_of("地区,2019,2020,2021", "北湖区,1,2,3"),
         {"地区": "text", "2019": "int8", "2020": "int8", "2021": "int8"}, [["北湖区", "1", "2", "3"]]),
    Case("codes: leading zeros, many digits, names that say code", "a.csv",
         lambda: csv_of("序号,区号,行政区划代码,身份证号,联系电话", "1,0735,431002,431002198001011234,13800000000",
                        "2,010,431003,431003198001011234,13900000000"),
         {"序号": "int8", "区号": "text", "行政区划代码": "text", "身份证号": "text", "联系电话": "text"},
         [["1", "0735", "431002", "431002198001011234", "13800000000"]], count=2,
         findings=[("codes_as_text", None), ("codes_as_text", None)]),
    Case("dates of every form", "a.csv",
         lambda: csv_of("名称,成立日期,更新时间", "甲,2021年3月5日,2021-03-05 8:30", "乙,2021/3/6,2021年3月6日 8时30分15秒",
                        "丙,2021.3.7,2021-03-07T00:30:00Z", "丁,20210308,2021-03-08"),
         {"名称": "text", "成立日期": "date", "更新时间": "timestamp"},
         [["甲", "2021-03-05", "2021-03-05T08:30:00"], ["乙", "2021-03-06", "2021-03-06T08:30:15"],
          ["丙", "2021-03-07", "2021-03-07T08:30:00"], ["丁", "2021-03-08", "2021-03-08T00:00:00"]],
         findings=[("beijing_time", None), ("rewritten", 2), ("rewritten", 2)]),
    Case("numbers with separators, percent, currency and signs for nothing", "a.csv",
         lambda: csv_of("项目,金额,增长率,预算,备注", '甲,"1,234.50",12.5%,"¥1,000",—', "乙,-3,−4%,￥20,无", "丙,—,0%,/,正常"),
         {"项目": "text", "金额": "numeric", "增长率": "numeric", "预算": "int8", "备注": "text"},
         [["甲", "1234.50", "0.125", "1000", "—"], ["乙", "-3", "-0.04", "20", "无"], ["丙", "", "0.00", "", "正常"]],
         findings=[("placeholders", 4), ("placeholders", 4), ("percent", None), ("rewritten", 2), ("rewritten", 2)]),
    Case("a number of eighteen digits is none", "a.csv", lambda: csv_of("名称,金额", '甲,"123,456,789,012,345,678"', "乙,5"),
         {"名称": "text", "金额": "text"}, [["甲", "123,456,789,012,345,678"], ["乙", "5"]]),
    Case("numbers that spreadsheet programs shortened", "a.csv", lambda: csv_of("名称,金额", "甲,4.31E+17", "乙,12"),
         {"名称": "text", "金额": "numeric"}, [["甲", "4.31E+17"], ["乙", "12"]], findings=[("scientific_notation", 2)]),
    Case("mixed types stay text, and the first wrong rows are named", "a.csv",
         lambda: csv_of("名称,数量", *(f"甲{i},{i}" for i in range(1, 9)), "乙,约10", "丙,不清楚"),
         {"名称": "text", "数量": "text"}, [["甲1", "1"]], count=10, findings=[("mixed_types", 10), ("mixed_types", 11)]),
    Case("a day that does not exist", "a.csv", lambda: csv_of("名称,日期", *["甲,2021-02-01"] * 9, "乙,2021-02-30"),
         {"名称": "text", "日期": "text"}, [["甲", "2021-02-01"]], count=10, findings=[("mixed_types", 11)]),
    Case("empty columns and rows", "a.csv", lambda: csv_of("名称,备注,数量,,", "甲,,1,,", ",,,,", "乙,,2,,", ",,,,"),
         {"名称": "text", "备注": "text", "数量": "int8"}, [["甲", "", "1"], ["乙", "", "2"]],
         findings=[("empty_column", None), ("blank_rows", 3)]),
    Case("blank, repeated and overlong names of columns", "a.csv",
         lambda: csv_of(f'名称,,名称,"占比(%)\n",_号,{"长" * 30}', "甲,乙,丙,1,2,3"),
         {"名称": "text", "column_2": "text", "名称_2": "text", "占比(％)": "int8", "号": "int8", "长" * 21: "int8"},
         [["甲", "乙", "丙", "1", "2", "3"]],
         findings=[("duplicate_header", None), ("long_header", None), ("blank_header", None), ("renamed_headers", None)]),
    Case("rows with too few cells", "a.csv", lambda: csv_of("名称,等级,床位", "甲,三级,1", "乙,二级", "丙,一级,3"),
         {"名称": "text", "等级": "text", "床位": "int8"}, [["甲", "三级", "1"], ["乙", "二级", ""], ["丙", "一级", "3"]],
         findings=[("too_few_cells", 3)]),
    Case("control characters are left out", "a.csv", lambda: csv_of("名称,数量", "\x0b甲\x07乙,1"), {"名称": "text", "数量": "int8"},
         [["甲乙", "1"]], findings=[("control_characters", 2), ("trimmed", 2)]),
    Case("one column, with a line that would end a COPY", "a.csv", lambda: csv_of("名称", "甲", "\\.", "乙"), {"名称": "text"},
         [["甲"], ["\\."], ["乙"]]),
    Case("lists with 、 in a comma file", "a.csv", lambda: csv_of("值班日期,值班人员", *(f"2026-01-{n:02},张一、周七、钱五" for n in range(1, 21))),
         {"值班日期": "date", "值班人员": "text"}, [["2026-01-01", "张一、周七、钱五"]], count=20,
         reading={"delimiter": ",", "header_row": 1}),
    *(Case(f"lists with {sign} in a comma file", "a.csv", partial(
        csv_of, "设施名称,标签", *(f"设施{n},{sign.join(('室内', '免费', '夜间'))}" for n in range(12))),
        {"设施名称": "text", "标签": "text"}, [["设施0", sign.join(("室内", "免费", "夜间"))]], count=12,
        reading={"delimiter": ",", "header_row": 1}) for sign in ";|，"),
    Case("a comma file with lists and a row too short", "a.csv", lambda: csv_of("名称,标签,数量", "甲,a;b,1", "乙,c;d", "丙,e;f,3"),
         {"名称": "text", "标签": "text", "数量": "int8"}, [["甲", "a;b", "1"]], count=3, findings=[("too_few_cells", 3)]),
    Case("decimal commas in a file with semicolons", "a.csv", lambda: csv_of("名称;数量;金额", "甲;1;2,5", "乙;2;3,5"),
         {"名称": "text", "数量": "int8", "金额": "text"}, [["甲", "1", "2,5"], ["乙", "2", "3,5"]], reading={"delimiter": ";"}),
    *(Case(f"one column of lists with {sign}", "a.csv", partial(
        csv_of, "值班人员", sign.join("甲乙丙"), sign.join("丁戊己")), {"值班人员": "text"}, [[sign.join("甲乙丙")], [sign.join("丁戊己")]])
      for sign in "、;|，"),
    Case("one column of texts with commas", "a.csv", lambda: csv_of("备注", "今天,很好", "一般", "甲,乙,丙"), {"备注": "text"},
         [["今天,很好"], ["一般"], ["甲,乙,丙"]]),
    Case("a title above a table with Chinese list commas", "a.csv", lambda: csv_of("2021年医院", "名称、床位", "甲、3", "乙、4"),
         {"名称": "text", "床位": "int8"}, [["甲", "3"], ["乙", "4"]], findings=[("header_below", 2)], reading={"delimiter": "、"}),
    Case("two stray quotation marks are told", "a.csv",
         lambda: csv_of("编号,规格,长度", 'G01,"5寸管,12', "G02,DN100,30", "G03,DN80,28", 'G04,"6寸管,19', "G05,DN50,51"),
         {"编号": "text", "规格": "text", "长度": "int8"}, [["G01", "5寸管,12\nG02,DN100,30\nG03,DN80,28\nG04,6寸管", "19"]], count=2,
         findings=[("cell_of_rows", 2)]),
    Case("codes that look like exponents, and telephone numbers", "a.csv",
         lambda: csv_of("看台,座位,版本,电话", "东,1E1,2021.10,+8613800000000", "西,2e10,2021.1,+8613800000001"),
         {"看台": "text", "座位": "text", "版本": "numeric", "电话": "text"}, [["东", "1E1", "2021.10", "+8613800000000"]], count=2,
         findings=[("codes_as_text", None), ("codes_as_text", None)]),
    Case("numbers with an exponent are told", "a.csv", lambda: csv_of("名称,浓度", "甲,1.5e3", "乙,2E-05"),
         {"名称": "text", "浓度": "numeric"}, [["甲", "1.5e3"], ["乙", "2E-05"]], findings=[("exponent", 2)]),
    Case("names that PostgreSQL keeps, and marks that nobody sees", "a.csv",
         lambda: csv_of("\ufeff图幅,xmin,ymax,ctid,XMAX,$1,a\u200bb,\ue000区", "北,1,2,3,4,5,6,7"),
         {"图幅": "text", "xmin_1": "int8", "ymax": "int8", "ctid_1": "int8", "XMAX": "int8", "＄1": "int8", "ab": "int8", "□区": "int8"},
         [["北", "1", "2", "3", "4", "5", "6", "7"]],
         findings=[("reserved_header", None), ("reserved_header", None), ("private_characters", None), ("renamed_headers", None)]),
    Case("an apostrophe before a formula is no part of the text", "a.csv", lambda: csv_of("名称,备注", "甲,'=1+1", "乙,''@x", "丙,'90后", "丁,'-5", "'戊,'---"),
         {"名称": "text", "备注": "text"}, [["甲", "=1+1"], ["乙", "'@x"], ["丙", "'90后"], ["丁", "'-5"], ["'戊", "'---"]], findings=[("apostrophes", 2)]),
    Case("zeros that only the number format shows", "a.xlsx",
         lambda: workbook(("数据", sheet_of([["学校", "识别码", "人数"], ["一小", 42, 5], ["二小", 1203, 7]],
                                          formats=[("B2", "000000"), ("B3", "000000"), ("C2", "0"), ("C3", "#,##0")]))),
         {"学校": "text", "识别码": "text", "人数": "int8"}, [["一小", "000042", "5"], ["二小", "001203", "7"]],
         findings=[("codes_as_text", None)]),
    Case("hidden columns and rows are told", "a.xlsx", lambda: workbook(("数据", _partly_hidden)),
         {"单位": "text", "证号": "text", "人数": "int8"}, [["甲", "A1", "1"], ["乙", "B2", "2"]],
         findings=[("hidden_columns", None), ("hidden_rows", 3)]),
    Case("cells without references", "a.xlsx",
         lambda: with_part(one_sheet(["名称", None, "数量"], ["甲", None, 1], ["乙", None, 2]), "xl/worksheets/sheet1.xml", _without_references),
         {"名称": "text", "数量": "int8"}, [["甲", "1"], ["乙", "2"]], findings=[("empty_columns_left_out", None)]),
    Case("a workbook with numbers, dates and codes as text", "a.xlsx",
         lambda: one_sheet(["名称", "代码", "数量", "占比", "日期", "时间", "是否"],
                           ["甲", "001", 1, 0.1 + 0.2, date(2021, 3, 5), datetime(2021, 3, 5, 8, 30), True],
                           ["乙", "002", 2, 1.5, date(2021, 3, 6), datetime(2021, 3, 5, 9, 30, 15), False]),
         {"名称": "text", "代码": "text", "数量": "int8", "占比": "numeric", "日期": "date", "时间": "timestamp", "是否": "bool"},
         [["甲", "001", "1", "0.3", "2021-03-05", "2021-03-05T08:30:00", "true"],
          ["乙", "002", "2", "1.5", "2021-03-06", "2021-03-05T09:30:15", "false"]],
         findings=[("codes_as_text", None)], reading={"sheet": "数据", "header_row": 1}),
    Case("numbers stored as text", "a.xlsx", lambda: one_sheet(["名称", "数量"], ["甲", "12"], ["乙", " 1,300 "]),
         {"名称": "text", "数量": "int8"}, [["甲", "12"], ["乙", "1300"]], findings=[("trimmed", 3), ("rewritten", 3)]),
    Case("a workbook with three sheets, a cover and a hidden one", "a.xlsx",
         lambda: workbook(("封面", sheet_of([["说明"], ["本表由统计局填报"]])), ("医院", sheet_of([["名称", "床位"], ["一医院", 1200]])),
                          ("诊所", sheet_of([["名称", "床位"], ["甲诊所", 3]])), ("原始", sheet_of([["a", "b"], [1, 2]], hidden=True)),
                          ("Sheet5", sheet_of([]))),
         {"名称": "text", "床位": "int8"}, [["一医院", "1200"]],
         findings=[("other_sheets", None), ("hidden_sheets", None)], reading={"sheet": "医院"}),
    Case("merged title, header and first column", "a.xlsx",
         lambda: one_sheet(["郴州市学校名录"], ["地区", "学校", "人数", None], [None, None, "男", "女"],
                           ["北湖区", "一小", 300, 310], [None, "二小", 200, 190], ["苏仙区", "三小", 100, 120],
                           merged=["A1:D1", "A2:A3", "B2:B3", "C2:D2", "A4:A5"]),
         {"地区": "text", "学校": "text", "人数_男": "int8", "人数_女": "int8"},
         [["北湖区", "一小", "300", "310"], ["北湖区", "二小", "200", "190"], ["苏仙区", "三小", "100", "120"]],
         findings=[("merged_cells", 4), ("header_below", 2), ("joined_header", 2)]),
    Case("cells merged across columns are explained", "a.xlsx",
         lambda: one_sheet(["名称", "上午", "下午"], ["甲", "开放", None], ["乙", "关闭", "开放"], merged=["B2:C2"]),
         {"名称": "text", "上午": "text", "下午": "text"}, [["甲", "开放", ""], ["乙", "关闭", "开放"]], findings=[("merged_blank", 2)]),
    Case("a table that starts in the middle of the sheet", "a.xlsx",
         lambda: one_sheet([], [None, "名称", "数量"], [None, "甲", 1], [None, "乙", 2]),
         {"名称": "text", "数量": "int8"}, [["甲", "1"], ["乙", "2"]], reading={"header_row": 2}),
    Case("identity numbers as numbers have lost digits", "a.xlsx",
         lambda: one_sheet(["姓名", "身份证号"], ["甲", 431002198001011234], ["乙", 431002198001011235]),
         {"姓名": "text", "身份证号": "text"}, [["甲", "431002198001011000"]], count=2,
         findings=[("precision_lost", 2), ("codes_as_text", None)]),
    Case("dates without a date format", "a.xlsx", lambda: one_sheet(["名称", "成立日期"], ["甲", 44260], ["乙", 44261]),
         {"名称": "text", "成立日期": "int8"}, [["甲", "44260"]], count=2, findings=[("date_serials", 2)]),
    Case("formulas with results", "a.xlsx", lambda: with_results(one_sheet(["名称", "合计数"], ["甲", "=3+4"])),
         {"名称": "text", "合计数": "int8"}, [["甲", "7"]]),
    Case("cells that show an error", "a.xlsx", lambda: one_sheet(["名称", "比率"], ["甲", "#DIV/0!"], ["乙", 2]),
         {"名称": "text", "比率": "int8"}, [["甲", ""], ["乙", "2"]], findings=[("formula_error", 2)]),
    Case("an old workbook", "a.xls", lambda: old_workbook([["名称", "代码", "数量"], ["甲", "001", 5], ["乙", "002", 6.5]]),
         {"名称": "text", "代码": "text", "数量": "numeric"}, [["甲", "001", "5"], ["乙", "002", "6.5"]],
         findings=[("codes_as_text", None)]),
    Case("a workbook called CSV", "a.csv", lambda: one_sheet(["名称", "数量"], ["甲", 1]), {"名称": "text", "数量": "int8"}, [["甲", "1"]],
         findings=[("wrong_extension", None)]),
    Case("CSV called XLSX", "a.xlsx", lambda: csv_of("名称,数量", "甲,1"), {"名称": "text", "数量": "int8"}, [["甲", "1"]],
         findings=[("wrong_extension", None)]),
    *SILENT,
)

REFUSED = (
    Case("an empty file", "a.csv", lambda: b"", findings=[("empty_file", None)]),
    Case("blanks only", "a.csv", lambda: b"\xef\xbb\xbf\r\n \r\n", findings=[("empty_file", None)]),
    Case("a header without rows", "a.csv", lambda: csv_of("名称,数量"), findings=[("no_rows", None)]),
    Case("rows without a header", "a.csv", lambda: csv_of("1,2,3", "4,5,6"), findings=[("no_header", 1)]),
    Case("a row with too many cells", "a.csv", lambda: csv_of("名称,数量", "甲,1", "乙,1,234", "丙,3"), findings=[("too_many_cells", 3)]),
    Case("a byte that is no character", "a.csv", lambda: csv_of("名称,地址", "郴州市北湖区人民路,甲", "乙,丙") + b"\xff\xff,1\n",
         findings=[("undecodable", 4)]),
    Case("a byte that is none in GB 18030 either", "a.csv", lambda: csv_of("名称,地址", "甲,乙", encoding="gbk") + b"\xff,1\n",
         findings=[("undecodable", 3)]),
    Case("NUL bytes", "a.csv", lambda: csv_of("名称,数量", "甲,1", "乙\0,2"), findings=[("nul_bytes", 3)]),
    Case("a quotation mark that is never closed", "a.csv", lambda: csv_of("名称,数量", "甲,1", '乙,"2', "丙,3", "丁,4"),
         findings=[("quote_missing", 3)]),
    Case("a cell without end", "a.csv", lambda: csv_of("名称,数量", "甲," + "长" * 100_001), findings=[("cell_too_long", 2)]),
    Case("a line without end", "a.csv", lambda: b"a,b\n" + b"x" * 9 * 2**20, findings=[("line_too_long", 2)]),
    Case("100,000 columns", "a.csv", lambda: csv_of(",".join(f"c{i}" for i in range(100_000)), ",".join("1" * 100_000)),
         findings=[("too_many_columns", None)]),
    Case("1,200 columns of a workbook", "a.xlsx", lambda: one_sheet([f"c{i}" for i in range(1200)], range(1200)),
         findings=[("too_many_columns", None)]),
    Case("a table stretched over a whole sheet", "a.xlsx", lambda: workbook(("数据", _stretched)), findings=[("sheet_too_large", None)]),
    Case("a web page called XLS", "a.xls", lambda: csv_of("<html><body><table><tr><td>甲</td></tr></table></body></html>"),
         findings=[("not_data", None)]),
    Case("a web page called CSV", "a.csv", lambda: b"<!-- -->\n<!DOCTYPE html>\n<script>alert(1)</script>", findings=[("not_data", None)]),
    Case("an SVG picture called CSV", "a.csv",
         lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
         findings=[("not_data", None)]),
    Case("a program called CSV", "a.csv", lambda: b"MZ\x90\0\x03\0\0\0", findings=[("not_data", None)]),
    Case("an archive", "a.zip", lambda: _archive(), findings=[("archive", None)]),  # noqa: PLW0108 - it stands below
    Case("half of a workbook", "a.xlsx", lambda: one_sheet(["名称"], ["甲"])[:2000], findings=[("damaged", None)]),
    Case("a workbook with a password", "a.xlsx", protected_workbook, findings=[("password_protected", None)]),
    Case("an old workbook that goes round in circles", "a.xls", circular_workbook, findings=[("damaged", None)]),
    Case("half of an old workbook", "a.xls", lambda: old_workbook([["名称"], ["甲"]])[:3000], findings=[("damaged", None)]),
    Case("an old document", "a.xls", old_document, findings=[("old_document", None)]),
    Case("formulas without results", "a.xlsx", lambda: one_sheet(["名称", "合计数"], ["甲", 1], ["乙", "=3+4"]),
         findings=[("no_formula_values", 3)]),
    Case("hours beyond all calendars", "a.xlsx",
         lambda: workbook(("数据", sheet_of([["名称", "时长"], ["甲", 1e18]], formats=[("B2", "[h]:mm")]))), findings=[("number_too_large", None)]),
    Case("a zip bomb", "a.xlsx", lambda: bomb(600), findings=[("zip_bomb", None)]),
    Case("a zip bomb that lies about its size", "a.xlsx", lambda: bomb(600, lying=True), findings=[("zip_bomb", None)]),
    Case("an empty workbook", "a.xlsx", one_sheet, findings=[("no_rows", None)]),
)


def _partly_hidden(sheet: Any) -> None:
    for row in (["单位", "证号", "人数"], ["甲", "A1", 1], ["乙", "B2", 2]):
        sheet.append(row)
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True


def _without_references(xml: bytes) -> bytes:
    """The sheet as many programs write it: cells in their order, blanks too, none with its place."""
    xml = re.sub(rb'<c r="([AC])(\d)"', lambda found: (b"<c/>" if found[1] == b"C" else b"") + b"<c", xml)
    return re.sub(rb'<row r="\d"[^>]*>', b"<row>", xml)


def _stretched(sheet: Worksheet) -> None:
    sheet["A1"], sheet["B1"], sheet["A2"], sheet["ALA1048576"] = "名称", "数量", "甲", "远"


def _archive() -> bytes:
    import io
    import zipfile

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../etc/passwd", "a,b\n1,2\n")
    return file.getvalue()

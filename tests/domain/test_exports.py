"""Tables as files: what goes in comes out again, whatever the cells and headings hold, and no spreadsheet calculates it."""
from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Generator, Iterator
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import openpyxl
import pytest

from ckanext.govshare.domain.spreadsheets import harmless, is_formula
from ckanext.govshare.exports import Writer, delimited, json_rows, xlsx, xlsx_cells, xml_rows

COLUMNS = [{"id": "站点 名称", "type": "text"}, {"id": "1月<值>", "type": "numeric"}, {"id": "次数", "type": "int8"},
           {"id": "比例", "type": "float8"}, {"id": "日期", "type": "date"}, {"id": "时间", "type": "timestamp"},
           {"id": "达标", "type": "bool"}]
MOMENT = datetime(2026, 3, 5, 8, 30, 15)  # noqa: DTZ001 - tables have no zone
ROWS: list[tuple[Any, ...]] = [
    ("国控一站", Decimal("35.20"), 7, 0.1, date(2026, 3, 5), MOMENT, True),
    (None, None, None, None, None, None, None),
    ('=HYPERLINK("http://x","点")', Decimal("-1E+3"), -5, 1e300, date(1899, 12, 31), MOMENT.replace(year=1850), False),
    ("007 & <b>“引号”</b>\n第二行\t尾 ", Decimal("12345678901234567.89"), 2**62, -0.5, date(9999, 12, 31), MOMENT, True),
    ("", Decimal(0), 0, 0.0, date(1900, 3, 1), MOMENT.replace(microsecond=500_000), False),
    ("𠮷田 emoji 😀 _x000D_ ]]>", Decimal("0.1"), 10**15, 1 / 3, date(2000, 2, 29), MOMENT, True),
]


def _written(writer: Writer, rows: list[tuple[Any, ...]] = ROWS, portion: int = 2) -> bytes:
    return b"".join(writer(COLUMNS, (rows[i:i + portion] for i in range(0, len(rows), portion))))


class TestFormulas:
    @pytest.mark.parametrize("text", [
        "=1+1", "=cmd|' /C calc'!A0", "+86 138", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1+A1", "－A1", "＠A1",
        "--1", "-3.5.1", "- 3", "+1e", "-3~5℃", "=", "@",
    ])
    def test_what_may_be_calculated_gets_an_apostrophe(self, text: str) -> None:
        assert is_formula(text)
        assert harmless(text) == f"'{text}"

    @pytest.mark.parametrize("text", [
        "", "-3.5", "+3", "-.5", "-3.", "1-2", "-12%", "-1e-5", "-", "--", "+", "国控=一站", " =1", "'1", "2026-03-05", "-0",
    ])
    def test_numbers_and_strokes_for_no_value_stay_as_they_are(self, text: str) -> None:
        assert harmless(text) == text

    def test_headings_are_cells_too(self) -> None:
        assert delimited.heading(["=A1", "值, 均"], ",", bom=False) == "'=A1,\"值, 均\"\r\n".encode()
        assert delimited.heading(["a", "b"], "\t", bom=True) == b"\xef\xbb\xbfa\tb\r\n"


class TestJson:
    def test_rows_are_objects_with_every_value_as_it_is(self) -> None:
        read = json.loads(_written(json_rows.write), parse_float=Decimal)
        assert [row["站点 名称"] for row in read] == [row[0] for row in ROWS]
        assert [row["1月<值>"] for row in read] == [row[1] for row in ROWS]
        assert [row["次数"] for row in read] == [row[2] for row in ROWS]
        assert read[0] == {"站点 名称": "国控一站", "1月<值>": Decimal("35.20"), "次数": 7, "比例": Decimal("0.1"),
                           "日期": "2026-03-05", "时间": "2026-03-05T08:30:15", "达标": True}
        assert set(read[1].values()) == {None}

    def test_each_row_has_a_line_of_its_own(self) -> None:
        assert _written(json_rows.write).count(b"\n") == len(ROWS) + 2

    @pytest.mark.parametrize("writer", [json_rows.write, json_rows.write_as_ckan])
    @pytest.mark.parametrize("portion", [1, 3, 100])
    def test_portions_leave_no_seam(self, writer: Writer, portion: int) -> None:
        assert _written(writer, portion=portion) == _written(writer)

    def test_a_number_that_is_none_is_missing(self) -> None:
        assert json.loads(_written(json_rows.write, [(None, None, 1, float("nan"), None, None, None)]))[0]["比例"] is None

    def test_no_rows_are_an_empty_array(self) -> None:
        assert json.loads(_written(json_rows.write, [])) == []

    def test_ckans_form_has_fields_and_records(self) -> None:
        read = json.loads(_written(json_rows.write_as_ckan, ROWS[:2]))
        assert read["fields"] == COLUMNS
        assert read["records"][0] == ["国控一站", 35.2, 7, 0.1, "2026-03-05", "2026-03-05T08:30:15", True]


class TestXml:
    def test_rows_are_elements_with_every_text_as_it_is(self) -> None:
        rows = ET.fromstring(_written(xml_rows.write))  # noqa: S314 - written a line ago
        texts = [None if row[0].get("{http://www.w3.org/2001/XMLSchema-instance}nil") else row[0].text or "" for row in rows]
        assert texts == [row[0] for row in ROWS]

    def test_values_are_written_as_in_the_table(self) -> None:
        first = ET.fromstring(_written(xml_rows.write))[0]  # noqa: S314 - written a line ago
        assert [cell.text for cell in first] == ["国控一站", "35.20", "7", "0.1", "2026-03-05", "2026-03-05T08:30:15", "true"]
        assert [cell.tag for cell in first] == ["站点_名称", "_1月_值_", "次数", "比例", "日期", "时间", "达标"]
        assert [cell.get("name") for cell in first] == ["站点 名称", "1月<值>", None, None, None, None, None]

    @pytest.mark.parametrize(("names", "elements"), [
        (["浓度", "PM2.5", "a-b"], ["浓度", "PM2.5", "a-b"]),
        (["2月", "-x", ".y", "xmlns", "XML", ""], ["_2月", "_-x", "_.y", "_xmlns", "_XML", "_"]),
        (["a b", "a_b", "a/b", "a:b"], ["a_b", "a_b_2", "a_b_3", "a_b_4"]),
        (["a/><b onload='x'", "𠮷", "占比％", "😀"], ["a___b_onload__x_", "_", "占比_", "__2"]),
    ])
    def test_a_heading_becomes_a_name_that_xml_allows(self, names: list[str], elements: list[str]) -> None:
        assert xml_rows.element_names(names) == elements

    def test_what_xml_cannot_hold_is_marked(self) -> None:
        columns = [{"id": 'a\x01"b', "type": "text"}]
        made = b"".join(xml_rows.write(columns, [[("x\x00\x0b\ufffey\r\nz",)]]))
        cell = ET.fromstring(made)[0][0]  # noqa: S314 - written a line ago
        assert (cell.text, cell.get("name")) == ("x\ufffd\ufffd\ufffdy\r\nz", 'a\ufffd"b')

    def test_a_row_has_its_number_where_it_was_asked_for(self) -> None:
        columns = [{"id": "_id", "type": "int8"}, {"id": "a", "type": "text"}]
        made = b"".join(xml_rows.write(columns, [[(1, "x"), (2, None)]])).decode()
        assert '<row _id="1"><a>x</a></row>\n<row _id="2"><a xsi:nil="true"/></row>\n</data>' in made

    def test_no_rows_are_no_elements(self) -> None:
        assert len(ET.fromstring(_written(xml_rows.write, []))) == 0  # noqa: S314 - written a line ago


def _workbook(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


class TestXlsx:
    def test_values_come_back_with_their_types(self) -> None:
        sheet = _workbook(_written(xlsx.write)).active
        first = [cell.value for cell in sheet[2]]
        assert first == ["国控一站", 35.2, 7, 0.1, datetime(2026, 3, 5), MOMENT, True]  # noqa: DTZ001 - tables have no zone
        assert [cell.value for cell in sheet[3]] == [None] * len(COLUMNS)
        assert [cell.is_date for cell in sheet[2]] == [False, False, False, False, True, True, False]

    def test_texts_come_back_as_they_were(self) -> None:
        sheet = _workbook(_written(xlsx.write)).active
        # openpyxl reads an empty text as nothing, and leaves `_x005F_` as it stands in the file.
        assert [(cell.value or "").replace("_x005F_", "_") for cell in sheet["A"][1:]] == [row[0] or "" for row in ROWS]

    def test_a_text_is_never_a_formula_nor_a_number(self) -> None:
        rows = [("=1+1",), ("007",), ("-3.5",), ("@A",)]
        cells = _workbook(b"".join(xlsx.write([{"id": "=A1", "type": "text"}], [rows]))).active["A"]
        assert [cell.value for cell in cells] == ["=A1", "=1+1", "007", "-3.5", "@A"]
        assert {cell.data_type for cell in cells} == {"s"}
        assert {cell.number_format for cell in cells[1:]} == {"@"}
        assert [bool(cell.quotePrefix) for cell in cells[1:]] == [True, False, False, True]

    def test_what_excel_would_change_is_a_text(self) -> None:
        sheet = _workbook(_written(xlsx.write)).active
        kept = {row[1].value for row in sheet.iter_rows(min_row=4)} | {row[2].value for row in sheet.iter_rows(min_row=4)}
        assert {"12345678901234567.89", str(2**62), str(10**15)} <= kept
        assert [sheet["E4"].value, sheet["F4"].value] == ["1899-12-31", "1850-03-05 08:30:15"]
        assert sheet["E6"].value == datetime(1900, 3, 1)  # noqa: DTZ001 - tables have no zone

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
    def test_what_is_no_number_for_excel_is_a_text(self, value: float | Decimal) -> None:
        assert 't="inlineStr"' in xlsx_cells.number(value)

    @pytest.mark.parametrize("text", ["长" * 32_767, "长" * 32_768, "😀" * 20_000])
    def test_a_text_too_long_for_excel_is_cut_and_says_so(self, text: str) -> None:
        content = b"".join(xlsx.write([{"id": "a", "type": "text"}], [[(text,)]]))
        read = _workbook(content).active["A2"].value
        assert len(read.encode("utf-16-le")) // 2 <= xlsx_cells.LONGEST_TEXT
        assert read == text or (read.endswith("…") and text.startswith(read[:-1]))

    def test_control_characters_are_escaped_as_excel_does(self) -> None:
        assert "a_x0001_b_x000D_\nc_x005F_x0041_" in xlsx_cells.text("a\x01b\r\nc_x0041_")

    def test_the_heading_is_bold_and_stays_in_view(self) -> None:
        sheet = _workbook(_written(xlsx.write)).active
        assert [cell.value for cell in sheet[1]] == [column["id"] for column in COLUMNS]
        assert all(cell.font.b for cell in sheet[1])
        assert not sheet["A2"].font.b
        assert sheet.freeze_panes == "A2"

    @pytest.mark.parametrize("portion", [1, 2, 3, 5, 100])
    def test_a_table_longer_than_a_sheet_goes_on_in_the_next(self, monkeypatch: pytest.MonkeyPatch, portion: int) -> None:
        monkeypatch.setattr(xlsx, "MOST_ROWS", 4)
        rows = [(str(number), *([None] * 6)) for number in range(8)]
        sheets = _workbook(_written(xlsx.write, rows, portion)).worksheets
        assert [[cell.value for cell in sheet["A"]] for sheet in sheets] == [
            ["站点 名称", "0", "1", "2"], ["站点 名称", "3", "4", "5"], ["站点 名称", "6", "7"]]

    def test_a_full_sheet_has_no_empty_one_after_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(xlsx, "MOST_ROWS", 4)
        assert len(_workbook(_written(xlsx.write, [(None,) * 7] * 3)).worksheets) == 1

    def test_no_entry_of_the_archive_grows_past_what_excel_reads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(xlsx, "MOST_BYTES", 100)
        assert len(_workbook(_written(xlsx.write, [("x" * 100, *[None] * 6)] * 4, portion=1)).worksheets) == 4

    def test_no_rows_are_a_sheet_with_a_heading(self) -> None:
        assert [len(sheet["A"]) for sheet in _workbook(_written(xlsx.write, [])).worksheets] == [1]

    def test_tables_of_a_book_have_sheets_with_titles_widths_and_wrapped_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
        first = xlsx.Table([{"id": "a", "type": "words"}], [[("=1+1",), ("甲\n乙",)], [("",)]], '清单 "<&', (44,))
        second = xlsx.Table([{"id": "b", "type": "name"}], [[("名称",)]], "说明")
        book = _workbook(b"".join(xlsx.write_book([first, second])))
        assert book.sheetnames == ['清单 "<&', "Sheet2", "说明"]
        columns = [[cell.value for cell in sheet["A"]] for sheet in book.worksheets]
        assert columns == [["a", "=1+1", "甲\n乙"], ["a", None], ["b", "名称"]]
        assert book.worksheets[0].column_dimensions["A"].width == 44
        cell = book.worksheets[0]["A2"]
        assert (cell.data_type, cell.quotePrefix, cell.alignment.wrap_text, cell.number_format) == ("s", True, True, "@")
        assert book.worksheets[2]["A2"].font.bold

    def test_the_archive_is_whole(self) -> None:
        assert zipfile.ZipFile(io.BytesIO(_written(xlsx.write))).testzip() is None


def test_rows_are_taken_only_as_they_are_sent() -> None:
    """A writer that gathers rows would need memory for all of them."""
    taken: list[int] = []

    def portions() -> Iterator[list[tuple[Any, ...]]]:
        for number in range(1000):
            taken.append(number)
            yield [(sha256(f"{number} {row}".encode()).hexdigest() * 4, *ROWS[0][1:]) for row in range(100)]

    for writer in (json_rows.write, json_rows.write_as_ckan, xml_rows.write, xlsx.write):
        taken.clear()
        sending = writer(COLUMNS, portions())
        for _ in range(10):
            next(sending)
        assert len(taken) < 100
        assert isinstance(sending, Generator)
        sending.close()

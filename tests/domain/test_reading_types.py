"""What a cell is, and its form in the table."""
from __future__ import annotations

import csv
import io
import random
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from awkward_cases import READ

from ckanext.govshare.domain.findings import describe
from ckanext.govshare.reading.cells import text_of
from ckanext.govshare.reading.columns import MAX_ID_BYTES, name_columns
from ckanext.govshare.reading.number_formats import number_format
from ckanext.govshare.reading.quotes import Requoted
from ckanext.govshare.reading.reader import read
from ckanext.govshare.reading.report import Findings
from ckanext.govshare.reading.types import Kind, as_date, as_number, as_timestamp, kind_of


@pytest.mark.parametrize(("text", "kind"), [
    ("", Kind.BLANK), ("—", Kind.PLACEHOLDER), ("暂无", Kind.PLACEHOLDER), ("甲", Kind.TEXT), ("0", Kind.INTEGER),
    ("-12", Kind.INTEGER), ("+5", Kind.LOOSE_INTEGER), ("-0", Kind.LOOSE_INTEGER), ("007", Kind.CODE),
    ("1234567890123456", Kind.CODE),
    ("20210305", Kind.COMPACT_DATE), ("20211305", Kind.INTEGER), ("0.50", Kind.DECIMAL),
    (".5", Kind.LOOSE_DECIMAL), ("1.", Kind.LOOSE_DECIMAL), ("-0.0", Kind.LOOSE_DECIMAL), ("-0.5", Kind.DECIMAL),
    ("00.5", Kind.TEXT), ("1e5", Kind.EXPONENT_CODE), ("1E2", Kind.EXPONENT_CODE),
    ("1.5e5", Kind.EXPONENT), ("2E-05", Kind.EXPONENT), ("+8613800000000", Kind.CODE),
    ("1e999", Kind.TEXT), ("4.31E+17", Kind.SCIENTIFIC), ("1,234", Kind.GROUPED_INTEGER), ("1,234.5", Kind.GROUPED),
    ("12,34", Kind.TEXT), ("12%", Kind.PERCENT), ("１２", Kind.TEXT), ("TRUE", Kind.LOOSE_BOOL), ("true story", Kind.TEXT),
    ("2021-03-05", Kind.ISO_DATE), ("2021/3/5", Kind.DATE), ("2021/3.5", Kind.TEXT), ("2021-02-30", Kind.TEXT),
    ("2021年3月", Kind.TEXT), ("2021-03-05T08:30:00", Kind.ISO_TIMESTAMP), ("2021-03-05 8:30", Kind.TIMESTAMP),
    ("2021-03-05 25:00", Kind.TEXT), ("2021-03-05T08:30:00+08:00", Kind.ZONED_TIMESTAMP),
    ("1.2.3", Kind.TEXT), ("0735-2871234", Kind.TEXT),
    ("-", Kind.PLACEHOLDER),
])
def test_a_text_has_one_kind(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind


@pytest.mark.parametrize(("text", "iso"), [
    ("2021年3月5日", "2021-03-05"), ("2021 年 3 月 5 日", "2021-03-05"), ("2021/3/5", "2021-03-05"), ("2021.3.5", "2021-03-05"),
    ("2021年12月31号", "2021-12-31"), ("20210305", "2021-03-05"), ("2021-03-05", "2021-03-05"),
])
def test_every_way_to_write_a_day_is_the_same_date(text: str, iso: str) -> None:
    assert as_date(text) == iso


@pytest.mark.parametrize(("text", "iso"), [
    ("2021-03-05 8:30", "2021-03-05T08:30:00"), ("2021年3月5日 8时30分15秒", "2021-03-05T08:30:15"),
    ("2021年3月5日8时", "2021-03-05T08:00:00"), ("2021-03-05T00:30:00Z", "2021-03-05T08:30:00"),
    ("2021-03-05T08:30:00.250", "2021-03-05T08:30:00.250000"), ("2021-03-05", "2021-03-05T00:00:00"),
])
def test_times_are_those_of_beijing(text: str, iso: str) -> None:
    assert as_timestamp(text) == iso


@pytest.mark.parametrize(("text", "number"), [
    ("1,234,567.80", "1234567.80"), ("￥20", "20"), ("-￥1,000", "-1000"), ("12.5%", "0.125"), ("−4％", "-0.04"), ("7", "7"),
    ("+5", "5"), ("-.5", "-0.5"), ("1.", "1"), ("-0.00", "0.00"), ("+1.5e-3", "1.5e-3"),
])
def test_a_number_loses_its_marks_and_nothing_else(text: str, number: str) -> None:
    assert as_number(text) == number


@pytest.mark.parametrize(("value", "text"), [
    (None, ""), (1.0, "1"), (0.1 + 0.2, "0.3"), (1e-7, "0.0000001"), (float("nan"), ""), (True, "true"),
    (431002198001011234.0, "431002198001011000"), ({"a": 1}, '{"a": 1}'),
])
def test_cells_of_other_types_become_the_text_that_people_see(value: object, text: str) -> None:
    assert text_of(value) == text


def test_names_of_columns_are_such_as_the_datastore_takes() -> None:
    headers = ["", "_id", "名称", "名称", '"引"', "a:b", "100%", "长" * 40, "长" * 40, "\x00\n甲\n乙", "A", "a"]
    ids = [column.id for column in name_columns(headers, Findings())]
    assert ids == ["column_1", "id", "名称", "名称_2", "引", "a：b", "100％", "长" * 21, "长" * 20 + "_2", "甲 乙", "A", "a_2"]
    assert all(len(name.encode()) <= MAX_ID_BYTES for name in ids)


def test_what_counts_as_plain_comes_back_as_it_was_written() -> None:
    chance = random.Random(1)  # noqa: S311 - the same texts each time
    for _ in range(20_000):
        text = "".join(chance.choices("+-.,0015eE% ", k=chance.randrange(1, 6))).strip()
        kind = kind_of(text)
        assert kind is not Kind.INTEGER or str(int(text)) == text
        assert kind is not Kind.DECIMAL or (format(Decimal(text), "f") == text and (Decimal(text) != 0 or text[0] != "-"))


def test_a_padded_number_has_all_its_digits() -> None:
    chance = random.Random(2)  # noqa: S311 - the same formats each time
    for _ in range(2000):
        parts = ("0", "#", "-", '"号"', "\\.", "年", "_ ", "* ", "[Red]", "A")
        code = "".join(chance.choices(parts, k=chance.randrange(1, 9))) + "00"
        number = chance.randrange(10 ** chance.randrange(1, 12))
        found = number_format(code)
        assert found
        shown = re.sub(r"\D", "", found.replacement(float(number)) or "")
        assert int(shown) == number
        assert len(shown) >= 2


@pytest.mark.parametrize("code", ["", "0" * 256, "[", '"', "\\", "[>]00", "_", "*", ";;;;;;00", "[<0;00", "00" * 127])
def test_no_number_format_makes_the_reader_fail(code: str) -> None:
    found = number_format(code)
    for value in (42, -1.5, 0.0, 1e300, float("nan"), "甲", None, True, date(2021, 3, 5)):
        assert found is None or found.replacement(value) is None or isinstance(found.replacement(value), str)


def test_quotation_marks_as_the_format_wants_them_are_left_alone() -> None:
    chance = random.Random(3)  # noqa: S311 - the same cells each time
    for delimiter in (",", "\t", "、", "|"):
        cells = ["".join(chance.choices(f'"{delimiter}甲 \n', k=chance.randrange(8))) for _ in range(3000)]
        rows = [cells[at:at + 3] for at in range(0, len(cells), 3)]
        for quoting in (csv.QUOTE_ALL, csv.QUOTE_MINIMAL):
            written = io.StringIO(newline="")
            csv.writer(written, delimiter=delimiter, quoting=quoting).writerows(rows)
            lines = Requoted(io.StringIO(written.getvalue(), newline=""), delimiter)
            read = []
            for row in csv.reader(lines, delimiter=delimiter):
                lines.at_row = True
                read.append(row)
            assert read == rows


def test_every_new_name_of_a_column_is_told_with_the_old_one() -> None:
    headers = ["占比(%)", "_id", "xmin", "名称", "名称", "长" * 40, "a\u202eb", " 地  址 ", "$", *(f"{n}%" for n in range(300))]
    findings = Findings()
    columns = name_columns(headers, findings)
    told = [(found["column"] or "", str(describe(found))) for found in findings.reported()]
    for header, column in zip(headers[:9], columns, strict=False):
        same = " ".join(header.split()) == column.id
        old = header.replace("\u202e", "\\u202e")
        assert same or any(old in where + text and column.id in text for where, text in told), header
    [listed] = [text for _, text in told if "％" in text]
    assert "304" in listed
    assert "地" not in listed
    assert len(listed) < 10_000


def _damaged(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 3, 20))):
        at = chance.randrange(len(damaged) + 1)
        match chance.randrange(4):
            case 0:
                damaged[at:at + 1] = bytes([chance.randrange(256)])
            case 1:
                del damaged[at:at + chance.randrange(20)]
            case 2:
                damaged[at:at] = chance.choice((b"\n", b'"', b",", b"\0", b"\xff\xfe", b"\r", b"9" * 30, b"1e99", b"\xe9\xbe"))
            case _:
                del damaged[max(at, 10):]
    return bytes(damaged)


@pytest.mark.parametrize("seed", range(5))
def test_no_damage_makes_the_reader_fail(seed: int, tmp_path: Path) -> None:
    """Damage is a finding or is not noticed; it is never an exception."""
    chance = random.Random(seed)  # noqa: S311 - the same damage each time
    originals = [(case.filename, case.content()) for case in READ]
    for _ in range(200):
        name, content = chance.choice(originals)
        (tmp_path / "source").write_bytes(_damaged(content, chance))
        try:
            report = read(tmp_path / "source", tmp_path, name)
        except ModuleNotFoundError as error:  # other formats have tests of their own
            assert "ckanext.govshare.reading" in str(error)  # noqa: PT017 - one of two ends, not the one that is asked for
            continue
        assert report.findings or report.columns or report.format not in ("csv", "tsv", "xlsx", "xls")

"""Tables as files over the web: whole and filtered, behind the gate, on account, and everything given back afterwards."""
from __future__ import annotations

import csv
import io
import json
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

import openpyxl
import pytest
import sqlalchemy as sa
import typed_tables
from browser import Browser
from ckan import model
from ckan.tests import factories
from ckanext.datastore.backend.postgres import get_read_engine
from world import World

from ckanext.govshare.domain.table_queries import Query, TooSlow
from ckanext.govshare.logic.gate import exports
from ckanext.govshare.logic.gate.exports import Order, Sending, TookTooLong
from ckanext.govshare.repository import datafiles, tables
from ckanext.govshare.repository import trace as history

Send = Callable[[Order], Sending]

CONDITIONAL = {"open_type": "conditional", "open_condition": "仅限科研机构申请使用", "open_basis": "《数据安全法》"}
CLOSED = {"open_type": "none", "open_ground": "privacy", "open_basis": "《个人信息保护法》第二十八条"}
NAME = "空气质量 “小时值”.tar.csv"
COLUMNS = (("站点 名称", "text"), ("浓度", "numeric"), ("次数", "int8"), ("比例", "float8"), ("日期", "date"),
           ("时:间", "timestamp"), ("达标", "bool"), ("a%(b)s 'o", "text"))
ROWS: list[tuple[Any, ...]] = [
    ("苏仙区站", "35.20", 7, 0.1, "2026-03-05", "2026-03-05 08:30:00", True, "=1+1"),
    ("国控一站", "-3.5", -5, None, "2026-03-06", "2026-03-06 00:00:00", False, "-3.5"),
    ("北湖区站", None, None, None, None, None, None, None),
    ('阿 “引号”, "x"\n第二行', "12345678901234567.89", 2**62, 1e300, "1899-12-31", "1899-12-31 00:00:00", True, ""),
    ("100%_达标\\", "0", 0, 0.0, "2026-03-07", "2026-03-07 23:59:59", False, "＠SUM(A1)"),
]


@pytest.fixture
def visit(app: Any) -> Callable[[str], Browser]:
    """A browser of one person."""
    return lambda name: Browser(app, token=factories.APIToken(user=name)["token"] if name else "")


@pytest.fixture
def entry(world: World) -> dict[str, Any]:
    return typed_tables.published(world, COLUMNS, ROWS, NAME)


def _address(entry: dict[str, Any], form: str, **args: Any) -> str:
    address = f"/dataset/{entry['name']}/resource/{entry['resources'][0]['id']}/export/{form}"
    return f"{address}?{urlencode(args, doseq=True)}" if args else address


def _dump(entry: dict[str, Any], **args: Any) -> str:
    return f"/datastore/dump/{entry['resources'][0]['id']}?{urlencode(args)}"


def _csv(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


class TestWholeTable:
    def test_csv_is_rfc_4180_and_harmless_in_a_spreadsheet(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        got = visit("").get(_address(entry, "csv")).data.decode()
        heading, *rows = _csv(got)
        assert heading == [name for name, _ in COLUMNS]
        assert rows == [
            ["苏仙区站", "35.20", "7", "0.1", "2026-03-05", "2026-03-05 08:30:00", "true", "'=1+1"],
            ["国控一站", "-3.5", "-5", "", "2026-03-06", "2026-03-06 00:00:00", "false", "-3.5"],
            ["北湖区站", "", "", "", "", "", "", ""],
            ['阿 “引号”, "x"\n第二行', "12345678901234567.89", str(2**62), "1e+300", "1899-12-31", "1899-12-31 00:00:00",
             "true", ""],
            ["100%_达标\\", "0", "0", "0", "2026-03-07", "2026-03-07 23:59:59", "false", "'＠SUM(A1)"],
        ]
        assert got.count("\r\n") == len(ROWS) + 1
        assert got.count("\n") == len(ROWS) + 2

    def test_csv_tells_an_empty_text_from_no_value(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        lines = visit("").get(_address(entry, "csv")).data.decode().split("\r\n")
        assert lines[3] == "北湖区站,,,,,,,"
        assert lines[4].endswith(',""')

    def test_csv_has_the_mark_for_excel_where_it_is_wanted(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        plain, marked = (visit("").get(_address(entry, "csv", bom=bom)).data for bom in ("0", "1"))
        assert marked == b"\xef\xbb\xbf" + plain
        assert plain.startswith("站点 名称".encode())

    def test_json_has_every_value_with_its_type(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        first, second, third, *_, last = json.loads(visit("").get(_address(entry, "json")).data)
        assert first == {"站点 名称": "苏仙区站", "浓度": 35.2, "次数": 7, "比例": 0.1, "日期": "2026-03-05",
                         "时:间": "2026-03-05T08:30:00", "达标": True, "a%(b)s 'o": "=1+1"}
        assert second["浓度"] == -3.5
        assert [value for name, value in third.items() if name != "站点 名称"] == [None] * 7
        assert last["站点 名称"] == "100%_达标\\"

    def test_xml_can_be_read(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        rows = ET.fromstring(visit("").get(_address(entry, "xml")).data)  # noqa: S314 - our own answer
        assert [row[0].text for row in rows] == [row[0] for row in ROWS]
        assert [cell.get("name", cell.tag) for cell in rows[0]] == [name for name, _ in COLUMNS]

    def test_xlsx_can_be_read_and_calculates_nothing(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        sheet: Any = openpyxl.load_workbook(io.BytesIO(visit("").get(_address(entry, "xlsx")).data)).active
        assert [cell.value for cell in sheet[1]] == [name for name, _ in COLUMNS]
        assert [cell.value for cell in sheet["A"][1:]] == [row[0] for row in ROWS]
        assert [sheet["B2"].value, sheet["C5"].value, sheet["H2"].value] == [35.2, str(2**62), "=1+1"]
        assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}

    @pytest.mark.parametrize(("form", "kind"), [
        ("csv", "text/csv; charset=utf-8"), ("json", "application/json"), ("xml", "application/xml"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ])
    def test_the_file_keeps_its_chinese_name_and_runs_no_script(
            self, entry: dict[str, Any], visit: Callable[[str], Browser], form: str, kind: str) -> None:
        headers = visit("").get(_address(entry, form)).headers
        assert headers["Content-Type"] == kind
        name = quote(NAME.replace(".csv", f".{form}"))
        assert headers["Content-Disposition"] == f"attachment; filename=\"data.{form}\"; filename*=UTF-8''{name}"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert headers["X-Accel-Buffering"] == "no"


def _asked(entry: dict[str, Any], visit: Callable[[str], Browser], **args: Any) -> list[str]:
    """The first column of what is found."""
    got = visit("").get(_address(entry, "csv", **args))
    assert got.status_code == 200, got.data.decode()
    return [row[0][:4] for row in _csv(got.data.decode())[1:]]


class TestFiltered:
    @pytest.mark.parametrize(("args", "found"), [
        ({"filter": "站点 名称:contains:区站"}, ["苏仙区站", "北湖区站"]),
        ({"filter": "站点 名称:contains:%_"}, ["100%"]),
        ({"filter": "站点 名称:contains:\\"}, ["100%"]),
        ({"filter": "站点 名称:eq:苏仙区站"}, ["苏仙区站"]),
        ({"filter": ["站点 名称:eq:苏仙区站", "站点 名称:eq:国控一站"]}, ["苏仙区站", "国控一站"]),
        ({"filter": "a%(b)s 'o:empty"}, ["北湖区站", "阿 “引"]),
        ({"filter": "a%(b)s 'o:filled"}, ["苏仙区站", "国控一站", "100%"]),
        ({"filter": "浓度:empty"}, ["北湖区站"]),
        ({"filter": "浓度:le:0"}, ["国控一站", "100%"]),
        ({"filter": ["浓度:ge:-3.5", "浓度:le:35.2"]}, ["苏仙区站", "国控一站", "100%"]),
        ({"filter": f"次数:eq:{2**62}"}, ["阿 “引"]),
        ({"filter": "次数:le:99999999999999999999999"}, ["苏仙区站", "国控一站", "阿 “引", "100%"]),
        ({"filter": "比例:eq:0.1"}, ["苏仙区站"]),
        ({"filter": "日期:ge:2026年3月6日"}, ["国控一站", "100%"]),
        ({"filter": "时\\:间:eq:2026-03-07"}, ["100%"]),
        ({"filter": "时\\:间:le:2026-03-05"}, ["苏仙区站", "阿 “引"]),
        ({"filter": "达标:eq:否"}, ["国控一站", "100%"]),
        ({"q": "区站 苏仙"}, ["苏仙区站"]),
        ({"q": "X"}, ["阿 “引"]),
        ({"q": "sum(a1)"}, ["100%"]),
        ({"q": "没有这样的"}, []),
        ({"sort": "浓度"}, ["国控一站", "100%", "苏仙区站", "阿 “引", "北湖区站"]),
        ({"sort": "浓度:desc"}, ["阿 “引", "苏仙区站", "100%", "国控一站", "北湖区站"]),
        ({"sort": ["达标", "次数:desc"]}, ["100%", "国控一站", "阿 “引", "苏仙区站", "北湖区站"]),
    ])
    def test_the_rows_are_those_that_were_asked_for(
            self, entry: dict[str, Any], visit: Callable[[str], Browser], args: dict[str, Any], found: list[str]) -> None:
        assert _asked(entry, visit, **args) == found

    def test_chinese_is_sorted_by_pinyin(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        assert _asked(entry, visit, sort="站点 名称") == ["100%", "阿 “引", "北湖区站", "国控一站", "苏仙区站"]

    def test_columns_come_as_they_were_asked_for(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        args = {"fields": ["次数", "站点 名称"], "filter": "次数:eq:7"}
        assert visit("").get(_address(entry, "csv", **args)).data.decode() == "次数,站点 名称\r\n7,苏仙区站\r\n"
        assert json.loads(visit("").get(_address(entry, "json", **args)).data) == [{"次数": 7, "站点 名称": "苏仙区站"}]

    @pytest.mark.parametrize(("args", "parameter"), [
        ({"filter": "没有:eq:1"}, "filter"), ({"filter": "浓度:eq:高"}, "filter"), ({"sort": "没有"}, "sort"),
        ({"q": "长" * 101}, "q"), ({"fields": "_full_text"}, "fields"), ({"filter": "_id:eq:1"}, "filter"),
    ])
    def test_a_wrong_question_is_a_page_that_names_the_parameter(
            self, entry: dict[str, Any], visit: Callable[[str], Browser], args: dict[str, Any], parameter: str) -> None:
        got = visit("").get(_address(entry, "xlsx", **args))
        assert (got.status_code, got.mimetype) == (400, "text/html")
        assert f"<code>{parameter}</code>" in got.data.decode()

    def test_a_question_that_takes_too_long_is_given_up(
            self, entry: dict[str, Any], visit: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tables, "SECONDS", 0.05)
        monkeypatch.setattr(tables, "_conditions", lambda *_: [sa.cast(sa.func.pg_sleep(1), sa.Text) == ""])
        got = visit("").get(_address(entry, "csv", q="x"))
        assert got.status_code == 400
        assert "takes too long" in got.data.decode()


class TestGate:
    def test_conditional_data_is_for_its_department_and_each_fetch_is_traced(
            self, world: World, visit: Callable[[str], Browser]) -> None:
        entry = typed_tables.published(world, COLUMNS, ROWS, NAME, **CONDITIONAL)
        for address in (_address(entry, "csv"), _dump(entry)):
            for stranger in ("", world.citizen, world.other_editor, world.operator):
                refused = visit(stranger).get(address)
                assert refused.status_code == 403
                assert "苏仙" not in refused.data.decode()
        allowed = visit(world.editor).get(_address(entry, "csv", filter="站点 名称:contains:区站"))
        assert allowed.status_code == 200
        assert allowed.headers["Cache-Control"] == "private, no-store"
        [traced] = history.events("access", entry["id"])
        told = traced["payload"]
        assert (told["channel"], told["rows"]) == ("export", 2)
        assert (told["details"]["form"], told["details"]["filtered"]) == ("csv", True)
        assert "区站" not in json.dumps(told, ensure_ascii=False)

    def test_data_not_opened_does_not_exist_for_the_public(self, world: World, visit: Callable[[str], Browser]) -> None:
        entry = typed_tables.published(world, COLUMNS, ROWS, NAME, **CLOSED)
        for address in (_address(entry, "csv"), _dump(entry)):
            assert visit("").get(address).status_code == 404
            assert visit(world.editor).get(address).status_code == 200

    def test_what_is_not_there_is_not_found(self, world: World, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        other = world.approved()
        resource = entry["resources"][0]["id"]
        file = datafiles.current(resource)
        assert file is not None
        for address in (_address(entry, "exe"), _address(entry, "tsv"),
                        f"/dataset/{other['name']}/resource/{resource}/export/csv",
                        f"/dataset/{entry['name']}/resource/{file.id}/export/csv", f"/datastore/dump/{file.id}",
                        "/datastore/dump/_table_metadata"):
            assert visit("").get(address).status_code == 404, address
        assert visit("").get(f"/dataset/{entry['name']}/resource/%00/export/csv").status_code == 400

    def test_a_file_without_a_table_has_no_export(self, world: World, visit: Callable[[str], Browser]) -> None:
        entry = world.approved()
        assert visit("").get(_address(entry, "csv")).status_code == 404

    def test_each_fetch_is_counted_with_its_rows_and_a_look_at_the_headers_is_none(
            self, world: World, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        resource = entry["resources"][0]["id"]
        visit("").get(_address(entry, "csv", filter="站点 名称:contains:区站"))
        visit("").get(_dump(entry, limit=1, offset=1))
        visit("").get(_address(entry, "csv", filter="没有:eq:1"))
        head = visit("").open("HEAD", _address(entry, "csv"))
        assert (head.status_code, head.data, head.mimetype) == (200, b"", "text/csv")
        [count] = datafiles.fetches([resource], date(2000, 1, 1))
        assert (count["channel"], count["fetches"], count["rows"]) == ("export", 2, 3)


class TestCkansDump:
    def test_csv_has_the_numbers_of_the_rows_first(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        got = visit("").get(_dump(entry))
        rows = _csv(got.data.decode())
        assert rows[0] == ["_id", *(name for name, _ in COLUMNS)]
        assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4", "5"]

    def test_json_has_fields_and_records(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        got = json.loads(visit("").get(_dump(entry, format="json", limit=2, offset=1)).data)
        assert [field["id"] for field in got["fields"]] == ["_id", *(name for name, _ in COLUMNS)]
        assert [record[:3] for record in got["records"]] == [[2, "国控一站", -3.5], [3, "北湖区站", None]]

    def test_xml_rows_bear_their_numbers(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        rows = ET.fromstring(visit("").get(_dump(entry, format="xml", sort="_id desc")).data)  # noqa: S314 - our own answer
        assert [row.get("_id") for row in rows] == ["5", "4", "3", "2", "1"]

    def test_tsv_is_harmless_too(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        got = visit("").get(_dump(entry, format="tsv", bom="true"))
        assert got.data.startswith(b"\xef\xbb\xbf_id\t")
        assert _csv(got.data.decode("utf-8-sig"), "\t")[1][8] == "'=1+1"

    def test_filters_sorting_words_and_fields_are_ckans(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        args = {"filters": json.dumps({"站点 名称": ["苏仙区站", "北湖区站", "国控一站"], "次数": {"gte": -5}}),
                "q": "站", "sort": "次数 desc", "fields": "次数,站点 名称"}
        assert visit("").get(_dump(entry, **args)).data.decode() == "次数,站点 名称\r\n7,苏仙区站\r\n-5,国控一站\r\n"

    def test_an_error_names_the_parameter(self, entry: dict[str, Any], visit: Callable[[str], Browser]) -> None:
        got = visit("").get(_dump(entry, format="exe", filters="{"))
        assert got.status_code == 400
        assert all(f"<code>{name}</code>" in got.data.decode() for name in ("format", "filters"))


def _copying() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "copy"]


class TestGivingBack:
    @pytest.fixture
    def long(self, world: World) -> Any:
        """The file of a table that is longer than what lies in any pipe or buffer."""
        rows = ((f"站点{number}", "值" * 200) for number in range(20_000))
        entry = typed_tables.published(world, (("站点", "text"), ("值", "text")), rows, NAME)
        return datafiles.current(entry["resources"][0]["id"])

    @pytest.fixture
    def send(self) -> Iterator[Send]:
        """Begins to send; a test that fails ends what it began, or the next one would wait for its tables."""
        begun: list[Sending] = []

        def send(order: Order) -> Sending:
            begun.append(exports.send(order))
            return begun[-1]
        yield send
        for sending in begun:
            sending.close()

    @pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml", "xlsx"])
    def test_a_caller_who_hangs_up_leaves_nothing_behind(self, long: Any, send: Send, form: str) -> None:
        sending = send(Order(long, Query(), form))
        assert next(sending)
        assert next(sending)
        assert get_read_engine().pool.checkedout() == 1
        sending.close()
        assert get_read_engine().pool.checkedout() == 0
        assert not _copying()
        with get_read_engine().connect() as connection:
            assert connection.execute(sa.text("SELECT 1")).scalar() == 1

    @pytest.mark.parametrize("form", ["csv", "json"])
    def test_a_caller_who_never_begins_leaves_nothing_behind(self, long: Any, send: Send, form: str) -> None:
        for _ in range(10):
            send(Order(long, Query(), form)).close()
        assert get_read_engine().pool.checkedout() == 0

    def test_an_export_holds_nothing_of_ckans_own_database(self, long: Any, app: Any) -> None:
        resource = model.Session.get(model.Resource, long.resource_id)
        address = f"/dataset/{resource.package_id}/resource/{resource.id}/export/csv"
        model.Session.remove()
        with closing(Browser(app).get(address, buffered=False)) as got:
            parts = iter(got.response)
            assert next(parts)
            assert next(parts)
            assert model.meta.engine.pool.checkedout() == 0
        assert get_read_engine().pool.checkedout() == 0

    def test_a_broken_table_breaks_the_answer_and_gives_all_back(self, long: Any, send: Send) -> None:
        gone = Order(long.__class__(**{**long.__dict__, "id": "no-such-table"}), Query(), "csv")
        with pytest.raises(Exception, match="no-such-table"):
            list(send(gone))
        assert get_read_engine().pool.checkedout() == 0
        assert not _copying()

    def test_who_takes_too_long_is_cut_off(self, long: Any, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exports, "monotonic", iter([0, 1, 3601]).__next__)
        sending = send(Order(long, Query(), "csv"))
        assert next(sending)
        with pytest.raises(TookTooLong):
            next(sending)
        sending.close()
        assert get_read_engine().pool.checkedout() == 0

    def test_some_threads_stay_free_for_pages(self, long: Any, send: Send, app: Any) -> None:
        resource = model.Session.get(model.Resource, long.resource_id)
        address = f"/dataset/{resource.package_id}/resource/{resource.id}/export/json"
        under_way = [send(Order(long, Query(), "json")) for _ in range(4)]
        busy = Browser(app).get(address)
        assert (busy.status_code, busy.headers["Retry-After"]) == (503, "30")
        under_way.pop().close()
        assert Browser(app).get(address).status_code == 200

    @pytest.mark.parametrize("form", ["csv", "xml"])
    def test_rows_that_take_too_long_are_given_up(
            self, long: Any, send: Send, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tables, "STREAM_SECONDS", 0.05)
        monkeypatch.setattr(tables, "_conditions", lambda *_: [sa.cast(sa.func.pg_sleep(60), sa.Text) == ""])
        with pytest.raises(TooSlow):
            list(send(Order(long, Query(), form)))
        assert get_read_engine().pool.checkedout() == 0
        assert not _copying()

"""The gate on the ways by which data leaves: downloads, the API of tables, and the account of fetches."""
from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import ckan.plugins.toolkit as tk
import loaded_tables
import pytest
from browser import Browser
from ckan import model
from ckan.tests import factories
from ckanext.datastore.backend.postgres import get_read_engine
from world import World

from ckanext.govshare.domain.datafiles import FileState
from ckanext.govshare.repository import datafiles
from ckanext.govshare.repository import trace as history

CONDITIONAL = {"open_type": "conditional", "open_condition": "仅限科研机构申请使用", "open_basis": "《数据安全法》"}
CLOSED = {"open_type": "none", "open_ground": "privacy", "open_basis": "《个人信息保护法》第二十八条"}
NAME = "空气质量 “小时值”.csv"
ROWS = [("国控一站", "35", "00731"), ("国控二站", "70", "00732"), ("苏仙区站", "41", "00733")]
TABLE = ("站点名称,浓度,代码\n" + "".join(",".join(row) + "\n" for row in ROWS)).encode()


@pytest.fixture
def visit(app: Any) -> Callable[[str], Browser]:
    """A browser of one person."""
    return lambda name: Browser(app, token=factories.APIToken(user=name)["token"] if name else "")


def _published(world: World, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    entry = loaded_tables.published(world, TABLE, NAME, **fields)
    return entry, entry["resources"][0]


def _download(entry: dict[str, Any], resource: dict[str, Any]) -> str:
    return f"/dataset/{entry['name']}/resource/{resource['id']}/download"


def _counted(world: World, resource: dict[str, Any]) -> dict[str, int]:
    return dict(world.call("", "govshare_fetch_counts", resource_id=resource["id"])["channels"])


class TestDownload:
    def test_everyone_gets_the_original_under_its_own_name(self, world: World, visit: Callable[[str], Browser]) -> None:
        entry, resource = _published(world)
        got = visit("").get(_download(entry, resource))
        assert got.status_code == 200
        assert got.data == TABLE
        assert got.headers["Content-Disposition"] == f"attachment; filename=\"data.csv\"; filename*=UTF-8''{quote(NAME)}"
        assert got.mimetype == "text/csv"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")

    def test_the_name_in_the_address_is_nobodys_business(self, world: World, visit: Callable[[str], Browser]) -> None:
        entry, resource = _published(world)
        got = visit("").get(_download(entry, resource) + "/x.html")
        assert got.data == TABLE
        assert "x.html" not in got.headers["Content-Disposition"]

    def test_a_resource_of_another_entry_is_not_found(self, world: World, visit: Callable[[str], Browser]) -> None:
        _entry, resource = _published(world)
        assert visit("").get(_download(world.approved(), resource)).status_code == 404

    @pytest.mark.parametrize("request_headers", [{"If-None-Match": "etag"}, {"Range": "bytes=10-"}])
    def test_neither_a_look_nor_a_part_counts_as_a_fetch(
            self, world: World, visit: Callable[[str], Browser], request_headers: dict[str, str]) -> None:
        entry, resource = _published(world)
        browser = visit("")
        head = browser.open("HEAD", _download(entry, resource))
        assert (head.status_code, head.content_length) == (200, len(TABLE))
        headers = {name: head.headers["ETag"] if value == "etag" else value for name, value in request_headers.items()}
        assert browser.get(_download(entry, resource), headers=headers).status_code in (206, 304)
        assert _counted(world, resource)["file"] == 0

    def test_conditional_data_says_why_not_and_what_next(self, world: World, visit: Callable[[str], Browser]) -> None:
        entry, resource = _published(world, **CONDITIONAL)
        got = visit("").get(_download(entry, resource))
        assert got.status_code == 403
        assert "opened under conditions" in got.text
        assert f"/dataset/{entry['name']}" in got.text
        assert "attachment" not in str(got.headers)
        # A page of ours, with our style: the sandbox is for the files alone.
        assert "sandbox" not in got.headers["Content-Security-Policy"]

    def test_data_that_is_not_opened_does_not_exist(self, world: World, visit: Callable[[str], Browser]) -> None:
        entry, resource = _published(world, **CLOSED)
        assert visit("").get(_download(entry, resource)).status_code == 404
        assert visit(world.other_editor).get(_download(entry, resource)).status_code == 404

    def test_the_operator_fetches_nothing_that_is_not_open(self, world: World, visit: Callable[[str], Browser]) -> None:
        for fields in (CONDITIONAL, CLOSED):
            entry, resource = _published(world, **fields)
            assert visit(world.operator).get(_download(entry, resource)).status_code == 403

    def test_no_cache_keeps_what_is_not_for_everyone(self, world: World, visit: Callable[[str], Browser]) -> None:
        entry, resource = _published(world, **CONDITIONAL)
        cached = visit(world.member).get(_download(entry, resource)).headers["Cache-Control"]
        assert "no-store" in cached
        assert "public" not in cached

    def test_a_former_version_that_was_served_openly_stays_so(self, world: World, visit: Callable[[str], Browser]) -> None:
        entry, resource = _published(world)
        old = datafiles.current(resource["id"])
        loaded_tables.replace(world, entry, TABLE + "新站,1,00734\n".encode())
        assert old is not None
        assert visit("").get(_download(entry, resource)).data != TABLE
        assert visit("").get(f"/datafile/{old.id}/download").data == TABLE

    def test_a_former_version_from_before_the_opening_is_not_opened_with_it(
            self, world: World, visit: Callable[[str], Browser]) -> None:
        entry, resource = _published(world, **CONDITIONAL)
        old = datafiles.current(resource["id"])
        loaded_tables.replace(world, entry, TABLE + "新站,1,00734\n".encode())
        world.change(entry, open_type="unconditional", open_condition="", open_basis="")
        assert old is not None
        assert visit("").get(_download(entry, resource)).status_code == 200
        assert visit("").get(f"/datafile/{old.id}/download").status_code == 403
        assert visit(world.member).get(f"/datafile/{old.id}/download").data == TABLE

    def test_a_drafts_file_is_for_its_department_and_the_reviewers(self, world: World, visit: Callable[[str], Browser]) -> None:
        draft = world.draft()
        resource = world.upload(draft, TABLE, NAME)
        loaded_tables.load_all(draft["id"])
        address = f"/datafile/{resource['file_id']}/download"
        assert [visit(name).get(address).status_code for name in (world.member, world.reviewer)] == [200, 200]
        assert [visit(name).get(address).status_code for name in ("", world.citizen, world.other_editor)] == [404] * 3
        assert visit(world.operator).get(address).status_code == 403


class TestTables:
    """`datastore_search` and `datastore_info` by the resource's id."""

    def test_rows_are_read_by_the_resources_id(self, world: World) -> None:
        _entry, resource = _published(world)
        found = world.call("", "datastore_search", resource_id=resource["id"])
        assert found["resource_id"] == resource["id"]
        assert [(row["站点名称"], str(row["浓度"]), row["代码"]) for row in found["records"]] == ROWS
        assert world.call("", "datastore_info", resource_id=resource["id"])["meta"]["count"] == len(ROWS)

    def test_no_answer_holds_the_name_of_the_table(self, world: World, visit: Callable[[str], Browser]) -> None:
        _entry, resource = _published(world)
        table = datafiles.current(resource["id"])
        wrong: tuple[dict[str, Any], ...] = (
            {}, {"limit": 0}, {"filters": {"_id": "viel"}}, {"filters": {"没有": 1}}, {"sort": "没有"}, {"fields": "没有"},
            {"q": {"没有": "x"}}, {"q": "x" * 500}, {"offset": -1}, {"records_format": "csv"}, {"distinct": True})
        assert table is not None
        for asked in wrong:
            for action in ("datastore_search", "datastore_info"):
                got = visit("").post(f"/api/action/{action}", json={"resource_id": resource["id"], **asked})
                assert table.id not in got.text, asked
                assert got.status_code in (200, 409), asked

    @pytest.mark.parametrize(("words", "stations"), [
        ("二", {"国控二站"}), ("国控", {"国控一站", "国控二站"}), ("站 007", {"国控一站", "国控二站", "苏仙区站"}),
        ("控 区", set()), ("%", set()), ("0073_", set()), ({"站点名称": "苏仙"}, {"苏仙区站"}), ({"代码": "苏仙"}, set()),
        ({"浓度": "41"}, {"苏仙区站"}),
    ])
    def test_words_are_found_inside_the_text(self, world: World, words: Any, stations: set[str]) -> None:
        _entry, resource = _published(world)
        found = world.call("", "datastore_search", resource_id=resource["id"], q=words)
        assert {row["站点名称"] for row in found["records"]} == stations
        assert found["total"] == len(stations)

    @pytest.mark.parametrize("fields", [CONDITIONAL, CLOSED])
    def test_those_concerned_read_what_is_not_open(self, world: World, fields: dict[str, str]) -> None:
        _entry, resource = _published(world, **fields)
        for person in (world.editor, world.member, world.reviewer):
            assert world.call(person, "datastore_search", resource_id=resource["id"])["total"] == len(ROWS)

    @pytest.mark.parametrize("action", ["datastore_search", "datastore_info"])
    def test_nobody_else_reads_it(self, world: World, action: str) -> None:
        _entry, conditional = _published(world, **CONDITIONAL)
        _entry, closed = _published(world, **CLOSED)
        for person in ("", world.citizen, world.other_editor, world.operator):
            with pytest.raises(tk.NotAuthorized, match="opened under conditions"):
                world.call(person, action, resource_id=conditional["id"])
            refusal = tk.NotAuthorized if person == world.operator else tk.ObjectNotFound
            with pytest.raises(refusal):
                world.call(person, action, resource_id=closed["id"])

    def test_a_tables_own_name_is_not_found_by_anybody(self, world: World) -> None:
        _entry, resource = _published(world)
        file = datafiles.current(resource["id"])
        assert file is not None
        for person in world.people().values():
            for name in (file.id, "_table_metadata", "_table_stats", "pg_class", "no\0name"):
                for action in ("datastore_search", "datastore_info"):
                    with pytest.raises(tk.ObjectNotFound):
                        world.call(person, action, resource_id=name)

    def test_a_resource_without_a_table_says_what_to_do(self, world: World) -> None:
        with pytest.raises(tk.ObjectNotFound, match="download it"):
            world.call("", "datastore_search", resource_id=world.approved()["resources"][0]["id"])

    def test_there_is_no_search_by_sql(self, world: World) -> None:
        with pytest.raises(KeyError):
            tk.get_action("datastore_search_sql")


class TestWritingPastTheReview:
    COMMANDS: tuple[tuple[str, dict[str, Any]], ...] = (
        ("datastore_create", {"fields": [{"id": "a"}], "records": [{"a": "1"}], "force": True}),
        ("datastore_upsert", {"records": [{"站点名称": "假"}], "method": "insert", "force": True}),
        ("datastore_delete", {"force": True}),
        ("datastore_records_delete", {"filters": {}, "force": True}),
        ("datastore_run_triggers", {}),
    )

    @pytest.mark.parametrize(("action", "data"), COMMANDS)
    def test_nobody_writes_rows(self, world: World, action: str, data: dict[str, Any]) -> None:
        _entry, resource = _published(world)
        for person in world.people().values():
            with pytest.raises(tk.NotAuthorized):
                world.call(person, action, resource_id=resource["id"], **data)
        assert world.call("", "datastore_search", resource_id=resource["id"])["total"] == len(ROWS)

    def test_nobody_makes_functions(self, world: World) -> None:
        for person in world.people().values():
            with pytest.raises(tk.NotAuthorized):
                world.call(person, "datastore_function_create", name="f", definition="BEGIN RETURN NEW; END;", rettype="trigger")

    def test_purging_orphans_takes_no_table(self, world: World) -> None:
        """`ckan datastore purge` takes every table for one that no resource has; the site's own user drops them."""
        _entry, resource = _published(world)
        site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        file = datafiles.current(resource["id"])
        assert file is not None
        with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
            tk.get_action("datastore_delete")({"user": site}, {"resource_id": file.id, "force": True})
        with get_read_engine().connect() as connection:
            assert connection.exec_driver_sql(f'SELECT count(*) FROM "{file.id}"').scalar() == len(ROWS)  # noqa: S608 - our own table


class TestAccount:
    def test_open_fetches_are_counted_without_a_trace_of_who(self, world: World, visit: Callable[[str], Browser]) -> None:
        entry, resource = _published(world)
        for person in ("", world.citizen):
            visit(person).get(_download(entry, resource))
            world.call(person, "datastore_search", resource_id=resource["id"], limit=2)
        counted = world.call("", "govshare_fetch_counts", resource_id=resource["id"])
        assert counted["fetches"] == 4
        assert counted["channels"] == {"file": 2, "export": 0, "api": 2, "preview": 0}
        assert [(day["fetches"], day["rows"], day["bytes"]) for day in counted["days"]] == [(4, 2 * 3 + 2 * 2, 2 * len(TABLE))]
        assert history.events("access", entry["id"]) == []

    def test_fetches_of_conditional_data_are_traced(self, world: World, visit: Callable[[str], Browser]) -> None:
        entry, resource = _published(world, **CONDITIONAL)
        visit(world.member).get(_download(entry, resource))
        world.call(world.reviewer, "datastore_search", resource_id=resource["id"], q="国控")
        file, table = history.events("access", entry["id"])
        assert (file["name"], file["actor"]) == ("data_fetched", model.User.get(world.member).id)
        assert (file["payload"]["channel"], file["payload"]["rows"], file["payload"]["size"]) == ("file", 3, len(TABLE))
        assert (table["actor"], table["payload"]["rows"]) == (model.User.get(world.reviewer).id, 2)
        assert "国控" not in json.dumps(table["payload"], ensure_ascii=False)
        assert world.call(world.operator, "govshare_trace_verify")["intact"]

    def test_what_one_person_fetched_tells_no_size_to_who_may_not_fetch(
            self, world: World, visit: Callable[[str], Browser]) -> None:
        entry, resource = _published(world, **CONDITIONAL)
        visit(world.member).get(_download(entry, resource))
        for person in ("", world.citizen, world.operator):
            (day,) = world.call(person, "govshare_fetch_counts", resource_id=resource["id"])["days"]
            assert (day["fetches"], day["rows"], day["bytes"]) == (1, None, None)
        (day,) = world.call(world.reviewer, "govshare_fetch_counts", resource_id=resource["id"])["days"]
        assert (day["rows"], day["bytes"]) == (3, len(TABLE))

    def test_what_cannot_be_traced_is_not_sent(
            self, world: World, visit: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch) -> None:
        entry, resource = _published(world, **CONDITIONAL)

        def fails(*_: Any) -> None:
            raise OSError("The disk is full")
        monkeypatch.setattr(history, "add_event", fails)
        with pytest.raises(OSError, match="disk"):
            visit(world.member).get(_download(entry, resource))
        monkeypatch.undo()
        assert _counted(world, resource)["file"] == 0

    def test_a_refused_fetch_is_not_counted(self, world: World, visit: Callable[[str], Browser]) -> None:
        entry, resource = _published(world, **CONDITIONAL)
        visit("").get(_download(entry, resource))
        with pytest.raises(tk.NotAuthorized):
            world.call("", "datastore_search", resource_id=resource["id"])
        assert sum(_counted(world, resource).values()) == 0

    @pytest.mark.parametrize("days", ["0", "367", "many"])
    def test_hostile_input_is_refused_by_field(self, world: World, days: str) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            world.call("", "govshare_fetch_counts", resource_id=world.approved()["resources"][0]["id"], days=days)
        assert "days" in refused.value.error_dict


class TestAccessShow:
    def test_it_says_the_reason_in_words(self, world: World) -> None:
        _entry, resource = _published(world, **CONDITIONAL)
        shown = world.call(world.citizen, "govshare_access_show", resource_id=resource["id"])
        assert (shown["allowed"], shown["reason"], shown["until"]) == (False, "authorisation_required", None)
        assert "apply to the providing department" in shown["explanation"]
        assert world.call(world.member, "govshare_access_show", resource_id=resource["id"])["allowed"]

    def test_of_what_is_hidden_it_says_nothing(self, world: World) -> None:
        _entry, resource = _published(world, **CLOSED)
        for action in ("govshare_access_show", "govshare_fetch_counts"):
            with pytest.raises(tk.ObjectNotFound):
                world.call(world.citizen, action, resource_id=resource["id"])

    def test_a_blocked_account_loses_access_at_once(self, world: World) -> None:
        _entry, resource = _published(world, **CONDITIONAL)
        user = model.User.get(world.member)
        user.state = model.State.DELETED
        model.Session.commit()
        for action in ("govshare_access_show", "datastore_search"):
            with pytest.raises(tk.NotAuthorized):
                world.call(world.member, action, resource_id=resource["id"])


@pytest.mark.parametrize("fields", [CONDITIONAL, CLOSED])
def test_the_catalogue_tells_no_size_of_what_is_not_open(world: World, fields: dict[str, str]) -> None:
    entry, resource = _published(world)
    assert resource["size"] == len(TABLE)
    narrowed = _narrowed(world, entry, fields)
    assert not narrowed["resources"][0]["size"]
    assert model.Session.get(model.Resource, resource["id"]).size is None


def _narrowed(world: World, entry: dict[str, Any], fields: dict[str, str]) -> dict[str, Any]:
    world.call(world.editor, "package_patch", id=entry["id"], **fields)
    world.call(world.editor, "govshare_entry_submit", id=entry["id"], narrowing_basis="《数据安全法》第二十一条")
    return world.approve(entry)


def test_a_dropped_file_is_gone(world: World, visit: Callable[[str], Browser]) -> None:
    entry, resource = _published(world)
    file = datafiles.current(resource["id"])
    assert file is not None
    datafiles.change(file.id, state=FileState.DROPPED)
    model.Session.commit()
    assert visit(world.editor).get(_download(entry, resource)).status_code == 404
    assert visit(world.editor).get(f"/datafile/{file.id}/download").status_code == 404

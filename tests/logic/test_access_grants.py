"""Grants at the ways by which data leaves: from when until when, how, how much, and that a download ends with the access."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import loaded_tables
import pytest
from browser import Browser
from cases import Cases, at
from ckan import model
from ckan.tests import factories
from world import World

from ckanext.govshare import clock
from ckanext.govshare.logic.gate import access, watching
from ckanext.govshare.repository import grants
from ckanext.govshare.repository import trace as history

CONDITIONAL = {"open_type": "conditional", "open_condition": "仅限科研机构申请使用", "open_basis": "《数据安全法》"}
ROWS = 3
TABLE = '站点名称,浓度,备注\n国控一站,35,"见注,"""\n国控二站,70,无\n苏仙区站,41,无\n'.encode()
AGREED = "203.0.113.7"
ELSEWHERE = "198.51.100.7"


class Ground:
    """One conditional entry, and holders of grants for it, each with limits of their own."""

    def __init__(self, world: World) -> None:
        self.world, self.cases = world, Cases(world)
        self.entry = loaded_tables.published(world, TABLE, "监测.csv", **CONDITIONAL)
        self.resource: str = self.entry["resources"][0]["id"]
        self.page = f"/dataset/{self.entry['name']}/resource/{self.resource}"

    def holder(self, **limits: Any) -> Holder:
        return Holder(self, limits)


class Holder:
    """Somebody with a grant that is valid now, and a token from before it was given."""

    def __init__(self, ground: Ground, limits: dict[str, Any]) -> None:
        self.ground = ground
        self.name: str = factories.User()["name"]
        self.token = factories.APIToken(user=self.name)["token"]
        self.grant = ground.cases.granted(user=self.name, dataset_id=ground.entry["id"], decision={"limits": limits})

    def status(self, app: Any, path: str = "/download", address: str = AGREED, **headers: str) -> int:
        """How the portal answers a request of theirs, by token, from an IP address."""
        answer = self.open(app, path, address, **headers)
        assert answer.status_code != 200 or answer.data
        return int(answer.status_code)

    def open(self, app: Any, path: str, address: str = AGREED, **headers: str) -> Any:
        return Browser(app, token=self.token).get(
            self.ground.page + path, environ_overrides={"REMOTE_ADDR": address}, headers=headers)

    def call(self, action: str, **data: Any) -> Any:
        return self.ground.world.call(self.name, action, resource_id=self.ground.resource, **data)

    def command(self, command: str, reason: str = "超出约定范围使用数据") -> None:
        self.ground.cases.act(self.ground.cases.clerk, command, self.grant, "grant", reason=reason)

    def used(self) -> dict[str, int]:
        (day,) = grants.used(self.grant["id"], clock.now().date() - timedelta(days=1)) or [{}]
        return {name: day.get(name, 0) for name in ("calls", "rows", "downloads")}


@pytest.fixture(scope="module")
def ground(shared_world: World) -> Ground:
    return Ground(shared_world)


@pytest.fixture(scope="module")
def unlimited(ground: Ground) -> Holder:
    """A holder for tests that neither limit nor end anything."""
    return ground.holder()


class TestPeriod:
    def test_access_ends_to_the_moment_and_no_job_has_to_run_for_it(self, app: Any, unlimited: Holder) -> None:
        end = datetime.fromisoformat(unlimited.grant["ends_at"])
        with at(end - timedelta(seconds=1)):
            assert unlimited.status(app) == 200
            assert unlimited.call("datastore_search")["total"] == ROWS
        with at(end):
            assert unlimited.status(app) == 403
            with pytest.raises(tk.NotAuthorized, match="apply to renew"):
                unlimited.call("datastore_search")

    def test_the_caller_is_told_the_reason_and_the_end(self, unlimited: Holder) -> None:
        shown = unlimited.call("govshare_access_show")
        assert (shown["allowed"], shown["reason"], shown["grant_id"]) == (True, "granted", unlimited.grant["id"])
        assert datetime.fromisoformat(shown["until"]) == datetime.fromisoformat(unlimited.grant["ends_at"])

    def test_whoever_waits_for_a_decision_is_told_so(self, ground: Ground) -> None:
        name = factories.User()["name"]
        ground.cases.submitted(user=name, dataset_id=ground.entry["id"])
        shown = ground.world.call(name, "govshare_access_show", resource_id=ground.resource)
        assert (shown["allowed"], shown["reason"]) == (False, "pending")

    def test_a_draft_of_an_application_changes_nothing(self, ground: Ground) -> None:
        name = factories.User()["name"]
        ground.cases.drafted(user=name, dataset_id=ground.entry["id"])
        shown = ground.world.call(name, "govshare_access_show", resource_id=ground.resource)
        assert shown["reason"] == "authorisation_required"


class TestRevocation:
    """Old links and tokens are refused at the next request (001 第十九条)."""

    def test_a_suspension_acts_at_once_and_so_does_its_end(self, app: Any, ground: Ground) -> None:
        holder = ground.holder()
        answers = [holder.status(app)]
        for command in ("suspend", "resume", "terminate"):
            holder.command(command)
            answers.append(holder.status(app))
        assert answers == [200, 403, 200, 403]

    def test_the_reason_is_told_with_what_to_do(self, app: Any, ground: Ground) -> None:
        holder = ground.holder()
        holder.command("suspend", "向<第三方>提供数据")
        answer = holder.open(app, "/download")
        assert "向&lt;第三方&gt;提供数据" in answer.text
        assert "file an appeal" in answer.text

    def test_a_blocked_account_has_lost_it(self, app: Any, ground: Ground) -> None:
        holder = ground.holder()
        ground.cases.block(holder.name)
        assert holder.status(app) in (401, 403)
        with pytest.raises(tk.NotAuthorized):
            holder.call("datastore_search")

    def test_the_operators_account_does_not_keep_what_it_was_given_before(self, app: Any, ground: Ground) -> None:
        holder = ground.holder()
        model.User.get(holder.name).sysadmin = True
        model.Session.commit()
        assert holder.status(app) == 403


class TestFormats:
    def test_only_agreed_forms_leave(self, app: Any, ground: Ground) -> None:
        holder = ground.holder(formats=["csv"])
        resource = ground.resource
        assert [holder.status(app, f"/export/{form}") for form in ("csv", "json", "xlsx", "xml")] == [200, 403, 403, 403]
        assert holder.status(app) == 403
        browser = Browser(app, token=holder.token)
        dumps = [browser.get(f"/datastore/dump/{resource}?format={form}").status_code for form in ("csv", "tsv", "json", "xml")]
        assert dumps == [200, 200, 403, 403]
        api = [browser.get(f"/api/3/action/{action}?resource_id={resource}").status_code
               for action in ("datastore_search", "datastore_info", "govshare_table_show")]
        assert api == [403, 403, 403]

    def test_the_page_shows_its_table_nevertheless(self, app: Any, ground: Ground) -> None:
        holder = ground.holder(formats=["original"])
        assert "国控一站" in holder.open(app, "").text
        assert holder.used() == {"calls": 1, "rows": ROWS, "downloads": 0}


class TestAddresses:
    def test_only_agreed_addresses_are_let_in(self, app: Any, ground: Ground) -> None:
        holder = ground.holder(addresses=["203.0.113.0/24"])
        assert [holder.status(app, address=address) for address in (AGREED, ELSEWHERE, "::ffff:203.0.113.9")] == [200, 403, 200]
        assert holder.status(app, address=ELSEWHERE, **{"X-Forwarded-For": AGREED}) == 403
        assert ELSEWHERE in holder.open(app, "/download", ELSEWHERE).text


class TestNumbers:
    def test_a_fetch_beyond_the_daily_calls_is_refused_and_the_next_day_is_new(self, app: Any, ground: Ground) -> None:
        holder = ground.holder(daily_calls=2)
        holder.call("datastore_search", limit=0)
        holder.call("datastore_search")
        with pytest.raises(tk.NotAuthorized, match="used up"):
            holder.call("datastore_search")
        assert holder.status(app) == 429
        assert holder.used()["calls"] == 2
        with at(clock.now() + timedelta(days=1)):
            assert holder.call("datastore_search")["total"] == ROWS

    def test_the_page_of_the_data_says_so_in_place_of_its_table(self, app: Any, ground: Ground) -> None:
        holder = ground.holder(daily_calls=1)
        shown = [holder.open(app, "").text for _visit in range(2)]
        assert ["国控一站" in text for text in shown] == [True, False]
        assert ["is used up" in text for text in shown] == [False, True]

    def test_rows_count_by_every_way(self, app: Any, ground: Ground) -> None:
        holder = ground.holder(daily_rows=2 * ROWS + 1)
        assert [holder.status(app), holder.status(app, "/export/json"), holder.status(app, "/export/csv")] == [200, 200, 429]
        assert len(holder.call("datastore_search", limit=1)["records"]) == 1
        assert holder.used() == {"calls": 3, "rows": 2 * ROWS + 1, "downloads": 2}

    @pytest.mark.parametrize("form", ["csv", "tsv"])
    def test_rows_of_an_answer_in_one_text_are_counted_as_rows(self, ground: Ground, form: str) -> None:
        holder = ground.holder(daily_rows=ROWS)
        holder.call("datastore_search", records_format=form, include_total=False)
        assert holder.used()["rows"] == ROWS

    def test_no_shared_cache_keeps_what_a_holder_was_answered(self, app: Any, ground: Ground) -> None:
        answer = Browser(app, token=ground.holder().token).get(
            f"/api/3/action/datastore_search?resource_id={ground.resource}")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"

    def test_downloads_count_in_all_and_parts_are_no_way_around(self, app: Any, ground: Ground) -> None:
        holder = ground.holder(downloads=2)
        answer = holder.open(app, "/download", Range="bytes=5-")
        assert (answer.status_code, answer.data) == (200, TABLE)
        assert holder.status(app, "/export/csv") == 200
        with at(clock.now() + timedelta(days=1)):
            assert [holder.status(app), holder.status(app, "/export/csv")] == [429, 429]
            assert holder.call("datastore_search")["total"] == ROWS

    def test_what_is_refused_is_neither_counted_nor_traced(self, app: Any, ground: Ground) -> None:
        holder = ground.holder(downloads=1)
        before = self._fetches(ground)
        assert [holder.status(app), holder.status(app)] == [200, 429]
        assert self._fetches(ground) == before + 1
        assert holder.used() == {"calls": 1, "rows": ROWS, "downloads": 1}

    def test_each_fetch_is_traced_under_its_grant(self, app: Any, ground: Ground) -> None:
        holder = ground.holder()
        holder.status(app)
        last = history.events("access", ground.entry["id"])[-1]
        assert (last["actor"], last["payload"]["reason"]) == (model.User.get(holder.name).id, "granted")
        assert last["payload"]["details"]["grant"] == holder.grant["id"]

    def _fetches(self, ground: Ground) -> int:
        return len(history.events("access", ground.entry["id"]))


class TestUnderWay:
    """What is being sent when the access ends, ends with it."""

    @pytest.fixture(autouse=True)
    def _look_each_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(watching, "SECONDS", 0)

    @pytest.fixture
    def sending(self, ground: Ground) -> tuple[Holder, watching.Watched]:
        holder = ground.holder()
        context: Any = {"user": holder.name, "auth_user_obj": model.User.get(holder.name)}
        sent = watching.watched(_pieces(), context, access.admit(context, ground.resource, "csv"), "csv")
        assert isinstance(sent, watching.Watched)
        return holder, sent

    def test_a_suspension_cuts_it(self, sending: tuple[Holder, watching.Watched]) -> None:
        holder, sent = sending
        assert next(sent) == b"a"
        holder.command("suspend")
        with pytest.raises(watching.AccessEnded):
            next(sent)

    @pytest.mark.parametrize("path", ["/download", "/export/csv", "/export/xlsx"])
    def test_downloads_and_exports_are_sent_so(self, app: Any, ground: Ground, path: str) -> None:
        holder = ground.holder()
        pieces = iter(holder.open(app, path).response)
        assert next(pieces)
        holder.command("suspend")
        with pytest.raises(watching.AccessEnded):
            list(pieces)

    def test_so_does_the_blocking_of_the_account(self, ground: Ground, sending: tuple[Holder, watching.Watched]) -> None:
        holder, sent = sending
        ground.cases.block(holder.name)
        with pytest.raises(watching.AccessEnded):
            next(sent)

    def test_the_end_of_the_period_cuts_it_between_two_looks(
            self, sending: tuple[Holder, watching.Watched], monkeypatch: pytest.MonkeyPatch) -> None:
        holder, sent = sending
        assert next(sent) == b"a"
        monkeypatch.setattr(watching, "SECONDS", 3600)
        with at(datetime.fromisoformat(holder.grant["ends_at"])), pytest.raises(watching.AccessEnded):
            next(sent)

    def test_a_look_in_between_does_not_disturb_what_is_sent(self, app: Any, unlimited: Holder) -> None:
        answer = unlimited.open(app, "/export/csv")
        assert list(csv.reader(io.StringIO(answer.text))) == list(csv.reader(io.StringIO(TABLE.decode())))

    def test_open_data_is_sent_unwatched(self, ground: Ground) -> None:
        entry = loaded_tables.published(ground.world, TABLE, "开放.csv")
        pieces = _pieces()
        assert watching.watched(pieces, {}, access.admit({}, entry["resources"][0]["id"], "csv"), "csv") is pieces

    def test_closing_gives_back_what_it_comes_from(self, sending: tuple[Holder, watching.Watched]) -> None:
        _holder, sent = sending
        next(sent)
        sent.close()
        with pytest.raises(StopIteration):
            next(sent)


def _pieces() -> Iterator[bytes]:
    while True:
        yield b"a"

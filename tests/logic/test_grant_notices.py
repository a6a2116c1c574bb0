"""What people are told of a grant's end and of unusual use, and what of their own words is kept (001 第十四条, 第二十七条)."""
from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from cases import Cases, at, midnight, today
from ckan import model
from ckan.tests import factories
from world import World

from ckanext.govshare import clock, jobs, regulations
from ckanext.govshare.domain.calendar import WORKED, shanghai_date
from ckanext.govshare.domain.grants import Limits
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.model.notices import message
from ckanext.govshare.repository import grants as repository
from ckanext.govshare.repository import trace as history

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def cases(shared_world: World) -> Cases:
    return Cases(shared_world)


def person() -> str:
    """Somebody who was told nothing yet."""
    name: str = factories.User()["name"]
    return name


def told(cases: Cases, user: str, grant: dict[str, Any]) -> list[dict[str, Any]]:
    """What `user` was told of a grant, oldest first."""
    found = cases.world.call(user, "govshare_message_list", limit=100)["results"]
    return [row for row in reversed(found) if row["address"] == f"/grant/{grant['id']}"]


def kinds(cases: Cases, user: str, grant: dict[str, Any]) -> list[str]:
    return [row["kind"] for row in told(cases, user, grant)]


def end(grant: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(grant["ends_at"])


def clockwork(moment: datetime) -> None:
    with at(moment):
        jobs.expire()
        jobs.remind()


class TestTheEnd:
    def test_whoever_goes_on_under_a_renewal_is_told_so_and_owes_no_statement(self, cases: Cases) -> None:
        holder = person()
        old = cases.granted(user=holder)
        first = shanghai_date(end(old))
        new = cases.granted(user=holder, renews=old["id"], period_start=first.isoformat(),
                            period_end=(first + 90 * DAY).isoformat())
        for days in (0, 60):
            clockwork(end(old) + days * DAY)
        assert [kind for kind in kinds(cases, holder, old) if kind != "grant_ends_soon"] == ["grant_continued"]
        assert not cases.show("grant", old["id"], holder)["close_out_due"]
        assert cases.show("grant", new["id"], holder)["state"] == "active"

    def test_a_renewal_that_was_never_signed_continues_nothing(self, cases: Cases) -> None:
        holder = person()
        old = cases.granted(user=holder)
        cases.pending(user=holder, renews=old["id"])
        for days in (0, 60):
            clockwork(end(old) + days * DAY)
        assert kinds(cases, holder, old)[-2:] == ["grant_expired", "close_out_missing"]
        assert cases.show("grant", old["id"], holder)["close_out_due"]

    def test_who_never_had_access_is_not_asked_what_became_of_the_data(self, cases: Cases) -> None:
        holder = person()
        grant = cases.pending(user=holder)
        for days in (0, 60):
            clockwork(end(grant) + days * DAY)
        assert kinds(cases, holder, grant) == ["grant_expired_unsigned"]
        assert not cases.show("grant", grant["id"], holder)["close_out_due"]

    @pytest.mark.parametrize("how", ["terminated", "surrendered"])
    def test_however_it_ended_the_statement_is_missed_once_ten_working_days_are_over(self, cases: Cases, how: str) -> None:
        holder, calendar = person(), regulations.calendar()
        grant = getattr(cases, how)(user=holder)
        day, working = today(), 0
        while working < 10:
            day += DAY
            working += calendar.kind(day) in WORKED
            clockwork(clock.now() + (day - today()))
            assert "close_out_missing" not in kinds(cases, holder, grant)
        for _ in range(2):
            clockwork(midnight(day + DAY) + timedelta(hours=9))
        [missed] = [row for row in told(cases, holder, grant) if row["kind"] == "close_out_missing"]
        ended = today()
        assert f"{ended.year}" in missed["sentences"][0]
        assert str(ended.day) in missed["sentences"][0]


class TestUnusualUse:
    @staticmethod
    def fetch_from(grant: dict[str, Any], days_ago: int, addresses: int = 5) -> None:
        for number in range(addresses):
            with transaction():
                repository.use(grant["id"], today() - days_ago * DAY, 1, 0, 0, Limits(), f"203.0.113.{number}")

    def test_it_is_shown_for_a_week_and_told_to_the_department_once(self, cases: Cases) -> None:
        grant = cases.granted()
        self.fetch_from(grant, days_ago=6)
        day = (today() - 6 * DAY).isoformat()
        [said] = cases.show("grant", grant["id"], cases.clerk)["unusual"]
        assert day in said
        asked = {"role": "department", "unusual": True, "limit": 100}
        listed = {row["id"]: row["unusual"] for row in cases.world.call(cases.clerk, "govshare_grant_list", **asked)["results"]}
        assert listed[grant["id"]] == [said]
        for _ in range(2):
            jobs.remind()
        assert [kinds(cases, user, grant).count("grant_unusual") for user in (
            cases.clerk, cases.second_clerk, cases.applicant, cases.world.reviewer)] == [1, 1, 0, 0]

    def test_what_lies_longer_back_is_shown_no_more(self, cases: Cases) -> None:
        grant = cases.granted()
        self.fetch_from(grant, days_ago=7)
        jobs.remind()
        assert cases.show("grant", grant["id"], cases.clerk)["unusual"] == []
        assert "grant_unusual" not in kinds(cases, cases.clerk, grant)

    def test_many_rows_are_compared_with_the_days_before_theirs(self, cases: Cases) -> None:
        grant = cases.granted()
        for days_ago, rows in ((3, 100), (2, 20_000), (0, 10)):
            with transaction():
                repository.use(grant["id"], today() - days_ago * DAY, 1, rows, 0, Limits())
        [said] = cases.show("grant", grant["id"], cases.clerk)["unusual"]
        assert (today() - 2 * DAY).isoformat() in said
        assert "20000" in said


class TestFetches:
    def test_each_of_them_is_found_page_by_page(self, cases: Cases) -> None:
        holder = person()
        grant = cases.granted(user=holder)
        for _ in range(3):
            cases.world.call(holder, "datastore_search", resource_id=cases.resource, limit=1)
        pages = [cases.world.call(cases.clerk, "govshare_grant_usage", id=grant["id"], offset=offset, limit=2)
                 for offset in (0, 2, 4)]
        assert [(page["count"], len(page["fetches"])) for page in pages] == [(3, 2), (3, 1), (3, 0)]
        assert len({fetch["at"] for page in pages for fetch in page["fetches"]}) == 3


class TestWordsOfTheHolder:
    def test_they_are_read_from_the_grant_and_enter_neither_history_nor_message(self, cases: Cases) -> None:
        grant, reason, statement = cases.granted(agreement_required=True), "负责人李明已调离", "李明已销毁全部介质"
        cases.act(cases.applicant, "surrender", grant, "grant", reason=reason)
        cases.act(cases.applicant, "close_out", grant, "grant", statement=statement)
        recorded = [row["payload"] for kind, key in (("grants", grant["id"]), ("agreements", grant["agreement_id"]))
                    for row in history.events(kind, key)]
        assert "李明" not in str(recorded)
        sent = model.Session.execute(sa.select(message.c.params).where(message.c.address == f"/grant/{grant['id']}"))
        assert "李明" not in str(list(sent.scalars()))
        assert [row["reason"] for row in cases.show("grant", grant["id"], cases.clerk)["history"]][-2:] == [reason, statement]


class TestNewVersion:
    def test_a_grant_names_the_agreement_that_is_to_take_its_agreements_place(self, cases: Cases) -> None:
        grant = cases.granted(agreement_required=True)
        assert grant["next_agreement_id"] is None
        cases.world.call(cases.world.admin, "govshare_agreement_template_update", scope="department", title="新版",
                         scope_id=cases.world.own["id"], body="用途：{purpose}，编号{agreement_id}", sign_again=True)
        shown = cases.show("grant", grant["id"])
        offered = cases.show("agreement", shown["next_agreement_id"])
        assert (offered["replaces"], offered["state"]) == (grant["agreement_id"], "offered")
        assert (shown["agreement_id"], shown["standing"]) == (grant["agreement_id"], "valid")
        with at(clock.now() + 4 * DAY):
            jobs.remind()
        found = cases.world.call(cases.applicant, "govshare_message_list", limit=100)["results"]
        assert "signature_missing_again" in [row["kind"] for row in found if row["address"] == f"/agreement/{offered['id']}"]

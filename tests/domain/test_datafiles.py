"""The life of a data file: who reads it when, what becomes of it, and when it takes the place of the one that is served."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ckanext.govshare.domain import datafiles
from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.domain.errors import NotNow
from ckanext.govshare.domain.findings import finding

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WAITING = DataFile("f1", "e1", "r1", "upload", FileState.WAITING, NOW, location="datafiles/f1/f1", format="csv")
COLUMNS = [{"id": name, "name": name, "type": kind, "nulls": 0} for name, kind in (("站点", "text"), ("浓度", "numeric"))]
REPORT = {"format": "csv", "machine_readable": True, "columns": COLUMNS, "rows": 3, "reading": {"encoding": "GBK"}}


def columns(**types: str) -> list[dict[str, Any]]:
    return [{"id": name, "name": name, "type": type_, "nulls": 0} for name, type_ in types.items()]


def current(**values: Any) -> DataFile:
    return replace(WAITING, **{"id": "f0", "state": FileState.CURRENT, "number": 1, "columns": COLUMNS,
                               "created_at": NOW - timedelta(days=1), **values})


def claimed(file: DataFile = WAITING) -> DataFile:
    found = datafiles.claim(file)
    assert found is not None
    return found


class TestClaim:
    def test_a_reader_takes_up_what_waits_and_the_attempt_is_counted(self) -> None:
        assert (claimed().state, claimed().attempts) == (FileState.READING, 1)

    def test_what_a_killed_reader_left_is_taken_up_again(self) -> None:
        assert claimed(claimed()).attempts == 2

    @pytest.mark.parametrize("state", sorted(set(FileState) - datafiles.UNREAD))
    def test_what_was_read_is_not_read_again(self, state: FileState) -> None:
        assert datafiles.claim(replace(WAITING, state=state)) is None

    def test_a_file_that_brings_readers_down_is_refused_and_says_so(self) -> None:
        file = WAITING
        for _ in range(datafiles.MOST_ATTEMPTS):
            file = claimed(file)
        given_up = claimed(file)
        assert given_up.state is FileState.REFUSED
        assert given_up.findings[0]["code"] == "reader_gave_up"

    def test_an_older_reader_has_lost_the_file(self) -> None:
        first = claimed()
        assert datafiles.is_held_by(first, first)
        assert not datafiles.is_held_by(claimed(first), first)
        assert not datafiles.is_held_by(replace(first, state=FileState.DROPPED), first)


    def test_five_attempts_are_made_and_no_sixth(self) -> None:
        assert claimed(replace(WAITING, attempts=4)) == replace(WAITING, state=FileState.READING, attempts=5)
        given_up = claimed(replace(WAITING, attempts=5, progress={"failures": 2}))
        assert given_up == replace(WAITING, state=FileState.REFUSED, attempts=5, findings=[finding("reader_gave_up", count=5)],
                                   progress={})

    def test_failures_in_a_row_are_remembered_by_the_next_reader_and_all_else_is_not(self) -> None:
        file = replace(WAITING, progress={"step": "postponed", "failures": 2, "not_before": "2026-03-02"})
        assert claimed(file).progress == {"failures": 2}


class TestFinish:
    def test_what_was_read_is_kept_whole(self) -> None:
        reader = replace(claimed(), format="xlsx", progress={"step": "reading"})
        found = [finding("percent")]
        assert datafiles.finish(reader, REPORT, found, NOW) == replace(
            reader, state=FileState.VERIFIED, format="csv", machine_readable=True, reading={"encoding": "GBK"}, columns=COLUMNS,
            rows=3, findings=found, progress={}, read_at=NOW)
        assert datafiles.finish(reader, {}, [finding("no_rows")], NOW) == replace(
            reader, state=FileState.REFUSED, format="xlsx", machine_readable=False, reading={}, columns=[], rows=None,
            findings=[finding("no_rows")], progress={}, read_at=NOW)
        assert datafiles.finish(reader, {}, [], NOW).columns == []

    def test_without_an_error_it_is_verified_with_its_table(self) -> None:
        done = datafiles.finish(claimed(), REPORT, [finding("percent")], NOW)
        assert (done.state, done.rows, done.read_at, done.progress) == (FileState.VERIFIED, 3, NOW, {})
        assert done.has_table
        assert done.machine_readable

    def test_an_error_refuses_it_and_it_has_no_table(self) -> None:
        done = datafiles.finish(claimed(), REPORT, [finding("percent"), finding("no_rows")], NOW)
        assert (done.state, done.has_table, done.rows) == (FileState.REFUSED, False, None)
        assert [found["code"] for found in done.findings] == ["no_rows", "percent"]


class TestPostponing:
    def test_a_failure_of_the_platform_is_no_attempt(self) -> None:
        reader = claimed()
        assert (datafiles.postpone(reader, reader, NOW).state, datafiles.postpone(reader, reader, NOW).attempts) == (
            FileState.WAITING, 0)

    def test_pauses_grow_to_ten_minutes(self) -> None:
        pauses, file = [], WAITING
        for _ in range(8):
            reader = claimed(file)
            file = datafiles.postpone(replace(reader, progress={"step": "loading", "done": 1, "total": 2}), reader, NOW)
            pauses.append(datetime.fromisoformat(file.progress["not_before"]) - NOW)
        assert pauses[:3] == [timedelta(seconds=15), timedelta(seconds=30), timedelta(seconds=60)]
        assert pauses[-1] == timedelta(minutes=10)


    def test_the_first_pause_is_counted_from_now_and_the_attempts_never_fall_below_none(self) -> None:
        file = replace(WAITING, state=FileState.READING, attempts=3)
        assert datafiles.postpone(file, file, NOW) == replace(file, state=FileState.WAITING, attempts=2, progress={
            "step": "postponed", "failures": 1, "not_before": (NOW + timedelta(seconds=15)).isoformat()})
        assert datafiles.postpone(replace(file, attempts=0), file, NOW).attempts == 0

    @pytest.mark.parametrize(("failures", "seconds"), [(0, 15), (4, 240), (5, 480), (6, 600), (7, 600), (60, 600)])
    def test_each_pause_is_twice_the_one_before(self, failures: int, seconds: int) -> None:
        reader = replace(claimed(), progress={"failures": failures})
        progress = datafiles.postpone(reader, reader, NOW).progress
        assert (progress["failures"], progress["not_before"]) == (
            failures + 1, (NOW + timedelta(seconds=seconds)).isoformat())


class TestRetry:
    def test_nothing_of_the_refused_reading_is_left(self) -> None:
        refused = replace(WAITING, kind="link", state=FileState.REFUSED, attempts=5, findings=[finding("no_rows")],
                          progress={"failures": 2}, read_at=NOW)
        assert datafiles.retry(refused) == replace(
            refused, state=FileState.WAITING, attempts=0, findings=[], progress={}, read_at=None, location="")

    def test_a_refused_upload_is_read_once_more_from_its_bytes(self) -> None:
        refused = replace(WAITING, state=FileState.REFUSED, attempts=5, findings=[finding("reader_gave_up", count=5)])
        again = datafiles.retry(refused)
        assert (again.state, again.attempts, again.findings, again.location) == (FileState.WAITING, 0, [], WAITING.location)

    def test_a_refused_link_is_fetched_anew(self) -> None:
        assert datafiles.retry(replace(WAITING, kind="link", state=FileState.REFUSED)).location == ""

    @pytest.mark.parametrize("state", sorted(set(FileState) - {FileState.REFUSED}))
    def test_nothing_else_is_read_once_more(self, state: FileState) -> None:
        with pytest.raises(NotNow):
            datafiles.retry(replace(WAITING, state=state))


class TestReplacement:
    def new(self, **values: Any) -> DataFile:
        return replace(WAITING, **{"state": FileState.VERIFIED, "refresh": True, "columns": COLUMNS, **values})

    def test_the_same_columns_in_another_order_take_over(self) -> None:
        assert datafiles.replacement_refused(self.new(columns=COLUMNS[::-1]), current()) is None

    @pytest.mark.parametrize(("now", "says"), [
        (columns(站点="text", 浓度="numeric", 备注="text"), "+备注"),
        (columns(站点="text"), "−浓度"),
        (columns(站点="text", 浓度="text"), "浓度 (numeric → text)"),
    ])
    def test_other_columns_go_through_the_review(self, now: list[dict[str, Any]], says: str) -> None:
        refused = datafiles.replacement_refused(self.new(columns=now), current())
        assert refused is not None
        assert (refused["code"], refused["params"]) == ("columns_changed", {"changes": says})

    def test_a_table_does_not_give_way_to_a_document(self) -> None:
        assert datafiles.replacement_refused(self.new(columns=[], format="pdf"), current()) is not None

    def test_without_tables_the_format_decides(self) -> None:
        served = current(columns=[], format="pdf")
        assert datafiles.replacement_refused(self.new(columns=[], format="pdf"), served) is None
        assert datafiles.replacement_refused(self.new(columns=[], format="json"), served) is not None

    def test_an_older_upload_read_later_does_not_displace_a_newer_one(self) -> None:
        refused = datafiles.replacement_refused(self.new(), current(created_at=NOW + timedelta(seconds=1)))
        assert refused is not None
        assert refused["code"] == "overtaken"


    def test_the_first_of_two_of_one_moment_does_not_overtake(self) -> None:
        assert datafiles.replacement_refused(self.new(), current(created_at=NOW)) is None

    def test_all_that_tells_two_tables_apart_is_said_in_signs(self) -> None:
        before, after = columns(a="text", b="text", c="int8"), columns(c="text", d="text", e="bool")
        changes = datafiles.column_changes(before, after)
        assert changes == datafiles.ColumnChanges(["d", "e"], ["a", "b"], [{"name": "c", "before": "int8", "after": "text"}])
        assert str(changes) == "+d, +e, −a, −b, c (int8 → text)"
        assert not datafiles.column_changes(before, before[::-1])

    @pytest.mark.parametrize(("now", "served", "says"), [
        ({"columns": [], "format": "pdf"}, {}, "csv → pdf"), ({}, {"columns": [], "format": "pdf"}, "pdf → csv"),
        ({"columns": [], "format": "json"}, {"columns": [], "format": "pdf"}, "pdf → json"),
        ({"columns": []}, {}, "csv → csv")])
    def test_another_kind_of_file_is_named_by_both_formats(
            self, now: dict[str, Any], served: dict[str, Any], says: str) -> None:
        refused = datafiles.replacement_refused(self.new(**now), current(**served))
        assert refused is not None
        assert refused["params"] == {"changes": says}

    @pytest.mark.parametrize("state", FileState)
    def test_what_was_read_without_an_error_may_be_served(self, state: FileState) -> None:
        served = {FileState.VERIFIED, FileState.CURRENT, FileState.SUPERSEDED}
        assert replace(WAITING, state=state).readable is (state in served)


class TestFitting:
    def test_a_column_with_some_values_does_not_fit_any_type(self) -> None:
        some = [{"id": "浓度", "name": "浓度", "type": "text", "nulls": 2}]
        assert datafiles.fitted(some, 3, columns(浓度="numeric")) == some
        unknown = [{"id": "浓度", "name": "浓度", "type": "text"}]
        for rows in (None, 3):
            assert datafiles.fitted(unknown, rows, columns(浓度="numeric")) == unknown

    def test_a_fitted_column_keeps_all_else(self) -> None:
        found = [{"id": "浓度", "name": "PM", "type": "int8", "nulls": 0}]
        assert datafiles.fitted(found, 3, columns(浓度="numeric")) == [{**found[0], "type": "numeric"}]

    @pytest.mark.parametrize(("found", "published", "fitted"), [
        ("int8", "numeric", "numeric"), ("int8", "float8", "float8"), ("numeric", "float8", "float8"),
        ("date", "timestamp", "timestamp"), ("numeric", "int8", "numeric"), ("int8", "text", "int8"), ("bool", "text", "bool"),
    ])
    def test_a_column_takes_the_published_type_where_its_values_are_of_it(self, found: str, published: str, fitted: str) -> None:
        assert datafiles.fitted(columns(浓度=found), 3, columns(浓度=published))[0]["type"] == fitted

    def test_a_column_without_values_fits_any_type(self) -> None:
        blank = [{"id": "浓度", "name": "浓度", "type": "text", "nulls": 3}]
        assert datafiles.fitted(blank, 3, columns(浓度="numeric"))[0]["type"] == "numeric"

    def test_a_new_column_without_values_keeps_its_type(self) -> None:
        blank = [{"id": "备注", "name": "备注", "type": "text", "nulls": 3}]
        assert datafiles.fitted(blank, 3, COLUMNS) == blank

    def test_a_new_column_keeps_its_type(self) -> None:
        assert datafiles.fitted(columns(备注="int8"), 3, COLUMNS) == columns(备注="int8")

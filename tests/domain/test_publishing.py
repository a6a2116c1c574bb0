"""Rules of publishing data files, each test a sentence of them."""
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.domain.findings import finding
from ckanext.govshare.domain.publishing import Choice, for_reviewers, obstacles, published_files, without_content

NOW = datetime(2026, 3, 2, tzinfo=UTC)
OPEN, CONDITIONAL, NONE = "unconditional", "conditional", "none"


def choice(state: FileState | None = FileState.VERIFIED, machine_readable: bool = True, replaces: bool = False) -> Choice:
    file = None if state is None else DataFile(
        id="f1", entry_id="e1", resource_id="r1", kind="upload", state=state, created_at=NOW, filename="stations.csv",
        format="csv", sha256="ab", machine_readable=machine_readable, rows=3)
    return Choice("r1", "站点", file, replaces)


@pytest.mark.parametrize("state", [FileState.VERIFIED, FileState.CURRENT])
def test_unconditional_data_with_a_verified_machine_readable_file_is_published(state: FileState) -> None:
    assert obstacles(OPEN, [choice(state), choice(None)]) == []


@pytest.mark.parametrize("choices", [[], [choice(None)], [choice(machine_readable=False)]])
def test_unconditional_data_without_one_is_not(choices: list[Choice]) -> None:
    (text,) = obstacles(OPEN, choices)
    assert "machine-readable" in str(text)


@pytest.mark.parametrize("state", [FileState.WAITING, FileState.REFUSED, FileState.DROPPED])
def test_a_machine_readable_file_that_nobody_can_read_is_none(state: FileState) -> None:
    said = " ".join(map(str, obstacles(OPEN, [choice(state)])))
    assert "machine-readable" in said


@pytest.mark.parametrize("open_type", [CONDITIONAL, NONE, ""])
def test_other_data_needs_no_file(open_type: str) -> None:
    assert obstacles(open_type, [choice(None), choice(machine_readable=False)]) == []


@pytest.mark.parametrize("open_type", [OPEN, CONDITIONAL, NONE])
@pytest.mark.parametrize("state", [FileState.WAITING, FileState.READING, FileState.REFUSED, FileState.DROPPED])
def test_a_file_that_was_not_read_without_an_error_holds_the_entry_up(open_type: str, state: FileState) -> None:
    (text,) = obstacles(open_type, [choice(), choice(state)])
    assert str(text).startswith("“站点” ")


def test_a_data_file_without_a_name_is_called_by_its_files() -> None:
    (text,) = obstacles(CONDITIONAL, [Choice("r1", "", choice(FileState.REFUSED).file, False)])
    assert str(text).startswith("“stations.csv” ")


def test_an_approval_names_the_bytes_that_it_publishes() -> None:
    assert published_files([choice(), choice(None)]) == ({"resource_id": "r1", "file_id": "f1", "sha256": "ab"},)


def test_a_reviewer_sees_the_warnings_and_the_operator_does_not() -> None:
    warned = choice()
    assert warned.file is not None
    found = [finding("hidden_columns", column="身份证号"), finding("codes_as_text", column="站号")]
    warned = replace(warned, file=replace(warned.file, findings=found))
    (file,) = for_reviewers([warned])
    assert [one["code"] for one in file["warnings"]] == ["hidden_columns"]
    assert for_reviewers(without_content([warned]))[0]["warnings"] == []


def test_a_reviewer_sees_what_is_replaced() -> None:
    (file,) = for_reviewers([choice(replaces=True), choice(None)])
    assert file == {"resource_id": "r1", "name": "站点", "file_id": "f1", "filename": "stations.csv", "state": "verified",
                    "rows": 3, "format": "csv", "size": 0, "replaced": True, "warnings": []}


def test_who_may_not_fetch_the_data_is_told_nothing_that_was_measured_on_it() -> None:
    large = choice()
    assert large.file is not None
    (file,) = for_reviewers(without_content([replace(large, file=replace(large.file, size=12))]))
    assert (file["filename"], file["size"], file["rows"], file["warnings"]) == ("", 0, None, [])
    assert without_content([choice(None)]) == [choice(None)]


def test_a_resource_without_a_file_hides_none_of_those_after_it() -> None:
    assert obstacles(OPEN, [choice(None), choice()]) == []
    assert len(obstacles(CONDITIONAL, [choice(None), choice(FileState.REFUSED), choice(FileState.DROPPED)])) == 2


def test_a_data_file_is_called_by_what_there_is() -> None:
    file = choice().file
    assert file is not None
    assert Choice("r1", "", None, False).called == Choice("r1", "", replace(file, filename=""), False).called == "r1"

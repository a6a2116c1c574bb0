"""Commands about the regulations."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from ckan.cli.cli import ckan


def test_deadline_prints_each_day_and_the_due_date(cli: Any) -> None:
    result = cli.invoke(ckan, ["govshare", "deadline", "sharing_reply", "2026-09-30", "--profile", "liaoning-2020"])
    assert result.exit_code == 0
    lines = result.output.strip().splitlines()
    assert "2026-10-10    3  Weekend day worked in exchange for National Day" in lines
    assert "2026-10-13 24:00" in lines[-1]
    assert "《辽宁省政务数据资源共享管理办法》 第十七条" in lines[-1]


def test_deadline_says_that_a_default_is_no_law(cli: Any) -> None:
    result = cli.invoke(ckan, ["govshare", "deadline", "application_reply", "2026-03-02"])
    assert "Platform default, not a limit set by law" in result.output


def test_a_wrong_question_names_its_fields_and_fails(cli: Any) -> None:
    result = cli.invoke(ckan, ["govshare", "deadline", "lunch", "soon"])
    assert result.exit_code == 1
    assert "rule:" in result.output
    assert "start:" in result.output
    assert "Traceback" not in result.output


def test_profiles_check_reads_all_and_tells_the_calendar(cli: Any) -> None:
    result = cli.invoke(ckan, ["govshare", "profiles", "check"])
    assert result.exit_code == 0
    assert "5 profiles are in order" in result.output
    assert "chinesecalendar" in result.output


def test_profiles_check_refuses_a_wrong_calendar_file(cli: Any, tmp_path: Path) -> None:
    file = tmp_path / "next-year.yaml"
    file.write_text("years: {2097: {notice: 示例, holidays: {元旦: [2099-01-01]}}}", encoding="utf-8")
    result = cli.invoke(ckan, ["govshare", "profiles", "check", "--calendar-file", str(file)])
    assert result.exit_code == 1
    assert "next-year.yaml: years.2097: 2099-01-01 lies in another year" in result.output

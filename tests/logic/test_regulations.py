"""What callers of the API learn about the regulations: anyone may ask, and a wrong question names its field."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.exceptions import CkanConfigurationException
from ckan.tests import helpers

from ckanext.govshare import regulations
from ckanext.govshare.domain.profiles import Rule

pytestmark = pytest.mark.usefixtures("with_request_context")

PROFILES = ["chenzhou-2022", "hubei-2021", "hunan-2021", "liaoning-2020", "state-council-2016"]


@pytest.fixture(scope="module")
def app() -> Any:
    """One application for these questions: they change no setting that its making reads."""
    return helpers._get_test_app()


def ask(action: str, **data: Any) -> Any:
    """`action` as an anonymous visitor."""
    return tk.get_action(action)({"user": "", "ignore_auth": False}, data)


def compute(rule: str, start: Any, **data: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask("govshare_deadline_compute", rule=rule, start=start, **data)
    return found


def test_anyone_may_compute_a_deadline_by_http_get(app: Any) -> None:
    answer = app.get("/api/3/action/govshare_deadline_compute?rule=sharing_reply&start=2026-09-24").json
    assert answer["success"]
    found = answer["result"]
    assert (found["due"], found["working_days"], found["article"], found["law"], found["provisional"]) == (
        "2026-10-15", 10, "郴政发〔2022〕2号 第二十一条", True, False)
    assert found["days"][0] == {
        "date": "2026-09-24", "kind": "start", "counted": False, "number": None, "provisional": False,
        "reason": "The day of the event is not counted (Civil Code, article 201)"}
    assert [day["number"] for day in found["days"] if day["counted"]] == list(range(1, 11))


def test_reasons_are_in_the_caller_s_language(app: Any) -> None:
    answer = app.get("/zh_Hans_CN/api/3/action/govshare_deadline_compute?rule=sharing_reply&start=2026-09-30").json
    reasons = {day["reason"] for day in answer["result"]["days"]}
    assert any("国庆节" in reason for reason in reasons)


def test_a_deadline_follows_the_profile_that_is_asked_for() -> None:
    assert compute("sharing_reply", "2026-03-02", profile="liaoning-2020")["working_days"] == 5
    assert compute("sharing_reply", "2026-03-02", profile="hubei-2021")["overdue"] == "deemed_consent"


@pytest.mark.ckan_config("govshare.regulation_profile", "liaoning-2020")
def test_without_a_profile_the_one_in_force_here_is_taken() -> None:
    assert compute("sharing_reply", "2026-03-02")["profile"] == "liaoning-2020"
    assert ask("govshare_regulation_show")["id"] == "liaoning-2020"


def test_a_platform_default_is_never_shown_as_law() -> None:
    found = compute("application_reply", "2026-03-02")
    assert (found["law"], found["article"], found["quotation"], found["source"]) == (False, None, None, None)
    assert found["working_days"] == 10


@pytest.mark.parametrize(("start", "counted_from"), [
    ("2026-03-02", "2026-03-02"),
    ("2026-03-02T23:59:00", "2026-03-02"),
    ("2026-03-02T15:59:59Z", "2026-03-02"),
    ("2026-03-02T16:00:00+00:00", "2026-03-03"),
    ("2026-03-02T23:00:00-05:00", "2026-03-03"),
])
def test_the_start_is_the_date_in_shanghai(start: str, counted_from: str) -> None:
    assert compute("sharing_reply", start)["start"] == counted_from


def test_a_limit_into_an_unannounced_year_is_provisional() -> None:
    assert compute("sharing_reply", "2095-12-28")["provisional"]


def test_the_yearly_report_is_due_on_the_day_that_the_text_names() -> None:
    found = compute("annual_report", "2026-11-21")
    assert (found["due"], found["working_days"], found["month_end"], found["law"]) == ("2027-01-31", None, 1, True)


@pytest.mark.parametrize(("data", "field"), [
    ({"rule": "sharing_reply"}, "start"),
    ({"start": "2026-03-02"}, "rule"),
    ({"rule": "lunch", "start": "2026-03-02"}, "rule"),
    ({"rule": "sharing_reply", "start": ""}, "start"),
    ({"rule": "sharing_reply", "start": "2026-02-30"}, "start"),
    ({"rule": "sharing_reply", "start": "tomorrow"}, "start"),
    ({"rule": "sharing_reply", "start": "0001-01-01"}, "start"),
    ({"rule": "sharing_reply", "start": "9999-12-31T23:59:59-23:59"}, "start"),
    ({"rule": "sharing_reply", "start": ["2026-03-02"]}, "start"),
    ({"rule": "sharing_reply", "start": {"year": 2026}}, "start"),
    ({"rule": "sharing_reply", "start": "2026-03-02\x00"}, "start"),
    ({"rule": ["sharing_reply"], "start": "2026-03-02"}, "rule"),
    ({"rule": [{"a": 1}], "start": "2026-03-02"}, "rule"),
    ({"rule": "sharing_reply", "start": "2026-03-02", "profile": "atlantis"}, "profile"),
    ({"rule": "sharing_reply", "start": "2026-03-02", "profile": "../platform-defaults"}, "profile"),
    ({"rule": "sharing_reply", "start": "2026-03-02", "profile": ["hunan-2021"]}, "profile"),
    ({"rule": "verification_extension", "start": "2026-03-02", "profile": "hubei-2021"}, "rule"),
])
def test_a_wrong_question_is_refused_by_field(data: dict[str, Any], field: str) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        ask("govshare_deadline_compute", **data)
    assert field in refused.value.error_dict


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_shown_with_article_and_words_for_every_limit_that_is_law(name: str) -> None:
    found = ask("govshare_regulation_show", profile=name)
    assert found["id"] == name
    rules = [limit["rule"] for limit in found["limits"]] + [limit["rule"] for limit in found["not_provided"]]
    assert sorted(rules) == sorted(Rule)
    for limit in found["limits"]:
        assert bool(limit["law"]) == bool(limit["article"]) == bool(limit["quotation"])
        assert limit["law"] or limit["working_days"]


def test_an_unknown_profile_is_refused_by_field() -> None:
    with pytest.raises(tk.ValidationError) as refused:
        ask("govshare_regulation_show", profile="atlantis")
    assert "profile" in refused.value.error_dict


def test_the_list_marks_the_one_in_force_here() -> None:
    found = ask("govshare_regulation_list")
    assert [profile["id"] for profile in found] == PROFILES
    assert [profile["id"] for profile in found if profile["in_force_here"]] == ["chenzhou-2022"]


def test_a_calendar_file_extends_the_calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "calendar.yaml"
    file.write_text("years: {2097: {notice: 示例, holidays: {元旦: [2097-01-01]}}}", encoding="utf-8")
    monkeypatch.setitem(tk.config, "govshare.calendar_file", str(file))
    found = compute("sharing_reply", "2097-06-03")
    assert not found["provisional"]
    assert "+" in found["calendar_version"]


@pytest.mark.parametrize("text", ["years: 5", "years: {2097: {}}", "a: [", None])
def test_a_wrong_calendar_file_stops_the_start_by_name(
        text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "calendar.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    monkeypatch.setitem(tk.config, "govshare.calendar_file", str(file))
    with pytest.raises(CkanConfigurationException, match=r"calendar\.yaml"):
        regulations.verify()


def test_a_profile_that_we_do_not_know_stops_the_start_by_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, "govshare.regulation_profile", "atlantis")
    with pytest.raises(CkanConfigurationException, match=r"govshare\.regulation_profile"):
        regulations.verify()

"""The pages on the regulations, as a visitor and as the operator reads them."""
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from ckan.tests import factories, helpers

from ckanext.govshare import clock

PASSWORD = "Shui-zhi-2026-jiance"
PROFILES = ["chenzhou-2022", "hubei-2021", "hunan-2021", "liaoning-2020", "state-council-2016"]


@pytest.fixture(scope="module")
def app() -> Any:
    """One application for these pages: they change no setting that its making reads."""
    return helpers._get_test_app()


def page(app: Any, url: str, status: int = 200, **options: Any) -> Tag:
    """The main part of a page."""
    return one(BeautifulSoup(app.get(url, status=status, **options).body, "html.parser"), "main")


def one(part: Tag, selector: str) -> Tag:
    found = part.select_one(selector)
    assert found is not None, selector
    return found


def words(part: Tag) -> str:
    return " ".join(part.get_text(" ").split())


def test_the_list_names_all_five_texts_and_marks_the_one_in_force_here(app: Any) -> None:
    rows = page(app, "/regulation/").select(".gs-card")
    assert len(rows) == 5
    here = [str(one(row, "a")["href"]) for row in rows if "In force here" in words(row)]
    assert [link.rsplit("/", 1)[1] for link in here] == ["chenzhou-2022"]


@pytest.mark.parametrize("name", PROFILES)
def test_a_text_s_page_marks_what_is_law_and_what_is_not(app: Any, name: str) -> None:
    soup = page(app, f"/regulation/{name}")
    default = one(soup, "#application_reply")
    assert "Platform default, not a limit set by law" in words(default)
    assert default.select("blockquote") == []
    law = one(soup, "#sharing_reply")
    assert "Platform default" not in words(law)
    assert "个工作日内" in words(one(law, "blockquote"))


def test_a_provision_s_values_are_shown_in_words(app: Any) -> None:
    text = words(page(app, "/regulation/hubei-2021"))
    assert "Not shared" in text
    assert "人口, 法人, 自然资源和空间地理" in text
    assert "('" not in text
    assert "By the end of Jan" in text


def test_a_limit_taken_from_another_text_says_so(app: Any) -> None:
    row = words(one(page(app, "/regulation/hunan-2021"), "#annual_report"))
    assert "From the text it falls back to" in row
    assert "国发〔2016〕51号 第十八条" in row


def test_a_limit_that_no_text_provides_for_has_no_page(app: Any) -> None:
    assert "Not provided for" in words(page(app, "/regulation/hubei-2021"))
    app.get("/regulation/hubei-2021/verification_extension", status=404)


def test_a_date_is_explained_day_by_day(app: Any) -> None:
    soup = page(app, "/regulation/chenzhou-2022/sharing_reply?start=2026-09-24")
    rows = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in soup.select(".gs-days tbody tr")]
    assert len(rows) == 22
    assert rows[0] == ["September 24, 2026 Thursday", "–",
                       "The day of the event is not counted (Civil Code, article 201)"]
    assert rows[-1] == ["October 15, 2026 Thursday", "10", "Working day"]
    assert "Provisional" not in words(soup)


def test_a_provisional_date_says_that_it_is_computed_again(app: Any) -> None:
    text = words(page(app, "/regulation/chenzhou-2022/sharing_reply?start=2095-12-28"))
    assert "Provisional" in text
    assert "computed again" in text


def test_without_a_start_today_is_taken(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 16, 30, tzinfo=UTC))
    soup = page(app, "/regulation/chenzhou-2022/sharing_reply")
    assert one(soup, "input[name=start]")["value"] == "2026-03-03"


@pytest.mark.parametrize("start", ["soon", "2026-02-30", "<script>alert(1)</script>", "9999-12-31"])
def test_a_wrong_start_is_told_at_the_form_and_never_echoed_as_markup(app: Any, start: str) -> None:
    response = app.get("/regulation/chenzhou-2022/sharing_reply", query_string={"start": start}, status=400)
    soup = BeautifulSoup(response.body, "html.parser")
    assert words(one(soup, "#start-error"))
    assert "<script>alert" not in response.body


@pytest.mark.parametrize("url", [
    "/regulation/atlantis", "/regulation/platform-defaults", "/regulation/chenzhou-2022/lunch", "/regulation/x/y",
])
def test_what_does_not_exist_is_not_found(app: Any, url: str) -> None:
    app.get(url, status=404)


@pytest.mark.usefixtures("clean_db")
def test_only_the_operator_is_told_that_a_text_ends(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 21, tzinfo=UTC))
    told = "The validity of 郴政发〔2022〕2号 ends on 2027-01-07, in 47 days."
    assert told not in words(page(app, "/regulation/"))
    people = (factories.UserWithToken(password=PASSWORD), False), (factories.SysadminWithToken(password=PASSWORD), True)
    for user, expected in people:
        soup = page(app, "/regulation/", headers={"Authorization": user["token"]})
        assert (told in words(soup)) == expected


def test_pages_are_in_chinese_by_its_address(app: Any) -> None:
    text = words(page(app, "/zh_Hans_CN/regulation/chenzhou-2022/application_reply?start=2026-09-30"))
    assert "平台默认，非法定期限" in text
    assert "法定节假日放假：国庆节" in text
    assert "星期三" in text

"""The page of a data file: its table in the page, its forms, the API's examples, and what people without access read."""
from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from page_parts import part, words
from world import World

LONG = "这是一条很长的备注" * 20
TABLE = (
    "编号,站点名称,浓度,日期,备注\n"
    f"001,一中站,35.50,2026-03-01,{LONG}\n"
    "002,二中站,12,2026-03-02,=1+1\n"
    "003,三中站,8.25,2026-03-03,\n"
    + "".join(f"{n:03},四中站,{n},2026-04-01,正常\n" for n in range(4, 31))
).encode()
ITEMS = [
    {"name": "编号", "data_type": "C", "length": 3},
    {"name": "站点名称", "data_type": "C", "length": 20, "description": "监测站点的名称"},
    {"name": "浓度", "data_type": "N", "length": 6}, {"name": "日期", "data_type": "D"},
    {"name": "备注", "data_type": "C", "length": 500},
]
CONDITIONAL = {"open_type": "conditional", "open_condition": "仅限科研机构", "open_basis": "《环境保护法》第五十五条"}


class Page:
    """A data file's page as one visitor reads it."""

    def __init__(self, browser: Any, entry: dict[str, Any]) -> None:
        self.browser = browser
        self.address = f"/dataset/{entry['name']}/resource/{entry['resources'][0]['id']}"

    def read(self, query: str = "") -> Any:
        return self.browser.get(f"{self.address}{query}")

    def rows(self, query: str = "") -> list[list[str]]:
        table = part(self.read(query), ".gs-data tbody")
        return [[words(cell) for cell in row.select("td")] for row in table.select("tr")]

    def column(self, place: int, query: str = "") -> list[str]:
        return [row[place] for row in self.rows(query)]

    def ask(self, query: str) -> str:
        """The question that the form's answer leads to."""
        answer = self.browser.get(f"{self.address}/ask{query}")
        assert answer.status_code == HTTPStatus.FOUND
        return "?" + urlsplit(answer.location).query


@pytest.fixture
def entry(world: World) -> dict[str, Any]:
    return world.published(TABLE, info_items=ITEMS)


@pytest.fixture
def page(visit: Any, entry: dict[str, Any]) -> Page:
    return Page(visit(), entry)


class TestTheTable:
    def test_it_shows_a_page_of_rows_and_says_how_many_there_are(self, page: Page) -> None:
        assert len(page.rows()) == 20
        assert "Rows 1 to 20 of 30" in words(part(page.read(), "#gs-data [role=status]"))

    def test_codes_keep_their_zeros_numbers_stand_right_and_dates_are_dates(self, page: Page) -> None:
        code, station, number, day, _ = part(page.read(), ".gs-data tbody tr").select("td")
        assert (words(code), words(number), words(day)) == ("001", "35.50", "2026-03-01")
        assert "gs-right" in number["class"]
        assert not station.get("class")

    def test_a_long_cell_is_cut_and_its_whole_text_is_there(self, page: Page) -> None:
        cell = part(page.read(), ".gs-data tbody tr details")
        summary = cell.select_one("summary")
        assert summary is not None
        assert len(words(summary)) < 70
        assert LONG in words(cell)

    def test_what_information_items_say_of_columns_is_told(self, page: Page) -> None:
        assert "监测站点的名称" in words(part(page.read(), ".gs-columns"))

    def test_paging_leads_through_all_rows(self, page: Page) -> None:
        following = part(page.read(), ".gs-pages a[href*='page=2']")
        assert words(following) == "Next page"
        codes = page.column(0) + page.column(0, "?" + urlsplit(str(following["href"])).query)
        assert codes == [f"{n:03}" for n in range(1, 31)]

    def test_the_page_size_is_the_visitors_choice(self, page: Page) -> None:
        assert len(page.rows("?limit=50")) == 30
        assert str(part(page.read("?limit=50"), "#gs-ask-limit option[selected]")["value"]) == "50"

    @pytest.mark.parametrize("query", ["?limit=0", "?limit=-1", "?limit=9999999999999", "?page=0", "?page=x", "?limit=many"])
    def test_a_senseless_page_number_or_size_shows_the_first_page(self, page: Page, query: str) -> None:
        assert page.column(0, query)[0] == "001"

    def test_past_the_end_a_link_leads_back(self, page: Page) -> None:
        assert part(page.read("?page=99"), "#gs-data [role=status] a")


class TestSorting:
    def test_a_heading_sorts_upwards_then_downwards_then_not(self, page: Page) -> None:
        query, seen = "", []
        for _ in range(3):
            heading = part(page.read(query), ".gs-data thead tr").select("th")[2]
            seen.append(heading["aria-sort"])
            link = heading.select_one("a")
            assert link is not None
            query = "?" + urlsplit(str(link["href"])).query
            if len(seen) == 1:
                assert page.column(2, query)[0] == "4"
            if len(seen) == 2:
                assert page.column(2, query)[0] == "35.50"
        assert seen == ["none", "ascending", "descending"]
        assert "sort" not in query

    def test_sorting_keeps_the_filter(self, page: Page) -> None:
        link = part(page.read("?filter=站点名称:contains:四中&q=正常"), ".gs-data thead th a")
        asked = parse_qs(urlsplit(str(link["href"])).query)
        assert asked["filter"] == ["站点名称:contains:四中"]
        assert asked["q"] == ["正常"]


class TestFiltering:
    def test_the_form_becomes_a_stable_address(self, page: Page) -> None:
        query = page.ask("?o0=contains&v0=&o1=contains&v1=三中&o2=ge&v2=&q=")
        assert parse_qs(query[1:]) == {"filter": ["站点名称:contains:三中"]}
        assert page.column(0, query) == ["003"]

    def test_a_second_filter_narrows_further(self, page: Page) -> None:
        query = page.ask("?filter=浓度:ge:8&o2=le&v2=12&limit=50")
        assert set(page.column(2, query)) == {"8", "8.25", "9", "10", "11", "12"}

    def test_days_and_empty_cells_can_be_asked_for(self, page: Page) -> None:
        assert page.column(0, page.ask("?o3=le&v3=2026-03-02")) == ["001", "002"]
        assert page.column(0, page.ask("?o4=empty&v4=")) == ["003"]

    def test_words_are_found_within_longer_ones(self, page: Page) -> None:
        assert page.column(0, page.ask("?q=二中")) == ["002"]

    def test_each_filter_is_named_and_can_be_taken_away(self, page: Page) -> None:
        chosen = part(page.read("?filter=浓度:ge:10&filter=浓度:le:12&q=四中"), "#gs-data .gs-chosen").select("a")
        names = [words(tag).removeprefix("Remove the filter: ") for tag in chosen]
        assert names == ["“四中”", "浓度 at least 10", "浓度 at most 12"]
        assert parse_qs(urlsplit(str(chosen[1]["href"])).query)["filter"] == ["浓度:le:12"]

    @pytest.mark.parametrize(("query", "reason"), [
        ("?filter=浓度:ge:abc", "浓度"), ("?filter=没有:eq:1", "没有"), ("?sort=没有", "没有"), ("?q=" + "a" * 300, "100"),
        ("?filter=站点名称:eval:1", "eval"),
    ])
    def test_a_wrong_question_is_explained_and_the_table_stays(self, page: Page, query: str, reason: str) -> None:
        answer = page.read(query)
        assert answer.status_code == HTTPStatus.OK
        assert reason in words(part(answer, "#gs-data [role=alert]"))
        assert len(part(answer, ".gs-data tbody").select("tr")) == 20

    def test_what_was_asked_comes_back_escaped(self, page: Page) -> None:
        hostile = "<script>alert(1)</script>"
        assert hostile not in page.read(f"?q={hostile}&filter=站点名称:contains:{hostile}").body

    def test_columns_with_odd_names_can_be_filtered_and_sorted(self, visit: Any, world: World) -> None:
        table = 'a:b,c\\d,"e""f"\n1x,二,三\n2x,五,六\n'.encode()
        page = Page(visit(), world.published(table))
        assert page.column(0, page.ask("?o0=eq&v0=2x")) == ["2x"]
        link = part(page.read(), ".gs-data thead th a")
        assert page.column(0, "?" + urlsplit(str(link["href"])).query) == ["1x", "2x"]


class TestDownloads:
    def links(self, answer: Any) -> dict[str, list[Tag]]:
        rows = part(answer, "#gs-downloads tbody").select("tr")
        return {words(row.select("th")[0]): row.select("a") for row in rows}

    def test_every_form_is_offered_whole_and_as_filtered(self, page: Page) -> None:
        links = self.links(page.read("?filter=站点名称:contains:二中"))
        assert set(links) == {"Original CSV", "CSV for Excel", "CSV", "XLSX", "JSON", "XML"}
        for name, (whole, *asked) in links.items():
            for link in (whole, *asked):
                assert page.browser.get(str(link["href"])).status_code == HTTPStatus.OK, name
            assert "filter" not in str(whole["href"])
            assert [("filter=" in str(link["href"])) for link in asked] == ([] if name == "Original CSV" else [True]), name

    def test_what_is_filtered_holds_what_is_shown(self, page: Page) -> None:
        links = self.links(page.read("?filter=站点名称:contains:二中"))
        text = page.browser.get(str(links["CSV"][1]["href"])).get_data(as_text=True)
        assert "二中站" in text
        assert "一中站" not in text

    def test_excels_csv_begins_with_a_bom_and_says_why(self, page: Page) -> None:
        links = self.links(page.read())
        assert page.browser.get(str(links["CSV for Excel"][0]["href"])).data.startswith(b"\xef\xbb\xbf")
        assert not page.browser.get(str(links["CSV"][0]["href"])).data.startswith(b"\xef\xbb\xbf")
        assert "Excel needs it" in words(part(page.read(), "#gs-downloads"))

    def test_a_document_is_offered_as_it_is(self, visit: Any, world: World) -> None:
        page = Page(visit(), world.published(b"%PDF-1.4\n%%EOF\n", "report.pdf", **CONDITIONAL))
        own = Page(visit("editor"), {"name": page.address.split("/")[2], "resources": [{"id": page.address.rsplit("/")[-1]}]})
        assert set(self.links(own.read())) <= {"Original PDF"}
        assert "gs-data" not in own.read().body


class TestTheApi:
    def test_examples_name_this_file_a_column_and_a_value_of_it(self, page: Page, entry: dict[str, Any]) -> None:
        examples = part(page.read(), "#gs-api").select("pre")
        assert len(examples) == 3
        for example in examples:
            assert entry["resources"][0]["id"] in example.get_text()
            assert "datastore_search" in example.get_text()
            assert "001" in example.get_text()

    def test_what_they_ask_for_is_answered(self, visit: Any, world: World, entry: dict[str, Any]) -> None:
        found = world.call("", "datastore_search", resource_id=entry["resources"][0]["id"], filters={"编号": "001"}, limit=5)
        assert [row["编号"] for row in found["records"]] == ["001"]


class TestWithoutAccess:
    @pytest.fixture
    def closed(self, world: World) -> dict[str, Any]:
        tk_contact = {"id": world.own["id"], "contact": "数据科 0735-1234567"}
        world.call(world.admin, "organization_patch", **tk_contact)
        return world.published(TABLE, info_items=ITEMS, **CONDITIONAL)

    @pytest.mark.parametrize("role", ["", "citizen", "other_editor", "operator"])
    def test_the_page_says_why_and_what_to_do_and_shows_no_data(
            self, visit: Any, closed: dict[str, Any], role: str) -> None:
        answer = Page(visit(role), closed).read()
        told = words(part(answer, "#gs-access"))
        for expected in ("仅限科研机构", "《环境保护法》第五十五条", "数据科 0735-1234567", "hold a grant"):
            assert expected in told
        for hidden in ("一中站", "gs-data", "gs-downloads", "gs-api", "/download", "监测数据.csv"):
            assert hidden not in answer.body, hidden
        assert "第四十条" in answer.body

    def test_the_form_of_the_table_leads_to_the_same_page(self, visit: Any, closed: dict[str, Any]) -> None:
        page = Page(visit(), closed)
        assert page.ask("?o0=contains&v0=1&q=a") == "?q=a"
        assert "gs-data" not in page.read("?filter=编号:eq:001").body

    def test_its_own_department_and_the_competent_one_see_the_table(self, visit: Any, closed: dict[str, Any]) -> None:
        for role in ("member", "editor", "reviewer"):
            page = Page(visit(role), closed)
            assert len(page.rows()) == 20, role
            assert "no-store" in page.read().headers["Cache-Control"], role

    def test_the_list_of_files_offers_what_the_visitor_may_have(self, visit: Any, closed: dict[str, Any]) -> None:
        address = f"/dataset/{closed['name']}"
        assert part(visit().get(address), "#files").select(".gs-button") == []
        assert [words(tag) for tag in part(visit("member").get(address), "#files").select(".gs-button")] == [
            "Preview : 监测数据", "Download : 监测数据"]


class TestWhatIsCounted:
    def test_the_page_says_how_often_the_data_was_fetched(self, page: Page) -> None:
        page.browser.get(f"{page.address}/download/data.csv")
        page.read()
        facts = words(part(page.read(), "article .gs-facts"))
        assert "1 downloads" in facts
        assert "2 previews" in facts

    def test_versions_are_listed_and_compared(self, page: Page, world: World, entry: dict[str, Any]) -> None:
        assert "What changed" not in words(part(page.read(), "#gs-versions"))
        world.upload(entry, TABLE.replace("二中站".encode(), "新二中站".encode()), "监测数据.csv", id=entry["resources"][0]["id"])
        world.read_files()
        versions = part(page.read(), "#gs-versions")
        assert [words(row)[:1] for row in versions.select("tbody th")] == ["2", "1"]
        assert versions.select("a[href$='/compare']")
        assert page.column(1)[1] == "新二中站"


class TestTheAction:
    def test_it_answers_columns_and_count_alone_where_no_rows_are_asked_for(self, world: World, entry: dict[str, Any]) -> None:
        found = world.call("", "govshare_table_show", resource_id=entry["resources"][0]["id"], limit=0)
        assert [column["type"] for column in found["columns"]] == ["text", "text", "numeric", "date", "text"]
        assert (found["rows"], found["count"], found["total"]) == ([], 30, 30)

    @pytest.mark.parametrize(("field", "value"), [
        ("filter", "浓度:ge:x"), ("sort", ["没有"]), ("fields", ["编号", "编号"]), ("q", "a\0b"), ("offset", -1), ("limit", "x"),
        ("filter", [1]), ("filter", {"a": 1}),
    ])
    def test_a_wrong_parameter_is_named(self, world: World, entry: dict[str, Any], field: str, value: Any) -> None:
        from ckan.plugins import toolkit as tk
        with pytest.raises(tk.ValidationError) as refused:
            world.call("", "govshare_table_show", resource_id=entry["resources"][0]["id"], **{field: value})
        assert set(refused.value.error_dict) == {field}

    def test_nothing_on_the_page_needs_a_script(self, page: Page) -> None:
        html = BeautifulSoup(page.read().body, "html.parser")
        assert not html.select("main script, main [onclick]")
        assert html.select_one("#gs-ask button[type=submit]")

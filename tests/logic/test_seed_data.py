"""What the demonstration's data promises, checked without a portal. The seed itself is the test of the rest."""
from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from openpyxl import load_workbook

from ckanext.govshare.domain import attributes, codes
from ckanext.govshare.domain.attributes import Attribute, AttributeRules, CatalogKind
from ckanext.govshare.regulations import regimes

DEMO = Path(__file__).resolve().parents[2] / "demo"
MODULES = ("seed_data", "samples", "formats", "tables", "files", "divisions", "calendars", "references", "accounts", "api",
           "applications")
TAG = re.compile(r"[\w \-.]{2,100}")


@pytest.fixture(scope="module")
def demo() -> Iterator[dict[str, ModuleType]]:
    """The seed's modules by name; it is run by path, so they lie beside each other."""
    sys.path.insert(0, str(DEMO))
    try:
        yield {name: __import__(name) for name in MODULES}
    finally:
        sys.path.remove(str(DEMO))


@pytest.fixture(scope="module")
def entries(demo: dict[str, ModuleType]) -> list[Any]:
    found: list[Any] = demo["seed_data"].entries()
    return found


@pytest.fixture(scope="module")
def sample_files(demo: dict[str, ModuleType], tmp_path_factory: pytest.TempPathFactory) -> Any:
    return demo["files"].Files(demo["api"].Portal(""), demo["tables"].Sources(tmp_path_factory.mktemp("demo")))


@pytest.fixture(scope="module")
def rules() -> AttributeRules:
    return AttributeRules.of(regimes()["chenzhou-2022"])


def test_there_are_fifteen_departments_and_sixty_entries(demo: dict[str, ModuleType], entries: list[Any]) -> None:
    assert len(demo["seed_data"].departments()) >= 15
    assert len(entries) >= 60
    assert len([entry for entry in entries if entry.tables]) >= 8


def test_every_entry_is_complete_under_the_profile_of_chenzhou(entries: list[Any], rules: AttributeRules) -> None:
    wrong = {entry.name: attributes.check(entry.dataset, rules, complete=True) for entry in entries}
    assert {name: errors for name, errors in wrong.items() if errors} == {}


def test_every_pending_change_is_complete_too(entries: list[Any], rules: AttributeRules) -> None:
    changed = [entry for entry in entries if entry.change]
    assert [attributes.check({**entry.dataset, **entry.change}, rules, complete=True) for entry in changed] == [{}] * len(changed)


@pytest.mark.parametrize("field", ["open_type", "sharing_type"])
def test_each_attribute_is_there(entries: list[Any], field: str) -> None:
    assert {entry.dataset[field] for entry in entries if entry.state == "approved"} == set(Attribute)


def test_each_kind_and_each_ground_is_there(entries: list[Any]) -> None:
    assert {entry.dataset["catalog_kind"] for entry in entries} == set(CatalogKind)
    assert {entry.dataset.get("open_ground") for entry in entries} - {None} == set(attributes.OpenGround)


def test_a_code_begins_with_the_class_of_its_kind(entries: list[Any]) -> None:
    classes = {"base": "1", "theme": "2", "department": "3"}
    for entry in entries:
        code = codes.parse_category_code(entry.dataset["category_code"])
        assert code is not None
        assert code.kind == classes[entry.dataset["catalog_kind"]], entry.name


def test_a_department_code_names_its_department(demo: dict[str, ModuleType], entries: list[Any]) -> None:
    numbers = {department["name"]: department["code"] for department in demo["seed_data"].departments()}
    of_departments = [entry for entry in entries if entry.dataset["catalog_kind"] == "department"]
    assert [e.name for e in of_departments if e.dataset["category_code"][1:3] != numbers[e.department]] == []


def test_names_codes_and_credit_codes_are_unique(demo: dict[str, ModuleType], entries: list[Any]) -> None:
    departments = demo["seed_data"].departments()
    for values in ([e.name for e in entries], [e.dataset["category_code"] for e in entries],
                   [e.dataset["title"] for e in entries], [d["uscc"] for d in departments], [d["code"] for d in departments]):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_a_department_has_a_credit_code_with_its_check_character(demo: dict[str, ModuleType]) -> None:
    for department in demo["seed_data"].departments():
        assert codes.uscc_error(department["uscc"]) is None
        assert "EXAMP" in department["uscc"]


def test_what_is_made_up_about_a_department_says_so(demo: dict[str, ModuleType]) -> None:
    for department in demo["seed_data"].departments():
        organization = demo["seed_data"].organization(department)
        assert "示例" in organization["contact"]
        assert "示例数据" in organization["description"]


def test_whatever_is_made_up_is_labelled(entries: list[Any]) -> None:
    for entry in entries:
        assert entry.dataset["sample_data"] is not bool(entry.tables), entry.name
        assert ("示例数据" in entry.dataset["notes"]) is entry.dataset["sample_data"], entry.name


def test_a_real_table_states_origin_and_licence(entries: list[Any]) -> None:
    for entry in entries:
        if entry.tables:
            assert "数据来源：" in entry.dataset["notes"], entry.name
            assert "许可" in entry.dataset["notes"], entry.name


def test_what_is_opened_carries_data_and_what_is_not_carries_none(entries: list[Any]) -> None:
    carrying = {entry.name for entry in entries if entry.tables or entry.sample}
    published = [entry for entry in entries if entry.state in ("approved", "pending")]
    assert [e.name for e in published if e.dataset["open_type"] != "none" and e.name not in carrying] == []
    assert [e.name for e in entries if e.dataset["open_type"] == "none" and e.name in carrying] == []


def test_conditional_data_is_made_up(entries: list[Any]) -> None:
    conditional = [entry for entry in entries if entry.dataset["open_type"] == "conditional"]
    assert conditional != []
    assert [entry.name for entry in conditional if entry.tables or not entry.sample] == []


def test_a_made_up_file_says_so_by_its_name(demo: dict[str, ModuleType], entries: list[Any], sample_files: Any) -> None:
    for entry in entries:
        for file in sample_files.of(entry):
            assert ("示例数据" in file.title) is ("示例数据" in file.filename) is entry.dataset["sample_data"]
            assert ("虚构" in file.description) is entry.dataset["sample_data"]


def test_the_titles_of_an_entrys_files_differ(entries: list[Any], sample_files: Any) -> None:
    for entry in entries:
        titles = [file.title for file in sample_files.of(entry)]
        assert len(titles) == len(set(titles)), entry.name


def test_every_kind_of_file_is_sent_by_an_entry(demo: dict[str, ModuleType], entries: list[Any]) -> None:
    sent = {form for entry in entries if entry.sample or entry.tables for form in (entry.form, *entry.also)}
    assert sent == set(demo["formats"].FORMS)


def test_only_a_draft_carries_the_file_with_faults(entries: list[Any]) -> None:
    assert {entry.state for entry in entries if entry.form == "faulty"} == {"draft"}


def test_a_later_version_brings_rows_and_takes_one_away(
        demo: dict[str, ModuleType], entries: list[Any], sample_files: Any) -> None:
    refreshed = [entry for entry in entries if entry.later]
    assert refreshed != []
    for entry in refreshed:
        assert entry.state == "approved"
        first, second = (set(file.make().read_text(encoding="utf-8").splitlines()) for file in (
            sample_files.of(entry)[0], sample_files.later(entry)))
        assert (len(second - first), len(first - second)) == (entry.later + 1, 1)


def test_a_table_has_the_columns_that_its_information_items_describe(demo: dict[str, ModuleType], entries: list[Any]) -> None:
    tables, samples = demo["tables"], demo["samples"]
    headers = {name: list(table.header) for name, table in tables.TABLES.items()} | {tables.PORTAL: list(tables.PORTAL_HEADER)}
    for entry in entries:
        items = [item["name"] for item in entry.dataset["info_items"]]
        if entry.sample:
            assert samples.header(entry.sample) == items, entry.name
        if entry.tables:
            assert items in [headers[name] for name in entry.tables], entry.name


def test_every_real_table_is_carried_by_an_entry(demo: dict[str, ModuleType], entries: list[Any]) -> None:
    carried = {name for entry in entries for name in entry.tables}
    assert carried == {*demo["tables"].TABLES, demo["tables"].PORTAL}


def test_a_made_up_table_is_the_same_at_every_run_and_repeats_no_row(demo: dict[str, ModuleType], entries: list[Any]) -> None:
    samples = demo["samples"]
    for entry in entries:
        if entry.sample:
            rows = [tuple(row) for row in samples.rows(entry.name, entry.sample)]
            assert rows == [tuple(row) for row in samples.rows(entry.name, entry.sample)]
            assert 20 <= len(rows) == len(set(rows)) <= 200, entry.name


def test_tags_and_themes_are_ones_that_the_portal_takes(demo: dict[str, ModuleType], entries: list[Any]) -> None:
    themes = {theme["name"] for theme in demo["seed_data"].themes()}
    for entry in entries:
        assert all(TAG.fullmatch(tag["name"]) for tag in entry.dataset["tags"]), entry.name
        assert entry.dataset["groups"] != []
        assert {group["name"] for group in entry.dataset["groups"]} <= themes, entry.name


def test_the_queue_is_alive(entries: list[Any], demo: dict[str, ModuleType]) -> None:
    states = Counter(entry.state for entry in entries)
    assert set(states) == set(demo["seed_data"].STATES)
    assert all(entry.reason for entry in entries if entry.state == "returned")
    assert all(entry.change for entry in entries if entry.state == "pending")


def test_a_pending_change_narrows_an_attribute_with_its_basis(entries: list[Any]) -> None:
    narrowing = [e for e in entries if e.change and attributes.narrowed(e.dataset, {**e.dataset, **e.change})]
    assert {field.field for e in narrowing for field in attributes.narrowed(e.dataset, {**e.dataset, **e.change})} == {
        "open_type", "sharing_type"}
    assert all(entry.basis for entry in narrowing)


def test_nobody_reviews_what_they_submitted(demo: dict[str, ModuleType]) -> None:
    accounts = demo["accounts"]
    assert accounts.AUTHORITY not in accounts.compilers()
    members = accounts.memberships()[demo["seed_data"].competent_department()]
    assert {member["name"] for member in members} > {accounts.AUTHORITY}


def test_an_account_file_is_for_its_owner_alone(demo: dict[str, ModuleType], tmp_path: Path) -> None:
    accounts = demo["accounts"]
    known = {role: accounts.Account(role, "secret", "token") for role in accounts.FULL_NAMES}
    path = tmp_path / "demo.json"
    accounts.save(path, "http://127.0.0.1:5000", accounts.Accounts(demo["api"].Portal(""), known))
    assert path.stat().st_mode & 0o777 == 0o600
    assert accounts.load(path) == known
    assert set(json.loads(path.read_text())["accounts"]) == {
        "admin", "authority", "editor", "other_editor", "applicant", "other_applicant"}


@pytest.mark.parametrize("spoilt", ["", "{}", '{"accounts": []}', '{"accounts": {"admin": {"name": 1}}}'])
def test_a_spoilt_account_file_counts_as_none(demo: dict[str, ModuleType], tmp_path: Path, spoilt: str) -> None:
    path = tmp_path / "demo.json"
    path.write_text(spoilt)
    assert demo["accounts"].load(path) == {}


def test_an_interrupted_table_is_not_taken_for_a_whole_one(demo: dict[str, ModuleType], tmp_path: Path) -> None:
    def rows() -> Iterator[list[str]]:
        yield ["1"]
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        demo["formats"].save(tmp_path / "table.csv", "csv", demo["formats"].Sheet("表", ["n"], rows()))
    assert not (tmp_path / "table.csv").exists()


class TestFormats:
    @pytest.fixture
    def written(self, demo: dict[str, ModuleType], tmp_path: Path) -> Any:
        def write(form: str, **words: str) -> Path:
            path = tmp_path / f"t.{form}"
            rows = [["甲站", "113.01", "25.77"], ["甲站", "113.02", "25.78"], ["乙站", "113.03", "25.79"]]
            demo["formats"].save(path, form, demo["formats"].Sheet("站点", ["站点", "经度", "纬度"], rows, **words))
            return path
        return write

    def test_gbk_is_no_utf_8(self, written: Any) -> None:
        assert written("gbk").read_bytes().decode("gbk").startswith("站点,经度,纬度")

    def test_a_workbook_has_its_header_below_titles_and_joins_equal_neighbours(self, written: Any) -> None:
        page = load_workbook(written("xlsx", provider="示例局", merge="站点")).worksheets[0]
        assert [cell.value for cell in page[3]] == ["站点", "经度", "纬度"]
        assert {str(cells) for cells in page.merged_cells.ranges} == {"A1:C1", "A4:A5"}

    def test_json_holds_numbers(self, written: Any) -> None:
        assert json.loads(written("json").read_text())[0] == {"站点": "甲站", "经度": 113.01, "纬度": 25.77}

    def test_geojson_holds_points(self, written: Any) -> None:
        feature = json.loads(written("geojson").read_text())["features"][0]
        assert feature["geometry"] == {"type": "Point", "coordinates": [113.01, 25.77]}
        assert feature["properties"] == {"站点": "甲站"}

    def test_xml_names_each_value(self, written: Any) -> None:
        assert "<站点>甲站</站点><经度>113.01</经度>" in written("xml").read_text()


def test_divisions_are_joined_with_the_names_of_their_superiors(demo: dict[str, ModuleType], tmp_path: Path) -> None:
    for level, text in {"provinces": "43,湖南省", "cities": "4310,郴州市", "areas": "431002,北湖区",
                        "streets": "431002001,人民路街道", "villages": "431002001001,北湖路社区"}.items():
        (tmp_path / f"{level}.csv").write_text(f"code,name\n{text}\n", encoding="utf-8")
    found = demo["divisions"].Divisions(tmp_path)
    assert list(found.villages()) == [["431002001001", "北湖路社区", "人民路街道", "北湖区", "郴州市", "湖南省"]]
    assert list(found.cities()) == [
        ["430000", "湖南省", "省级", "湖南省", "", ""], ["431000", "郴州市", "地级", "湖南省", "郴州市", ""]]
    assert list(found.counts(2)) == [["43", "湖南省", 1, 1, 1, 1]]
    assert list(found.of_chenzhou("villages")) == [["431002001001", "北湖路社区", "北湖区", "人民路街道"]]


def test_a_code_that_was_abolished_is_told_with_its_years(demo: dict[str, ModuleType]) -> None:
    rows = {(row[0], row[1]): row for row in demo["divisions"].history()}
    assert rows["110103", "崇文区"][2:] == ["北京市", "", "2010", "否"]
    assert rows["110102", "西城区"][5] == "是"


def test_make_up_days_are_working_days_of_the_calendar(demo: dict[str, ModuleType]) -> None:
    days = {row[0]: row for row in demo["calendars"].days()}
    assert days["2026-02-14"][4:6] == ["是", "调休上班"]
    assert days["2026-10-01"][4:7] == ["否", "法定节假日", "国庆节"]
    months = {(row[0], row[1]): row for row in demo["calendars"].months()}
    assert months[2026, 2][2] == months[2026, 2][3] + months[2026, 2][4] == 28


def test_a_year_has_twenty_four_solar_terms(demo: dict[str, ModuleType]) -> None:
    rows = list(demo["calendars"].solar_terms(2026, 2026))
    assert len({row[1] for row in rows}) == len(rows) == 24
    assert rows == sorted(rows, key=lambda row: row[3])


def test_reference_tables_hold_what_their_columns_say(demo: dict[str, ModuleType]) -> None:
    references = demo["references"]
    assert ["CNY", "人民币", "Chinese Yuan", "¥", 2] in list(references.currencies())
    assert ["zh", "中文", "Chinese"] in list(references.languages())
    assert next(row for row in references.airports() if row[0] == "HCZ")[5] > 0
    assert next(row for row in references.traditional() if row[0] == "发")[2:] == ["發 髮", "是"]
    assert next(row for row in references.characters() if row[0] == "郴")[2] == "chēn"
    units = list(references.units())
    assert units
    assert all(len(row) == 5 and all(row) for row in units)


class TestApplications:
    def test_each_is_for_an_entry_that_is_published_and_conditional(
            self, demo: dict[str, ModuleType], entries: list[Any]) -> None:
        conditional = {entry.name for entry in entries if entry.dataset["open_type"] == "conditional"
                       and entry.state in ("approved", "pending")}
        assert {case["entry"] for case in demo["seed_data"].applications()} <= conditional

    def test_each_takes_known_steps_with_the_words_they_need(self, demo: dict[str, ModuleType]) -> None:
        for case in demo["seed_data"].applications():
            steps = set(case["steps"])
            assert steps <= set(demo["applications"].STEPS)
            assert "reason" in case or not steps & {"return", "reject", "suspend"}, case["entry"]
            assert "appeal" in case or "appeal" not in steps

    def test_who_countersigns_is_one_of_the_six_whose_password_is_known(
            self, demo: dict[str, ModuleType], entries: list[Any]) -> None:
        department = {entry.name: entry.department for entry in entries}
        signed = {department[case["entry"]] for case in demo["seed_data"].applications() if "countersign" in case["steps"]}
        assert signed <= set(demo["accounts"].EDITORS)

    def test_nobody_applies_twice_for_the_same_entry(self, demo: dict[str, ModuleType]) -> None:
        cases = demo["seed_data"].applications()
        assert len({(case["who"], case["entry"]) for case in cases}) == len(cases)

"""Rules of taking in data files: names, addresses, and what a department says."""
import pytest

from ckanext.govshare.domain.file_fields import (
    MAX_NAME,
    bare_name,
    extension,
    is_own_address,
    link_error,
    link_extension,
    neutral_url,
    same_words,
    words,
)


@pytest.mark.parametrize(("given", "kept"), [
    ("站点.csv", "站点.csv"), ("/etc/passwd", "passwd"), ("..\\..\\a.csv", "a.csv"), ("a/b/", ""), ("..", ""), ("", ""),
    (" a .csv ", "a .csv"), ("a\x00\r\nb.csv", "ab.csv"), ("a\ud800.csv", "a.csv"), ("\u202egnp.csv", "gnp.csv"),
])
def test_of_a_name_only_what_can_be_printed_and_is_no_path_is_kept(given: str, kept: str) -> None:
    assert bare_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    assert bare_name("长" * 500 + ".xlsx") == "长" * (MAX_NAME - 5) + ".xlsx"
    assert len(bare_name("长" * 500)) == MAX_NAME


@pytest.mark.parametrize(("name", "ending"), [
    ("a.CSV", "csv"), ("a.tar.gz", "gz"), ("a", ""), ("a.", ""), ("a.表", ""), ("a.c s", ""), (".csv", ""), ("a." + "x" * 11, ""),
])
def test_an_ending_is_plain_or_none(name: str, ending: str) -> None:
    assert extension(name) == ending


def test_the_ending_of_a_link_is_that_of_its_path() -> None:
    assert link_extension("https://example.com/a.b/stations.XLSX?name=x.csv#y.json") == "xlsx"
    assert link_extension("https://example.com") == ""


def test_the_catalogue_shows_no_name() -> None:
    assert (neutral_url("csv"), neutral_url("")) == ("data.csv", "data")


@pytest.mark.parametrize("address", ["http://example.com", "https://数据.example.com/表.csv", "https://[2001:db8::1]:8080/a?b=c#d"])
def test_a_link_leads_to_a_host_by_http(address: str) -> None:
    assert link_error(address) is None


@pytest.mark.parametrize("address", [
    "ftp://example.com/a", "javascript:alert(1)", "//example.com/a", "example.com/a", "data.csv", "https://", "http:///a",
    "http://a:b@example.com", "http://@example.com", "http://example.com:99999/", "http://[::1", "http://exa mple.com/",
    "http://example.com\\@other.example/", "http://example.com/\n", "http://example.com/" + "a" * 2000, "http://example.com/\ud800",
])
def test_anything_else_is_no_link(address: str) -> None:
    assert link_error(address) is not None


@pytest.mark.parametrize(("url", "own"), [
    ("data.csv", True), ("http://site/zh_Hans_CN/dataset/e/resource/r/download/data.csv", True),
    ("/dataset/e/resource/r/download/data.csv", True), ("http://site/dataset/e/resource/other/download/data.csv", False),
    ("data.xlsx", False), ("https://example.com/data.csv", False),
])
def test_what_the_catalogue_showed_is_no_new_link(url: str, own: bool) -> None:
    assert is_own_address(url, "r", "http://site/dataset/e/resource/r/download/data.csv") is own


def test_where_nothing_was_shown_nothing_comes_back() -> None:
    assert not is_own_address("", "r", "")


def test_facts_and_marks_are_not_a_departments_words() -> None:
    assert words({"name": "甲", "size": 3, "file_id": "f", "url": "x", "upload": object()}) == {"name": "甲"}


def test_blanks_make_no_difference() -> None:
    assert same_words({"name": "甲", "description": "", "size": 1}, {"name": "甲", "description": None, "size": 2})
    assert not same_words({"name": "甲"}, {"name": "乙"})


@pytest.mark.parametrize(("given", "kept"), [
    ("x" * 200, "x" * 200), ("x" * 201, "x" * 200), ("x" * 196 + ".csv", "x" * 196 + ".csv"),
    ("x" * 197 + ".csv", "x" * 196 + ".csv"), ("a." + "x" * 19, "a." + "x" * 19), ("a." + "x" * 20, "a." + "x" * 20),
    ("a" * 200 + "." + "x" * 20, "a" * 200), (".csv", ".csv"), ("...", ""), ("X", "X"),
    ("a." + "x" * 200 + ".csv", "a." + "x" * 194 + ".csv"), ("a\u2028b\u2029c\u00add", "abcd"),
    ("a\\b/c.csv", "c.csv")])
def test_a_name_is_cut_to_two_hundred_characters_before_its_ending(given: str, kept: str) -> None:
    assert bare_name(given) == kept


@pytest.mark.parametrize(("name", "ending"), [("a." + "x" * 10, "x" * 10), ("a.7z", "7z"), ("a.b/c", "")])
def test_an_ending_has_up_to_ten_letters_and_digits(name: str, ending: str) -> None:
    assert extension(name) == ending


@pytest.mark.parametrize(("address", "ending"), [
    ("https://example.com/a.csv/", ""), ("https://example.com/a.csv/b", ""), ("https://[::1/a.csv", ""),
    ("https://example.com/a/b.csv", "csv")])
def test_what_is_no_address_names_no_file(address: str, ending: str) -> None:
    assert link_extension(address) == ending


@pytest.mark.parametrize(("address", "said"), [
    ("http://a:b@example.com/", "user name"), ("http://a@example.com/", "user name"), ("http://:b@example.com/", "user name"),
    ("http://[::1", "not an address"), ("http://example.com:x/", "not an address"), ("http://example.com:0/", "host"),
    ("ftp://example.com/", "host"), ("http://example.com/a b", "host"), ("http://example.com/a\\b", "host"), ("http://", "host")])
def test_it_is_told_what_is_wrong_with_a_link(address: str, said: str) -> None:
    assert said in str(link_error(address))


def test_an_address_has_at_most_two_thousand_characters() -> None:
    longest = "http://example.com/" + "a" * 1981
    assert link_error(longest) is None
    error = link_error(longest + "a")
    assert error is not None
    assert error.params == {"length": 2001, "limit": 2000}


@pytest.mark.parametrize(("url", "shown", "own"), [
    ("http://site/x/resource/r/download/data", "data", True), ("data", "http://site/a/data", True),
    ("http://site/a/data", "http://site/a/data", True), ("http://[::1", "data", False), ("", "http://site/", False),
    ("http://site/resource/r/download/other", "data", False)])
def test_an_address_that_comes_back_is_told_by_its_end(url: str, shown: str, own: bool) -> None:
    assert is_own_address(url, "r", shown) is own


def test_words_are_name_description_and_format() -> None:
    said = {"name": "甲", "description": "乙", "format": "csv"}
    assert words({**said, "id": "r1", "mine": 1}) == said
    assert not same_words(said, {**said, "format": "xlsx"})
    assert same_words({**said, "format": []}, {**said, "format": {}})

"""Rules of a sentence or two: cells that are formulas, names in addresses, the open list, letters, common reasons."""
from __future__ import annotations

import pytest

from ckanext.govshare.domain import account_letters
from ckanext.govshare.domain.account_links import ADDRESS, PASSWORD, REGISTRATION
from ckanext.govshare.domain.open_list import DepartmentCount, total
from ckanext.govshare.domain.pinyin import pinyin_words, sort_key
from ckanext.govshare.domain.slugs import slug
from ckanext.govshare.domain.spreadsheets import harmless, is_formula, unguarded


class TestFormulas:
    @pytest.mark.parametrize("text", [
        "=1", "+a", "-a", "@a", "\ta", "\ra", "\na", "＝1", "＋a", "－a", "＠a", "-1.5.2", "+1e", "-1-2"])
    def test_what_a_program_would_calculate_gets_an_apostrophe_and_loses_it_again(self, text: str) -> None:
        assert is_formula(text)
        for given in (text, f"'{text}", f"''{text}"):
            assert harmless(given) == f"'{given}"
            assert unguarded(harmless(given)) == given

    @pytest.mark.parametrize("text", ["", "a", "1", "-1", "+1.5", "-.5e-3%", "1.", "-", "--", "+-", "'", "'a", "a=1", " =1"])
    def test_all_else_stays_as_it_is(self, text: str) -> None:
        assert not is_formula(text)
        assert harmless(text) == unguarded(text) == text


class TestNames:
    @pytest.mark.parametrize(("title", "name"), [
        ("a" * 80, "a" * 80), ("a" * 81, "a" * 80), ("ab " * 40, "-".join(["ab"] * 27)), ("ab-" + "b" * 79, "ab"),
        ("ab", "ab"), ("a", "entry"), ("--", "entry"), ("空气 AIR 2026", "kong-qi-air-2026"), ("a" * 78 + " b", "a" * 78 + "-b"),
        ("a" * 79 + " b", "a" * 79)])
    def test_a_name_has_two_to_eighty_characters_and_ends_with_a_word(self, title: str, name: str) -> None:
        assert slug(title) == name

    def test_of_a_long_title_the_beginning_is_spelled(self) -> None:
        assert slug("。" * 199 + "水" + "气") == "shui"

    def test_words_that_are_typed_have_at_most_eight_syllables(self) -> None:
        words = pinyin_words("国民经济和社会发展")
        assert "guominjingjiheshehuifa" in words
        assert "guominjingjiheshehuifazhan" not in words
        assert "gmjjhshf" in words
        assert pinyin_words("水a气") == ["qi", "shui"]
        assert pinyin_words("") == []

    def test_a_title_sorts_by_its_sounds_then_by_itself_without_blanks_around_it(self) -> None:
        assert sort_key(" 水Ab ") == "shuiab 水Ab"


def test_the_open_list_is_as_long_as_its_departments_have_entries() -> None:
    departments = [DepartmentCount("d1", "a", "甲", 2), DepartmentCount("d2", "b", "乙", 3)]
    assert [total(departments), total(departments, "d2"), total(departments, "d3"), total([])] == [5, 3, 0, 0]


def test_each_letter_leads_where_its_link_serves() -> None:
    assert account_letters.PURPOSES == {
        "reset": PASSWORD, "invitation": PASSWORD, "taken": PASSWORD, "register": REGISTRATION, "confirm": ADDRESS}


@pytest.mark.parametrize("kind", account_letters.PURPOSES)
def test_a_letter_names_site_and_time_in_its_subject_and_sentences(kind: str) -> None:
    params = {"site": "郴州", "until": "12:00", "account": "liming", "department": "环保局", "role": "编辑"}
    letter = account_letters.written(kind, params)
    assert "郴州" in str(letter.title)
    assert str(letter.sentences[-1]).endswith("until 12:00:")
    assert all(sentence.params == params for sentence in (letter.title, *letter.sentences))

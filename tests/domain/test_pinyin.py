"""Pinyin by which titles are found and sorted."""
from __future__ import annotations

import pytest

from ckanext.govshare.domain.pinyin import LONGEST, pinyin_words, sort_key


@pytest.mark.parametrize("typed", ["kong", "kongqi", "kongqizhiliang", "zhiliang", "kq", "kqzl", "zl"])
def test_each_part_of_a_title_is_found_by_its_syllables_or_initials(typed: str) -> None:
    assert typed in pinyin_words("空气质量")


def test_one_initial_finds_nothing() -> None:
    assert "k" not in pinyin_words("空气质量")


def test_a_word_reads_as_people_read_it() -> None:
    assert {"chongqing", "yinhang"} <= set(pinyin_words("重庆银行"))


def test_syllables_are_not_joined_across_other_signs() -> None:
    words = pinyin_words("空气（PM2.5）质量")
    assert {"kongqi", "zhiliang"} <= set(words)
    assert "kongqizhiliang" not in words


def test_a_long_title_gives_a_bounded_number_of_words() -> None:
    assert len(pinyin_words("国民经济和社会发展" * 10)) <= 90 * 2 * LONGEST


def test_titles_sort_by_pinyin_and_then_by_their_characters() -> None:
    assert sorted(["郑州", "北京", "长沙", "ABC", "2023年"], key=sort_key) == ["2023年", "ABC", "北京", "长沙", "郑州"]

"""What a searcher may write: words are made harmless, all else is allowed or refused by name."""
from __future__ import annotations

import pytest

from ckanext.govshare.domain import search
from ckanext.govshare.domain.errors import Invalid


@pytest.mark.parametrize(("written", "asked"), [
    ("空气质量", "空气质量"),
    ("  空气　 质量 ", "空气 质量"),
    ("空气 AND", "空气"),
    ("AND 空气 OR NOT", "空气"),
    ("空气 - && 公交", "空气 公交"),
    ("{!lucene}*:*", "lucene}*:*"),
    ('_query_:"{!term f=permission_labels}x"', ':" term f=permission_labels}x"'),
    ("\\_val_:1", ":1"),
    ("空气\\", "空气"),
    ("title\\:a", "title\\:a"),
    ("/.*/", "\\/.*\\/"),
    ("101/1", "101\\/1"),
    ("空气~ 质量^99", "空气 质量 99"),
    ("空\x00气\ud800", "空 气"),
    ("空气质量 OR 公交", '"空气质量" OR "公交"'),
    ('"公交 车" OR title:空气', '"公交 车" OR title:"空气"'),
    ("空气 or 公交", "空气 or 公交"),
])
def test_words_are_made_harmless_and_kept_otherwise(written: str, asked: str) -> None:
    assert search.clean_words(written) == asked


def test_words_are_cut_to_what_solr_can_take() -> None:
    assert len(search.clean_words("空" * 5000)) == search.LONGEST_QUERY


@pytest.mark.parametrize(("words", "mixed"), [
    ("5类", True), ("G网 空气", True), ("空气", False), ("5类水", False), ("ab", False)])
def test_a_character_beside_a_digit_or_letter_is_a_mixed_pair(words: str, mixed: bool) -> None:
    assert search.has_mixed_pair(words) is mixed


@pytest.mark.parametrize("text", [
    "", 'organization:"gongan"', '+organization:"a" -groups:b', ' open_type:"none" res_format:"CSV" +dataset_type:dataset',
    'tags: "水质"', 'groups:"x"tags:"y"', "(organization:a OR organization:b) AND NOT tags:c", "*:*", "+state:deleted",
    "metadata_modified:[NOW-7DAYS/DAY TO NOW]", "metadata_modified:[2024-02-29T00:00:00Z TO *]", "issued:*", "空气",
    'catalog_code:"3/07/01/001/1"', "creator_user_id:1b1d-22", "tags:ANDROID",
])
def test_plain_filters_pass(text: str) -> None:
    search.check_filter(text)


@pytest.mark.parametrize("text", [
    "permission_labels:public", 'permission_labels:"public"', "text:x", "validated_data_dict:x", "data_dict:*", "nofield:x",
    "{!lucene}x", "title:{!term TO x}", 'tags:"{!x}"', '_query_:"x"', 'tags:"_query_:x"', 'tags:"\\_val\\_:x"',
    'organization:"a', 'tags:"\\"', "organization:(a", "a)", "AND tags:a", "tags:a OR", "tags:a AND OR tags:b", "-", "tags:",
    "res_format:text/csv", "title:/.*/", "tags:a~", "tags:a^2", "issued:2024", 'issued:"x"', "issued:[x TO y]",
    "metadata_modified:[2023-02-29T00:00:00Z TO *]", "metadata_modified:[NOW+99999YEARS TO *]", "(" * 21 + "a" + ")" * 21,
    "a " * 1000, "tags:\x00", "tags:\ud800", "+site_id:x) OR (*:*",
])
def test_other_filters_are_refused_for_fq(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        search.check_filter(text)
    assert set(refused.value.errors) == {"fq"}


@pytest.mark.parametrize("sort", ["score desc, metadata_modified desc", "title_string asc", "name ASC", "view_recent desc"])
def test_sorting_by_public_fields_passes(sort: str) -> None:
    search.check_sort(sort)


@pytest.mark.parametrize("sort", ["permission_labels asc", "name", "name up", "", ",", "name asc,", "score desc;x",
                                  "termfreq(permission_labels,'x') desc", "query({!v=x}) asc", "random_1 asc"])
def test_other_sorting_is_refused_for_sort(sort: str) -> None:
    with pytest.raises(Invalid) as refused:
        search.check_sort(sort)
    assert set(refused.value.errors) == {"sort"}


def test_what_guards_the_index_can_be_neither_read_nor_counted_nor_filtered() -> None:
    guarded = {"permission_labels", "data_dict", "validated_data_dict", "text", "text_pairs", "res_url", "*", "score"}
    for allowed in (search.RETURNED, search.FACETS, search.FILTERED, search.SORTED - {"score"}):
        assert not allowed & guarded
    assert not search.FACETS & {"creator_user_id", "id", "name"}


@pytest.mark.parametrize(("given", "meant"), [
    (["a", "b"], ["a", "b"]), ([], []), ("a", ["a"]), ("", []), (" ", []), ('["a", "b"]', ["a", "b"]), (" []", []),
    ("[a TO b]", ["[a TO b]"]), ('{"a": 1}', ['{"a": 1}']), ("null", ["null"]), ("[" * 5000, ["[" * 5000]),
])
def test_a_list_is_a_list_or_its_json_or_one_text(given: object, meant: list[str]) -> None:
    assert search.texts("facet.field", given) == meant


@pytest.mark.parametrize("given", [1, True, {"a": 1}, [1], [None], [["a"]], "[1]", '["a", null]', "[NaN]", ["a"] * 101])
def test_what_is_no_list_of_texts_is_refused_by_its_name(given: object) -> None:
    with pytest.raises(Invalid) as refused:
        search.texts("fq_list", given)
    assert list(refused.value.errors) == ["fq_list"]
